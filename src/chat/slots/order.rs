//! Order numbers: by the shop's own format, else by the words before them.

use std::ops::Range;

use super::Slot;
use super::reading::{Reading, Taken, is_whole};

const CUES: &[&str] = &[
    "order number",
    "order no.",
    "order no",
    "order nr",
    "order id",
    "order",
    "parcel",
    "订单号码",
    "订单编号",
    "订单号",
    "订单",
    "单号",
];
/// What may stand between a cue and the number.
const JOINTS: &[&str] = &["number", "no.", "no", "nr.", "nr", "id", "is", "#", ":", "：", "是", "为", "-", ","];

/// Finds an order number and gives it as it was written, in capitals.
pub(super) fn read(reading: &Reading<'_>, taken: &mut Taken, format: Option<&str>) -> Option<Slot<String>> {
    let range = format.and_then(|format| by_format(&reading.text, format)).or_else(|| by_cue(&reading.text))?;
    taken.take(range.clone());
    Some(reading.slot(reading.text[range.clone()].to_uppercase(), range))
}

/// `0` stands for a digit, `A` for a letter, the rest for itself.
fn by_format(text: &str, format: &str) -> Option<Range<usize>> {
    text.char_indices().find_map(|(start, _)| {
        let mut end = start;
        let mut rest = text[start..].chars();
        for wanted in format.chars() {
            let c = rest.next()?;
            let fits = match wanted {
                '0' => c.is_ascii_digit(),
                'A' => c.is_ascii_alphabetic(),
                other => other.to_lowercase().eq(c.to_lowercase()),
            };
            if !fits {
                return None;
            }
            end += c.len_utf8();
        }
        (end > start && is_whole(text, &(start..end))).then_some(start..end)
    })
}

fn by_cue(text: &str) -> Option<Range<usize>> {
    CUES.iter().find_map(|cue| {
        text.match_indices(cue).find_map(|(at, _)| {
            let mut start = at + cue.len();
            loop {
                let rest = text[start..].trim_start();
                start = text.len() - rest.len();
                match JOINTS.iter().find(|joint| rest.starts_with(**joint)) {
                    Some(joint) => start += joint.len(),
                    None => break,
                }
            }
            let code = &text[start..];
            let code = &code[..code.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(code.len())];
            let code = code.trim_end_matches('-');
            let n_digits = code.bytes().filter(u8::is_ascii_digit).count();
            // “order 2 gaiwans” is no number, nor is “order 2024-…” with anything but a code behind it.
            ((4..=24).contains(&code.len()) && n_digits >= 4).then_some(start..start + code.len())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str, format: Option<&str>) -> Option<String> {
        read(&Reading::new(text), &mut Taken::default(), format).map(|slot| slot.value)
    }

    #[test]
    fn order_numbers_are_known_by_format_or_by_the_words_before_them() {
        for (text, format, expected) in [
            ("where is ll-20391?", Some("LL-00000"), Some("LL-20391")),
            ("LL-203911", Some("LL-00000"), None),
            ("my order number is #10293-A", None, Some("10293-A")),
            ("order 48213 has not arrived", None, Some("48213")),
            ("I want to order 2 gaiwans", None, None),
            ("订单号：20391022 到哪了", None, Some("20391022")),
            ("我的订单LL20391", None, Some("LL20391")),
            ("订单什么时候发货", None, None),
        ] {
            assert_eq!(order(text, format).as_deref(), expected, "{text}");
        }
    }
}
