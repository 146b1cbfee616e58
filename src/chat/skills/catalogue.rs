//! What of the catalogue fits: a kind, a price, a colour, a property, what is in stock.

use std::collections::{BTreeSet, HashSet};

use super::details::{STOCK, yes_or_no};
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::{Budget, Size};
use crate::pack::Product;
use crate::protocol::Language;
use crate::retrieve::tokens::{is_han, normalize, terms};

/// Products in a reply; the count says how many there are.
const MAX_SHOWN: usize = 6;
const ON_SALE: &[&str] =
    &["on sale", "discounted", "reduced", "special offer", "on offer", "marked down", "特价", "促销", "打折", "降价"];
const AT_LEAST: &[&str] =
    &["at least", "minimum", "or more", "or bigger", "or larger", "至少", "以上", "起码", "不小于", "不低于"];
const WITHOUT_EN: &[&str] = &["no ", "without ", "free of ", "not contain ", "zero "];
const WITHOUT_ZH: &[&str] = &["不含", "没有", "无", "不带", "零"];

/// What is asked of a product.
struct Need {
    /// What the shopper reads: `up to €30`, `红色`.
    words: String,
    fits: Box<dyn Fn(&Product) -> bool>,
}

/// A property that products answer with yes or no.
struct Property {
    /// As the row is called: `gluten-free`, 不含咖啡因.
    name: String,
    /// Whether it must not be in it.
    is_absent: bool,
    need: Need,
}

pub(super) fn answer(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let mut sentence = Sentence::new(request, shop.today(request));
    let text = normalize(request.text);
    let budget = request.slots.budget.as_ref().map(|slot| &slot.value);
    let mut needs = Vec::new();
    let (mut kinds, rest) = kinds(shop, &normalize(&without_budget(request)));
    if let Some(budget) = budget {
        needs.push(price_need(budget, &mut sentence));
    }
    for colour in &request.slots.colours {
        let colour = colour.value;
        let words = sentence.say(colour.id.to_owned(), colour.zh());
        needs.push(Need { words, fits: Box::new(move |product| colour.is_of(product)) });
    }
    if let Some(size) = &request.slots.size {
        let (size, is_least) = (size.value.clone(), says(&text, AT_LEAST));
        let words = match is_least {
            true => sentence.say(format!("at least {size}"), format!("至少 {size}")),
            false => size.to_string(),
        };
        sentence.keep(size.to_string());
        needs.push(Need { words, fits: Box::new(move |product| is_size(product, &size, is_least)) });
    }
    if says(&text, ON_SALE) {
        let words = sentence.say("reduced".to_owned(), "特价".to_owned());
        needs.push(Need { words, fits: Box::new(|product| product.sale_price.is_some()) });
    }
    let wants_stock = says(&text, STOCK);
    for property in properties(shop, &text, request.language) {
        let terms = terms(&property.name);
        // What must not be in it is never a kind, whatever goods are filed under: somebody's health may hang on it.
        if property.is_absent {
            kinds.retain(|kind| !terms.contains(kind));
        } else if terms.iter().all(|term| kinds.contains(term)) {
            // “A light under 40” wants a light, and not a helmet that has one.
            continue;
        }
        needs.push(property.need);
    }
    if needs.is_empty() && kinds.is_empty() {
        return Outcome::NotApplicable;
    }
    let of_kinds = labels_of(shop.products, &kinds, &whole_types(shop, &kinds));
    let mut matches: Vec<(&Product, u32)> = shop
        .products
        .iter()
        .filter(|product| needs.iter().all(|need| (need.fits)(product)))
        .filter_map(|product| Some((product, if kinds.is_empty() { 1 } else { kind_score(product, &of_kinds)? })))
        .collect();
    // A gift that is small and for a birthday need not be filed under all three.
    if matches.is_empty() && kinds.len() > 1 {
        let fitting = shop.products.iter().filter(|product| needs.iter().all(|need| (need.fits)(product)));
        let some = fitting.filter_map(|product| {
            let scores = of_kinds.iter().filter_map(|kind| kind_score(product, std::slice::from_ref(kind)));
            Some((product, scores.sum::<u32>())).filter(|(_, score)| *score > 0)
        });
        matches = some.collect();
    }
    if let Some(order) = superlative(&text) {
        let whole = whole_types(shop, &kinds);
        let parts: Vec<String> = kinds.into_iter().filter(|kind| !whole.contains(kind)).collect();
        return extremes(matches.into_iter().map(|(product, _)| product).collect(), &parts, order, sentence);
    }
    // Words that name no kind but stand in titles: “sencha under 20”.
    if kinds.is_empty() && !rest.is_empty() {
        let has = |product: &Product| {
            let words: BTreeSet<String> = product.title.0.values().flat_map(|title| terms(title)).collect();
            rest.iter().any(|word| words.contains(word))
        };
        if shop.products.iter().any(has) {
            matches.retain(|(product, _)| has(product));
        }
    }
    let total = matches.len();
    let in_stock = matches.iter().filter(|(product, _)| product.is_in_stock()).count();
    if wants_stock && in_stock > 0 {
        matches.retain(|(product, _)| product.is_in_stock());
    }
    matches.sort_by_key(|(product, score)| {
        (!product.is_in_stock(), std::cmp::Reverse(*score), product.current_price().minor, product.id.clone())
    });
    let words: Vec<String> = needs.iter().map(|need| need.words.clone()).collect();
    let words = words.join(if request.language == Language::Zh { "、" } else { ", " });
    let shown: Vec<&Product> = matches.iter().map(|(product, _)| *product).take(MAX_SHOWN).collect();
    let n = sentence.keep(matches.len().to_string());
    let en_words = if words.is_empty() { String::new() } else { format!(" ({words})") };
    let zh_words = if words.is_empty() { String::new() } else { format!("（{words}）") };
    let n_shown = sentence.keep(MAX_SHOWN.to_string());
    let mut text = match matches.len() {
        0 => sentence.say(
            format!("Nothing in the catalogue fits that{en_words}."),
            format!("目录里没有符合条件的商品{zh_words}。"),
        ),
        1 => sentence.say(format!("One product fits{en_words}:"), format!("有一款符合{zh_words}：")),
        _ if matches.len() > MAX_SHOWN => sentence.say(
            format!("{n} products fit{en_words}. Here are {n_shown} of them:"),
            format!("有 {n} 款符合{zh_words}，先看其中 {n_shown} 款："),
        ),
        _ => sentence.say(format!("{n} products fit{en_words}:"), format!("有 {n} 款符合{zh_words}：")),
    };
    if let Some(foreign) = budget.and_then(|budget| budget.foreign) {
        let own = &shop.settings.currency;
        text = sentence.say(
            format!("Our prices are in {own}; I took your {foreign} limit as {own}. {text}"),
            format!("本店以 {own} 标价，我把您说的 {foreign} 数字当作 {own} 来算。{text}"),
        );
    }
    let lines: Vec<String> = shown.iter().map(|product| line(product, &mut sentence)).collect();
    if !lines.is_empty() {
        text = format!("{text}\n\n{}", lines.join("\n"));
    }
    let ids: Vec<String> = shown.iter().map(|product| product.id.clone()).collect();
    Outcome::Done(Box::new(Computed {
        skill: Skill::FilterCatalogue,
        value: Value::Matches { total, in_stock },
        text,
        sources: ids.clone(),
        numbers: sentence.numbers,
        products: ids,
        action: None,
    }))
}

