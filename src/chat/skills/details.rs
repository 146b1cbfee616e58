//! One product: its price, its stock, and any row of its details.

use super::returns::mentioned;
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::SlotKind;
use crate::pack::format::Availability;
use crate::pack::{Attribute, Money, Product};
use crate::protocol::Language;
use crate::retrieve::tokens::{is_telling, normalize, terms};

pub(super) const PRICE: &[&str] =
    &["price", "cost", "costs", "how much", "expensive", "多少钱", "价格", "价钱", "什么价", "怎么卖", "售价"];
pub(super) const STOCK: &[&str] = &[
    "in stock",
    "available",
    "sold out",
    "how many left",
    "out of stock",
    "still have",
    "still got",
    "got any",
    "on hand",
    "enough",
    "straight away",
    "right away",
    "pre-order",
    "preorder",
    "有货",
    "现货",
    "库存",
    "缺货",
    "卖完",
    "还有吗",
    "还有没有",
    "能买到",
    "are left",
    "is left",
    "left in",
    "how many do you have",
    "还剩",
    "剩几",
    "剩多少",
    "几套",
    "补货",
    "够不够",
    "够吗",
    "现在能买",
];
/// Words for what a reduced price saves.
pub(in crate::chat) const SAVING: &[&str] = &[
    "save",
    "saved",
    "saving",
    "knocked off",
    "cheaper now",
    "reduced by",
    "how much off",
    "percent off",
    "percentage",
    "省",
    "降了",
    "便宜了",
    "便宜多少",
    "减了",
    "优惠多少",
    "打几折",
];
/// Words that ask what colours there are.
const COLOUR: &[&str] =
    &["colour", "colours", "color", "colors", "shade", "shades", "颜色", "什么色", "几种色", "几个色"];
/// Words of a highlight that tells when goods will be there.
const COMES: &[&str] = &["ships", "ship", "leaves", "arrives", "available", "发货", "到货", "上市", "发出"];
/// Words for rows whose name is another one.
const SYNONYMS: &[(&[&str], &[&str])] = &[
    (&["where", "from", "origin", "grown", "made in", "哪里", "产地", "哪儿", "产自"], &["origin", "made in", "产地"]),
    (
        &["big", "large", "hold", "capacity", "volume", "ml", "容量", "多大", "毫升"],
        &["capacity", "diameter", "容量", "直径"],
    ),
    (
        &["heavy", "weigh", "weighs", "weight", "多重", "重量", "几公斤", "几克", "多少克", "多少公斤"],
        &["weight", "net weight", "重量", "净重"],
    ),
    (&["how long is", "how long are", "length", "多长", "长度"], &["length", "长", "长度"]),
    (&["tall", "high", "height", "多高", "高度"], &["height", "高度", "高"]),
    (&["wide", "width", "diameter", "直径", "多宽"], &["diameter", "width", "直径", "宽度"]),
    (&["hot", "temperature", "degrees", "水温", "几度", "温度"], &["brewing temperature", "冲泡水温"]),
    (&["how long", "steep", "minutes", "泡多久", "几分钟"], &["brewing time", "冲泡时间"]),
    (&["dishwasher", "洗碗机"], &["dishwasher safe", "洗碗机"]),
    (&["microwave", "微波炉"], &["microwave safe", "微波炉"]),
    (&["induction", "电磁炉"], &["induction", "电磁炉"]),
    (&["allergen", "allergens", "nuts", "milk", "wheat", "过敏"], &["allergens", "allergy note", "过敏原", "过敏提示"]),
    (&["gluten", "麸质", "无麸质"], &["gluten-free", "无麸质"]),
    (&["caffeine", "decaf", "咖啡因"], &["caffeine", "咖啡因"]),
];
const YES_NO_EN: &[&str] = &["is ", "are ", "does ", "do ", "can ", "has ", "have ", "will ", "would ", "could "];
const YES_NO_ZH: &[&str] = &["吗", "是不是", "能不能", "可不可以", "有没有", "会不会", "可以", "能否"];
const YES: &[&str] = &["yes", "included", "是", "可以", "可", "能", "有", "支持", "附赠", "已含"];
const NO: &[&str] = &["no", "none", "not", "否", "不可以", "不可", "不能", "不", "无", "没有", "不含", "不支持"];
/// Details in an overview.
const MAX_ROWS: usize = 6;

