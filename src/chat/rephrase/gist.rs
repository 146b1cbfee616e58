//! What a text says, as far as two texts can be compared without being understood: its words and its quantities in
//! their order, clause by clause.

use std::ops::Range;

use crate::chat::slots::number::{Number, numbers};
use crate::retrieve::tokens::{is_han, normalize, stem};

/// A text's words and quantities.
#[derive(Debug, Default)]
pub(super) struct Gist {
    /// Those that say something, in one form each.
    pub words: Vec<String>,
    pub quantities: Vec<Quantity>,
    /// Of `words`; one without words has a quantity.
    pub clauses: Vec<Range<usize>>,
}

/// A number with what it is of; a code, a date, a time of day, an address.
#[derive(Debug)]
pub(super) struct Quantity {
    /// `7.9 eur`, `3 working day –` of a range's beginning, `2 cup`, `tea-001 code`.
    pub what: String,
    /// It begins a range, which the next one ends.
    pub is_range: bool,
    pub clause: usize,
    /// Words before it.
    pub at: usize,
}

/// What a text is read as, one after the other.
#[derive(Debug, PartialEq)]
enum Piece {
    Word(String),
    Quantity {
        value: String,
        unit: String,
    },
    /// “to” as in “3 to 5”, if it stands between numbers.
    Link,
    /// The end of a clause.
    Break,
}

/// That say nothing by themselves. Not “from”, “was”, “any” or “free”, which do.
const EMPTY: &str = "a an the this that these those it its they them their there here is are be been being am do does did \
    will would shall have has had having of in on at for with so then which who also too please kindly take takes \
    taking";
/// These end a clause as well.
const JOINTS: &str = "and but while whereas however";

/// One word for what is the same here.
const SAME: &[(&str, &str)] = &[
    ("cannot", "not"),
    ("could", "can"),
    ("may", "can"),
    ("might", "can"),
    ("need", "must"),
    ("were", "was"),
    ("had", "was"),
    ("needs", "must"),
    ("us", "we"),
    ("ours", "our"),
    ("yours", "your"),
    ("me", "i"),
    ("package", "parcel"),
    ("packages", "parcel"),
    ("price", "cost"),
    ("prices", "cost"),
    ("priced", "cost"),
    ("til", "until"),
    ("till", "until"),
    ("each", "per"),
    ("every", "per"),
    ("/", "per"),
];

/// Chinese, the longer before the shorter: a word, or nothing for what says nothing by itself.
const HAN: &[(&str, &str)] = &[
    ("不可以", "不"),
    ("我们的", "our"),
    ("本店的", "our"),
    ("不能", "不"),
    ("无法", "不"),
    ("没有", "没"),
    ("可以", "能"),
    ("能够", "能"),
    ("必须", "must"),
    ("您的", "your"),
    ("你的", "your"),
    ("我们", "we"),
    ("咱们", "we"),
    ("本店", "we"),
    ("一下", ""),
    ("须", "must"),
    ("您", "you"),
    ("你", "you"),
    ("我", "we"),
    ("的", ""),
    ("了", ""),
    ("呢", ""),
    ("哦", ""),
    ("啊", ""),
    ("呀", ""),
    ("啦", ""),
    ("吧", ""),
    ("也", ""),
    ("就", ""),
    ("会", ""),
    ("将", ""),
    ("是", ""),
    ("在", ""),
    ("往", ""),
    ("请", ""),
    ("为", ""),
    ("于", ""),
];
/// “It takes 3 days”, and elsewhere what one must.
const HAN_NEEDS: [&str; 3] = ["需要", "需", "要"];
const HAN_JOINTS: &str = "和与及而并但且";

/// Said to be kind: a clause that is not there. Longer before shorter.
const COURTESIES: &[&str] = &[
    "please let me know if you have any other questions",
    "let me know if you have any other questions",
    "thank you for your question",
    "thanks for your question",
    "thank you for asking",
    "i am happy to help",
    "i'm happy to help",
    "thanks for asking",
    "i hope this helps",
    "i hope that helps",
    "have a nice day",
    "feel free to ask",
    "hope this helps",
    "hope that helps",
    "happy to help",
    "good question",
    "unfortunately",
    "i'm afraid",
    "i'm sorry",
    "thank you",
    "hello",
    "thanks",
    "sorry",
    "hi",
    "感谢您的咨询",
    "感谢您的提问",
    "谢谢您的提问",
    "很高兴为您解答",
    "很高兴为您服务",
    "希望对您有帮助",
    "祝您购物愉快",
    "祝您生活愉快",
    "不好意思",
    "非常抱歉",
    "很抱歉",
    "抱歉",
    "您好",
    "你好",
    "谢谢",
];

