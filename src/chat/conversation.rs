//! What one conversation remembers: the last subject, to understand “and to Canada?”.

use crate::protocol::Language;
use crate::retrieve::tokens::{normalize, terms};

/// Characters kept of the last question: a chain of fragments must not grow without end.
const MAX_TOPIC_CHARS: usize = 200;
/// Fragments have few words of their own.
const MAX_FRAGMENT_TERMS: usize = 4;
const MAX_FRAGMENT_HAN: usize = 10;

const FRAGMENT_STARTS_EN: &[&str] = &[
    "and ",
    "or ",
    "also ",
    "but ",
    "what about",
    "how about",
    "what if",
    "to ",
    "for ",
    "in ",
    "from ",
    "with ",
    "without ",
];
const FRAGMENT_WORDS_EN: &[&str] =
    &["it", "its", "that", "they", "them", "those", "these", "this", "there", "one", "ones"];
const FRAGMENT_STARTS_ZH: &[&str] = &["那", "还有", "如果是", "要是", "换成", "它", "这个", "这些", "这款", "那款"];

/// The state of one conversation.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    topic: Option<Topic>,
}

/// What was spoken of last.
#[derive(Clone, Debug)]
pub(super) struct Topic {
    /// The question as it was searched.
    pub text: String,
    pub language: Language,
    /// Whether products were shown.
    pub about_products: bool,
    /// The passage that answered, if one did.
    pub source: Option<String>,
}

impl Conversation {
    pub(super) fn topic(&self) -> Option<&Topic> {
        self.topic.as_ref()
    }

    pub(super) fn remember(&mut self, mut topic: Topic) {
        if let Some((cut, _)) = topic.text.char_indices().nth(MAX_TOPIC_CHARS) {
            topic.text.truncate(cut);
        }
        self.topic = Some(topic);
    }
}

/// Whether a message only makes sense after another.
pub(super) fn is_fragment(text: &str, language: Language) -> bool {
    let text = normalize(text);
    let text = text.trim().trim_end_matches(['?', '.', '!', '。']);
    match language {
        Language::En => {
            let refers = || text.split_whitespace().any(|word| FRAGMENT_WORDS_EN.contains(&word));
            let starts = FRAGMENT_STARTS_EN.iter().any(|start| text.starts_with(start));
            (starts || refers() && terms(text).len() < MAX_FRAGMENT_TERMS) && terms(text).len() <= MAX_FRAGMENT_TERMS
        }
        Language::Zh => {
            let starts = FRAGMENT_STARTS_ZH.iter().any(|start| text.starts_with(start));
            (starts || text.ends_with('呢')) && text.chars().count() <= MAX_FRAGMENT_HAN
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_are_told_from_questions() {
        for text in ["and to Canada?", "what about white tea", "is it free", "to France?"] {
            assert!(is_fragment(text, Language::En), "{text}");
        }
        for text in ["how long does delivery to Canada take?", "a smoky black tea", "do you ship to France"] {
            assert!(!is_fragment(text, Language::En), "{text}");
        }
        assert!(is_fragment("那加拿大呢", Language::Zh));
        assert!(is_fragment("白茶呢？", Language::Zh) || is_fragment("白茶呢", Language::Zh));
        assert!(!is_fragment("寄到德国邮费多少", Language::Zh));
    }
}
