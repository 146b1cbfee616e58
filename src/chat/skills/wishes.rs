//! Wishes put in words: something like this but cheaper, a gift for somebody. What fits is the recommender's to say;
//! where nothing does, the nearest is shown, and the reply says that it is no more than that.

use super::catalogue::line;
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::pack::Product;
use crate::protocol::{Feature, Language, Recommendation, Surface};
use crate::recommend::Shopper;
use crate::recommend::wish::Gift;
use crate::retrieve::tokens::{is_han, normalize, terms};

const MAX_SHOWN: usize = 4;
const CHEAPER: &[&str] = &[
    "cheaper",
    "less expensive",
    "less pricey",
    "more affordable",
    "costs less",
    "cost less",
    "lower price",
    "便宜点",
    "便宜一点",
    "便宜些",
    "便宜一些",
    "更便宜",
    "实惠点",
    "实惠一点",
];
/// Which of those shown is cheaper is a comparison, and a limit is no likeness.
const NOT_CHEAPER: &[&str] = &["which", "cheaper than", "or", "compare", "哪个", "哪款", "哪一", "还是"];
const LIKE: &[&str] =
    &["like", "similar", "alternative", "alternatives", "instead", "this", "类似", "差不多", "像", "这样", "这种"];
const GIFT: &[&str] = &["gift", "gifts", "present", "presents", "礼物", "礼品", "送礼"];
/// What is asked about gifts, and for none.
const NOT_GIFT: &[&str] =
    &["gift card", "gift cards", "voucher", "wrap", "wrapping", "wrapped", "message", "礼品卡", "包装", "贺卡"];
const FOR_EN: &str = "for ";
const FOR_ZH: &[&str] = &["送给", "送", "给"];

/// Whether something like a product is wanted for less.
pub(super) fn wants_cheaper(text: &str, request: &Request<'_>) -> bool {
    let has_one = request.slots.products.len() == 1;
    let is_limited = request.slots.budget.is_some();
    says(text, CHEAPER)
        && !says(text, NOT_CHEAPER)
        && !is_limited
        && (has_one || request.slots.products.is_empty() && !request.shown.is_empty() && says(text, LIKE))
}

/// Whether a gift for somebody is wanted.
pub(super) fn wants_gift(text: &str) -> bool {
    says(text, GIFT) && !says(text, NOT_GIFT) && whom(text).is_some()
}

/// What is said of whom it is for.
fn whom(text: &str) -> Option<&str> {
    let at = |word: &str| text.find(word).map(|at| at + word.len());
    let is_word = |at: &usize| text[..at - FOR_EN.len()].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    // “For 20 euros” is no person.
    let after = at(FOR_EN).filter(is_word).or_else(|| FOR_ZH.iter().find_map(|word| at(word)))?;
    let rest = &text[after..];
    rest.starts_with(|c: char| c.is_alphabetic()).then_some(rest)
}

pub(super) fn cheaper(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let named = request.slots.products.first().and_then(|slot| slot.value.ids.first());
    let Some(product) = named.or(request.shown.first()).and_then(|id| shop.product(id)) else {
        return Outcome::NotApplicable;
    };
    let mut sentence = Sentence::new(request, shop.today(request));
    let shopper = newcomer(request);
    let title = product.title.text(request.language);
    let price = sentence.money(product.current_price());
    let mut found = shop.recommender.cheaper(&product.id, shopper, MAX_SHOWN);
    let head = if found.is_empty() {
        let similar = Surface::Similar { product: product.id.clone() };
        found = shop.recommender.recommend(&similar, shopper, MAX_SHOWN);
        sentence.say(
            format!("Nothing like {title} costs less than its {price}. Nearest to it are:"),
            format!("没有比{title}（{price}）更便宜的同类商品。最接近的是："),
        )
    } else {
        sentence.say(
            format!("Like {title}, and for less than its {price}:"),
            format!("与{title}类似、比 {price}便宜的有："),
        )
    };
    show(shop, Skill::Cheaper, sentence, &head, &found, &[&product.id])
}

