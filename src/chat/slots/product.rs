//! Products that a message names, by id, by title in any language, in part, or with a slip of the finger.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::reading::{Reading, Taken};
use super::{Slot, colour};
use crate::pack::Product;
use crate::retrieve::tokens::{is_han, normalize, terms};
use crate::retrieve::typos::distance;

/// What a message may mean by one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductMention {
    /// Best first; more than one where the name fits several alike.
    pub ids: Vec<String>,
}

impl ProductMention {
    /// The product, where only one is meant.
    pub fn only(&self) -> Option<&str> {
        match self.ids.as_slice() {
            [id] => Some(id),
            _ => None,
        }
    }
}

/// More products than this are a kind of thing, not a name.
const MAX_CANDIDATES: usize = 6;
/// A title's word in a larger share of the catalogue names a kind.
const MAX_SHARE: f64 = 0.05;
/// Shorter words differ by a letter without a slip. Six: “plate” and “place” are both words.
const MIN_FUZZY_CHARS: usize = 6;
/// Words of titles that name nothing.
const EMPTY_WORDS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "first", "second", "third", "euro",
    "euros", "franc", "francs", "new", "year", "day", "small", "large", "set", "with", "without", "right", "open",
    "free", "before", "after",
];

/// What may stand inside of a name: “cup and saucer”, “Silver Needle, Fuding”.
const JOINTS: &[&str] = &["and", ",", "&", ", and"];

/// A word of a message, the products whose title has it, and whether it is only a kind of thing.
type Named<'n> = (Range<usize>, &'n [usize], bool);

/// The names of a catalogue.
#[derive(Debug)]
pub struct Names {
    ids: Vec<String>,
    /// Lower-case ids.
    by_id: HashMap<String, usize>,
    /// Stems of English titles, and the products whose title has them.
    by_word: BTreeMap<String, Vec<usize>>,
    /// Those that cannot name a product by themselves.
    kinds: BTreeSet<String>,
    /// The same words as they are written, with their stems: a slip is looked for among these.
    written: BTreeMap<String, String>,
    /// Pairs of Chinese characters of titles.
    by_pair: HashMap<[char; 2], Vec<usize>>,
    /// How many products a Chinese label files.
    filed: HashMap<String, usize>,
    /// Chinese runs of each product's titles.
    runs: Vec<Vec<Vec<char>>>,
}

impl Names {
    pub fn new(products: &[Product]) -> Names {
        let mut names = Names {
            ids: products.iter().map(|product| product.id.clone()).collect(),
            by_id: products.iter().enumerate().map(|(at, product)| (normalize(&product.id), at)).collect(),
            by_word: BTreeMap::new(),
            kinds: BTreeSet::new(),
            written: BTreeMap::new(),
            by_pair: HashMap::new(),
            filed: HashMap::new(),
            runs: Vec::with_capacity(products.len()),
        };
        for (at, product) in products.iter().enumerate() {
            let mut runs = Vec::new();
            for title in product.title.0.values() {
                let title = normalize(title);
                let words = title.split(|c: char| !c.is_alphanumeric() || is_han(c));
                for (word, stem) in words.filter_map(|word| Some((word, terms(word).pop()?))) {
                    if !is_word(&stem) || EMPTY_WORDS.contains(&word) {
                        continue;
                    }
                    names.written.insert(word.to_owned(), stem.clone());
                    let owners = names.by_word.entry(stem).or_default();
                    if owners.last() != Some(&at) {
                        owners.push(at);
                    }
                }
                for run in title.split(|c| !is_han(c)).filter(|run| !run.is_empty()) {
                    let run: Vec<char> = run.chars().collect();
                    for pair in run.windows(2) {
                        let owners = names.by_pair.entry([pair[0], pair[1]]).or_default();
                        if owners.last() != Some(&at) {
                            owners.push(at);
                        }
                    }
                    runs.push(run);
                }
            }
            names.runs.push(runs);
        }
        names.find_kinds(products);
        names
    }

    /// A word that files many products and stands in few titles is a kind of thing, and a colour is one:
    /// “gift” alone is not the name of the gift card.
    fn find_kinds(&mut self, products: &[Product]) {
        let mut filed: HashMap<String, usize> = HashMap::new();
        for product in products {
            let types = product.product_type.0.values().filter_map(|levels| levels.last());
            let labels = || types.clone().chain(product.tags.0.values().flatten());
            for stem in labels().flat_map(|label| terms(label)).collect::<BTreeSet<String>>() {
                *filed.entry(stem).or_default() += 1;
            }
            for label in labels().map(|label| normalize(label)).filter(|label| label.starts_with(is_han)) {
                *self.filed.entry(label).or_default() += 1;
            }
        }
        let is_kind = |stem: &&String, n_owners: usize| filed.get(*stem).is_some_and(|&n| n_owners * 2 < n);
        let kinds = self.by_word.iter().filter(|(stem, owners)| is_kind(stem, owners.len()) || colour::is_name(stem));
        self.kinds = kinds.map(|(stem, _)| stem.clone()).collect();
    }