pub(super) fn answer(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some(product) = mentioned(shop, request) else {
        return colours(shop, request).unwrap_or_else(|| which(shop, request));
    };
    let language = request.language;
    let mut sentence = Sentence::new(request, shop.today(request));
    let text = normalize(request.text);
    let title = product.title.text(language).to_owned();
    let (wants_price, wants_stock) = (says(&text, PRICE) || says(&text, SAVING), says(&text, STOCK));
    let mut lines = Vec::new();
    let mut value = (None, None);
    if wants_price {
        lines.push(price_line(product, request, &mut sentence));
    }
    if wants_stock {
        let (line, is_there) = stock_line(product, &text, request, &mut sentence);
        lines.push(line);
        value.1 = Some(is_there);
    }
    let rows = asked_rows(product, &text, language);
    for row in rows.iter().filter(|_| !wants_price || !wants_stock).take(2) {
        let answer = yes_or_no(&row.value).filter(|_| asks_yes_or_no(&text));
        sentence.keep(row.value.clone());
        let (en, zh) = match answer {
            Some(true) => ("Yes. ", "是的。"),
            Some(false) => ("No. ", "不是。"),
            None => ("", ""),
        };
        let zh = if answer.is_some() { zh } else { "" };
        lines.push(sentence.say(
            format!("{en}{title}, {}: {}.", lower_first(&row.name), row.value),
            format!("{zh}{title}，{}：{}。", row.name, row.value),
        ));
        value = (Some(row.name.clone()), answer);
    }
    if lines.is_empty() {
        let asks_something = request.slots.products.is_empty() || asks_yes_or_no(&text);
        if asks_something {
            return Outcome::NotApplicable;
        }
        lines.push(price_line(product, request, &mut sentence));
        lines.push(stock_line(product, "", request, &mut sentence).0);
        let rows = all_rows(product, language);
        let colon = if language == Language::Zh { "：" } else { ": " };
        let rows = rows.iter().take(MAX_ROWS).map(|row| format!("- {}{colon}{}", row.name, row.value));
        lines.push(format!("\n\n{}", rows.collect::<Vec<_>>().join("\n")));
    }
    let joint = if language == Language::Zh { "" } else { " " };
    let id = product.id.clone();
    Outcome::Done(Box::new(Computed {
        skill: Skill::ProductDetails,
        value: Value::Product { id: id.clone(), attribute: value.0, answer: value.1 },
        text: lines.join(joint).replace(" \n", "\n"),
        sources: vec![id.clone()],
        numbers: sentence.numbers,
        products: vec![id],
        action: None,
    }))
}

/// Asks which one, where a name fits several.
fn which(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some(mention) = request.slots.products.first().filter(|slot| slot.value.ids.len() > 1) else {
        return Outcome::NotApplicable;
    };
    let titles = mention.value.ids.iter().filter_map(|id| shop.product(id));
    let choices = titles.map(|product| product.title.text(request.language).to_owned()).take(6).collect();
    let question = match request.language {
        Language::En => "Which of these do you mean?",
        Language::Zh => "请问您问的是哪一款？",
    };
    Outcome::Needs { slot: SlotKind::Product, question: question.to_owned(), choices }
}

fn price_line(product: &Product, request: &Request<'_>, sentence: &mut Sentence) -> String {
    let title = product.title.text(sentence.language);
    let (now, before) = (sentence.money(product.current_price()), sentence.money(&product.price));
    let mut line = match &product.sale_price {
        Some(sale) if sale.minor < product.price.minor => {
            let minor = product.price.minor - sale.minor;
            let saved = sentence.money(&Money { minor, ..sale.clone() });
            let percent = sentence.keep(format!("{} %", (minor * 100 + product.price.minor / 2) / product.price.minor));
            sentence.say(
                format!("{title} costs {now} at the moment, instead of {before}: you save {saved} ({percent})."),
                format!("{title}现价 {now}，原价 {before}，省 {saved}（{percent}）。"),
            )
        }
        Some(_) => sentence.say(format!("{title} costs {now}."), format!("{title}的价格是 {now}。")),
        None => sentence.say(format!("{title} costs {now}."), format!("{title}的价格是 {now}。")),
    };
    let pieces = request.slots.quantity.as_ref().map_or(1, |pieces| pieces.value);
    let price = product.current_price();
    if let Some(minor) = price.minor.checked_mul(pieces.into()).filter(|_| pieces > 1) {
        let (n, sum) = (sentence.keep(pieces.to_string()), sentence.money(&Money { minor, ..price.clone() }));
        line += &sentence.say(format!(" {n} of them come to {sum}."), format!("{n} 件共 {sum}。"));
    }
    line
}

/// The colours of a thing that is sold in several, each a product of its own.
fn colours(shop: &Shop<'_>, request: &Request<'_>) -> Option<Outcome> {
    let ids = &request.slots.products.first()?.value.ids;
    let products: Vec<&Product> = ids.iter().filter_map(|id| shop.product(id)).collect();
    let language = request.language;
    if products.len() < 2 || !says(&normalize(request.text), COLOUR) {
        return None;
    }
    let mut sentence = Sentence::new(request, shop.today(request));
    let mut rows = Vec::new();
    for product in &products {
        let colour = Some(product.color.text(language)).filter(|colour| !colour.is_empty())?;
        let (title, price) = (product.title.text(language), sentence.money(product.current_price()));
        rows.push(sentence.say(format!("- {title}: {colour}, {price}"), format!("- {title}：{colour}，{price}")));
    }
    let ids = ids.clone();
    Some(Outcome::Done(Box::new(Computed {
        skill: Skill::ProductDetails,
        value: Value::Comparison { products: ids.clone() },
        text: rows.join("\n"),
        sources: ids.clone(),
        numbers: sentence.numbers,
        products: ids,
        action: None,
    })))
}

