//! Has a language model put answers into other words. The extract is on the page meanwhile, and stays unless what the
//! model wrote says the same ([`rephrase::check`]): as a whole, so that nothing on the page moves but once.

use std::cell::{Cell, RefCell};

use super::completion::{Completed, Completion};
use super::prefix;
use super::writer::{Writer, WriterError};
use crate::chat::rephrase;
use crate::generate::{FinishReason, SamplerConfig};
use crate::platform::{self, CancelToken, clock::now_ms};
use crate::protocol::{KeptModel, Language};
use crate::tokenizer::Message;

/// Tokens after the text that every prompt begins with: an extract and its rewrite, of a token a character at worst.
const ROOM: usize = 3 * rephrase::MAX_EXTRACT_CHARS;
/// However short the extract.
const MIN_TOKENS: usize = 64;

/// What an author needs of a model. There is one, [`PrefixedWriter`]; tests have another, which says what it is told to.
pub trait Writes {
    /// Reads what these two prompts begin with alike, if it has not yet.
    async fn begin(&self, one: &[Message], other: &[Message], cancel: &CancelToken) -> Result<(), WriterError>;
    /// See [`Writer::complete`].
    async fn complete(
        &self,
        wanted: &Completion,
        on_text: &dyn Fn(String),
        cancel: &CancelToken,
    ) -> Result<Completed, WriterError>;
}

/// How long it may take, in milliseconds. The extract is being read: what comes later would replace what has been read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To read what every prompt begins with; once a model and language.
    pub begin_ms: f64,
    pub first_text_ms: f64,
    pub whole_ms: f64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { begin_ms: 30_000.0, first_text_ms: 8_000.0, whole_ms: 20_000.0 }
    }
}

/// A language model as far as it puts answers into other words.
pub struct Author<W = PrefixedWriter> {
    pub writer: W,
    limits: Limits,
    /// On this device; it is not asked again.
    is_too_slow: Cell<bool>,
}

impl<W: Writes> Author<W> {
    pub fn new(writer: W, limits: Limits) -> Author<W> {
        Author { writer, limits, is_too_slow: Cell::new(false) }
    }

    pub fn is_too_slow(&self) -> bool {
        self.is_too_slow.get()
    }

    /// The extract in other words; `None` where it is to stand.
    pub async fn rephrase(&self, extract: &str, language: Language, cancel: &CancelToken) -> Option<String> {
        let Limits { begin_ms, first_text_ms, whole_ms } = self.limits;
        let start = now_ms();
        let limit = cancel.until(start + begin_ms);
        let begun = self.writer.begin(&prompt(".", language), &prompt("茶", language), &limit).await;
        if limit.is_cancelled() {
            self.is_too_slow.set(!cancel.is_cancelled());
            return None;
        }
        begun.ok()?;
        // It is ready for the next question; for this one it is late.
        if now_ms() - start > first_text_ms {
            return None;
        }
        let start = now_ms();
        let limit = cancel.until(start + first_text_ms);
        let sampler = SamplerConfig { temperature: 0.0, ..SamplerConfig::default() };
        let max_tokens = extract.chars().count().max(MIN_TOKENS);
        let messages = prompt(extract, language);
        let wanted = Completion { messages, max_tokens, sampler, stops: Vec::new(), shape: None };
        let completed = self.writer.complete(&wanted, &|_| limit.put_off(start + whole_ms), &limit).await.ok()?;
        match completed.finish_reason {
            FinishReason::Stop if completed.n_dropped == 0 => {}
            FinishReason::Cancelled => {
                self.is_too_slow.set(!cancel.is_cancelled());
                return None;
            }
            _ => return None,
        }
        let text = completed.text.trim();
        rephrase::check(extract, text).is_ok().then(|| text.to_owned())
    }
}

fn prompt(extract: &str, language: Language) -> Vec<Message> {
    let told = [Message::new("system", rephrase::instruction(language))];
    let shown = rephrase::examples(language).iter().flat_map(|(extract, rewrite)| {
        [Message::new("user", rephrase::fenced(extract)), Message::new("assistant", *rewrite)]
    });
    told.into_iter().chain(shown).chain([Message::new("user", rephrase::fenced(extract))]).collect()
}

