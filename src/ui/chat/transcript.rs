//! A conversation to take along: as text to read, as data to work with, and what it could not answer as a
//! list for the shop owner.

use serde::Serialize;

use super::feedback::{Complaint, Verdict};
use crate::platform::json;
use crate::protocol::{Language, ReplyKind};
use crate::ui::words;

/// Version of the exported data's shape.
const VERSION: u32 = 1;

/// Who wrote a line. What a program wrote is marked as such wherever the file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    Shopper,
    Ai,
}

/// One message of a conversation, ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub author: Author,
    pub language: Language,
    pub text: String,
    /// Ids of the passages and products that an answer stands on.
    pub sources: Vec<String>,
    pub kind: Option<ReplyKind>,
    /// A language model has put the shop's words into others.
    pub is_rephrased: bool,
    pub verdict: Option<Verdict>,
}

#[derive(Serialize)]
struct Exported<'a> {
    format: &'static str,
    version: u32,
    shop: &'a str,
    /// As `Intl` writes it in the shopper's language.
    saved: &'a str,
    notice: &'static str,
    messages: &'a [Line],
}

/// The conversation as JSON.
pub fn to_json(shop: &str, saved: &str, language: Language, messages: &[Line]) -> String {
    let notice = words::WRITTEN_BY_AI.get(language);
    let exported = Exported { format: "attendant-transcript", version: VERSION, shop, saved, notice, messages };
    json::to_string(&exported).expect("strings and numbers serialize")
}

/// The conversation as plain text.
pub fn to_text(shop: &str, saved: &str, language: Language, messages: &[Line]) -> String {
    let mut text = format!("{shop} · {saved}\n{}\n", words::WRITTEN_BY_AI.get(language));
    for line in messages {
        let author = match line.author {
            Author::Shopper => words::YOU,
            Author::Ai => words::AUTHOR_AI,
        };
        text.push_str(&format!("\n{}:\n{}\n", author.get(language), line.text.trim()));
        if line.is_rephrased {
            text.push_str(&format!("({})\n", words::REPHRASED.get(language)));
        }
        if !line.sources.is_empty() {
            text.push_str(&format!("({}: {})\n", words::SOURCES.get(language), line.sources.join(", ")));
        }
    }
    text
}

/// A question the shop's knowledge did not serve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unanswered {
    pub language: Language,
    pub question: String,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The attendant said that it does not know.
    Declined,
    /// The shopper said that the answer did not help, and may have said why.
    Complained(Option<Complaint>),
}

/// What the shop owner may want to write about: declined questions and those whose answer did not help.
pub fn unanswered(messages: &[Line]) -> Vec<Unanswered> {
    let pairs = messages.iter().zip(messages.iter().skip(1));
    let pairs = pairs.filter(|(question, answer)| question.author == Author::Shopper && answer.author == Author::Ai);
    pairs
        .filter_map(|(question, answer)| {
            let why = match (answer.verdict, answer.kind) {
                (Some(Verdict::NotHelpful(complaint)), _) => Why::Complained(complaint),
                (_, Some(ReplyKind::Decline)) => Why::Declined,
                _ => return None,
            };
            Some(Unanswered { language: question.language, question: question.text.clone(), why })
        })
        .collect()
}

/// The list as JSON.
pub fn unanswered_json(unanswered: &[Unanswered]) -> String {
    json::to_string(&unanswered).expect("strings serialize")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(author: Author, text: &str) -> Line {
        Line {
            author,
            language: Language::En,
            text: text.into(),
            sources: Vec::new(),
            kind: None,
            is_rephrased: false,
            verdict: None,
        }
    }

    fn conversation() -> Vec<Line> {
        let mut declined = line(Author::Ai, "I do not know.");
        declined.kind = Some(ReplyKind::Decline);
        let mut poor = line(Author::Ai, "Three days.");
        poor.kind = Some(ReplyKind::Answer);
        poor.sources = vec!["shipping#rates".into()];
        poor.verdict = Some(Verdict::NotHelpful(Some(Complaint::Incomplete)));
        let mut good = poor.clone();
        good.verdict = Some(Verdict::Helpful);
        vec![
            line(Author::Shopper, "Do you repair watches?"),
            declined,
            line(Author::Shopper, "How long?"),
            poor,
            line(Author::Shopper, "And to Spain?"),
            good,
        ]
    }

    #[test]
    fn the_owner_gets_what_was_declined_and_what_did_not_help() {
        let found = unanswered(&conversation());
        assert_eq!(
            found.iter().map(|one| one.question.as_str()).collect::<Vec<_>>(),
            ["Do you repair watches?", "How long?"]
        );
        let last = unanswered_json(&found[1..]);
        let expected = r#"[{"language":"en","question":"How long?","why":{"complained":"incomplete"}}]"#;
        assert_eq!(last.replace(char::is_whitespace, ""), expected.replace(char::is_whitespace, ""));
    }

    #[test]
    fn what_a_model_put_into_other_words_is_marked() {
        let mut answer = line(Author::Ai, "It takes three days.");
        answer.is_rephrased = true;
        for language in Language::ALL {
            let text = to_text("Shop", "today", language, &[line(Author::Shopper, "How long?"), answer.clone()]);
            assert_eq!(text.matches(words::REPHRASED.get(language)).count(), 1, "{text}");
        }
        assert!(to_json("Shop", "today", Language::En, &[answer]).contains(r#""is_rephrased": true"#));
    }

    #[test]
    fn what_a_program_wrote_is_marked_in_every_export() {
        for language in Language::ALL {
            let notice = words::WRITTEN_BY_AI.get(language);
            let text = to_text("Shop", "today", language, &conversation());
            assert!(text.contains(notice) && text.contains("shipping#rates"), "{text}");
            let data = to_json("Shop", "today", language, &conversation());
            assert!(data.contains(notice) && data.contains(r#""author": "ai""#), "{data}");
        }
    }
}
