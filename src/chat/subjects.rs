//! What shops are asked for that only some of them have: means of payment, carriers, certificates, services, goods.
//!
//! A question that names such a thing is answered by a shop that names it too. Where the shop's own texts are silent on
//! it, whatever else lies near its words is no answer: who asks for insurance is not told the postage.
//! `subjects.tsv` has one subject a line, its names parted by commas, in both languages.

use std::sync::LazyLock;

use crate::chat::phrases::find;
use crate::retrieve::tokens::normalize;

type Subject = Vec<&'static str>;

static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let names = |line: &'static str| line.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    include_str!("subjects.tsv").lines().map(names).collect()
});

/// The subjects that a text names, each by all of its names.
pub(super) fn named(text: &str) -> impl Iterator<Item = &'static [&'static str]> {
    let text = normalize(text).replace('’', "'");
    let is_named = move |subject: &&Subject| subject.iter().any(|name| names(&text, name));
    SUBJECTS.iter().filter(is_named).map(Vec::as_slice)
}

/// Whether a normalized text holds a name, or more than one of what it names.
pub(super) fn names(text: &str, name: &str) -> bool {
    find(text, name).is_some() || name.is_ascii() && find(text, &format!("{name}s")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_known_by_any_of_its_names() {
        let is_named = |text: &str, name: &str| named(text).any(|subject| subject.contains(&name));
        assert!(is_named("Do you Price Match other shops?", "比价"));
        assert!(is_named("可以给包裹买保价吗", "insurance"));
        assert!(!is_named("an apple a day", "an app"));
        for ordinary in ["how long does shipping take", "does it come with free wrapping", "怎么退货", "洗碗机能用吗"]
        {
            assert!(named(ordinary).next().is_none(), "{ordinary}");
        }
    }

    #[test]
    fn no_subject_has_a_name_twice() {
        let mut names: Vec<&str> = SUBJECTS.iter().flatten().copied().collect();
        names.sort_unstable();
        let twice: Vec<&[&str]> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
