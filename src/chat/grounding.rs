//! The last step before a reply is shown: does everything in it that can be checked stand in what it rests
//! on? The same check guards a sentence that a language model has rephrased.
//!
//! What can be checked: numbers in digits or in words (so prices, days, percentages and dates), codes,
//! addresses of pages and of mail, months and days of the week, and the names of the shop's products.

use std::collections::BTreeSet;

use crate::chat::slots::number::numbers;
use crate::retrieve::tokens::normalize;

/// Something a text says that its sources do not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” stands in no source")]
pub struct Ungrounded(pub String);

/// What replies may rest on.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    claims: BTreeSet<String>,
    /// All of it, normalized, to look for names in.
    text: String,
}

impl Evidence {
    /// Adds a source: a passage, a product's record, a line of the settings, a result of a skill.
    pub fn add(&mut self, source: &str) {
        let source = normalize(source);
        self.claims.extend(claims(&source));
        self.text.push_str(&source);
        self.text.push('\n');
    }

    /// Checks a text against all that was added. `names` are those of the shop's products, in any language, normalized:
    /// one that the text holds must stand in a source.
    pub fn check<'a>(&self, text: &str, names: impl IntoIterator<Item = &'a str>) -> Result<(), Ungrounded> {
        let text = normalize(text);
        if let Some(claim) = claims(&text).into_iter().find(|claim| !self.claims.contains(claim)) {
            return Err(Ungrounded(claim));
        }
        let is_unheard = |name: &&str| !name.is_empty() && text.contains(name) && !self.text.contains(name);
        names.into_iter().find(is_unheard).map_or(Ok(()), |name| Err(Ungrounded(name.to_owned())))
    }
}

const NUMBER_WORDS: &[(&str, &str)] = &[
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("fifteen", "15"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("hundred", "100"),
    ("thousand", "1000"),
];
/// Not “may” and “march”, which are words besides.
const CALENDAR: &[&str] = &[
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
/// After a Chinese numeral that counts.
const MEASURES: &str = "天日个年月周号点小分元欧块次只把件克升毫度款种工泡杯倍折岁英美加瑞";

/// The claims of a normalized text.
fn claims(text: &str) -> Vec<String> {
    let mut claims = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "<>()[]{}|\"“”„‘’《》「」（），。；、！？*`".contains(c))
    {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !"€$£¥%".contains(c));
        // A colon of either width may join a link to the words before it.
        let link = ["https://", "http://"].into_iter().filter_map(|scheme| word.find(scheme)).min();
        let (before, word) = word.split_at(link.unwrap_or(0));
        if !before.is_empty() {
            runs(before, &mut claims);
        }
        if word.contains("://") || word.starts_with("www.") {
            claims.push(
                word.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned(),
            );
        } else if word.contains('@') {
            claims.push(word.trim_start_matches("mailto:").to_owned());
        } else {
            runs(word, &mut claims);
        }
    }
    chinese(text, &mut claims);
    claims
}

/// Numbers and codes in one word, `€12.50/100g` as in `tea-001`.
fn runs(word: &str, claims: &mut Vec<String>) {
    let is_code = |piece: &str| {
        let letters = piece.bytes().take_while(u8::is_ascii_alphabetic).count();
        (1..=8).contains(&letters) && piece.bytes().any(|byte| byte.is_ascii_digit())
    };
    // A code begins with letters and is one claim with its hyphens.
    if word.is_ascii() && is_code(word) && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        claims.push(word.to_owned());
        return;
    }
    for piece in word.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ',' | ':')) {
        if let Some((_, digit)) = NUMBER_WORDS.iter().find(|(name, _)| *name == piece.trim_matches([',', '.', ':'])) {
            claims.push((*digit).to_owned());
        }
        if CALENDAR.contains(&piece.trim_matches([',', '.', ':'])) {
            claims.push(piece.trim_matches([',', '.', ':']).to_owned());
        }
        let mut rest = piece;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let digits = &rest[start..];
            let end =
                digits.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | ':')).unwrap_or(digits.len());
            claims.push(canonical(digits[..end].trim_end_matches(['.', ',', ':'])));
            rest = &digits[end..];
        }
    }
}

/// One way to write a number: `1,000` and `1000`, `12.50` and `12.5`.
fn canonical(number: &str) -> String {
    let is_grouped =
        number.split(',').skip(1).all(|group| group.split('.').next().is_some_and(|digits| digits.len() == 3));
    let number = if is_grouped { number.replace(',', "") } else { number.to_owned() };
    match number.matches('.').count() {
        1 => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        _ => number,
    }
}

/// Chinese numerals that count something: 三到六个, 十二天.
fn chinese(text: &str, claims: &mut Vec<String>) {
    let is_numeral = |c: char| "零一二两三四五六七八九十百千".contains(c);
    let mut rest = text;
    while let Some(start) = rest.find(is_numeral) {
        let run = &rest[start..];
        let end = run.find(|c| !is_numeral(c)).unwrap_or(run.len());
        let after = run[end..].trim_start().chars().next();
        let counts = after.is_some_and(|c| MEASURES.contains(c) || matches!(c, '到' | '至' | '-' | '–'));
        let is_weekday = rest[..start].ends_with(['周', '期']) && end == '一'.len_utf8();
        if is_weekday {
            claims.push(format!("周{}", &run[..end]));
        } else if counts
            && let Some(value) = numbers(&run[..end]).first().map(|number| number.value.value())
            && value > 1.0
        {
            claims.push(value.to_string());
        }
        rest = &run[end..];
    }
    for day in ["周日", "周天", "星期日", "星期天"] {
        if text.contains(day) {
            claims.push("周日".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        let mut evidence = Evidence::default();
        evidence.add("Parcels take three to six working days to Germany and cost €7.90 up to 1 kg; free from €1,000. Code TEA-001.");
        evidence.add(
            "周一至周五 10:30–19:00，十二个工作日。Write to hello@example.com or see https://example.com/returns.",
        );
        evidence.add("Speckled stoneware teapot: €42");
        evidence
    }

    fn check(text: &str) -> Result<(), Ungrounded> {
        evidence().check(text, ["speckled stoneware teapot", "white porcelain gaiwan", "白瓷盖碗"])
    }

    #[test]
    fn what_stands_in_a_source_passes_however_it_is_written() {
        for text in [
            "It takes 3 to 6 days and costs 7.9 euros.",
            "Free from €1000.",
            "要 12 个工作日，周一到周五 10:30 开门。",
            "[Write](mailto:hello@example.com) or look at https://example.com/returns.",
            "The **Speckled stoneware teapot** (TEA-001) costs €42.00.",
            "I don't know, sorry.",
            "",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_stands_nowhere_is_caught() {
        for (text, claim) in [
            ("It costs €7.80.", "7.8"),
            ("It takes seven days.", "7"),
            ("要七天。", "7"),
            ("Open until 19:30", "19:30"),
            ("Use code TEA-002", "tea-002"),
            ("See https://evil.example/pay", "evil.example/pay"),
            ("Write to help@example.com", "help@example.com"),
            ("We reopen in December", "december"),
            ("周六开门", "周六"),
            ("Take the white porcelain gaiwan", "white porcelain gaiwan"),
            ("推荐白瓷盖碗", "白瓷盖碗"),
            ("You save 20%", "20"),
        ] {
            let found = check(text);
            assert_eq!(found, Err(Ungrounded(claim.into())), "{text}");
        }
    }
}
