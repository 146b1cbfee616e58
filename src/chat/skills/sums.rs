//! What several goods come to, with the postage where a place is named, and one set of goods against another.

use std::ops::Range;

use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value, shipping};
use crate::chat::slots::Slots;
use crate::chat::slots::number::numbers;
use crate::pack::{Money, Product};
use crate::retrieve::tokens::{is_han, normalize};

/// Words that ask what it all comes to.
const TOTAL: &[&str] = &[
    "altogether",
    "all together",
    "together",
    "total",
    "sum",
    "come to",
    "comes to",
    "coming to",
    "add up",
    "adds up",
    "how much",
    "what do i pay",
    "what would i pay",
    "what will i pay",
    "do i owe",
    "price for",
    "price of",
    "set me back",
    "what would it cost",
    "what do they cost",
    "总共",
    "一共",
    "合计",
    "总价",
    "总计",
    "加起来",
    "共多少",
    "几块",
    "多少钱",
    "多少欧",
    "付多少",
    "要多少",
    "得多少",
];
/// Words that want the postage on top.
const WITH_POSTAGE: &[&str] = &[
    "shipping included",
    "including shipping",
    "incl shipping",
    "incl. shipping",
    "with shipping",
    "with postage",
    "plus shipping",
    "plus postage",
    "and shipping",
    "and postage",
    "including postage",
    "postage included",
    "including delivery",
    "with delivery",
    "plus delivery",
    "delivered to",
    "sent to",
    "shipped to",
    "posted to",
    "连运费",
    "含运费",
    "带运费",
    "加运费",
    "加上运费",
    "算上运费",
    "连邮费",
    "含邮费",
    "加邮费",
    "算上邮费",
    "到手价",
    "运费一起",
];
/// Words that set one choice against another.
const AGAINST: &[&str] = &["or", "than", "vs", "versus", "cheaper", "difference", "还是", "比", "哪", "划算", "便宜"];
/// What parts two choices.
const OR: &[&str] = &[" or ", " vs ", " versus ", " than ", "还是", "比起", "和分开"];
/// Behind a Chinese name and its number.
const MEASURES: &[char] =
    &['个', '只', '件', '套', '盒', '包', '罐', '袋', '份', '把', '条', '对', '饼', '本', '张', '支', '瓶', '块'];
/// More of one thing than this is not what the number says.
const MAX_PIECES: u32 = 100;
/// Words between a number and the name of what it counts.
const MAX_BETWEEN: usize = 3;

/// Goods, each with how many of it and where its name stands.
pub(super) struct Line<'a> {
    pub product: &'a Product,
    pub pieces: u32,
    pub span: Range<usize>,
}

impl Line<'_> {
    pub(super) fn minor(&self) -> Option<u64> {
        self.product.current_price().minor.checked_mul(self.pieces.into())
    }
}

/// The goods that a message names, in its order; nothing where a name fits several.
pub(super) fn named<'a>(shop: &Shop<'a>, request: &Request<'_>) -> Vec<Line<'a>> {
    let mentions = request.slots.products.iter().filter(|slot| !slot.span.is_empty());
    let products: Option<Vec<_>> = mentions
        .map(|slot| {
            let id = slot.value.only()?;
            let product = shop.products.iter().find(|product| product.id == id)?;
            Some((product, slot.span.clone()))
        })
        .collect();
    let products = products.unwrap_or_default();
    let mut lines: Vec<Line<'a>> = Vec::new();
    let mut is_counted = false;
    for (i, (product, span)) in products.iter().enumerate() {
        let before = request.text.get(products[..i].last().map_or(0, |(_, span)| span.end)..span.start);
        let after = request.text.get(span.end..products.get(i + 1).map_or(request.text.len(), |(_, span)| span.start));
        // A number between two names counts one of them.
        let before = before.filter(|_| !is_counted).and_then(count_before);
        let behind = after.filter(|_| before.is_none()).and_then(count_behind);
        is_counted = behind.is_some();
        lines.push(Line { product, pieces: before.or(behind).unwrap_or(1), span: span.clone() });
    }
    lines
}