pub(super) fn gift(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let text = normalize(request.text);
    let mut sentence = Sentence::new(request, shop.today(request));
    let budget = request.slots.budget.as_ref().map(|slot| &slot.value);
    let max = budget.and_then(|budget| budget.max.as_ref());
    let gift = Gift {
        max_minor: max.map(|max| max.minor),
        about: whom(&text).map(|whom| known_words(shop, whom)).unwrap_or_default(),
        mark: mark(shop),
    };
    let shopper = newcomer(request);
    let is_within = |item: &Recommendation| {
        shop.product(&item.product).is_some_and(|one| budget.is_none_or(|budget| budget.allows(one.current_price())))
    };
    let mut found = shop.recommender.gifts(&gift, shopper, 2 * MAX_SHOWN);
    found.retain(is_within);
    found.truncate(MAX_SHOWN);
    let limit = max.map(|max| sentence.money(max));
    let head = match (found.is_empty(), limit) {
        (false, Some(limit)) => {
            sentence.say(format!("As a gift, up to {limit}:"), format!("{limit}以内，适合送人的有："))
        }
        (false, None) => sentence.say("As a gift:".to_owned(), "适合送人的有：".to_owned()),
        (true, Some(limit)) if budget.is_none_or(|budget| budget.min.is_none()) => {
            found = above(shop, &gift, shopper);
            sentence.say(
                format!("There is no gift for up to {limit}. For more than that:"),
                format!("没有 {limit}以内的礼物。再贵一些的有："),
            )
        }
        (true, _) => return Outcome::NotApplicable,
    };
    show(shop, Skill::Gift, sentence, &head, &found, &[])
}

/// What there is just above a limit that nothing keeps: within twice as much, else twice that.
fn above(shop: &Shop<'_>, gift: &Gift, shopper: Shopper<'_>) -> Vec<Recommendation> {
    let limit = gift.max_minor.unwrap_or(1).max(1);
    let limits = std::iter::successors(limit.checked_mul(2), |limit| limit.checked_mul(2));
    let within = |max| shop.recommender.gifts(&Gift { max_minor: Some(max), ..gift.clone() }, shopper, MAX_SHOWN);
    limits.map(within).find(|found| !found.is_empty()).unwrap_or_default()
}

/// A wish is for what it says: neither the one who is to have it nor what was looked at says more.
fn newcomer<'a>(request: &Request<'_>) -> Shopper<'a> {
    Shopper { records: &[], learned_from_ms: 0.0, now_ms: request.now_ms as f64 }
}

/// What the shop files its gifts under.
fn mark(shop: &Shop<'_>) -> Option<Feature> {
    let is_gift = |text: &str| says(&normalize(text), GIFT);
    let tag = shop.products.iter().flat_map(|product| product.tags.items(Language::default())).find(|tag| is_gift(tag));
    let category = || shop.products.iter().map(|product| &product.category).find(|category| is_gift(category));
    tag.map(|tag| Feature::Tag(tag.clone())).or_else(|| category().map(|category| Feature::Category(category.clone())))
}

/// The words of it that stand in titles, kinds or tags; of Chinese, pairs of characters.
fn known_words(shop: &Shop<'_>, text: &str) -> String {
    let mut known = String::from(" ");
    for product in shop.products {
        let lists = [&product.tags, &product.product_type].into_iter().flat_map(|list| list.0.values().flatten());
        for name in product.title.0.values().chain(lists) {
            known.push_str(&normalize(name));
            known.push(' ');
        }
    }
    let is_known = |word: &str| match word.starts_with(is_han) {
        true => word.chars().count() == 2 && known.contains(word),
        false => says(&known, &[word]) && !terms(word).is_empty(),
    };
    let pairs = terms(text).into_iter().filter(|term| term.starts_with(is_han));
    let words = text.split(|c: char| !c.is_alphanumeric() || is_han(c)).map(str::to_owned);
    let words: Vec<String> =
        pairs.chain(words).filter(|word| word.chars().count() > 1 && !STOP.contains(&word.as_str())).collect();
    words.into_iter().filter(|word| is_known(word)).collect::<Vec<_>>().join(" ")
}

/// Words of titles that say nothing of a person.
const STOP: &[&str] = &[
    "and", "the", "with", "of", "for", "to", "in", "on", "is", "my", "who", "that", "from", "at", "an", "or", "under",
    "euro", "euros", "eur",
];

fn show(
    shop: &Shop<'_>,
    skill: Skill,
    mut sentence: Sentence,
    head: &str,
    found: &[Recommendation],
    about: &[&String],
) -> Outcome {
    let products: Vec<&Product> = found.iter().filter_map(|item| shop.product(&item.product)).collect();
    if products.is_empty() {
        return Outcome::NotApplicable;
    }
    let lines: Vec<String> = products.iter().map(|product| line(product, &mut sentence)).collect();
    let ids: Vec<String> = products.iter().map(|product| product.id.clone()).collect();
    let in_stock = products.iter().filter(|product| product.is_in_stock()).count();
    let about = about.iter().map(|id| (*id).clone());
    Outcome::Done(Box::new(Computed {
        skill,
        value: Value::Matches { total: products.len(), in_stock },
        text: format!("{head}\n\n{}", lines.join("\n")),
        sources: ids.iter().cloned().chain(about).collect(),
        numbers: sentence.numbers,
        products: ids,
        action: None,
    }))
}
