//! Other words for what shoppers ask everywhere: a shopper's “postage” finds a shop's “delivery price”.
//!
//! `thesaurus.tsv` has one group a line, its members parted by commas, and begins it in plain words. It speaks of
//! commerce, of no one shop's goods. Idioms are members too: “wont let me in” finds a shop's “password”.

use std::sync::LazyLock;

use crate::retrieve::tokens::{is_han, is_telling, normalize, stem, terms};

/// A Chinese phrase of so many characters is more than a word.
const MIN_IDIOM_CHARS: usize = 3;

/// Something said, and the terms of every other way to say it.
#[derive(Debug)]
pub(super) struct Concept {
    /// Terms of the query that say it.
    pub said: Vec<String>,
    /// The terms of each way in which the query says it; of phrases made of stop words, none.
    pub ways: Vec<&'static [String]>,
    pub others: Vec<&'static [String]>,
    /// Whether it is said by more than a word: hardly anything else can then be meant.
    is_idiom: bool,
    /// The first name of it in the same script, where that is not said.
    plain: Option<&'static str>,
}

/// A text and, after it, what its idioms say in plain words: encoders know few idioms.
pub fn plainly(text: &str) -> String {
    let concepts = concepts(text, &terms(text)).into_iter();
    let plain = concepts.filter(|concept| concept.is_idiom).filter_map(|concept| concept.plain);
    plain.fold(text.to_owned(), |text, plain| text + ", " + plain)
}

#[derive(Debug)]
struct Member {
    text: String,
    terms: Vec<String>,
    /// All the words, of an English phrase of which one at most is no stop word: “let me in” is not “let”. It is known
    /// in a question as it stands, and looked for in no text.
    phrase: Option<Vec<String>>,
    is_han: bool,
    /// More than a word.
    is_idiom: bool,
}

static GROUPS: LazyLock<Vec<Vec<Member>>> = LazyLock::new(|| {
    let member = |text: &str| {
        let text = normalize(text.trim());
        let is_han = text.contains(is_han);
        let all = terms(&text);
        // A word of two characters is its pair; its characters alone are in too many others.
        let terms = if is_han && all.iter().any(|term| is_telling(term)) {
            all.into_iter().filter(|term| is_telling(term)).collect()
        } else {
            all
        };
        let words = words(&text);
        let is_idiom = if is_han { text.chars().count() >= MIN_IDIOM_CHARS } else { words.len() > 1 };
        let phrase = (!is_han && is_idiom && terms.len() < 2).then_some(words);
        Member { text, terms, phrase, is_han, is_idiom }
    };
    let says = |member: &Member| !member.terms.is_empty() || member.phrase.is_some();
    let line = |line: &str| line.split(',').map(member).filter(says).collect();
    include_str!("thesaurus.tsv").lines().map(line).collect()
});

/// What a query says that can be said otherwise.
pub(super) fn concepts(query: &str, query_terms: &[String]) -> Vec<Concept> {
    let text = normalize(query);
    let query_words = words(&text);
    let says = |member: &Member| match &member.phrase {
        _ if member.is_han => text.contains(&member.text),
        Some(phrase) => query_words.windows(phrase.len()).any(|window| window == phrase),
        None => query_terms.windows(member.terms.len()).any(|window| window == member.terms),
    };
    let concept = |group: &'static Vec<Member>| {
        let (said, others): (Vec<&Member>, Vec<&Member>) = group.iter().partition(|member| says(member));
        let others = others.into_iter().filter(|member| member.phrase.is_none());
        (!said.is_empty()).then(|| Concept {
            said: said.iter().flat_map(|member| member.terms.iter().cloned()).collect(),
            ways: said.iter().filter(|member| member.phrase.is_none()).map(|member| member.terms.as_slice()).collect(),
            others: others.map(|member| member.terms.as_slice()).collect(),
            is_idiom: said.iter().any(|member| member.is_idiom),
            plain: group
                .iter()
                .find(|member| member.is_han == said[0].is_han)
                .filter(|first| !said.iter().any(|member| member.text == first.text))
                .map(|first| first.text.as_str()),
        })
    };
    GROUPS.iter().filter_map(concept).collect()
}

/// The English words of a normalized text, stop words too, without their endings.
fn words(text: &str) -> Vec<String> {
    let text = text.replace(['\'', '’'], "");
    let words = text.split(|c: char| !c.is_alphanumeric() || is_han(c));
    words.filter(|word| !word.is_empty()).map(stem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_otherwise_is_found() {
        let others = |query: &str| -> Vec<Vec<String>> {
            let concepts = concepts(query, &terms(query));
            concepts.iter().flat_map(|concept| concept.others.iter().map(|terms| terms.to_vec())).collect()
        };
        assert!(others("I want to send it back").contains(&vec!["return".to_owned()]));
        assert!(others("邮资多少").contains(&vec!["运费".to_owned()]));
        assert!(others("a green bicycle").is_empty());
    }

    #[test]
    fn idioms_are_followed_by_plain_words() {
        assert_eq!(plainly("it wont let me in"), "it wont let me in, password");
        assert_eq!(plainly("手滑，下错单了"), "手滑，下错单了, 取消订单");
        assert_eq!(plainly("优惠码无效"), "优惠码无效");
        assert_eq!(plainly("a green bicycle"), "a green bicycle");
    }

    #[test]
    fn a_phrase_of_stop_words_is_no_single_word() {
        let says_password = |query: &str| {
            let concepts = concepts(query, &terms(query));
            concepts.iter().any(|concept| concept.others.contains(&["password".to_owned()].as_slice()))
        };
        assert!(says_password("it won't let me in"));
        assert!(!says_password("let us know"));
    }
}
