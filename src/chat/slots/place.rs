//! Countries, their parts and large cities, in both languages.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::Slot;
use super::reading::{Reading, is_whole};
use crate::protocol::Language;
use crate::retrieve::tokens::normalize;

const COUNTRIES: &str = include_str!("countries.tsv");
const PLACES: &str = include_str!("places.tsv");

/// Names that English writes with an article.
const WITH_ARTICLE: &[&str] =
    &["US", "GB", "NL", "AE", "PH", "BS", "MV", "GM", "CD", "CG", "DO", "CF", "SC", "SB", "KY"];

/// A place to send to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166-1 (`FR`), or 3166-2 where a part of a country is another thing to a carrier (`PT-20`).
    pub code: String,
    name: [&'static str; 2],
}

impl Place {
    /// The country with this code.
    pub fn country(code: &str) -> Option<Place> {
        TABLE.rows.iter().find(|row| row.code == code).map(Row::place)
    }

    /// The country's code: `PT` of `PT-20`.
    pub fn country_code(&self) -> &str {
        self.code.split('-').next().unwrap_or(&self.code)
    }

    /// As it stands in a sentence: “the United States”, “美国”.
    pub fn name(&self, language: Language) -> String {
        let needs_article =
            WITH_ARTICLE.contains(&self.code.as_str()) && Place::country(&self.code).as_ref() == Some(self);
        match language {
            Language::En if needs_article => format!("the {}", self.name[0]),
            Language::En => self.name[0].to_owned(),
            Language::Zh => self.name[1].to_owned(),
        }
    }
}

struct Row {
    code: &'static str,
    name: [&'static str; 2],
}

impl Row {
    fn place(&self) -> Place {
        Place { code: self.code.to_owned(), name: self.name }
    }
}

struct Table {
    rows: Vec<Row>,
    /// Normalized names by their first character, the longest first, and the rows they mean.
    names: HashMap<char, Vec<(String, usize)>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut rows: Vec<Row> = Vec::new();
    let mut names: HashMap<char, Vec<(String, usize)>> = HashMap::new();
    let lines = COUNTRIES.lines().chain(PLACES.lines()).filter(|line| !line.starts_with('#'));
    for line in lines {
        let mut cells = line.split('\t');
        let (Some(code), Some(en), Some(zh)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let row = match code.strip_prefix('=') {
            Some(code) => rows.iter().position(|row| row.code == code),
            None => {
                let first = |cell: &'static str| cell.split('|').next().unwrap_or(cell);
                rows.push(Row { code, name: [first(en), first(zh)] });
                Some(rows.len() - 1)
            }
        };
        let Some(row) = row else { continue };
        for name in en.split('|').chain(zh.split('|')).map(normalize) {
            if let Some(first) = name.chars().next() {
                names.entry(first).or_default().push((name, row));
            }
        }
    }
    for list in names.values_mut() {
        list.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    }
    Table { rows, names }
});

/// Every place of a message, longest names first.
pub(super) fn read(reading: &Reading<'_>) -> Vec<Slot<Place>> {
    let text = &reading.text;
    let mut places: Vec<Slot<Place>> = Vec::new();
    let mut rest = 0;
    for (at, c) in text.char_indices() {
        if at < rest {
            continue;
        }
        let names = TABLE.names.get(&c).map_or(&[][..], Vec::as_slice);
        let fits = |(name, _): &&(String, usize)| {
            text[at..].starts_with(name)
                && is_whole(text, &(at..at + name.len()))
                && is_meant(text, at..at + name.len())
        };
        let found =
            names.iter().find(fits).map(|(name, row)| (at + name.len(), *row)).or_else(|| united_states(reading, at));
        if let Some((end, row)) = found {
            let place = TABLE.rows[row].place();
            if places.iter().all(|other| other.value.code != place.code) {
                places.push(reading.slot(place, at..end));
            }
            rest = end;
        }
    }
    places
}

/// Not every “china” is the country, and not every 大陆 stands alone.
fn is_meant(text: &str, range: Range<usize>) -> bool {
    let (before, name, after) = (text[..range.start].trim_end(), &text[range.clone()], text[range.end..].trim_start());
    match name {
        "china" => {
            !["bone", "fine"].iter().any(|word| before.ends_with(word))
                && !["cup", "plate", "pot", "teapot", "tea pot", "set"].iter().any(|word| after.starts_with(word))
        }
        "turkey" | "jersey" | "guinea" | "chad" | "mali" | "niger" | "rio" | "jordan" | "georgia" | "faro"
        | "split" | "cork" | "phoenix" | "darwin" | "york" | "lima" | "virginia" => {
            ["to", "in", "for", "from", "about", "and", "or"].iter().any(|word| before.ends_with(word))
                || before.is_empty()
        }
        // “Cheap and nice” is praise.
        "nice" => ["to", "in", "from", "near"].iter().any(|word| before.ends_with(word)),
        _ => true,
    }
}

/// “US” is a country in capitals, or with its article; “us” is the shop.
fn united_states(reading: &Reading<'_>, at: usize) -> Option<(usize, usize)> {
    let range = at..at + 2;
    if !reading.text[at..].starts_with("us") || !is_whole(&reading.text, &range) {
        return None;
    }
    let written = &reading.original[reading.span(range.clone())];
    let has_article = reading.text[..at].trim_end().ends_with("the");
    let row = TABLE.rows.iter().position(|row| row.code == "US")?;
    (written == "US" || has_article).then_some((range.end, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        read(&Reading::new(text)).into_iter().map(|slot| slot.value.code).collect()
    }

    #[test]
    fn places_are_found_in_both_languages() {
        for (text, expected) in [
            ("do you ship to the UK?", &["GB"][..]),
            ("shipping to US please", &["US"]),
            ("can you tell us the price", &[]),
            ("send it to the us", &["US"]),
            ("寄到印度尼西亚要多久", &["ID"]),
            ("寄到巴布亚新几内亚", &["PG"]),
            ("运到巴黎多少钱", &["FR"]),
            ("Madeira or Lisbon", &["PT-30", "PT"]),
            ("bone china cups", &[]),
            ("to China", &["CN"]),
            ("寄回国内", &["CN"]),
            ("Österreich? no, Austria and SAO PAULO", &["AT", "BR"]),
            ("香港和加拿大", &["HK", "CA"]),
            ("woman in Oman", &["OM"]),
            ("a nice cup to Nice", &["FR"]),
            ("寄澳门700克", &["MO"]),
            ("Ponta Delgada", &["PT-20"]),
        ] {
            assert_eq!(codes(text), expected, "{text}");
        }
    }

    #[test]
    fn names_read_as_a_sentence_needs_them() {
        let name = |code: &str, language| Place::country(code).map(|place| place.name(language));
        assert_eq!(name("US", Language::En).as_deref(), Some("the United States"));
        assert_eq!(name("HK", Language::Zh).as_deref(), Some("香港"));
        assert_eq!(name("FR", Language::En).as_deref(), Some("France"));
        // Each city by its own name.
        let ghent = read(&Reading::new("to Ghent")).remove(0).value;
        assert_eq!((ghent.name(Language::En), ghent.name(Language::Zh)), ("Ghent".to_owned(), "根特".to_owned()));
    }
}