/// That deny, limit or permit: their clause stays whole.
const MARKERS: &[&str] = &[
    "not", "no", "never", "none", "nothing", "neither", "nor", "only", "just", "sole", "except", "unless", "without",
    "if", "can", "must", "should", "or", "yes", "不", "没", "无", "未", "非", "勿", "别", "仅", "只", "除", "若", "如",
    "能", "或", "免",
];

/// Units in both languages, by their names after the number, or as a currency before it.
const UNITS: &[(&str, &[&str])] = &[
    ("working day", &["working days", "working day", "business days", "business day", "个工作日", "工作日"]),
    ("minute", &["minutes", "minute", "mins", "min", "分钟"]),
    ("hour", &["hours", "hour", "hrs", "h", "个小时", "小时"]),
    ("day", &["days", "day", "天"]),
    ("week", &["weeks", "week", "个星期", "星期", "周"]),
    ("month", &["months", "month", "个月"]),
    ("year", &["years", "year", "年"]),
    ("of the year", &["月"]),
    ("of the month", &["日", "号"]),
    ("o'clock", &["o'clock", "点钟", "点"]),
    ("am", &["am", "a.m."]),
    ("pm", &["pm", "p.m."]),
    ("%", &["%", "percent", "per cent"]),
    ("eur", &["€", "eur", "euros", "euro", "欧元"]),
    ("usd", &["$", "usd", "dollars", "dollar", "美元"]),
    ("gbp", &["£", "gbp", "英镑"]),
    ("cny", &["¥", "cny", "rmb", "yuan", "元", "块"]),
    ("kg", &["kg", "kilograms", "kilogram", "kilos", "kilo", "公斤", "千克"]),
    ("mg", &["mg", "毫克"]),
    ("g", &["g", "grams", "gram", "克"]),
    ("ml", &["ml", "毫升"]),
    ("l", &["l", "litres", "litre", "liters", "liter", "升"]),
    ("mm", &["mm", "毫米"]),
    ("cm", &["cm", "厘米"]),
    ("m", &["m", "metres", "metre", "meters", "meter", "米"]),
    ("degree", &["°c", "degrees", "degree", "摄氏度", "度"]),
];
const CURRENCIES: [&str; 4] = ["eur", "usd", "gbp", "cny"];

/// “We”, “you”, and what is theirs.
pub(super) fn is_person(word: &str) -> bool {
    matches!(word, "we" | "you" | "i" | "my") || is_possessive(word)
}

pub(super) fn is_possessive(word: &str) -> bool {
    matches!(word, "our" | "your")
}

impl Gist {
    pub fn read(text: &str) -> Gist {
        let mut gist = Gist::default();
        let text = without_courtesies(normalize(text).replace('’', "'"));
        let pieces = Reader::read(&text);
        let (mut start, mut n_said) = (0, 0);
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Word(word) => gist.words.push(word.clone()),
                Piece::Quantity { value, unit } => {
                    let rest = &pieces[at + 1..];
                    let (unit, is_range) = match rest {
                        // “3 to 5 days”: both are days.
                        [Piece::Link, Piece::Quantity { unit: other, .. }, ..] => {
                            (if unit.is_empty() { other } else { unit }, true)
                        }
                        [Piece::Word(counted), ..] if unit.is_empty() => (counted, false),
                        _ => (unit, false),
                    };
                    let what = format!("{value} {unit}{}", if is_range { " –" } else { "" });
                    gist.quantities.push(Quantity { what, is_range, clause: gist.clauses.len(), at: gist.words.len() });
                }
                Piece::Link => {}
                Piece::Break => gist.end_clause(&mut start, &mut n_said),
            }
        }
        gist.end_clause(&mut start, &mut n_said);
        gist
    }

    /// Whether something is denied, limited or permitted there.
    pub fn is_marked(&self, clause: usize) -> bool {
        self.words[self.clauses[clause].clone()].iter().any(|word| MARKERS.contains(&&**word))
    }

    fn end_clause(&mut self, start: &mut usize, n_said: &mut usize) {
        if self.words.len() > *start || self.quantities.len() > *n_said {
            self.clauses.push(*start..self.words.len());
        }
        (*start, *n_said) = (self.words.len(), self.quantities.len());
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    numbers: Vec<Number>,
    /// A currency that stands before its number.
    currency: Option<&'static str>,
    pieces: Vec<Piece>,
}

