//! Until when something may come back, and what may not.

use super::days::{Since, since};
use super::sending::AWAITED;
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::{DayRole, SlotKind};
use crate::pack::calendar::Date;
use crate::pack::rules::{Goods, ReturnException, ReturnExtension, Returns};
use crate::pack::{Localized, Product};
use crate::retrieve::tokens::normalize;

const RETURN: &[&str] = &[
    "return",
    "returns",
    "send back",
    "send it back",
    "give back",
    "refund",
    "退货",
    "退",
    "退换",
    "hand in",
    "hand it in",
    "hand back",
    "hand it back",
    "bring back",
    "bring it back",
    "take back",
    "take it back",
    "taken back",
    "sent back",
    "ship it back",
    "money back",
    "寄回",
    "退还",
    "退掉",
    "退了",
    "无理由",
    "还回",
    "returnable",
    "can it come back",
    "may it come back",
    "can this come back",
    "can they come back",
    "returning",
    "退货期",
    "退换期",
    "退款",
    "退回",
];
/// Words with “back” behind them: “send these things back”.
const GIVE: &[&str] = &[
    "send",
    "sending",
    "sent",
    "give",
    "giving",
    "hand",
    "bring",
    "take",
    "ship",
    "post",
    "mail",
    "get my money",
    "have my money",
];
/// Words between the two.
const MAX_BETWEEN: usize = 3;
const RETURN_WHEN: &[&str] = &[
    "can i",
    "can this",
    "can it",
    "still",
    "how long",
    "until",
    "deadline",
    "days",
    "too late",
    "last day",
    "when",
    "能退",
    "可以退",
    "还能",
    "多久",
    "几天",
    "期限",
    "截止",
    "最晚",
    "来得及",
    "吗",
    "last date",
    "latest",
    "final day",
    "by when",
    "till when",
    "possible",
    "allowed",
    "too old",
    "哪天",
    "几号",
    "最迟",
    "前要",
    "还行",
    "来得及么",
    "么",
    "行不行",
    "能不能",
    "in time",
    "window",
    "returnable",
    "how much time",
    "想退",
    "要退",
    "能不能退",
    "可不可以退",
    "退货期",
    "行吗",
    "what day",
    "which day",
    "ok to",
];
/// How leave is asked.
const LEAVE: &[&str] = &[
    "can i",
    "can we",
    "could i",
    "may i",
    "am i allowed",
    "possible to",
    "do you take",
    "will you take",
    "can you take",
    "ok to",
    "okay to",
    "能退",
    "能不能退",
    "可以退",
    "可不可以退",
    "给退",
    "支持退",
];
/// How long is asked.
const HOW_LONG: &[&str] = &[
    "how long",
    "how many",
    "days",
    "day",
    "weeks",
    "until",
    "till",
    "when",
    "still",
    "deadline",
    "latest",
    "too late",
    "in time",
    "多久",
    "几天",
    "多少天",
    "期限",
    "截止",
    "最晚",
    "最迟",
    "哪天",
    "几号",
    "还能",
    "还可以",
    "来得及",
];
/// Of money that comes back for what has been sent back.
const SENT_BACK: &[&str] = &[
    "i returned",
    "returned it",
    "returned them",
    "sent it back",
    "sent them back",
    "sent back",
    "寄回去了",
    "退回去了",
    "已经退",
    "退了货",
    "退货了",
];
const MONEY: &[&str] = &["refund", "money", "refunded", "退款", "到账", "钱"];
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

/// Whether something is to come back.
pub(super) fn asks_return(text: &str) -> bool {
    let gives_back = || {
        GIVE.iter().any(|verb| {
            text.match_indices(verb).any(|(at, found)| {
                let is_word = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
                let words = text[at + found.len()..].split(|c: char| !c.is_ascii_alphanumeric());
                is_word && words.filter(|word| !word.is_empty()).take(MAX_BETWEEN + 1).any(|word| word == "back")
            })
        })
    };
    says(text, RETURN) || gives_back()
}

