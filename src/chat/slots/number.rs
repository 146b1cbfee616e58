//! Numbers as people write them: `12.50`, `1,200`, `二十五`, `twenty`.

use std::ops::Range;

use super::reading::is_whole;

/// A number that is not negative, exactly: `mantissa / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub mantissa: u64,
    pub scale: u32,
}

impl Decimal {
    pub fn value(self) -> f64 {
        self.mantissa as f64 / 10f64.powi(self.scale as i32)
    }

    /// In units of `10^-n_digits`, where that is a whole number.
    pub fn minor(self, n_digits: u32) -> Option<u64> {
        match n_digits.checked_sub(self.scale) {
            Some(missing) => self.mantissa.checked_mul(10u64.checked_pow(missing)?),
            None => {
                let unit = 10u64.checked_pow(self.scale - n_digits)?;
                self.mantissa.is_multiple_of(unit).then_some(self.mantissa / unit)
            }
        }
    }

    /// The number, where it is a whole one.
    pub fn whole(self) -> Option<u32> {
        self.minor(0).and_then(|whole| u32::try_from(whole).ok())
    }
}

/// A number and its place in the normalized text.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    pub value: Decimal,
    pub range: Range<usize>,
}

/// Longer digit strings are codes, not numbers.
const MAX_DIGITS: usize = 12;

const WORDS: &[(&str, u64)] = &[
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("fifteen", 15),
    ("twenty", 20),
    ("twenty-five", 25),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
    ("a hundred", 100),
    ("one hundred", 100),
    ("two hundred", 200),
    ("a couple of", 2),
    ("couple of", 2),
    ("a pair of", 2),
    ("a dozen", 12),
    ("half a dozen", 6),
    ("a fiver", 5),
    ("a tenner", 10),
];

/// All numbers of a normalized text, in order, none inside another.
pub fn numbers(text: &str) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut start = 0;
    while let Some(c) = text[start..].chars().next() {
        if let Some([low, high]) = read_about(text, start) {
            start = high.range.end;
            numbers.extend([low, high]);
            continue;
        }
        let found = if c.is_ascii_digit() {
            read_digits(text, start)
        } else if numeral(c).is_some() {
            read_chinese(text, start)
        } else {
            read_word(text, start)
        };
        start = match found {
            Some((value, end)) => {
                if let Some(value) = value {
                    numbers.push(Number { value, range: start..end });
                }
                end
            }
            None => start + c.len_utf8(),
        };
    }
    numbers
}

/// The value, where it is one, and the end of what was looked at.
fn read_digits(text: &str, start: usize) -> Option<(Option<Decimal>, usize)> {
    let bytes = text.as_bytes();
    let run = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = start + run(start);
    let mut digits = text[start..end].to_owned();
    // Groups of three behind commas; a comma before one or two digits is a European decimal point.
    while digits.len() <= MAX_DIGITS && bytes.get(end) == Some(&b',') && run(end + 1) == 3 {
        digits.push_str(&text[end + 1..end + 4]);
        end += 4;
    }
    let mut scale = 0;
    if let Some(b'.' | b',') = bytes.get(end) {
        let length = run(end + 1);
        let is_decimal = bytes[end] == b'.' && (1..=6).contains(&length) || (1..=2).contains(&length);
        // A second point: a date or a version, of which the number before the point is one part.
        if is_decimal && bytes.get(end + 1 + length) != Some(&b'.') {
            digits.push_str(&text[end + 1..end + 1 + length]);
            (end, scale) = (end + 1 + length, length as u32);
        }
    }
    let mantissa = (digits.len() <= MAX_DIGITS).then(|| digits.parse().ok()).flatten();
    let mut value = mantissa.map(|mantissa| Decimal { mantissa, scale });
    // “3万”.
    if let (Some(number), true) = (&mut value, text[end..].starts_with('万')) {
        number.mantissa = number.mantissa.saturating_mul(10_000);
        end += '万'.len_utf8();
    }
    Some((value, end))
}

/// A numeral's value; tens, hundreds, thousands and ten thousands multiply.
fn numeral(c: char) -> Option<u64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        '千' => 1000,
        '万' => 10_000,
        _ => return None,
    })
}

