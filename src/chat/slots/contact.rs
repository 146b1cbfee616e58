//! E-mail addresses and telephone numbers.

use super::Slot;
use super::reading::{Reading, Taken};

const PHONE_CUES: &[&str] = &["phone", "call", "tel", "mobile", "whatsapp", "reach me", "电话", "手机", "号码", "微信"];

/// The first e-mail address.
pub(super) fn email(reading: &Reading<'_>, taken: &mut Taken) -> Option<Slot<String>> {
    let text = &reading.text;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    text.match_indices('@').find_map(|(at, _)| {
        let start = text[..at]
            .rfind(|c: char| !is_part(c))
            .map_or(0, |end| end + text[end..].chars().next().map_or(1, char::len_utf8));
        let rest = &text[at + 1..];
        let domain = rest[..rest.find(|c: char| !is_part(c)).unwrap_or(rest.len())].trim_end_matches(['.', '-']);
        let last = domain.rsplit_once('.').map(|(_, last)| last)?;
        let is_sound = start < at && last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_sound || domain.contains("..") {
            return None;
        }
        let range = start..at + 1 + domain.len();
        taken.take(range.clone());
        Some(reading.slot(text[range.clone()].to_owned(), range))
    })
}

/// The first telephone number, as digits with a leading `+` where there was one.
pub(super) fn phone(reading: &Reading<'_>, taken: &mut Taken) -> Option<Slot<String>> {
    let text = &reading.text;
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '/');
    let mut from = 0;
    while let Some(found) = text[from..].find(|c: char| c == '+' || c.is_ascii_digit()) {
        let start = from + found;
        let has_plus = text[start..].starts_with('+');
        let body = &text[start + usize::from(has_plus)..];
        let length = body.find(|c: char| !is_part(c)).unwrap_or(body.len());
        let body = body[..length].trim_end_matches(|c: char| !c.is_ascii_digit());
        let end = start + usize::from(has_plus) + body.len();
        let digits: String = body.chars().filter(char::is_ascii_digit).collect();
        let is_chinese_mobile = digits.len() == 11 && digits.starts_with('1') && body.len() <= 13;
        let is_marked = has_plus || digits.starts_with('0') || PHONE_CUES.iter().any(|cue| text[..start].contains(cue));
        let is_phone = (7..=15).contains(&digits.len()) && (is_marked || is_chinese_mobile);
        let range = start..end.max(start + 1);
        if is_phone && taken.is_free(&range) && !looks_like_a_day(body) {
            taken.take(range.clone());
            return Some(reading.slot(format!("{}{digits}", if has_plus { "+" } else { "" }), range));
        }
        from = range.end;
    }
    None
}

/// `2026-11-02`, `02/11/2026`.
fn looks_like_a_day(body: &str) -> bool {
    let parts: Vec<&str> = body.trim().split(['-', '/', '.']).collect();
    parts.len() == 3
        && parts.iter().all(|part| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_told_from_prices_and_days() {
        let mail = |text: &str| email(&Reading::new(text), &mut Taken::default()).map(|slot| slot.value);
        assert_eq!(mail("write to Ana.B+tea@Example.com.").as_deref(), Some("ana.b+tea@example.com"));
        assert_eq!(mail("我的邮箱是li@example.com，谢谢").as_deref(), Some("li@example.com"));
        assert_eq!(mail("a @ b and x@y"), None);
        let call = |text: &str| phone(&Reading::new(text), &mut Taken::default()).map(|slot| slot.value);
        assert_eq!(call("call +351 22 000 0147 today").as_deref(), Some("+351220000147"));
        assert_eq!(call("手机13800138000").as_deref(), Some("13800138000"));
        assert_eq!(call("delivered 02/11/2026, 64.90"), None);
        assert_eq!(call("2026-11-02"), None);
    }
}
