use std::sync::Arc;

use futures::Stream;
use futures::stream::try_unfold;

use crate::generate::{Constraint, GenerateError, Sampler, SamplerConfig};
use crate::model::{DecodeState, Decoder};
use crate::platform::clock::now_ms;
use crate::platform::{CancelToken, yield_now};

/// Prompt tokens read in one pass: between passes a wish to stop is heard, and activations stay small.
const PREFILL_TOKENS: usize = 128;
/// The same where there is a deadline, which is looked at between passes.
const TIMED_PREFILL_TOKENS: usize = 32;

/// A language model ready to write, for any number of [`Session`]s.
#[derive(Clone)]
pub struct Generator {
    decoder: Arc<Decoder>,
}

/// One conversation's place in the model: what has been read, with its keys and values.
pub struct Session {
    state: DecodeState,
    /// The ids behind the state's positions.
    ids: Vec<u32>,
}

impl Session {
    /// How many of the prompt's ids it has read already, and need not read again.
    pub fn n_known(&self, prompt: &[u32]) -> usize {
        prompt.iter().zip(&self.ids).take_while(|(a, b)| a == b).count()
    }

    /// Tokens that it has read.
    pub fn n_read(&self) -> usize {
        self.ids.len()
    }

    /// Tokens that there is room for.
    pub fn capacity(&self) -> usize {
        self.state.capacity()
    }
}

/// Why a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishReason {
    /// The model said so, by a token that ends a text or a turn.
    Stop,
    /// A stop string stood in the text.
    StopString,
    /// As many tokens as were asked for.
    Length,
    /// The context is full.
    Context,
    Cancelled,
}

impl FinishReason {
    /// As it is spelled for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            FinishReason::Stop => "stop",
            FinishReason::StopString => "stop_string",
            FinishReason::Length => "length",
            FinishReason::Context => "context",
            FinishReason::Cancelled => "cancelled",
        }
    }
}

/// How long reading and writing took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Speed {
    /// Prompt tokens that were read; those known from before cost nothing and do not count.
    pub n_prefilled: usize,
    pub prefill_ms: f64,
    /// Decode steps: the first token comes of the prefill.
    pub n_decoded: usize,
    pub decode_ms: f64,
}

impl Speed {
    /// `None` where nothing was read.
    pub fn prefill_tokens_per_second(&self) -> Option<f64> {
        (self.n_prefilled > 0).then(|| self.n_prefilled as f64 / self.prefill_ms * 1e3)
    }

    /// `None` where there was no step.
    pub fn decode_tokens_per_second(&self) -> Option<f64> {
        (self.n_decoded > 0).then(|| self.n_decoded as f64 / self.decode_ms * 1e3)
    }
}

impl Generator {
    pub fn new(decoder: Arc<Decoder>) -> Self {
        Self { decoder }
    }

    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// A conversation of up to `capacity` tokens, its answers included.
    ///
    /// # Errors
    /// Where the model was made for fewer.
    pub fn new_session(&self, capacity: usize) -> Result<Session, GenerateError> {
        Ok(Session { state: self.decoder.new_state(capacity)?, ids: Vec::new() })
    }

    /// What a session has read of `ids`, which it begins with, to go on from in another program; `None` where it begins
    /// otherwise or it would be more than `most_bytes`. See [`Decoder::export_state`].
    pub fn export(&self, session: &Session, ids: &[u32], most_bytes: usize) -> Option<Vec<u8>> {
        (session.n_known(ids) == ids.len()).then(|| self.decoder.export_state(&session.state, ids.len(), most_bytes))?
    }

    /// A session that has read `ids`, as [`Self::export`] has given it; `None` where that is of another shape.
    ///
    /// # Errors
    /// Those of [`Self::new_session`].
    pub fn import(&self, capacity: usize, ids: &[u32], bytes: &[u8]) -> Result<Option<Session>, GenerateError> {
        let state = self.decoder.import_state(capacity, ids.len(), bytes)?;
        Ok(state.map(|state| Session { state, ids: ids.to_vec() }))
    }

    /// What follows `prompt`, at most `max_tokens` of it, up to one of the `ends`, which is not given.
    ///
    /// Of the prompt only what the session has not read already is read: a conversation that goes on costs its new
    /// turns.
    ///
    /// # Errors
    /// A prompt that is empty or leaves no room for an answer.
    pub fn tokens<'a>(
        &'a self,
        session: &'a mut Session,
        prompt: &[u32],
        sampler: SamplerConfig,
        max_tokens: usize,
        ends: Vec<u32>,
        cancel: CancelToken,
    ) -> Result<Tokens<'a>, GenerateError> {
        let capacity = session.state.capacity();
        if prompt.is_empty() {
            return Err(GenerateError::EmptyPrompt);
        }
        if prompt.len() >= capacity {
            return Err(GenerateError::PromptTooLong { n_tokens: prompt.len(), capacity });
        }
        // The last token is read in any case: its logits are what the answer begins with.
        let n_known = session.n_known(&prompt[..prompt.len() - 1]);
        session.ids.truncate(n_known);
        session.state.truncate(n_known);
        Ok(Tokens {
            decoder: &self.decoder,
            session,
            unread: prompt[n_known..].to_vec(),
            n_left: max_tokens,
            ends,
            sampler: Sampler::new(sampler),
            constraint: None,
            cancel,
            speed: Speed::default(),
            finish: None,
            has_begun: false,
        })
    }
}