/// A writer that keeps beside its model, across visits, what all prompts begin with.
pub struct PrefixedWriter {
    pub writer: Writer,
    /// The model, where it is one that the user keeps.
    kept: Option<KeptModel>,
    /// Read on this visit, and not kept yet.
    unkept: RefCell<Option<Vec<u32>>>,
}

impl PrefixedWriter {
    pub fn new(writer: Writer, kept: Option<KeptModel>) -> PrefixedWriter {
        PrefixedWriter { writer, kept, unkept: RefCell::default() }
    }

    /// Keeps what was read anew: after an answer, never before one.
    pub async fn settle(&self) {
        let Some(ids) = self.unkept.take() else { return };
        if let Some(kept) = &self.kept
            && let Some(store) = platform::kept_folder(&kept.id).await
        {
            prefix::keep(&store, &self.writer, &kept.sha256, &ids).await;
        }
    }
}

impl Writes for PrefixedWriter {
    async fn begin(&self, one: &[Message], other: &[Message], cancel: &CancelToken) -> Result<(), WriterError> {
        let ids = self.writer.shared_ids(one, other)?;
        if ids.is_empty() || self.writer.has_read(&ids) {
            return Ok(());
        }
        if let Some(kept) = &self.kept
            && let Some(store) = platform::kept_folder(&kept.id).await
            && prefix::restore(&store, &self.writer, &kept.sha256, &ids, ROOM).await
        {
            return Ok(());
        }
        self.writer.read(&ids, ROOM, cancel).await?;
        self.unkept.replace(self.writer.has_read(&ids).then_some(ids));
        Ok(())
    }

