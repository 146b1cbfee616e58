//! What a developer asks of a language model and is told: the shapes of OpenAI's `chat.completions`
//! (<https://platform.openai.com/docs/api-reference/chat>), as far as one model on one device has use for them.

use serde::{Deserialize, Serialize};

use crate::generate::{FinishReason, SamplerConfig, Shape, Speed};
use crate::platform::{JsonError, json};
use crate::tokenizer::Message;

/// Tokens of an answer where the request names no number.
const MAX_TOKENS: usize = 512;

/// Beyond these a request is no use of a model but an attack on it.
const MAX_MESSAGES: usize = 2_000;
const MAX_STOPS: usize = 16;

/// The request. What is unknown in it is passed over, as other servers do.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    messages: Vec<Said>,
    max_tokens: Option<usize>,
    max_completion_tokens: Option<usize>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    /// Not OpenAI's, but every local server's.
    top_k: Option<usize>,
    min_p: Option<f32>,
    repetition_penalty: Option<f32>,
    seed: Option<u64>,
    stop: Option<Stops>,
    response_format: Option<Format>,
}

#[derive(Clone, Debug, Deserialize)]
struct Said {
    role: String,
    content: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Stops {
    One(String),
    Many(Vec<String>),
}

/// `response_format`; `choice` and `regex` are ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format {
    Text,
    JsonSchema { json_schema: NamedSchema },
    Choice { choice: Vec<String> },
    Regex { regex: String },
}

#[derive(Clone, Debug, Deserialize)]
struct NamedSchema {
    schema: serde_json::Value,
}

/// A request that has been understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    pub messages: Vec<Message>,
    pub max_tokens: usize,
    pub sampler: SamplerConfig,
    pub stops: Vec<String>,
    pub shape: Option<Shape>,
}

/// Why a request is none.
#[derive(Debug, thiserror::Error)]
pub enum CompletionError {
    #[error("the request is not a chat completion: {0}")]
    Json(#[from] JsonError),
    #[error("`messages` is empty: say something, as {{\"role\": \"user\", \"content\": …}}")]
    NoMessages,
    #[error("{what} is {found}, and must be {wanted}")]
    Value { what: &'static str, found: String, wanted: &'static str },
}

impl Completion {
    /// Reads a request's JSON.
    pub fn read(body: &str) -> Result<Completion, CompletionError> {
        let body: Body = json::from_slice(body.as_bytes())?;
        if body.messages.is_empty() {
            return Err(CompletionError::NoMessages);
        }
        within("the number of messages", body.messages.len(), |&n| n <= MAX_MESSAGES, "at most 2000")?;
        let messages = body.messages.into_iter().map(|Said { role, content }| {
            let role = if role == "developer" { "system".to_owned() } else { role };
            let role = within(
                "a role",
                role,
                |role| ["system", "user", "assistant"].contains(&&**role),
                "system, user or assistant",
            )?;
            Ok(Message { role, content })
        });
        let usual = SamplerConfig::default();
        let chance = |share: &f32| (0.0..=1.0).contains(share);
        let sampler = SamplerConfig {
            temperature: within(
                "temperature",
                body.temperature.unwrap_or(usual.temperature),
                |t| (0.0..=10.0).contains(t),
                "from 0 to 10",
            )?,
            top_k: body.top_k.unwrap_or(usual.top_k),
            top_p: within("top_p", body.top_p.unwrap_or(usual.top_p), chance, "from 0 to 1")?,
            min_p: within("min_p", body.min_p.unwrap_or(usual.min_p), chance, "from 0 to 1")?,
            repetition_penalty: within(
                "repetition_penalty",
                body.repetition_penalty.unwrap_or(usual.repetition_penalty),
                |r| (0.1..=10.0).contains(r),
                "from 0.1 to 10",
            )?,
            seed: body.seed.unwrap_or(usual.seed),
            ..usual
        };
        let stops = match body.stop {
            None => Vec::new(),
            Some(Stops::One(stop)) => vec![stop],
            Some(Stops::Many(stops)) => stops,
        };
        within("the number of stop strings", stops.len(), |&n| n <= MAX_STOPS, "at most 16")?;
        let shape = match body.response_format {
            None | Some(Format::Text) => None,
            Some(Format::JsonSchema { json_schema }) => Some(Shape::JsonSchema(json_schema.schema)),
            Some(Format::Choice { choice }) => Some(Shape::Choice(choice)),
            Some(Format::Regex { regex }) => Some(Shape::Regex(regex)),
        };
        Ok(Completion {
            messages: messages.collect::<Result<_, CompletionError>>()?,
            max_tokens: body.max_completion_tokens.or(body.max_tokens).unwrap_or(MAX_TOKENS),
            sampler,
            stops,
            shape,
        })
    }
}

fn within<T: ToString>(
    what: &'static str,
    value: T,
    is_right: impl Fn(&T) -> bool,
    wanted: &'static str,
) -> Result<T, CompletionError> {
    if is_right(&value) { Ok(value) } else { Err(CompletionError::Value { what, found: value.to_string(), wanted }) }
}

/// A text that a model has written, and what it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Completed {
    pub model: String,
    pub text: String,
    pub finish_reason: FinishReason,
    pub n_prompt: usize,
    /// Of the prompt's tokens, those that the model still knew from before.
    pub n_known: usize,
    pub n_written: usize,
    /// Messages that were left out because the context is full.
    pub n_dropped: usize,
    pub speed: Speed,
}