impl<'a> Reader<'a> {
    fn read(text: &'a str) -> Vec<Piece> {
        let mut reader = Reader { text, at: 0, numbers: numbers(text), currency: None, pieces: Vec::new() };
        while let Some(c) = reader.rest().chars().next() {
            reader.step(c);
        }
        reader.pieces
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn step(&mut self, c: char) {
        if is_han(c) {
            self.han(c);
        } else if c.is_alphanumeric() {
            self.token(c);
        } else {
            self.at += c.len_utf8();
            match c {
                '\n' | '.' | '!' | '?' | ';' | ':' | ',' | '。' | '、' | '(' | ')' | '—' | '…' => {
                    self.push(Piece::Break)
                }
                '-' | '–' | '~' => self.link(),
                '/' => self.push(Piece::Word("per".into())),
                '&' => self.push(Piece::Break),
                '%' | '+' | '°' => self.push(Piece::Word(c.into())),
                _ => self.currency = unit(c.encode_utf8(&mut [0; 4])).or(self.currency.take()),
            }
        }
    }

    fn push(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    fn link(&mut self) {
        if matches!(self.pieces.last(), Some(Piece::Quantity { .. })) {
            self.push(Piece::Link);
        }
    }

    /// A number in words, if one begins here.
    fn number_here(&self) -> Option<Number> {
        self.numbers.iter().find(|number| number.range.start == self.at).cloned()
    }

    fn han(&mut self, c: char) {
        let rest = self.rest();
        if let Some((phrase, word)) = HAN.iter().find(|(phrase, _)| rest.starts_with(phrase)) {
            self.at += phrase.len();
            if !word.is_empty() {
                self.push(Piece::Word((*word).into()));
            }
        } else if let Some(phrase) = HAN_NEEDS.iter().find(|phrase| rest.starts_with(**phrase)) {
            self.at += phrase.len();
            let counts =
                self.rest().trim_start().starts_with(|c: char| c.is_ascii_digit()) || self.number_here().is_some();
            if !counts {
                self.push(Piece::Word("must".into()));
            }
        } else if let Some(number) = self.number_here() {
            self.at = number.range.end;
            self.quantity(number.value.value().to_string());
        } else {
            self.at += c.len_utf8();
            match c {
                '到' | '至' => self.link(),
                _ if HAN_JOINTS.contains(c) => self.push(Piece::Break),
                _ => self.push(Piece::Word(c.into())),
            }
        }
    }

    fn token(&mut self, c: char) {
        let rest = self.rest();
        let is_inner = |c: char| !is_han(c) && (c.is_alphanumeric() || "._-/:@%+=#".contains(c));
        let token = rest[..rest.find(|c| !is_inner(c)).unwrap_or(rest.len())].trim_end_matches(|c| ".-/:".contains(c));
        if let Some(unit) = whole(token) {
            let value = token.to_owned();
            self.at += token.len();
            self.push(Piece::Quantity { value, unit: unit.into() });
        } else if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && !".,:".contains(c)).unwrap_or(rest.len());
            let digits = rest[..end].trim_end_matches(['.', ',', ':']).to_owned();
            self.at += digits.len();
            self.quantity(canonical(&digits));
        } else if let Some(number) = self.number_here() {
            self.at = number.range.end;
            self.quantity(number.value.value().to_string());
        } else {
            let end = rest.find(|c: char| is_han(c) || !c.is_alphanumeric() && c != '\'').unwrap_or(rest.len());
            let word = rest[..end].to_owned();
            self.at += end;
            self.word(word.trim_matches('\''));
        }
    }

    /// A number, with the unit that follows it.
    fn quantity(&mut self, value: String) {
        let rest = self.rest();
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        let hyphen = usize::from(rest.starts_with('-') && rest[1..].starts_with(char::is_alphabetic));
        let named = UNITS.iter().flat_map(|(unit, names)| names.iter().map(move |name| (*unit, *name)));
        let after = &rest[gap.max(hyphen)..];
        let follows = |name: &str| {
            let is_word = name.ends_with(|c: char| c.is_ascii_alphabetic());
            let next = after.strip_prefix(name).map(|rest| rest.chars().next());
            next.is_some_and(|next| !is_word || next.is_none_or(|c| is_han(c) || !c.is_alphanumeric()))
        };
        let unit = named.filter(|(_, name)| follows(name)).max_by_key(|(_, name)| name.len());
        let unit = match (self.currency.take(), unit) {
            (Some(currency), _) => currency,
            (None, Some((unit, name))) => {
                self.at += gap.max(hyphen) + name.len();
                unit
            }
            // The 24th.
            (None, None) => {
                if ["st", "nd", "rd", "th"].iter().any(|end| rest.starts_with(end)) {
                    self.at += 2;
                }
                ""
            }
        };
        self.push(Piece::Quantity { value, unit: unit.into() });
    }