    async fn complete(
        &self,
        wanted: &Completion,
        on_text: &dyn Fn(String),
        cancel: &CancelToken,
    ) -> Result<Completed, WriterError> {
        self.writer.complete(wanted, on_text, cancel).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Speed;
    use crate::platform::block_on;

    const EXTRACT: &str = "Delivery takes 3 to 5 days and costs 7.90 euros.";

    /// Writes what it is told to, after so many milliseconds.
    #[derive(Default)]
    struct Scripted {
        text: &'static str,
        is_cut: bool,
        begin_ms: u32,
        first_text_ms: u32,
        asked: RefCell<Vec<Vec<Message>>>,
    }

    impl Writes for Scripted {
        async fn begin(&self, _: &[Message], _: &[Message], _: &CancelToken) -> Result<(), WriterError> {
            platform::sleep_ms(self.begin_ms).await;
            Ok(())
        }

        async fn complete(
            &self,
            wanted: &Completion,
            on_text: &dyn Fn(String),
            cancel: &CancelToken,
        ) -> Result<Completed, WriterError> {
            self.asked.borrow_mut().push(wanted.messages.clone());
            platform::sleep_ms(self.first_text_ms).await;
            let is_late = cancel.is_cancelled();
            if !is_late {
                on_text(self.text.into());
            }
            let finish_reason = match (is_late || cancel.is_cancelled(), self.is_cut) {
                (true, _) => FinishReason::Cancelled,
                (false, true) => FinishReason::Length,
                (false, false) => FinishReason::Stop,
            };
            Ok(Completed {
                model: String::new(),
                text: self.text.into(),
                finish_reason,
                n_prompt: 1,
                n_known: 0,
                n_written: 1,
                n_dropped: 0,
                speed: Speed::default(),
            })
        }
    }

    fn author(writer: Scripted) -> Author<Scripted> {
        Author::new(writer, Limits { begin_ms: 500.0, first_text_ms: 60.0, whole_ms: 5_000.0 })
    }

    fn rephrased(author: &Author<Scripted>, cancel: &CancelToken) -> Option<String> {
        block_on(author.rephrase(EXTRACT, Language::En, cancel))
    }

    #[test]
    fn a_good_rewrite_is_shown_and_a_bad_or_cut_one_is_not() {
        let good = "Thank you for asking! Delivery takes 3–5 days, and it costs €7.90.";
        let of =
            |text, is_cut| rephrased(&author(Scripted { text, is_cut, ..Scripted::default() }), &CancelToken::new());
        assert_eq!(of(good, false).as_deref(), Some(good));
        assert_eq!(of(good, true), None);
        assert_eq!(of("It costs 3 euros.", false), None);
        assert_eq!(of("", false), None);
    }

    #[test]
    fn the_model_sees_the_extract_fenced_and_last() {
        let author = author(Scripted::default());
        rephrased(&author, &CancelToken::new());
        let asked = author.writer.asked.borrow();
        let (first, last) = (&asked[0][0], asked[0].last().unwrap());
        assert_eq!((&*first.role, &*last.role), ("system", "user"));
        assert_eq!(last.content, format!("<answer>\n{EXTRACT}\n</answer>"));
    }

    #[test]
    fn a_model_that_is_too_slow_for_this_device_is_found_out_and_one_that_begins_late_is_not() {
        let slow = author(Scripted { first_text_ms: 90, text: EXTRACT, ..Scripted::default() });
        assert_eq!(rephrased(&slow, &CancelToken::new()), None);
        assert!(slow.is_too_slow());
        let late = author(Scripted { begin_ms: 90, text: EXTRACT, ..Scripted::default() });
        assert_eq!(rephrased(&late, &CancelToken::new()), None);
        assert!(!late.is_too_slow() && late.writer.asked.borrow().is_empty());
        let very_late = author(Scripted { begin_ms: 600, ..Scripted::default() });
        rephrased(&very_late, &CancelToken::new());
        assert!(very_late.is_too_slow());
    }

    /// The path from a question to its answer, with a model that writes at random: whatever it writes, the shop's words
    /// are what is shown.
    #[cfg(all(feature = "convert", feature = "import"))]
    #[test]
    fn random_text_never_takes_the_extracts_place() {
        use crate::engine::{Answers, Engine};
        use crate::gguf::TensorType;
        use crate::pack::build::build_lexical;
        use crate::pack::import::read_shop;
        use crate::privacy::Vault;
        use crate::protocol::DevicePreference;

        let mut file = Vec::new();
        crate::gguf::random::random("llama", "tiny", TensorType::Q8_0, 0, &mut file).unwrap();
        // Room for the prompt, which the shape for tests has not.
        let key = b"llama.context_length";
        let at = file.windows(key.len()).position(|window| window == key).unwrap() + key.len() + 4;
        file[at..at + 4].copy_from_slice(&4096u32.to_le_bytes());

        let shop = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behavior/shop");
        let pack = build_lexical(&read_shop(&shop).unwrap_or_else(|mistakes| panic!("{mistakes}"))).unwrap();
        let engine = Engine::new(Vault::new());
        engine.open_pack(pack).unwrap();
        let ask = |text: &str| {
            let message = crate::chat::Message { text, now_ms: 1_796_119_200_000, ..crate::chat::Message::default() };
            let (deltas, cancel) = (Cell::new(0), CancelToken::new());
            let count = |_| deltas.set(deltas.get() + 1);
            let (reply, state) = block_on(engine.ask("", &message, &count, &cancel)).unwrap();
            let again = block_on(engine.rephrase("", &message, &|_| panic!("nothing comes on the way"), &cancel));
            block_on(engine.settle());
            assert!(deltas.get() > 0);
            ((reply, state), again)
        };
        let (_, again) = ask("Can I send something back?");
        assert_eq!(again.unwrap_err().code, crate::protocol::ErrorCode::NoModel);

        block_on(engine.load_model(file, None, DevicePreference::Cpu, &|_| ())).unwrap();
        let mut n_asked = 0;
        for text in
            ["Can I send something back?", "How long does delivery take?", "你们怎么发货？", "What about gift cards?"]
        {
            let (first, again) = ask(text);
            n_asked += usize::from(rephrase::rephrasable(&first.0).is_some());
            assert_eq!(again.unwrap(), first, "{text}");
        }
        assert!(n_asked > 0, "no answer here could be put into other words");
        let author = engine.author().unwrap();
        assert!(!author.is_too_slow() && author.writer.writer.context() > 2_000);
        let ids = author.writer.writer.shared_ids(&prompt(".", Language::En), &prompt("茶", Language::En)).unwrap();
        assert!(author.writer.writer.has_read(&ids) && ids.len() > 200, "{} ids", ids.len());
    }

    #[test]
    fn a_new_question_ends_it_and_says_nothing_of_its_speed() {
        let author = author(Scripted { text: EXTRACT, ..Scripted::default() });
        let cancel = CancelToken::new();
        cancel.cancel();
        assert_eq!(rephrased(&author, &cancel), None);
        assert!(!author.is_too_slow());
    }
}