fn stock_line(product: &Product, text: &str, request: &Request<'_>, sentence: &mut Sentence) -> (String, bool) {
    let language = request.language;
    let is_there = product.is_in_stock();
    let (yes, no) = match (text.is_empty(), says(text, &["sold out", "out of stock", "缺货", "卖完"]), language) {
        (true, _, _) => ("", ""),
        (_, false, Language::En) => ("Yes, it", "No, it"),
        (_, true, Language::En) => ("No, it", "Yes, it"),
        (_, false, Language::Zh) => ("有货，", "暂时没有，"),
        (_, true, Language::Zh) => ("没有卖完，", "是的，"),
    };
    let en = |opener: &str| if opener.is_empty() { "It".to_owned() } else { opener.to_owned() };
    let wanted = request.slots.quantity.as_ref().map_or(1, |pieces| pieces.value);
    let line = match (product.availability, is_there, product.stock) {
        (Availability::Preorder | Availability::Backorder, _, _) => {
            let line = sentence.say(
                "It can be pre-ordered; it is not in stock yet.".to_owned(),
                "目前可以预订，还没有现货。".to_owned(),
            );
            // The feed has no column for the day; a shop says it among the highlights.
            let comes = |highlight: &&String| says(&normalize(highlight), COMES);
            match (product.highlights.items(language).iter().find(comes), language) {
                (Some(highlight), Language::En) => format!("{line} {highlight}."),
                (Some(highlight), Language::Zh) => format!("{line}{highlight}。"),
                (None, _) => line,
            }
        }
        (_, true, Some(left)) if left < wanted => {
            let (left, wanted) = (sentence.keep(left.to_string()), sentence.keep(wanted.to_string()));
            let line = sentence.say(
                format!("Not enough for {wanted}: {left} left in stock."),
                format!("不够 {wanted} 件，现货只有 {left} 件。"),
            );
            return (line, false);
        }
        (_, true, Some(left)) => {
            let left = sentence.keep(left.to_string());
            sentence.say(format!("{} is in stock, {left} left.", en(yes)), format!("{yes}现货还有 {left} 件。"))
        }
        (_, true, None) => sentence.say(format!("{} is in stock.", en(yes)), format!("{yes}有现货。")),
        (_, false, _) => sentence.say(format!("{} is out of stock at the moment.", en(no)), format!("{no}目前缺货。")),
    };
    (line, is_there)
}

/// Every row that a product has: its details, and what the feed says in columns of their own.
pub(super) fn all_rows(product: &Product, language: Language) -> Vec<Attribute> {
    let (en, zh) = (language == Language::En, language == Language::Zh);
    let name = |english: &str, chinese: &str| if zh { chinese.to_owned() } else { english.to_owned() };
    debug_assert!(en != zh);
    let columns = [
        (name("Size", "规格"), product.size.text(language)),
        (name("Weight", "重量"), product.weight.as_deref().unwrap_or_default()),
        (name("Colour", "颜色"), product.color.text(language)),
        (name("Material", "材质"), product.material.text(language)),
        (name("Brand", "品牌"), product.brand.text(language)),
    ];
    let details = product.attributes.items(language).iter().cloned();
    let columns = columns.into_iter().filter(|(_, value)| !value.is_empty());
    details.chain(columns.map(|(name, value)| Attribute { name, value: value.to_owned() })).collect()
}

/// The rows that the words of a question name.
fn asked_rows(product: &Product, text: &str, language: Language) -> Vec<Attribute> {
    let asked = terms(text);
    let rows = all_rows(product, language);
    let title = terms(&product.title.text(language).to_lowercase());
    let named = |row: &&Attribute| {
        let name = normalize(&row.name);
        let by_name = terms(&name).iter().any(|term| {
            is_telling(term)
                && asked.contains(term)
                && !title.contains(term)
                && !["safe", "make", "note"].contains(&term.as_str())
        });
        let by_synonym = SYNONYMS.iter().any(|(said, rows)| rows.contains(&name.as_str()) && says(text, said));
        by_name || by_synonym
    };
    let mut found: Vec<Attribute> = rows.iter().filter(named).cloned().collect();
    // A row that is named by its own words comes before one by a synonym.
    found.sort_by_key(|row| !terms(&row.name).iter().all(|term| asked.contains(term)));
    found
}

/// Whether a value begins with a yes or a no.
pub(super) fn yes_or_no(value: &str) -> Option<bool> {
    let value = normalize(value);
    let begins = |words: &[&str]| {
        words.iter().any(|word| {
            let rest = value.strip_prefix(word);
            rest.is_some_and(|rest| !word.is_ascii() || !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
    };
    if begins(NO) { Some(false) } else { begins(YES).then_some(true) }
}

fn asks_yes_or_no(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix("and ").unwrap_or(text);
    YES_NO_EN.iter().any(|opener| text.starts_with(opener)) || YES_NO_ZH.iter().any(|word| text.contains(word))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}
