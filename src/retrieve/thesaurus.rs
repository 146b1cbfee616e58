//! Other words for what shoppers ask everywhere: a shopper's “postage” finds a shop's “delivery price”.
//!
//! `thesaurus.tsv` has one group a line, its members parted by commas. It speaks of commerce, of no one shop's goods.

use std::sync::LazyLock;

use crate::retrieve::tokens::{is_han, is_telling, normalize, terms};

/// Something said, and the terms of every other way to say it.
#[derive(Debug)]
pub(super) struct Concept {
    /// Terms of the query that say it.
    pub said: Vec<String>,
    pub others: Vec<&'static [String]>,
}

#[derive(Debug)]
struct Member {
    text: String,
    terms: Vec<String>,
    is_han: bool,
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
        Member { text, terms, is_han }
    };
    let line = |line: &str| line.split(',').map(member).filter(|member| !member.terms.is_empty()).collect();
    include_str!("thesaurus.tsv").lines().map(line).collect()
});

/// What a query says that can be said otherwise.
pub(super) fn concepts(query: &str, query_terms: &[String]) -> Vec<Concept> {
    let text = normalize(query);
    let says = |member: &Member| match member.is_han {
        true => text.contains(&member.text),
        false => query_terms.windows(member.terms.len()).any(|window| window == member.terms),
    };
    let concept = |group: &'static Vec<Member>| {
        let (said, others): (Vec<&Member>, Vec<&Member>) = group.iter().partition(|member| says(member));
        let said: Vec<String> = said.iter().flat_map(|member| member.terms.iter().cloned()).collect();
        let others = others.into_iter().map(|member| member.terms.as_slice()).collect();
        (!said.is_empty()).then_some(Concept { said, others })
    };
    GROUPS.iter().filter_map(concept).collect()
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
}
