//! An answer in a passage's own words: the sentences and rows that speak of the question, in their
//! order, nothing changed.

use std::collections::HashSet;

use crate::chat::stream::deltas;
use crate::retrieve::tokens::{is_telling, terms};

/// Sentences of running text in one answer. Passages answer first and explain after, so the first
/// sentence is always among them.
const MAX_SENTENCES: usize = 3;
/// A longer table or list is cut to the rows that match, where any do.
const MAX_ROWS: usize = 12;

/// One block of a passage's Markdown.
enum Block<'a> {
    Paragraph(Vec<&'a str>),
    /// Items with the lines that continue them.
    List(Vec<String>),
    Table {
        head: Vec<&'a str>,
        rows: Vec<&'a str>,
    },
}

/// The part of `markdown` that answers `question`.
pub fn extract(markdown: &str, question: &str) -> String {
    let wanted: HashSet<String> = terms(question).into_iter().filter(|term| is_telling(term)).collect();
    let overlap = |text: &str| {
        let found: HashSet<String> = terms(text).into_iter().collect();
        found.intersection(&wanted).count()
    };
    let blocks = blocks(markdown);
    let chosen = choose_sentences(&blocks, overlap);
    let mut at = 0;
    let mut answer = Vec::new();
    for block in &blocks {
        match block {
            Block::Paragraph(sentences) => {
                let kept = sentences.iter().enumerate().filter(|(i, _)| chosen.contains(&(at + i)));
                let text: String = kept.map(|(_, sentence)| *sentence).collect();
                at += sentences.len();
                if !text.trim().is_empty() {
                    answer.push(text.trim().to_owned());
                }
            }
            Block::List(items) => answer.push(choose_rows(items, overlap).join("\n")),
            Block::Table { head, rows } => {
                let rows = choose_rows(rows, overlap);
                answer.push(head.iter().copied().chain(rows).collect::<Vec<_>>().join("\n"));
            }
        }
    }
    answer.join("\n\n")
}

/// Its first sentence only: a second passage's contribution.
pub fn lead(markdown: &str) -> String {
    match blocks(markdown).into_iter().next() {
        Some(Block::Paragraph(sentences)) => sentences.first().map_or("", |sentence| sentence.trim()).to_owned(),
        _ => markdown.to_owned(),
    }
}

/// The first sentence, then those that share most with the question; the second where none does.
fn choose_sentences(blocks: &[Block<'_>], overlap: impl Fn(&str) -> usize) -> HashSet<usize> {
    let sentences = blocks.iter().flat_map(|block| match block {
        Block::Paragraph(sentences) => sentences.as_slice(),
        _ => &[],
    });
    let mut ranked: Vec<(usize, usize)> =
        sentences.enumerate().map(|(at, sentence)| (overlap(sentence), at)).skip(1).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let n_relevant = ranked.iter().filter(|(overlap, _)| *overlap > 0).count().clamp(1, MAX_SENTENCES - 1);
    [0].into_iter().chain(ranked.into_iter().take(n_relevant).map(|(_, at)| at)).collect()
}

fn choose_rows<T: AsRef<str>>(rows: &[T], overlap: impl Fn(&str) -> usize) -> Vec<&str> {
    let all = || rows.iter().map(AsRef::as_ref);
    if rows.len() <= MAX_ROWS {
        return all().collect();
    }
    let matching: Vec<&str> = all().filter(|row| overlap(row) > 0).take(MAX_ROWS).collect();
    if matching.is_empty() { all().collect() } else { matching }
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    ["- ", "* ", "+ "].iter().any(|bullet| line.starts_with(bullet)) || digits > 0 && line[digits..].starts_with(". ")
}

fn blocks(markdown: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_new = true;
    for line in markdown.lines() {
        if line.trim().is_empty() {
            is_new = true;
            continue;
        }
        match blocks.last_mut() {
            Some(Block::Table { head, rows }) if !is_new && line.trim_start().starts_with('|') => {
                if head.len() < 2 {
                    head.push(line)
                } else {
                    rows.push(line)
                }
            }
            Some(Block::List(items)) if is_item(line) => items.push(line.to_owned()),
            Some(Block::List(items)) if !is_new => {
                if let Some(item) = items.last_mut() {
                    item.push('\n');
                    item.push_str(line);
                }
            }
            _ if line.trim_start().starts_with('|') => blocks.push(Block::Table { head: vec![line], rows: vec![] }),
            _ if is_item(line) => blocks.push(Block::List(vec![line.to_owned()])),
            Some(Block::Paragraph(sentences)) if !is_new => sentences.extend(deltas(line)),
            _ => blocks.push(Block::Paragraph(deltas(line).collect())),
        }
        is_new = false;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSAGE: &str = "Parcels take three days. Islands take longer. The carrier is Post. Cats are fine. \
        Express to islands is quicker.\n\n| Region | Price |\n|---|---|\n| France | €4 |\n| Spain | €5 |";

    #[test]
    fn the_first_sentence_and_those_that_match_are_kept_in_order() {
        let answer = extract(PASSAGE, "how long to the islands");
        assert!(answer.starts_with("Parcels take three days. Islands take longer. Express to islands is quicker."));
        assert!(!answer.contains("Cats"));
    }

    #[test]
    fn rows_stay_whole() {
        let answer = extract(PASSAGE, "price to France");
        assert!(answer.ends_with("| Region | Price |\n|---|---|\n| France | €4 |\n| Spain | €5 |"), "{answer}");
    }

    #[test]
    fn every_piece_stands_in_the_passage() {
        let markdown = "先付款。再发货。\n\n- 甲\n- 乙\n  续行\n\n完。";
        for line in extract(markdown, "发货").lines().filter(|line| !line.is_empty()) {
            assert!(markdown.contains(line), "{line}");
        }
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(extract("", "anything"), "");
        assert_eq!(lead(""), "");
    }
}