/// By price, the least first or the most.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Cheapest,
    Dearest,
}

fn superlative(text: &str) -> Option<Order> {
    const CHEAPEST: &[&str] = &["cheapest", "least expensive", "lowest price", "最便宜", "最实惠", "最低价"];
    const DEAREST: &[&str] = &["most expensive", "dearest", "priciest", "highest price", "最贵"];
    let order = [(CHEAPEST, Order::Cheapest), (DEAREST, Order::Dearest)];
    order.into_iter().find(|(words, _)| says(text, words)).map(|(_, order)| order)
}

/// Whether the cheapest or the dearest of some goods is asked for.
pub(in crate::chat) fn asks_extreme(shop: &Shop<'_>, text: &str) -> bool {
    superlative(text).is_some() && !kinds(shop, text).0.is_empty()
}

/// The cheapest or the dearest of the goods in stock. Of `kinds` that are no whole type, those that bear the name where
/// some do: a gaiwan is filed with the teapots, and teas need not be called so.
fn extremes(mut goods: Vec<&Product>, kinds: &[String], order: Order, mut sentence: Sentence) -> Outcome {
    const N: usize = 3;
    goods.retain(|product| product.is_in_stock());
    let is_named = |product: &&Product| {
        let titles: BTreeSet<String> = product.title.0.values().flat_map(|title| terms(title)).collect();
        kinds.iter().any(|kind| titles.contains(kind))
    };
    if goods.iter().any(is_named) {
        goods.retain(is_named);
    }
    goods.sort_by_key(|product| (product.current_price().minor, product.id.clone()));
    if order == Order::Dearest {
        goods.reverse();
    }
    if goods.is_empty() {
        return Outcome::NotApplicable;
    }
    let (total, shown) = (goods.len(), &goods[..goods.len().min(N)]);
    let intro = match order {
        Order::Cheapest => sentence.say("The cheapest we have in stock:".to_owned(), "现货里最便宜的：".to_owned()),
        Order::Dearest => sentence.say("The most expensive we have in stock:".to_owned(), "现货里最贵的：".to_owned()),
    };
    let lines: Vec<String> = shown.iter().map(|product| line(product, &mut sentence)).collect();
    let ids: Vec<String> = shown.iter().map(|product| product.id.clone()).collect();
    Outcome::Done(Box::new(Computed {
        skill: Skill::FilterCatalogue,
        value: Value::Matches { total, in_stock: total },
        text: format!("{intro}\n\n{}", lines.join("\n")),
        sources: ids.clone(),
        numbers: sentence.numbers,
        products: ids,
        action: None,
    }))
}

