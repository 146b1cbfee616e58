//! What happens on a day that a message names: something is ordered, it has come, it is needed by then, or it goes back.
//!
//! Told by the nearest word that says so; in English it mostly stands before the day, in Chinese behind it.

use std::ops::Range;

use super::reading::{Reading, is_whole};

/// What a day is to the one who names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayRole {
    /// An order is placed or paid.
    Ordered,
    /// The goods have come.
    Delivered,
    /// The goods must be there.
    Needed,
    /// The goods go back.
    Returned,
}

const ORDERED: &[&str] = &[
    "order",
    "ordering",
    "ordered",
    "buy",
    "buying",
    "bought",
    "pay",
    "paying",
    "paid",
    "purchase",
    "purchased",
    "place an order",
    "checkout",
    "check out",
    "money",
    "transfer",
    "with you",
    "下单",
    "下的单",
    "下了单",
    "付款",
    "付",
    "买",
    "拍",
    "订",
    "购",
    "支付",
    "到账",
    "转账",
];
const DELIVERED: &[&str] = &[
    "arrived",
    "came",
    "come",
    "delivered",
    "received",
    "got",
    "got here",
    "turned up",
    "showed up",
    "brought",
    "reached",
    "landed",
    "dropped off",
    "handed",
    "picked up",
    "picked it up",
    "collected",
    "here since",
    "had it since",
    "have it since",
    "签收",
    "收",
    "到的",
    "到货",
    "到了",
    "送到",
    "送来",
    "拿到",
    "到手",
    "取的",
    "寄到",
    "快递到",
    "才到",
];
const NEEDED: &[&str] = &[
    "by",
    "before",
    "until",
    "need",
    "needed",
    "needs",
    "want it",
    "wanted",
    "in time for",
    "latest",
    "arrive",
    "arrives",
    "be there",
    "be here",
    "get here",
    "get there",
    "make it",
    "party",
    "dinner",
    "birthday",
    "wedding",
    "anniversary",
    "land",
    "flying",
    "fly",
    "leaving",
    "leave for",
    "before i leave",
    "travel",
    "visit",
    "gift for",
    "present for",
    "前",
    "之前",
    "以前",
    "赶",
    "要用",
    "要到",
    "能到",
    "送达",
    "生日",
    "婚礼",
    "聚会",
    "纪念日",
    "出发",
    "过节",
    "来得及",
];
const RETURNED: &[&str] = &[
    "return",
    "send it back",
    "send back",
    "give it back",
    "hand it back",
    "bring it back",
    "too late",
    "still",
    "退",
    "寄回",
    "还能",
];
/// What a word on the unusual side of the day, a break between them, and another day between them count for, in characters.
const WRONG_SIDE: usize = 10;
const BREAK: usize = 25;
const OTHER_DAY: usize = 40;
/// Words farther away say nothing of the day.
const MAX_DISTANCE: usize = 45;

/// The role of each of `days`: their places in the text, and whether they are over for certain.
pub(super) fn roles(reading: &Reading<'_>, named: &[(Range<usize>, bool)]) -> Vec<Option<DayRole>> {
    let text = &reading.text;
    let days: Vec<Range<usize>> = named.iter().map(|(range, _)| range.clone()).collect();
    let lists = [
        (ORDERED, DayRole::Ordered),
        (DELIVERED, DayRole::Delivered),
        (NEEDED, DayRole::Needed),
        (RETURNED, DayRole::Returned),
    ];
    let mut cues: Vec<(Range<usize>, DayRole)> = Vec::new();
    for (list, role) in lists {
        for word in list {
            let found = text.match_indices(word).map(|(at, found)| at..at + found.len());
            cues.extend(found.filter(|range| is_whole(text, range)).map(|range| (range, role)));
        }
    }
    // “Before 2 pm” and 两点前 say an hour of the day, and not that it is needed by then.
    let is_hour = |cue: &Range<usize>| {
        let after = text[cue.end..].trim_start();
        let at = text.len() - after.len();
        matches!(&text[cue.clone()], "by" | "before" | "until")
            && after.starts_with(|c: char| c.is_ascii_digit())
            && !days.iter().any(|day| day.start == at)
            || text[cue.clone()].ends_with('前') && text[..cue.start].ends_with(['点', '半', '分', '时'])
    };
    cues.retain(|(range, _)| !is_hour(range));
    // Of words one inside another the longer speaks: 买 of 购买 and “come” of “come in time for” do not.
    let within = |inner: &Range<usize>, outer: &Range<usize>| {
        outer.start <= inner.start && inner.end <= outer.end && outer.len() > inner.len()
    };
    let all = cues.clone();
    cues.retain(|(range, _)| {
        !all.iter().any(|(other, _)| within(range, other)) && !days.iter().any(|day| within(range, day))
    });
    let is_ahead = |role: DayRole| matches!(role, DayRole::Needed | DayRole::Returned);
    named
        .iter()
        .map(|(day, is_over)| {
            // A word speaks of the day that is nearest to it.
            let nearest_to = |cue: &Range<usize>| days.iter().min_by_key(|other| distance(text, cue, other, &days));
            let fitting = cues.iter().filter(|(cue, role)| {
                !(*is_over && is_ahead(*role)) && nearest_to(cue).is_some_and(|nearest| nearest == day)
            });
            let nearest =
                fitting.map(|(range, role)| (distance(text, range, day, &days), *role)).min_by_key(|(d, _)| *d);
            nearest.filter(|(distance, _)| *distance <= MAX_DISTANCE).map(|(_, role)| role)
        })
        .collect()
}

fn distance(text: &str, cue: &Range<usize>, day: &Range<usize>, days: &[Range<usize>]) -> usize {
    let is_before = cue.end <= day.start;
    let between = if is_before { cue.end..day.start } else { day.end..cue.start.max(day.end) };
    let is_latin = text[cue.clone()].is_ascii();
    let crosses = days.iter().filter(|other| between.start <= other.start && other.end <= between.end).count();
    let between = &text[between];
    let n_breaks = between.matches([',', '.', ';', '?', '!', '。', '，', '；']).count()
        + [" but ", " and "].iter().map(|word| between.matches(word).count()).sum::<usize>()
        + if is_latin { 0 } else { between.matches(' ').count() };
    let side = if is_before == is_latin { 0 } else { WRONG_SIDE };
    // A Chinese character says as much as three letters.
    let length: usize = between.chars().map(|c| if c.is_ascii() { 1 } else { 3 }).sum();
    length + side + BREAK * n_breaks + OTHER_DAY * crosses
}