/// The number that ends a text but for a few words that describe: `and two big` of “and two big blue mugs”.
fn count_before(text: &str) -> Option<u32> {
    let text = normalize(text).replace('俩', "两个").replace('仨', "三个");
    let number = numbers(&text).pop()?;
    let between = &text[number.range.end..];
    let is_near = between.split_whitespace().count() <= MAX_BETWEEN
        && between.chars().filter(|c| !c.is_ascii()).count() <= MAX_BETWEEN
        && !between.contains([',', '.', ';', '，', '、', '。', '€', '$', '%', ':'])
        && !["euro", "gram", " g ", "kg", "ml", "cm", "day", "欧", "克", "公斤", "毫升", "号", "月", "天", "点", "人"]
            .iter()
            .any(|unit| between.contains(unit));
    number.value.whole().filter(|pieces| is_near && (1..=MAX_PIECES).contains(pieces))
}

/// The number behind a Chinese name: 三 of 祁门红茶三袋.
fn count_behind(text: &str) -> Option<u32> {
    let text = normalize(text).replace('俩', "两个").replace('仨', "三个");
    // The rest of the name may stand between: 祁门|红茶三袋.
    let is_near = |start: usize| text[..start].chars().all(is_han) && text[..start].chars().count() <= MAX_BETWEEN;
    let number = numbers(&text).into_iter().next().filter(|number| is_near(number.range.start))?;
    let counts = text[number.range.end..].trim_start().starts_with(MEASURES);
    number.value.whole().filter(|pieces| counts && (1..=MAX_PIECES).contains(pieces))
}

/// What all of it costs; nothing where prices do not add up in one currency.
pub(super) fn total(lines: &[Line<'_>]) -> Option<Money> {
    let currency = lines.first()?.product.current_price().currency.clone();
    let minor = lines.iter().try_fold(0u64, |sum, line| {
        (line.product.current_price().currency == currency).then_some(())?;
        sum.checked_add(line.minor()?)
    })?;
    Some(Money { minor, currency })
}

/// Whether a message asks for such a sum.
pub(super) fn is_asked(shop: &Shop<'_>, request: &Request<'_>, text: &str) -> bool {
    let lines = named(shop, request);
    let n_pieces: u32 = lines.iter().map(|line| line.pieces).sum();
    match lines.len() {
        0 => false,
        1 => wants_postage(shop, request, text) && (says(text, TOTAL) || n_pieces > 1),
        _ if says(text, AGAINST) => sides(&lines, request.text).is_some(),
        _ => says(text, TOTAL) || wants_postage(shop, request, text),
    }
}

fn wants_postage(shop: &Shop<'_>, request: &Request<'_>, text: &str) -> bool {
    shop.rules.shipping.is_some() && !request.slots.places.is_empty() && says(text, WITH_POSTAGE)
}

/// The lines before and behind the word that parts two choices, where one of them is more than one piece.
fn sides<'l, 'a>(lines: &'l [Line<'a>], text: &str) -> Option<(&'l [Line<'a>], &'l [Line<'a>])> {
    let text = text.to_lowercase();
    let at = |i: usize| {
        OR.iter().any(|or| {
            text.get(lines[i - 1].span.end..lines[i].span.start).is_some_and(|gap| format!(" {gap} ").contains(or))
        })
    };
    let parted = (1..lines.len()).find(|&i| at(i))?;
    let (left, right) = lines.split_at(parted);
    (lines.len() > 2 || lines.iter().any(|line| line.pieces > 1)).then_some((left, right))
}