#[derive(Serialize)]
struct Response<'a> {
    object: &'static str,
    model: &'a str,
    choices: [Choice<'a>; 1],
    usage: Usage,
    /// What OpenAI has no name for.
    attendant: More,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    message: Answer<'a>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Answer<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct Usage {
    prompt_tokens: usize,
    completion_tokens: usize,
    total_tokens: usize,
    prompt_tokens_details: Details,
}

#[derive(Serialize)]
struct Details {
    cached_tokens: usize,
}

#[derive(Serialize)]
struct More {
    /// Why exactly: see [`FinishReason::as_str`].
    finish_reason: &'static str,
    dropped_messages: usize,
    prefill_tokens_per_second: Option<f64>,
    decode_tokens_per_second: Option<f64>,
}

impl Completed {
    /// The response's JSON.
    pub fn to_json(&self) -> Result<String, JsonError> {
        let finish_reason = match self.finish_reason {
            FinishReason::Length | FinishReason::Context => "length",
            _ => "stop",
        };
        json::to_string(&Response {
            object: "chat.completion",
            model: &self.model,
            choices: [Choice { index: 0, message: Answer { role: "assistant", content: &self.text }, finish_reason }],
            usage: Usage {
                prompt_tokens: self.n_prompt,
                completion_tokens: self.n_written,
                total_tokens: self.n_prompt + self.n_written,
                prompt_tokens_details: Details { cached_tokens: self.n_known },
            },
            attendant: More {
                finish_reason: self.finish_reason.as_str(),
                dropped_messages: self.n_dropped,
                prefill_tokens_per_second: self.speed.prefill_tokens_per_second(),
                decode_tokens_per_second: self.speed.decode_tokens_per_second(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_as_openai_writes_it_is_understood() {
        let body = r#"{"model": "any", "stream": true, "messages": [{"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "Hello", "name": "x"}], "max_completion_tokens": 7, "temperature": 0, "stop": "\n",
            "response_format": {"type": "regex", "regex": "[0-9]+"}}"#;
        let read = Completion::read(body).unwrap();
        assert_eq!(read.messages, [Message::new("system", "Be brief."), Message::new("user", "Hello")]);
        assert_eq!((read.max_tokens, read.sampler.temperature, read.stops), (7, 0.0, vec!["\n".to_owned()]));
        assert_eq!(read.shape, Some(Shape::Regex("[0-9]+".into())));
    }

    #[test]
    fn a_request_that_is_none_is_told_why() {
        for (body, why) in [
            ("[", "not a chat completion"),
            ("{}", "`messages` is empty"),
            (
                r#"{"messages": [{"role": "user", "content": ""}], "response_format": {"type": "yaml"}}"#,
                "unknown variant",
            ),
            (r#"{"messages": [{"role": "wizard", "content": ""}]}"#, "a role is wizard"),
            (r#"{"messages": [{"role": "user", "content": ""}], "temperature": -1}"#, "temperature is -1"),
            (r#"{"messages": [{"role": "user", "content": ""}], "top_p": 2}"#, "top_p is 2"),
        ] {
            let error = Completion::read(body).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