    /// Every product of a message, in its order.
    pub(super) fn read(&self, reading: &Reading<'_>, taken: &mut Taken, shown: &[String]) -> Vec<Slot<ProductMention>> {
        // Of two readings of a word the earlier wins: “the first” of what was shown, not “First set”.
        let mut found = ordinals(reading, shown);
        found.extend(self.ids(reading));
        found.extend(self.titles(reading));
        found.extend(self.chinese(reading));
        found.sort_by_key(|(range, _)| range.start);
        let mut slots: Vec<Slot<ProductMention>> = Vec::new();
        for (range, ids) in found {
            let is_new = slots.iter().all(|slot| slot.value.ids != ids);
            if taken.is_free(&range) && is_new {
                taken.take(range.clone());
                slots.push(reading.slot(ProductMention { ids }, range));
            }
        }
        slots
    }

    fn ids(&self, reading: &Reading<'_>) -> Vec<(Range<usize>, Vec<String>)> {
        let text = &reading.text;
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = text[from..].find(is_part) {
            let start = from + at;
            let end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |length| start + length);
            let word = &text[start..end];
            // A bare number or word could be anything; an id has both.
            let is_code = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
            if let Some(&at) = self.by_id.get(word).filter(|_| is_code) {
                found.push((start..end, vec![self.ids[at].clone()]));
            }
            from = end;
        }
        found
    }

    /// Runs of words that stand in titles. Rare words count for more: “longjing” is a name, “tea” is not.
    fn titles(&self, reading: &Reading<'_>) -> Vec<(Range<usize>, Vec<String>)> {
        let mut runs: Vec<Vec<Named<'_>>> = vec![Vec::new()];
        let mut end = 0;
        for (range, word) in reading.words() {
            if reading.text[end..range.start].contains([',', ';', '+', '&', '/']) {
                runs.push(Vec::new());
            }
            end = range.end;
            let stems = terms(word);
            let owners = stems.first().filter(|stem| is_word(stem)).and_then(|stem| self.owners(word, stem));
            match (stems.is_empty(), owners) {
                // A stop word neither helps nor parts: “Silver Needle from Fuding”.
                (true, _) if !matches!(word, "and" | "or" | "vs" | "than" | "with") => {}
                (_, Some((owners, is_kind))) => {
                    runs.last_mut().into_iter().for_each(|run| run.push((range.clone(), owners, is_kind)));
                }
                _ => runs.push(Vec::new()),
            }
        }
        let found = runs.into_iter().filter_map(|run| self.name_of(&run)).collect();
        narrow(found, |gap| JOINTS.contains(&reading.text[gap].trim()))
    }

    fn name_of(&self, run: &[Named<'_>]) -> Option<(Range<usize>, Vec<String>)> {
        let n = self.ids.len() as f64;
        let most = (n * MAX_SHARE).max(2.0);
        let mut scores: HashMap<usize, f64> = HashMap::new();
        for (_, owners, _) in run {
            for &at in *owners {
                *scores.entry(at).or_default() += (1.0 + n / owners.len() as f64).ln();
            }
        }
        let best = scores.values().fold(0.0, |best: f64, &score| best.max(score));
        let mut candidates: Vec<usize> =
            scores.iter().filter(|&(_, &score)| score >= best - 1e-9).map(|(&at, _)| at).collect();
        candidates.sort_unstable();
        // At least one word must be rare enough to name something.
        let is_rare = |owners: &[usize]| owners.len() as f64 <= most;
        let is_name =
            |at: usize| run.iter().any(|(_, owners, is_kind)| !is_kind && owners.contains(&at) && is_rare(owners));
        candidates.retain(|&at| is_name(at));
        let first = *candidates.first()?;
        if candidates.len() > MAX_CANDIDATES {
            return None;
        }
        let used = || run.iter().filter(|(_, owners, _)| owners.contains(&first)).map(|(range, ..)| range);
        let range = used().next()?.start..used().next_back()?.end;
        Some((range, candidates.into_iter().map(|at| self.ids[at].clone()).collect()))
    }

    /// The products whose title has the stem, or a word that differs from this one by a slip, and whether
    /// it is only a kind of thing.
    fn owners(&self, word: &str, stem: &str) -> Option<(&[usize], bool)> {
        if let Some(owners) = self.by_word.get(stem) {
            return Some((owners, self.kinds.contains(stem)));
        }
        let n_chars = word.chars().count();
        if n_chars < MIN_FUZZY_CHARS || word.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let most = if n_chars >= 8 { 2 } else { 1 };
        let letters: Vec<char> = word.chars().collect();
        let first = *letters.first()?;
        // A slip seldom hits the first letter, and only its words need be compared then.
        let (_, stem) = self
            .written
            .range(first.to_string()..)
            .take_while(|(other, _)| other.starts_with(first))
            .filter(|(other, _)| other.chars().count() >= MIN_FUZZY_CHARS)
            .map(|(other, stem)| (distance(&letters, &other.chars().collect::<Vec<char>>()), stem))
            .filter(|(distance, _)| *distance <= most)
            .min_by_key(|(distance, _)| *distance)?;
        Some((self.by_word.get(stem)?, self.kinds.contains(stem)))
    }

    /// The longest stretches of Chinese titles.
    fn chinese(&self, reading: &Reading<'_>) -> Vec<(Range<usize>, Vec<String>)> {
        let chars: Vec<(usize, char)> = reading.text.char_indices().collect();
        let most = ((self.ids.len() as f64 * MAX_SHARE) as usize).max(2);
        let mut found = Vec::new();
        let mut at = 0;
        while at + 1 < chars.len() {
            let owners = self.by_pair.get(&[chars[at].1, chars[at + 1].1]).map_or(&[][..], Vec::as_slice);
            let longest = |&product: &usize| {
                self.runs[product]
                    .iter()
                    .flat_map(|run| (0..run.len()).map(move |from| &run[from..]))
                    .map(|run| run.iter().zip(&chars[at..]).take_while(|(a, (_, b))| *a == b).count())
                    .max()
                    .unwrap_or(0)
            };
            let lengths: Vec<(usize, usize)> = owners.iter().map(|product| (longest(product), *product)).collect();
            let length = lengths.iter().map(|&(length, _)| length).max().unwrap_or(0);
            let best: Vec<usize> =
                lengths.into_iter().filter(|&(other, _)| other == length).map(|(_, product)| product).collect();
            if length >= 2 && (best.len() <= most.min(MAX_CANDIDATES) || length >= 4 && best.len() <= MAX_CANDIDATES) {
                let end = chars.get(at + length).map_or(reading.text.len(), |&(end, _)| end);
                let is_kind = self.filed.get(&reading.text[chars[at].0..end]).is_some_and(|&n| best.len() * 2 < n);
                at += length;
                if is_kind {
                    continue;
                }
                found.push((
                    chars[at - length].0..end,
                    best.into_iter().map(|product| self.ids[product].clone()).collect(),
                ));
            } else {
                at += length.max(1);
            }
        }
        narrow(found, |gap| gap.len() <= '的'.len_utf8())
    }
}

