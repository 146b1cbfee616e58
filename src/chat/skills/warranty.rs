//! Until when something is under warranty.

use super::returns::{is_about, mentioned};
use super::words::Sentence;
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::retrieve::tokens::normalize;

pub(super) fn deadline(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some(warranty) = &shop.rules.warranty else { return Outcome::NotApplicable };
    let today = shop.today(request);
    let text = normalize(request.text);
    let product = mentioned(shop, request);
    let mut sentence = Sentence::new(request, today);
    let term = warranty.terms.iter().find(|term| is_about(&term.goods, product, &text));
    let months = term.map_or(warranty.months, |term| term.months);
    let source = term.map_or(&warranty.source, |term| &term.source).clone();
    let what = match (product, term) {
        (Some(product), _) => product.title.text(sentence.language).to_owned(),
        (None, Some(term)) => term.name.text(sentence.language).to_owned(),
        (None, None) => sentence.say("What you buy from us".to_owned(), "在我们店购买的商品".to_owned()),
    };
    let period = sentence.months(months);
    let delivered = request.slots.days.first().map(|day| day.value.past(today)).filter(|&day| day <= today);
    let (value, text) = match delivered {
        _ if months == 0 => {
            let text = sentence.say(format!("{what}: there is no warranty."), format!("{what}没有保修。"));
            (Value::Excluded, text)
        }
        None => {
            let text = sentence.say(
                format!("{what}: the warranty is {period} from delivery, against faults in material and making."),
                format!("{what}：保修 {period}，从收货算起，保材料和做工的问题。"),
            );
            (Value::Period { days: 0, months }, text)
        }
        Some(delivered) => {
            let last = delivered.plus_months(i32::try_from(months).unwrap_or(i32::MAX));
            let is_over = last < today;
            let (from, until) = (sentence.dated(delivered), sentence.dated(last));
            let text = if is_over {
                sentence.say(
                    format!("{what}: the warranty of {period}, counted from {from}, ended on {until}."),
                    format!("{what}：保修 {period}，从{from}算起，已于{until}到期。"),
                )
            } else {
                sentence.say(
                    format!("{what}: the warranty of {period}, counted from {from}, runs until {until}."),
                    format!("{what}：保修 {period}，从{from}算起，到{until}为止。"),
                )
            };
            (Value::Deadline { day: last, is_over }, text)
        }
    };
    let (numbers, sources) = (sentence.numbers, vec![source]);
    let products = product.map(|product| product.id.clone()).into_iter().collect();
    let skill = Skill::WarrantyDeadline;
    Outcome::Done(Box::new(Computed { skill, value, text, sources, numbers, products, action: None }))
}