/// What comes of reading.
enum Read {
    Logits(Vec<f32>),
    Likeliest(Option<u32>),
}

/// Token ids as they come. Dropping it is well at any point: the session knows what it has read.
pub struct Tokens<'a> {
    decoder: &'a Decoder,
    session: &'a mut Session,
    /// Ids to be read before the next can be chosen: the prompt, then each time the one given last.
    unread: Vec<u32>,
    n_left: usize,
    ends: Vec<u32>,
    sampler: Sampler,
    constraint: Option<Constraint>,
    cancel: CancelToken,
    speed: Speed,
    finish: Option<FinishReason>,
    has_begun: bool,
}

impl<'a> Tokens<'a> {
    /// Holds the text to a shape from its first token on.
    pub fn within(mut self, constraint: Option<Constraint>) -> Self {
        self.constraint = constraint;
        self
    }

    /// The next id, or `None` once the text has ended, [`Self::finish_reason`] then saying why. A wish to stop is heard
    /// before each token.
    ///
    /// # Errors
    /// A device that fails, logits that are no numbers.
    pub async fn next(&mut self) -> Result<Option<u32>, GenerateError> {
        if self.finish.is_some() {
            return Ok(None);
        }
        if self.n_left == 0 {
            return self.end(FinishReason::Length);
        }
        let start = now_ms();
        let is_greedy = self.constraint.is_none() && self.sampler.is_greedy();
        let Some(mut read) = self.read(is_greedy).await? else { return Ok(None) };
        let elapsed_ms = now_ms() - start;
        if self.has_begun {
            self.speed.n_decoded += 1;
            self.speed.decode_ms += elapsed_ms;
        } else {
            self.speed.prefill_ms += elapsed_ms;
        }
        self.has_begun = true;
        if let (Some(constraint), Read::Logits(logits)) = (&mut self.constraint, &mut read) {
            constraint.restrict(logits, &self.ends)?;
        }
        let id = match read {
            Read::Likeliest(id) => id,
            Read::Logits(mut logits) => self.sampler.sample(&mut logits, &self.session.ids),
        };
        let id = id.ok_or(GenerateError::NoChoice)?;
        if self.ends.contains(&id) {
            return self.end(FinishReason::Stop);
        }
        if let Some(constraint) = &mut self.constraint {
            constraint.accept(id)?;
            // Nothing can follow: the model need not be asked whether it is over.
            if constraint.is_over()? {
                self.finish = Some(FinishReason::Stop);
            }
        }
        self.n_left -= 1;
        self.unread.push(id);
        Ok(Some(id))
    }

    /// Reads what is unread and gives what can be chosen from behind it, or the choice itself.
    async fn read(&mut self, is_greedy: bool) -> Result<Option<Read>, GenerateError> {
        let Session { state, ids } = &mut *self.session;
        let most = if self.cancel.has_deadline() { TIMED_PREFILL_TOKENS } else { PREFILL_TOKENS };
        loop {
            // Lets a message through that may be the wish to stop.
            yield_now().await;
            if self.cancel.is_cancelled() {
                self.finish = Some(FinishReason::Cancelled);
                return Ok(None);
            }
            if state.n_past() == state.capacity() {
                self.finish = Some(FinishReason::Context);
                return Ok(None);
            }
            let n = self.unread.len().min(most);
            let read = match is_greedy && n == self.unread.len() {
                true => Read::Likeliest(self.decoder.likeliest(state, &self.unread[..n]).await?),
                false => Read::Logits(self.decoder.prefill(state, &self.unread[..n]).await?),
            };
            ids.extend(self.unread.drain(..n));
            if !self.has_begun {
                self.speed.n_prefilled += n;
            }
            if self.unread.is_empty() {
                return Ok(Some(read));
            }
        }
    }

    fn end<T>(&mut self, reason: FinishReason) -> Result<Option<T>, GenerateError> {
        self.finish = Some(reason);
        Ok(None)
    }

    /// Ends the text for a reason that the ids do not show.
    pub fn finish(&mut self, reason: FinishReason) {
        self.finish.get_or_insert(reason);
    }

    /// Why the text has ended, once it has.
    pub fn finish_reason(&self) -> Option<FinishReason> {
        self.finish
    }

    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<u32, GenerateError>> + 'a {
        try_unfold(self, |mut tokens| async move { Ok(tokens.next().await?.map(|id| (id, tokens))) })
    }
}
