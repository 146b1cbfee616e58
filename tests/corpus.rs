//! The texts that the shipped heads learn from, and those that they are measured on, stay apart and stay enough.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const CORPUS: &str = "src/classify/corpus";
const LANGUAGES: [&str; 2] = ["en", "zh"];

/// A head's files, its labels, and the least texts a label: trained on in English and in Chinese, and held out.
const HEADS: [(&str, usize, [usize; 2], usize); 4] = [
    // English intents that Bitext has lean on its sample; `EN_OWN` counts the others.
    ("intent", 51, [30, 40], 8),
    ("out_of_scope", 1, [100, 100], 40),
    ("sentiment", 3, [100, 250], 40),
    ("risk", 5, [120, 120], 25),
];

/// English intents that no public set brings: they need their forty here.
const EN_OWN: (usize, usize) = (24, 40);

fn read(name: &str) -> Vec<(String, String)> {
    let path = Path::new(CORPUS).join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows = text.lines().enumerate().map(|(at, line)| {
        let row = line.split_once('\t').filter(|(text, label)| {
            text.trim() == *text && !text.is_empty() && !label.is_empty() && !label.contains(['\t', ' '])
        });
        let (text, label) = row.unwrap_or_else(|| panic!("{name}:{}: not `text<TAB>label`", at + 1));
        (text.to_owned(), label.to_owned())
    });
    rows.collect()
}

fn count(rows: &[(String, String)]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (_, label) in rows {
        *counts.entry(label.as_str()).or_default() += 1;
    }
    counts
}

/// Case, punctuation and spaces aside: what a shopper would call the same message.
fn bare(text: &str) -> String {
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if bare.is_empty() { text.to_owned() } else { bare }
}

#[test]
fn every_label_has_its_texts_in_both_languages() {
    for (head, n_labels, least, least_held_out) in HEADS {
        let mut labels = BTreeSet::new();
        for (language, least) in LANGUAGES.into_iter().zip(least) {
            for (name, least) in
                [(format!("{head}.{language}.tsv"), least), (format!("{head}.{language}.test.tsv"), least_held_out)]
            {
                let rows = read(&name);
                let counts = count(&rows);
                assert_eq!(counts.len(), n_labels, "{name}: labels");
                for (label, n) in &counts {
                    assert!(*n >= least, "{name}: {label} has {n} texts, and needs {least}");
                }
                labels.extend(counts.into_keys().map(str::to_owned));
            }
        }
        assert_eq!(
            labels.len(),
            n_labels,
            "{head}: the languages, or the two sides, name different labels: {labels:?}"
        );
    }
    let rows = read("intent.en.tsv");
    let own = count(&rows).into_values().filter(|n| *n >= EN_OWN.1).count();
    assert!(own >= EN_OWN.0, "{own} English intents have {} texts", EN_OWN.1);
}

#[test]
fn no_text_stands_twice_or_on_both_sides() {
    for (head, ..) in HEADS {
        for language in LANGUAGES {
            let mut seen = BTreeMap::new();
            for side in ["tsv", "test.tsv"] {
                let name = format!("{head}.{language}.{side}");
                for (text, label) in read(&name) {
                    let at = format!("{name}: {text} ({label})");
                    if let Some(first) = seen.insert(bare(&text), at.clone()) {
                        panic!("{at} stands already in {first}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_out_of_scope_is_no_intent() {
    for language in LANGUAGES {
        let files = ["tsv", "test.tsv"];
        let texts = |head: &str| -> BTreeSet<String> {
            files
                .iter()
                .flat_map(|side| read(&format!("{head}.{language}.{side}")))
                .map(|(text, _)| bare(&text))
                .collect()
        };
        let both: Vec<_> = texts("intent").intersection(&texts("out_of_scope")).cloned().collect();
        assert!(both.is_empty(), "{both:?}");
    }
}

#[test]
fn nothing_lies_in_the_corpus_unread() {
    let known: BTreeSet<PathBuf> = HEADS
        .iter()
        .flat_map(|(head, ..)| LANGUAGES.map(|language| (head, language)))
        .flat_map(|(head, language)| {
            ["tsv", "test.tsv"].map(|side| Path::new(CORPUS).join(format!("{head}.{language}.{side}")))
        })
        .chain([Path::new(CORPUS).join("README.md")])
        .collect();
    let found: BTreeSet<PathBuf> = fs::read_dir(CORPUS).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(found, known);
}
