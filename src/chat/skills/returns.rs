//! Until when something may come back, and what may not.

use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::SlotKind;
use crate::pack::calendar::Date;
use crate::pack::rules::{Goods, ReturnException, ReturnExtension, Returns};
use crate::pack::{Localized, Product};
use crate::retrieve::tokens::normalize;

/// Phrases of somebody who asks about a thing in their hands, and not about the rule.
const OWN_CASE: &[&str] = &[
    "can i still",
    "is it too late",
    "too late to",
    "last day",
    "deadline",
    "until when",
    "by when",
    "how long do i still",
    "when is the latest",
    "还能退",
    "还可以退",
    "还能不能退",
    "来得及退",
    "截止",
    "最晚",
    "最后一天",
    "到什么时候",
    "过期了吗",
];

pub(super) fn deadline(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some(returns) = &shop.rules.returns else { return Outcome::NotApplicable };
    let today = shop.today(request);
    let text = normalize(request.text);
    let product = mentioned(shop, request);
    let mut sentence = Sentence::new(request, today);
    let mut sources = Vec::new();
    let exception = returns.exceptions.iter().find(|exception| excludes(exception, product, &text));
    if let Some(exception) = exception {
        let name = exception.name.text(sentence.language).to_owned();
        let line = sentence.say(format!("No, {name} cannot be returned."), format!("不可以，{name}不能退货。"));
        return done(Value::Excluded, line, vec![exception.source.clone()], sentence);
    }
    let window = returns.windows.iter().find(|window| is_about(&window.goods, product, &text));
    let days = window.map_or(returns.days, |window| window.days);
    sources.push(window.map_or(&returns.source, |window| &window.source).clone());
    let n = sentence.keep(days.to_string());
    let delivered = request.slots.days.first().map(|day| day.value.past(today)).filter(|&day| day <= today);
    let (value, mut line) = match delivered {
        None if says(&text, OWN_CASE) => {
            let question = sentence.say("On which day did it reach you?".to_owned(), "请问是哪天收到的？".to_owned());
            let choices = match sentence.language {
                crate::protocol::Language::En => ["Today", "Last week", "3 weeks ago"],
                crate::protocol::Language::Zh => ["今天", "上周", "三周前"],
            };
            let choices = choices.map(str::to_owned).to_vec();
            return Outcome::Needs { slot: SlotKind::Date, question, choices };
        }
        None => {
            let line = sentence.say(
                format!("You have {n} days from the day of delivery to send something back."),
                format!("收货后 {n} 天内可以退货。"),
            );
            (Value::Period { days, months: 0 }, line)
        }
        Some(delivered) => {
            let (last, extension) = last_day(returns, delivered, days);
            sources.extend(extension.map(|extension| extension.source.clone()));
            let is_over = last < today;
            let (from, until) = (sentence.date(delivered), sentence.date(last));
            let why = match extension {
                Some(_) => sentence
                    .say("because of the longer time around the holidays".to_owned(), "节日期间退货期延长".to_owned()),
                None => sentence.say(format!("{n} days from delivery"), format!("收货起 {n} 天")),
            };
            let line = if is_over {
                sentence.say(
                    format!("What reached you on {from} could come back until {until} ({why}), so that time is over. Faulty goods are another matter: tell us about those."),
                    format!("{from}收到的商品，退货截止 {until}（{why}），现在已经过了。如果是质量问题，请另外告诉我们。"),
                )
            } else {
                let left = sentence.keep(last.days_since(today).to_string());
                sentence.say(
                    format!(
                        "Yes: what reached you on {from} can come back until {until} ({why}). That leaves {left} days."
                    ),
                    format!("可以：{from}收到的商品，退货截止 {until}（{why}），还有 {left} 天。"),
                )
            };
            (Value::Deadline { day: last, is_over }, line)
        }
    };
    // What would exclude this very thing, had it been opened or used.
    if let Some(exception) = returns.exceptions.iter().find(|exception| product.is_some_and(|p| exception.goods.has(p)))
    {
        let name = exception.name.text(sentence.language);
        line += &sentence.say(format!(" But {name} cannot be returned."), format!("不过，{name}不能退。"));
        sources.push(exception.source.clone());
    }
    done(value, line, sources, sentence)
}

fn done(value: Value, text: String, sources: Vec<String>, sentence: Sentence) -> Outcome {
    let (numbers, skill) = (sentence.numbers, Skill::ReturnDeadline);
    Outcome::Done(Box::new(Computed { skill, value, text, sources, numbers, products: Vec::new(), action: None }))
}

/// The last day to send back what was delivered on a day, and the extension that gave it.
fn last_day(returns: &Returns, delivered: Date, days: u32) -> (Date, Option<&ReturnExtension>) {
    let plain = delivered.plus_days(i32::try_from(days).unwrap_or(i32::MAX));
    let longer = returns.extensions.iter().find_map(|extension| {
        let year = delivered.year();
        let is_in = extension.from.in_year(year)? <= delivered && delivered <= extension.to.in_year(year)?;
        let until = extension
            .until
            .in_year(year)
            .filter(|&day| day >= delivered)
            .or_else(|| extension.until.in_year(year + 1))?;
        (is_in && until > plain).then_some((until, extension))
    });
    longer.map_or((plain, None), |(day, extension)| (day, Some(extension)))
}

fn excludes(exception: &ReturnException, product: Option<&Product>, text: &str) -> bool {
    let needs_more = !exception.only_if.is_empty();
    is_about(&exception.goods, product, text) && (!needs_more || any_said(&exception.only_if, text))
}

/// The one product that is meant: named, or the only one shown.
pub(super) fn mentioned<'a>(shop: &Shop<'a>, request: &Request<'_>) -> Option<&'a Product> {
    let named = request.slots.products.first().map(|slot| slot.value.only());
    let id = match (named, request.shown) {
        (Some(only), _) => only?,
        (None, [one]) => one,
        (None, _) => return None,
    };
    shop.products.iter().find(|product| product.id == id)
}

/// Whether a message is about some goods: by the product it names, else by its words.
pub(super) fn is_about(goods: &Goods, product: Option<&Product>, text: &str) -> bool {
    product.map_or_else(|| any_said(&goods.words, text), |product| goods.has(product))
}

fn any_said(words: &Localized<Vec<String>>, text: &str) -> bool {
    words.0.values().any(|words| says(text, &words.iter().map(|word| normalize(word)).collect::<Vec<_>>()))
}