/// Parts of one name that stand apart are one mention of what they share: “红色的双盖茶叶罐”, “cobalt cup and saucer”.
fn narrow(
    found: Vec<(Range<usize>, Vec<String>)>,
    is_joint: impl Fn(Range<usize>) -> bool,
) -> Vec<(Range<usize>, Vec<String>)> {
    let mut narrowed: Vec<(Range<usize>, Vec<String>)> = Vec::new();
    for (range, ids) in found {
        if let Some((last, shared)) = narrowed.last_mut()
            && last.end <= range.start
            && is_joint(last.end..range.start)
        {
            let both: Vec<String> = shared.iter().filter(|id| ids.contains(id)).cloned().collect();
            if !both.is_empty() {
                (last.end, *shared) = (range.end, both);
                continue;
            }
        }
        narrowed.push((range, ids));
    }
    narrowed
}

/// Whether a term is of Latin letters and no mere number.
fn is_word(term: &str) -> bool {
    !term.starts_with(is_han) && !term.bytes().all(|byte| byte.is_ascii_digit())
}

/// “The first and the third”, 第二个, of what was shown last.
fn ordinals(reading: &Reading<'_>, shown: &[String]) -> Vec<(Range<usize>, Vec<String>)> {
    const WORDS: &[(&str, usize)] = &[
        ("first", 1),
        ("1st", 1),
        ("second", 2),
        ("2nd", 2),
        ("third", 3),
        ("3rd", 3),
        ("fourth", 4),
        ("4th", 4),
        ("fifth", 5),
        ("sixth", 6),
        ("第一", 1),
        ("第二", 2),
        ("第三", 3),
        ("第四", 4),
        ("第五", 5),
        ("第六", 6),
    ];
    let mut found: Vec<(Range<usize>, Vec<String>)> = Vec::new();
    if shown.is_empty() {
        return found;
    }
    for (word, number) in WORDS {
        if let Some(id) = shown.get(number - 1) {
            found.extend(reading.find(word).map(|range| (range, vec![id.clone()])));
        }
    }
    for word in ["the last one", "the last", "最后一个", "最后一款"] {
        if let (Some(range), Some(id)) = (reading.find(word).next(), shown.last()) {
            found.push((range, vec![id.clone()]));
            break;
        }
    }
    if found.is_empty() {
        let both = ["both", "these two", "those two", "the two", "这两个", "这两款", "那两款", "两款", "两个都"];
        let range = both.iter().find_map(|word| reading.find(word).next()).filter(|_| shown.len() >= 2);
        if let Some(range) = range {
            let middle = range.start + reading.text[range.clone()].chars().next().map_or(0, char::len_utf8);
            found.push((range.start..middle, vec![shown[0].clone()]));
            found.push((middle..range.end, vec![shown[1].clone()]));
        }
    }
    found
}