    fn word(&mut self, word: &str) {
        if let Some(positive) = word.strip_suffix("n't") {
            match positive {
                "must" | "need" => self.push(Piece::Word("must".into())),
                "should" => self.push(Piece::Word("should".into())),
                "was" | "were" | "had" => self.push(Piece::Word("was".into())),
                _ => {}
            }
            return self.deny();
        }
        let word = word.split('\'').next().unwrap_or_default();
        let is_one_of = |list: &str| list.split_whitespace().any(|other| other == word);
        let number_follows = self.rest().trim_start().starts_with(|c: char| c.is_ascii_digit());
        let follows = |next: &str| self.rest().trim_start().starts_with(next);
        match word {
            "" => {}
            "not" | "cannot" => self.deny(),
            "to" => self.link(),
            "has" | "have" if follows("to ") => self.push(Piece::Word("must".into())),
            _ if number_follows && unit(word).is_some_and(|unit| CURRENCIES.contains(&unit)) => {
                self.currency = unit(word)
            }
            _ if is_one_of(EMPTY) => {}
            _ if is_one_of(JOINTS) => self.push(Piece::Break),
            _ => {
                let same = SAME.iter().find(|(other, _)| *other == word).map(|(_, same)| (*same).to_owned());
                // “Hardly” is not “hard”.
                let own = || if word.ends_with("ly") { word.to_owned() } else { stem(word) };
                self.push(Piece::Word(same.unwrap_or_else(own)));
            }
        }
    }

    /// “Cannot” and “do not” are one: either way it is not so.
    fn deny(&mut self) {
        if self.pieces.last() == Some(&Piece::Word("can".into())) {
            self.pieces.pop();
        }
        self.push(Piece::Word("not".into()));
    }
}

/// What a unit is called by, before or after its number.
fn unit(name: &str) -> Option<&'static str> {
    UNITS.iter().find(|(_, names)| names.contains(&name)).map(|(unit, _)| *unit)
}

/// What is compared letter by letter: an address, a date in digits, a time of day, a code.
fn whole(token: &str) -> Option<&'static str> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = token.split('.').collect();
    let is_domain = |pair: &[&str]| {
        pair[0].ends_with(|c: char| c.is_ascii_alphanumeric())
            && pair[1].bytes().take_while(u8::is_ascii_alphabetic).count() >= 2
    };
    if token.contains(['@', '=', '#', '_']) || token.contains("://") || parts.windows(2).any(is_domain) {
        return Some("address");
    }
    for separator in ['.', '-', '/'] {
        if token.matches(separator).count() >= 2 && token.split(separator).all(is_digits) {
            return Some("date");
        }
    }
    let mut letters_then_digits = token.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-').chars();
    let begins_with_letter = token.starts_with(|c: char| c.is_ascii_alphabetic());
    if begins_with_letter && letters_then_digits.next().is_some_and(|c| c.is_ascii_digit()) {
        return Some("code");
    }
    // Digits with letters that are no unit: `4x2b`.
    let tail = token.trim_start_matches(|c: char| c.is_ascii_digit() || ".,:".contains(c));
    let is_known = unit(tail).is_some() || ["st", "nd", "rd", "th"].contains(&tail);
    let is_glued = tail.len() < token.len() && tail.starts_with(|c: char| c.is_alphabetic()) && !is_known;
    (is_glued && tail.chars().all(char::is_alphanumeric)).then_some("code")
}

/// One way to write a number: `1,000` and `1000`, `12.50` and `12.5`. What may be read in two ways stays as it is.
fn canonical(digits: &str) -> String {
    let n_decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let is_plain = !digits.contains(':') && n_decimals <= 2 && (!digits.starts_with('0') || digits.starts_with("0."));
    match numbers(digits).as_slice() {
        [number] if is_plain && number.range == (0..digits.len()) => number.value.value().to_string(),
        _ => digits.to_owned(),
    }
}

/// Each courtesy that stands by itself as the end of a clause.
fn without_courtesies(mut text: String) -> String {
    for courtesy in COURTESIES {
        let is_letter = |c: char| c.is_ascii_alphanumeric();
        let mut from = 0;
        while let Some(at) = text[from..].find(courtesy).map(|at| from + at) {
            let end = at + courtesy.len();
            if text[..at].ends_with(is_letter) || text[end..].starts_with(is_letter) {
                from = end;
            } else {
                text.replace_range(at..end, "\n");
                from = at + 1;
            }
        }
    }
    text
}