/// The message without what says the price: “euros” names no goods, though a gift card's title has the word.
fn without_budget(request: &Request<'_>) -> String {
    let Some(span) = request.slots.budget.as_ref().map(|slot| slot.span.clone()) else {
        return request.text.to_owned();
    };
    match (request.text.get(..span.start), request.text.get(span.end..)) {
        (Some(before), Some(after)) => format!("{before} {after}"),
        _ => request.text.to_owned(),
    }
}

fn price_need(budget: &Budget, sentence: &mut Sentence) -> Need {
    let mut money = |money: &Option<crate::pack::Money>| money.as_ref().map(|money| sentence.money(money));
    let (min, max) = (money(&budget.min), money(&budget.max));
    let words = match (min, max) {
        (Some(min), Some(max)) => sentence.say(format!("{min} to {max}"), format!("{min}到{max}")),
        (Some(min), None) => sentence.say(format!("from {min}"), format!("{min}起")),
        (_, max) => {
            let max = max.unwrap_or_default();
            sentence.say(format!("up to {max}"), format!("{max}以内"))
        }
    };
    let budget = budget.clone();
    Need { words, fits: Box::new(move |product| budget.allows(product.current_price())) }
}

pub(super) fn line(product: &Product, sentence: &mut Sentence) -> String {
    let price = sentence.money(product.current_price());
    let title = product.title.text(sentence.language);
    let stock = match product.is_in_stock() {
        true => String::new(),
        false => sentence.say(", not in stock".to_owned(), "，暂无现货".to_owned()),
    };
    sentence.say(format!("- **{title}**: {price}{stock}"), format!("- **{title}**：{price}{stock}"))
}

/// Words of the message that name kinds of goods, and those that may name something else.
fn kinds(shop: &Shop<'_>, text: &str) -> (Vec<String>, Vec<String>) {
    let distinct = distinct_labels(shop.products);
    let known: BTreeSet<String> = distinct.iter().flat_map(|label| terms(label)).collect();
    let mut kinds: Vec<String> = Vec::new();
    let mut rest = Vec::new();
    for term in terms(text) {
        let is_single_han = term.chars().count() == 1 && term.starts_with(is_han);
        if known.contains(&term) && !is_single_han {
            kinds.push(term);
        } else if !is_single_han && !term.bytes().all(|byte| byte.is_ascii_digit()) {
            rest.push(term);
        }
    }
    // 杯子 is whatever is filed under a word that ends in 杯.
    let ends = |c: char| known.contains(&c.to_string()) && distinct.iter().any(|label| label.ends_with(c));
    let chars: Vec<char> = text.chars().collect();
    for pair in chars.windows(2).filter(|pair| pair[1] == '子' && is_han(pair[0]) && ends(pair[0])) {
        kinds.push(pair[0].to_string());
    }
    if says(text, &["gift", "gifts", "present", "presents", "礼物", "送人", "礼品", "送礼"]) {
        kinds.retain(|kind| !["present", "礼物", "礼品", "送人"].contains(&kind.as_str()));
        kinds.push(if known.contains("gift") { "gift" } else { "送礼" }.to_owned());
    }
    kinds.sort();
    kinds.dedup();
    (kinds, rest)
}

/// What a product is filed under, in every language: the levels of its type weigh more than its tags.
fn labels(product: &Product) -> impl Iterator<Item = (&str, u32)> {
    let types = product.product_type.0.values().flatten().map(|label| (label.as_str(), 2));
    let tags = product.tags.0.values().flatten().map(|label| (label.as_str(), 1));
    types.chain(tags)
}

/// Those of the kinds that are a whole level of a type somewhere: “tea” is one, and “tea samplers” are not
/// of it.
fn whole_types(shop: &Shop<'_>, kinds: &[String]) -> Vec<String> {
    let levels = shop.products.iter().flat_map(|product| product.product_type.0.values().flatten());
    let levels: HashSet<&String> = levels.collect();
    let is_whole = |kind: &&String| levels.iter().any(|level| is_label(level, kind));
    kinds.iter().filter(is_whole).cloned().collect()
}

