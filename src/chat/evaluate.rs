//! How good the answers are: questions with known sources, scored.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chat::{Attendant, Conversation, Message};
use crate::protocol::{Language, ReplyKind};

/// One question and what must come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionCase {
    pub language: Language,
    pub question: String,
    /// Passage or product ids; any one counts.
    pub expect: Vec<String>,
    pub kind: ReplyKind,
    /// What the reply must say, word for word: the figure or the day that makes it right.
    pub says: Vec<String>,
}

/// Why a line of questions cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: expected language, question, expect, kind separated by tabs")]
pub struct QuestionError {
    pub line: usize,
}

/// Reads tab-separated `language, question, expect, kind[, says]` with one header line; ids of `expect`, and texts of
/// `says`, are parted by `|`.
pub fn read_questions(text: &str) -> Result<Vec<QuestionCase>, QuestionError> {
    let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| read_question(line).ok_or(QuestionError { line: at + 1 })).collect()
}

fn read_question(line: &str) -> Option<QuestionCase> {
    let mut cells = line.split('\t');
    let code = cells.next()?.trim();
    let language = Language::ALL.into_iter().find(|language| language.code() == code)?;
    let (question, expect, kind) = (cells.next()?, cells.next()?, cells.next()?);
    let kind = ReplyKind::ALL.into_iter().find(|of| of.name() == kind.trim())?;
    let list = |cell: &str| cell.split('|').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
    let says = list(cells.next().unwrap_or_default());
    Some(QuestionCase { language, question: question.to_owned(), expect: list(expect), kind, says })
}

/// Figures of one language.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    pub n_answers: usize,
    /// The reply is an answer, and its first source is expected.
    pub top_1: usize,
    /// The retriever ranks an expected passage first, whatever the policy then does.
    pub retrieved_1: usize,
    /// … among the first three.
    pub retrieved_3: usize,
    pub n_products: usize,
    /// The reply shows an expected product.
    pub product_hits: usize,
    pub n_declines: usize,
    /// Declined, and rightly.
    pub declines_right: usize,
    /// Declined at all.
    pub declines_made: usize,
    /// Of the kinds besides (`skill`, `clarify`, `handoff`, `smalltalk`): how many, and how many were right.
    pub others: BTreeMap<&'static str, (usize, usize)>,
    /// Replies that say what their sources do not; there must be none.
    pub ungrounded: usize,
    /// `expected → given`, counted.
    pub confusion: BTreeMap<String, usize>,
}

/// One question that went wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Miss {
    pub question: String,
    pub expected: String,
    pub given: String,
    pub score: f32,
}

/// Figures by language code, and every miss.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Evaluation {
    pub languages: BTreeMap<&'static str, Score>,
    pub misses: Vec<Miss>,
}

/// Asks every question in a conversation of its own, at one time (milliseconds since the Unix epoch).
pub fn evaluate(
    attendant: &Attendant,
    cases: &[QuestionCase],
    now_ms: i64,
    mut embed: impl FnMut(Language, &str) -> Option<Vec<f32>>,
) -> Evaluation {
    let mut evaluation = Evaluation::default();
    for case in cases {
        let mut conversation = Conversation::default();
        let message = Message { text: &case.question, language: case.language, now_ms, ..Message::default() };
        let turn = attendant.read(&conversation, &message);
        let embeddings: Vec<Vec<f32>> = turn.texts().iter().map_while(|text| embed(turn.spoken, text)).collect();
        let ranked = attendant.find_passages(&turn, embeddings.first().map(Vec::as_slice));
        let reply = attendant.reply(&mut conversation, &turn, &embeddings);

        let is_expected = |id: &str| case.expect.iter().any(|expected| expected == id);
        let first = reply.sources.first();
        let says_all = case.says.iter().all(|text| reply.text.contains(text.as_str()));
        let score = evaluation.languages.entry(case.language.code()).or_default();
        let right = match case.kind {
            ReplyKind::Answer => {
                score.n_answers += 1;
                score.retrieved_1 += usize::from(ranked.iter().take(1).any(|hit| is_expected(&hit.id)));
                score.retrieved_3 += usize::from(ranked.iter().take(3).any(|hit| is_expected(&hit.id)));
                // A skill or a hand-off that cites the passage answers as well as the passage.
                let is_answer = matches!(reply.kind, ReplyKind::Answer | ReplyKind::Skill | ReplyKind::Handoff);
                let right = is_answer && first.is_some_and(|source| is_expected(&source.id)) && says_all;
                score.top_1 += usize::from(right);
                right
            }
            ReplyKind::Products => {
                score.n_products += 1;
                let right = reply.products.iter().any(|shown| is_expected(&shown.product)) && says_all;
                score.product_hits += usize::from(right);
                right
            }
            ReplyKind::Decline => {
                score.n_declines += 1;
                let right = reply.kind == ReplyKind::Decline;
                score.declines_right += usize::from(right);
                right
            }
            kind => {
                let (of, hits) = score.others.entry(kind.name()).or_default();
                // Where ids are expected, one of them must be cited or shown; who asks back cites nothing yet.
                let is_there = kind == ReplyKind::Clarify
                    || reply.sources.iter().any(|source| is_expected(&source.id))
                    || reply.products.iter().any(|shown| is_expected(&shown.product));
                let right = reply.kind == kind && (case.expect.is_empty() || is_there) && says_all;
                *of += 1;
                *hits += usize::from(right);
                right
            }
        };
        score.declines_made += usize::from(reply.kind == ReplyKind::Decline);
        score.ungrounded += usize::from(!reply.grounded);
        let pair = format!("{} → {}", case.kind.name(), reply.kind.name());
        *score.confusion.entry(pair).or_default() += 1;
        if !right {
            let given = first.map_or_else(String::new, |source| source.id.clone());
            evaluation.misses.push(Miss {
                question: case.question.clone(),
                expected: format!("{} {}", case.kind.name(), case.expect.join("|")),
                given: format!("{} {given} {}", reply.kind.name(), excerpt(&case.says, &reply.text))
                    .trim_end()
                    .to_owned(),
                score: first.map_or(0.0, |source| source.score),
            });
        }
    }
    evaluation
}

/// Where the reply had to say something, how it begins.
fn excerpt(says: &[String], text: &str) -> String {
    const MAX_CHARS: usize = 90;
    match says {
        [] => String::new(),
        _ => format!("({} ∌ {})", text.chars().take(MAX_CHARS).collect::<String>().replace('\n', " "), says.join("|")),
    }
}