pub(super) fn answer(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let text = normalize(request.text);
    let lines = named(shop, request);
    let mut sentence = Sentence::new(request, shop.today(request));
    if says(&text, AGAINST)
        && let Some((left, right)) = sides(&lines, request.text)
    {
        return against(left, right, sentence);
    }
    let Some(sum) = total(&lines) else { return Outcome::NotApplicable };
    let listed = listed(&lines, &mut sentence);
    let sum_text = sentence.money(&sum);
    let mut text_out = match lines.as_slice() {
        [line] if line.pieces == 1 => sentence.say(format!("{listed}."), format!("{listed}。")),
        _ => sentence.say(format!("{listed}: {sum_text} together."), format!("{listed}，一共 {sum_text}。")),
    };
    let mut sources: Vec<String> = lines.iter().map(|line| line.product.id.clone()).collect();
    let mut value = sum.clone();
    if wants_postage(shop, request, &text) {
        let cart: Vec<(String, u32)> = lines.iter().map(|line| (line.product.id.clone(), line.pieces)).collect();
        let slots =
            Slots { places: request.slots.places.clone(), weights: request.slots.weights.clone(), ..Slots::default() };
        let sent = Request { slots: &slots, cart: &cart, ..*request };
        let Outcome::Done(postage) = shipping::cost(shop, &sent) else { return Outcome::NotApplicable };
        let Value::ShippingCost { least, most, is_free, .. } = &postage.value else { return Outcome::NotApplicable };
        text_out = format!("{text_out}\n\n{}", postage.text);
        postage.numbers.iter().for_each(|number| {
            sentence.keep(number.clone());
        });
        if (*is_free || least == most) && least.currency == sum.currency {
            value.minor = sum.minor.saturating_add(if *is_free { 0 } else { least.minor });
            let all = sentence.money(&value);
            text_out += &sentence.say(format!("\n\nIn all: {all}."), format!("\n\n连运费共 {all}。"));
        }
        sources.extend(postage.sources.iter().cloned());
    }
    let saved = Money { minor: 0, ..sum };
    done(Value::Sum { total: value, saved }, text_out, sources, &lines, sentence)
}

/// `2 × Speckled mug at €19 = €38, …`.
fn listed(lines: &[Line<'_>], sentence: &mut Sentence) -> String {
    let mut parts = Vec::new();
    for line in lines {
        let (title, price) = (line.product.title.text(sentence.language), sentence.money(line.product.current_price()));
        let sum = line.minor().map(|minor| Money { minor, ..line.product.current_price().clone() });
        parts.push(match (line.pieces, sum) {
            (1, _) | (_, None) => sentence.say(format!("{title} {price}"), format!("{title} {price}")),
            (pieces, Some(sum)) => {
                let (pieces, sum) = (sentence.keep(pieces.to_string()), sentence.money(&sum));
                format!("{pieces} × {title} {price} = {sum}")
            }
        });
    }
    parts.join(&sentence.say(", ".to_owned(), "，".to_owned()))
}

/// Two choices, each with what it comes to.
fn against(left: &[Line<'_>], right: &[Line<'_>], mut sentence: Sentence) -> Outcome {
    let (Some(a), Some(b)) = (total(left), total(right)) else { return Outcome::NotApplicable };
    if a.currency != b.currency {
        return Outcome::NotApplicable;
    }
    let mut rows = Vec::new();
    for (lines, sum) in [(left, &a), (right, &b)] {
        let (what, sum) = (listed(lines, &mut sentence), sentence.money(sum));
        rows.push(match lines {
            [line] if line.pieces == 1 => format!("- {what}"),
            _ => sentence.say(format!("- {what}: {sum} together"), format!("- {what}，一共 {sum}")),
        });
    }
    let by = sentence.money(&Money { minor: a.minor.abs_diff(b.minor), ..a.clone() });
    let line = match a.minor.cmp(&b.minor) {
        std::cmp::Ordering::Equal => sentence.say("Both come to the same.".into(), "两种买法一样多。".into()),
        std::cmp::Ordering::Less => sentence.say(format!("The first is {by} cheaper."), format!("前一种便宜 {by}。")),
        std::cmp::Ordering::Greater => {
            sentence.say(format!("The second is {by} cheaper."), format!("后一种便宜 {by}。"))
        }
    };
    let least = if a.minor <= b.minor { a.clone() } else { b.clone() };
    let saved = Money { minor: a.minor.abs_diff(b.minor), ..a };
    let sources = left.iter().chain(right).map(|line| line.product.id.clone()).collect();
    let all: Vec<&Line<'_>> = left.iter().chain(right).collect();
    let products = all.iter().map(|line| line.product.id.clone()).collect();
    let (text, numbers) = (format!("{}\n\n{line}", rows.join("\n")), sentence.numbers);
    let value = Value::Sum { total: least, saved };
    Outcome::Done(Box::new(Computed { skill: Skill::Sum, value, text, sources, numbers, products, action: None }))
}

fn done(value: Value, text: String, sources: Vec<String>, lines: &[Line<'_>], sentence: Sentence) -> Outcome {
    let products = lines.iter().map(|line| line.product.id.clone()).collect();
    let numbers = sentence.numbers;
    Outcome::Done(Box::new(Computed { skill: Skill::Sum, value, text, sources, numbers, products, action: None }))
}