fn is_label(label: &str, kind: &str) -> bool {
    if label.starts_with(is_han) { normalize(label) == kind } else { terms(label) == [kind] }
}

/// Every label once: thousands of products share a few dozen.
fn distinct_labels(products: &[Product]) -> HashSet<&str> {
    products.iter().flat_map(|product| labels(product).map(|(label, _)| label)).collect()
}

/// Which labels are of each kind.
fn labels_of<'a>(products: &'a [Product], kinds: &[String], whole: &[String]) -> Vec<BTreeSet<&'a str>> {
    let is_of = |label: &str, kind: &String| match whole.contains(kind) {
        true => is_label(label, kind),
        false => terms(label).contains(kind),
    };
    let all = distinct_labels(products);
    kinds.iter().map(|kind| all.iter().copied().filter(|label| is_of(label, kind)).collect()).collect()
}

/// How well a product is of all the kinds, given the labels of each; `None` where it is not of one of them.
fn kind_score(product: &Product, kinds: &[BTreeSet<&str>]) -> Option<u32> {
    kinds.iter().try_fold(0, |score, kind| {
        let best = labels(product).filter(|(label, _)| kind.contains(label)).map(|(_, weight)| weight).max()?;
        Some(score + best)
    })
}

/// Properties by the names of details: “no caffeine”, “dishwasher safe”, 不含咖啡因.
fn properties(shop: &Shop<'_>, text: &str, language: Language) -> Vec<Property> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let rows = shop.products.iter().flat_map(|product| product.attributes.0.values().flatten());
    let rows: HashSet<(&str, &str)> = rows.map(|row| (row.name.as_str(), row.value.as_str())).collect();
    names.extend(rows.iter().filter(|(_, value)| yes_or_no(value).is_some()).map(|(name, _)| normalize(name)));
    let mut needs = Vec::new();
    for name in names {
        let plain = name.trim_end_matches("-free").trim_end_matches(" safe").trim_start_matches('无').to_owned();
        // “Gluten-free: yes” and “Caffeine: none” say the same kind of thing.
        let names_absence = plain.len() < name.len() && !name.ends_with(" safe");
        let is_said = if plain.starts_with(is_han) {
            plain.chars().count() >= 2 && text.contains(&plain)
        } else {
            says(text, &[&plain])
        };
        if !is_said {
            continue;
        }
        let at = text.find(&plain).unwrap_or(0);
        let (before, after) = (&text[..at], &text[at + plain.len()..]);
        // “有没有” asks, and denies nothing.
        let before = before.trim_end_matches("有没有");
        let is_absent = WITHOUT_EN.iter().chain(WITHOUT_ZH).any(|word| before.ends_with(word))
            || after.starts_with("-free")
            || after.starts_with(" free");
        let wanted = is_absent == names_absence;
        let words = match (language, is_absent) {
            (Language::En, true) => format!("no {plain}"),
            (Language::En, false) => name.clone(),
            (Language::Zh, true) => format!("不含{plain}"),
            (Language::Zh, false) => name.clone(),
        };
        let row_name = name.clone();
        let fits = move |product: &Product| {
            let rows = product.attributes.0.values().flatten();
            rows.into_iter().any(|row| normalize(&row.name) == row_name && yes_or_no(&row.value) == Some(wanted))
        };
        needs.push(Property { name, is_absent, need: Need { words, fits: Box::new(fits) } });
    }
    needs
}

/// Whether a product's size, or a row of its details, is this one, within a tenth, or is no less.
fn is_size(product: &Product, size: &Size, is_least: bool) -> bool {
    let texts = || {
        let rows = product.attributes.0.values().flatten().map(|row| row.value.as_str());
        product.size.0.values().map(String::as_str).chain(rows)
    };
    let near = |asked: f64, found: f64| (found - asked).abs() <= 0.1 * asked || is_least && found >= asked;
    match size {
        Size::Millilitres(ml) => {
            texts().any(|text| measure(text, &[("ml", 1.0), ("l", 1000.0)]).is_some_and(|n| near((*ml).into(), n)))
        }
        Size::Millimetres(mm) => {
            texts().any(|text| measure(text, &[("cm", 10.0), ("mm", 1.0)]).is_some_and(|n| near((*mm).into(), n)))
        }
        Size::Label(label) => texts().any(|text| says(&normalize(text), &[label])),
    }
}

/// `350 ml`, `1.2 l`.
fn measure(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let (_, factor) = units.iter().find(|(name, _)| unit.trim() == *name)?;
    number.parse::<f64>().ok().map(|number| number * factor)
}