/// 三四, 十二三, 三四十: two neighbours say that it is about so many. As the least and the most, the second behind the first.
fn read_about(text: &str, start: usize) -> Option<[Number; 2]> {
    let length = text[start..].find(|c: char| numeral(c).is_none()).unwrap_or(text.len() - start);
    let run: Vec<char> = text[start..start + length].chars().collect();
    let is_digit = |c: &char| numeral(*c).is_some_and(|value| (1..=9).contains(&value));
    let at = run.windows(2).position(|pair| is_digit(&pair[0]) && is_digit(&pair[1]))?;
    let others = || run[..at].iter().chain(&run[at + 2..]);
    let is_pair = numeral(run[at]).map(|low| low + 1) == numeral(run[at + 1]);
    // Years and shares off are said digit by digit: 二三年, 八九折. So is what is longer.
    let after = &text[start + length..];
    if !is_pair || !others().all(|c| numeral(*c) >= Some(10)) || at + 2 == run.len() && after.starts_with(['年', '折'])
    {
        return None;
    }
    let value = |digit: usize| {
        let said: String = run[..at].iter().chain([&run[digit]]).chain(&run[at + 2..]).collect();
        read_chinese(&said, 0).and_then(|(value, _)| value)
    };
    let middle = start + run[..=at].iter().map(|c| c.len_utf8()).sum::<usize>();
    let (low, high) = (value(at)?, value(at + 1)?);
    Some([Number { value: low, range: start..middle }, Number { value: high, range: middle..start + length }])
}

fn read_chinese(text: &str, start: usize) -> Option<(Option<Decimal>, usize)> {
    let run = &text[start..];
    let end = start + run.find(|c: char| numeral(c).is_none()).unwrap_or(run.len());
    let (mut total, mut section, mut digit, mut unit) = (0u64, 0u64, None, 1);
    for value in text[start..end].chars().filter_map(numeral) {
        match value {
            10_000 => {
                let sum = section.saturating_add(digit.take().unwrap_or(0)).max(1);
                (total, section, unit) = (total.saturating_add(sum.saturating_mul(value)), 0, value);
            }
            10 | 100 | 1000 => {
                section = section.saturating_add(digit.take().unwrap_or(1).saturating_mul(value));
                unit = value;
            }
            // Digits in a row, as in a year: 二〇二六.
            _ if unit == 1 => digit = Some(digit.unwrap_or(0u64).saturating_mul(10).saturating_add(value)),
            0 => unit = 1,
            _ => digit = Some(value),
        }
    }
    // “一百五” is 150.
    let last = digit.unwrap_or(0).saturating_mul(if unit >= 100 { unit / 10 } else { 1 });
    let mantissa = total.saturating_add(section).saturating_add(last);
    Some((Some(Decimal { mantissa, scale: 0 }), end))
}

/// “Forty-five”, “two hundred and ten”: a word, and those that go on from it.
fn read_word(text: &str, start: usize) -> Option<(Option<Decimal>, usize)> {
    let (mut value, mut end) = word_at(text, start)?;
    loop {
        let rest = &text[end..];
        let joint = [" and ", " ", "-"].into_iter().find(|joint| rest.starts_with(joint));
        let Some((joint, (next, next_end))) = joint.and_then(|joint| Some((joint, word_at(text, end + joint.len())?)))
        else {
            break;
        };
        value = match (value, next) {
            (1..=9, 100) if joint == " " => value * 100,
            (20..=90, 1..=9) if value.is_multiple_of(10) && joint != " and " => value + next,
            (100.., 1..=99) if value.is_multiple_of(100) => value + next,
            _ => break,
        };
        end = next_end;
    }
    Some((Some(Decimal { mantissa: value, scale: 0 }), end))
}

fn word_at(text: &str, start: usize) -> Option<(u64, usize)> {
    let rest = &text[start..];
    let fits = |word: &&(&str, u64)| rest.starts_with(word.0) && is_whole(text, &(start..start + word.0.len()));
    let (word, value) = WORDS.iter().filter(fits).max_by_key(|(word, _)| word.len())?;
    Some((*value, start + word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, values) in [
            ("12.50 or 1,200 or 12,50", &[12.5, 1200.0, 12.5][..]),
            ("二十五和一百五和三千零五", &[25.0, 150.0, 3005.0]),
            ("二〇二六 十 两百 3万 一万二", &[2026.0, 10.0, 200.0, 30_000.0, 12_000.0]),
            ("twenty-five for two", &[25.0, 2.0]),
            ("forty five and two hundred and ten, one hundred", &[45.0, 210.0, 100.0]),
            ("someone", &[]),
            ("123456789012345", &[]),
            ("24.12.2026", &[24.0, 12.2026]),
            ("三四斤", &[3.0, 4.0]),
            ("两三个和十五六个", &[2.0, 3.0, 15.0, 16.0]),
            ("三四十块", &[30.0, 40.0]),
            ("二三年和二〇二三年和八九折", &[23.0, 2023.0, 89.0]),
        ] {
            assert_eq!(numbers(text).iter().map(|number| number.value.value()).collect::<Vec<_>>(), values, "{text}");
        }
    }

    #[test]
    fn decimals_are_exact() {
        let exact = |mantissa, scale, digits| Decimal { mantissa, scale }.minor(digits);
        assert_eq!(exact(1250, 2, 2), Some(1250));
        assert_eq!(exact(125, 1, 2), Some(1250));
        assert_eq!(exact(1250, 3, 2), Some(125));
        assert_eq!(exact(1255, 3, 2), None);
        assert_eq!(exact(u64::MAX, 0, 2), None);
    }
}