/// Whether it is asked if something may come back.
pub(in crate::chat) fn asks_leave_to_return(text: &str) -> bool {
    let text = normalize(text);
    asks_return(&text) && says(&text, LEAVE)
}

/// Whether it is asked if something may come back at all, and not until when: the shop's words name the conditions,
/// which no number of days does.
pub(in crate::chat) fn asks_whether(text: &str) -> bool {
    asks_leave_to_return(text) && !says(&normalize(text), HOW_LONG)
}

/// What a shop's words say of returns to somebody who asks leave: the passage of an exception for these goods, else of
/// the rule.
pub(in crate::chat) fn rule_of_return<'a>(returns: &'a Returns, text: &str) -> &'a str {
    let text = normalize(text);
    let exception = returns.exceptions.iter().find(|exception| any_said(&exception.goods.words, &text));
    exception.map_or(&returns.source, |exception| &exception.source)
}

/// What the conditions of a return are told by, to be looked for beside what is asked.
pub(in crate::chat) const CONDITIONS: &str =
    "condition unused unopened original packaging 条件 未使用 未拆封 包装 完好";

/// Whether it is asked until when, or of a thing that came on a day.
pub(super) fn asks_deadline(request: &Request<'_>, text: &str) -> bool {
    let awaits_money = says(text, AWAITED) || says(text, SENT_BACK) && says(text, MONEY);
    asks_return(text) && (says(text, RETURN_WHEN) || !request.slots.days.is_empty()) && !awaits_money
}

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
    let came = since(request.slots, today);
    // An order may have come long after it was placed: only what is safe is said of it.
    let is_asked_back = matches!(came, Some(Since::Ordered(day)) if last_day(returns, day, days).0 < today);
    let came = came.filter(|_| !is_asked_back);
    let goes_back_now = request.slots.days.iter().any(|day| day.value.role == Some(DayRole::Returned));
    let (value, mut line) = match came {
        None if says(&text, OWN_CASE) || is_asked_back || goes_back_now => {
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
        Some(came) => {
            let delivered = came.day();
            let (last, extension) = last_day(returns, delivered, days);
            sources.extend(extension.map(|extension| extension.source.clone()));
            let is_over = last < today;
            let (from, until) = (sentence.date(delivered), sentence.date(last));
            let why = match extension {
                Some(_) => sentence
                    .say("because of the longer time around the holidays".to_owned(), "节日期间退货期延长".to_owned()),
                None => sentence.say(format!("{n} days from delivery"), format!("收货起 {n} 天")),
            };
            let line = if let Since::Ordered(_) = came {
                sentence.say(
                    format!("Yes. The {n} days count from delivery: even if it came on {from}, the day of the order, it can come back until {until}."),
                    format!("可以。{n} 天从收货算起：即使下单当天（{from}）就收到，也可以退到{until}。"),
                )
            } else if is_over {
                sentence.say(
                    format!("What reached you on {from} could come back until {until} ({why}), so that time is over. Faulty goods are another matter: tell us about those."),
                    format!("{from}收到的商品，退货截止 {until}（{why}），现在已经过了。如果是质量问题，请另外告诉我们。"),
                )
            } else {
                let left = sentence.keep(last.days_since(today).to_string());
                let en_days = if last.days_since(today) == 1 { "day" } else { "days" };
                sentence.say(
                    format!(
                        "Yes: what reached you on {from} can come back until {until} ({why}). That leaves {left} {en_days}."
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

/// Whether a message is about some goods: by the product it names, else by its words. What is done to goods, as engraving,
/// is no product's data, and only said.
pub(super) fn is_about(goods: &Goods, product: Option<&Product>, text: &str) -> bool {
    let by_words = goods.categories.is_empty() && goods.materials.is_empty() && goods.products.is_empty();
    match product.filter(|_| !by_words) {
        Some(product) => goods.has(product),
        None => any_said(&goods.words, text),
    }
}

fn any_said(words: &Localized<Vec<String>>, text: &str) -> bool {
    words.0.values().any(|words| says(text, &words.iter().map(|word| normalize(word)).collect::<Vec<_>>()))
}
