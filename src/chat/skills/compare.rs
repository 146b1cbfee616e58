//! Two products side by side.

use super::details::all_rows;
use super::words::Sentence;
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::pack::format::Availability;
use crate::pack::{Money, Product};
use crate::protocol::Language;

const MAX_PRODUCTS: usize = 3;
const MAX_ROWS: usize = 10;

pub(super) fn answer(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let mentions = &request.slots.products;
    let mut ids: Vec<&String> = Vec::new();
    // One name that fits two products means both; of several names each means its best.
    let each = if mentions.len() == 1 { MAX_PRODUCTS } else { 1 };
    for id in mentions.iter().flat_map(|slot| slot.value.ids.iter().take(each)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        ids.extend(request.shown.iter().take(2));
    }
    let products: Vec<&Product> = ids.into_iter().filter_map(|id| shop.product(id)).take(MAX_PRODUCTS).collect();
    let &[first, second, ..] = products.as_slice() else { return Outcome::NotApplicable };
    let language = request.language;
    let mut sentence = Sentence::new(request, shop.today(request));
    let mut rows = vec![
        row(sentence.say("Price".into(), "价格".into()), &products, |product| {
            sentence.money(product.current_price())
        }),
        row(sentence.say("In stock".into(), "库存".into()), &products, |product| stock(product, language)),
    ];
    let mut names: Vec<String> = Vec::new();
    for attribute in products.iter().flat_map(|product| all_rows(product, language)) {
        if !names.contains(&attribute.name) {
            names.push(attribute.name);
        }
    }
    for name in names {
        let value = |product: &Product| {
            let row = all_rows(product, language).into_iter().find(|row| row.name == name);
            row.map_or_else(|| "–".to_owned(), |row| row.value)
        };
        let values: Vec<String> = products.iter().map(|product| value(product)).collect();
        if values.iter().any(|value| *value != values[0]) && rows.len() < MAX_ROWS {
            rows.push(row(name.clone(), &products, value));
        }
    }
    let head = row(String::new(), &products, |product| product.title.text(language).to_owned());
    let rule = format!("|{}", "---|".repeat(products.len() + 1));
    let table = [head, rule].into_iter().chain(rows).collect::<Vec<_>>().join("\n");
    let (a, b) = (first.current_price(), second.current_price());
    let by = sentence.money(&Money { minor: a.minor.abs_diff(b.minor), ..a.clone() });
    let cheaper = if a.minor <= b.minor { first } else { second }.title.text(language);
    let line = if a.minor == b.minor {
        sentence.say("Both cost the same.".to_owned(), "两款价格相同。".to_owned())
    } else {
        sentence.say(format!("{cheaper} is {by} cheaper."), format!("{cheaper}便宜 {by}。"))
    };
    let line = if products.len() == 2 { format!("\n\n{line}") } else { String::new() };
    let ids: Vec<String> = products.iter().map(|product| product.id.clone()).collect();
    Outcome::Done(Box::new(Computed {
        skill: Skill::CompareProducts,
        value: Value::Comparison { products: ids.clone() },
        text: format!("{table}{line}"),
        sources: ids.clone(),
        numbers: sentence.numbers,
        products: ids,
        action: None,
    }))
}

fn row(name: String, products: &[&Product], mut value: impl FnMut(&Product) -> String) -> String {
    // A bar would end the cell.
    let cells = products.iter().map(|product| format!(" {} |", value(product).replace('|', "/").replace('\n', " ")));
    format!("| {name} |{}", cells.collect::<String>())
}

fn stock(product: &Product, language: Language) -> String {
    let is_ordered = matches!(product.availability, Availability::Preorder | Availability::Backorder);
    match (language, product.is_in_stock(), product.stock) {
        (_, true, Some(left)) => left.to_string(),
        (Language::En, true, None) => "yes".to_owned(),
        (Language::Zh, true, None) => "有货".to_owned(),
        (Language::En, false, _) if is_ordered => "pre-order".to_owned(),
        (Language::Zh, false, _) if is_ordered => "预订".to_owned(),
        (Language::En, false, _) => "out of stock".to_owned(),
        (Language::Zh, false, _) => "缺货".to_owned(),
    }
}
