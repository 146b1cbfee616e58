use std::sync::Arc;

use super::expert::Expert;
use super::ngrams::{NGRAMS_VERSION, ngrams};
use super::scope::{Scope, Signals, signals};
use super::{Card, ClassifyError};
use crate::gguf::{Gguf, Metadata, Writer};
use crate::pack::EncoderId;

/// `general.architecture` of a head's file.
const ARCHITECTURE: &str = "attendant.head";

/// How the tensors of an encoder's layers begin.
const LAYER: &str = "blk.";

/// Labels that a [`Classification`] lists.
const N_RANKED: usize = 5;

/// A trained classifier: labels, weights, and when to say that none of the labels fits.
#[derive(Clone, Debug)]
pub struct Head {
    pub(super) card: Card,
    pub(super) labels: Vec<String>,
    pub(super) words: Expert,
    pub(super) dense: Option<Dense>,
    /// For a text without an embedding.
    pub(super) alone: Calibration,
}

/// What a head adds where an encoder is at hand.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    /// One a language, all of one space.
    pub encoders: Vec<EncoderId>,
    pub expert: Expert,
    /// Centres of the training texts, of length one each.
    pub prototypes: Expert,
    /// The encoder's last layers as they were fitted to the texts; none where its own serve.
    pub tail: Option<Arc<Gguf>>,
    pub together: Calibration,
}

/// How logits become probabilities: each expert's are scaled, which is the blend and the temperature (Guo et al.,
/// 2017, <https://arxiv.org/abs/1706.04599>) in one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calibration {
    pub dense: f32,
    pub words: f32,
    pub scope: Scope,
}

/// What a head makes of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Classification {
    /// The likeliest label, whether the text is in scope or not.
    pub label: String,
    /// Its probability, calibrated: of texts at 0.8, about four in five are right.
    pub confidence: f32,
    /// Whether any of the labels is likely to fit.
    pub in_scope: bool,
    /// What `in_scope` was decided by; higher is more likely in scope. Comparable within one head only, and apart for
    /// texts with and without an embedding.
    pub scope_score: f32,
    /// The likeliest labels, at most five, the likeliest first.
    pub ranked: Vec<Ranked>,
}

/// A label and its calibrated probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    pub label: String,
    pub confidence: f32,
}

fn has_tail(gguf: &Gguf) -> bool {
    gguf.tensors().any(|tensor| tensor.name.starts_with(LAYER))
}

/// The half of an encoder's features that is the embedding of the text.
pub(super) fn sentence(features: &[f32]) -> &[f32] {
    &features[..features.len() / 2]
}

impl Head {
    /// Whether a file's bytes begin as a head's do, whose architecture is the first thing it says.
    pub fn is_head(bytes: &[u8]) -> bool {
        let front = &bytes[..bytes.len().min(128)];
        front.windows(ARCHITECTURE.len()).any(|window| window == ARCHITECTURE.as_bytes())
    }

    /// Opens a head from its file's bytes.
    ///
    /// # Errors
    /// Anything that is not a whole, sound head of this version.
    pub fn open(bytes: &[u8]) -> Result<Self, ClassifyError> {
        let gguf = Gguf::parse(bytes.to_vec())?;
        let metadata = gguf.metadata();
        let architecture = metadata.str("general.architecture")?;
        if architecture != ARCHITECTURE {
            return Err(ClassifyError::NotAHead { found: architecture.into() });
        }
        let version = metadata.u32("attendant.head.ngrams.version")?;
        if version != NGRAMS_VERSION {
            let found = format!("are of version {version}, and this program makes version {NGRAMS_VERSION}");
            return Err(ClassifyError::Unusable { what: "n-grams", found });
        }
        let labels = metadata.array_str("attendant.head.labels")?.to_vec();
        if labels.len() < 2 {
            return Err(ClassifyError::Unusable { what: "labels", found: format!("are {}", labels.len()) });
        }
        let words = Expert::read(&gguf, "words", labels.len())?;
        let dense = match gguf.tensor("dense.weight") {
            Ok(_) => Some(Dense::read(&gguf, labels.len())?),
            Err(_) => None,
        };
        let (alone, card) = (Calibration::read(metadata, "alone")?, Card::read(metadata)?);
        let dense = dense.map(|dense| Dense { tail: has_tail(&gguf).then(|| Arc::new(gguf)), ..dense });
        Ok(Self { card, labels, words, dense, alone })
    }

    /// The bytes of this head's file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ClassifyError> {
        let mut writer = Writer::new();
        writer.put("general.architecture", ARCHITECTURE)?;
        self.card.write(&mut writer)?;
        writer.put("attendant.head.labels", self.labels.clone())?;
        writer.put("attendant.head.ngrams.version", NGRAMS_VERSION)?;
        self.alone.write(&mut writer, "alone")?;
        self.words.write(&mut writer, "words")?;
        if let Some(dense) = &self.dense {
            dense.write(&mut writer)?;
        }
        Ok(writer.to_bytes()?)
    }

    pub fn card(&self) -> &Card {
        &self.card
    }

    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The encoders whose features [`Head::classify`] takes, one a language; none for a head of n-grams alone.
    pub fn encoders(&self) -> &[EncoderId] {
        self.dense.as_ref().map_or(&[], |dense| &dense.encoders)
    }

    /// Layers that stand for the last of the encoder (`EncoderTail`): [`Head::classify`] takes features that they make.
    pub fn tail(&self) -> Option<&Arc<Gguf>> {
        self.dense.as_ref()?.tail.as_ref()
    }

    /// Classifies a text, given its features by one of [`Head::encoders`] (`Embedder::features`), or by its n-grams
    /// alone: features of another number are passed over.
    pub fn classify(&self, text: &str, embedding: Option<&[f32]>) -> Classification {
        let words = self.words.logits_of(&ngrams(text, self.words.n_in() as u32));
        let usable = |dense: &&Dense| embedding.is_some_and(|embedding| embedding.len() == dense.expert.n_in());
        let (logits, signals, calibration) = match (self.dense.as_ref().filter(usable), embedding) {
            (Some(dense), Some(embedding)) => {
                let nearest = dense.prototypes.logits_at(sentence(embedding)).into_iter().fold(-1.0, f32::max);
                let logits = dense.together.blend(&dense.expert.logits_at(embedding), &words);
                let signals = signals(&logits, nearest);
                (logits, signals, &dense.together)
            }
            _ => {
                let logits = self.alone.blend(&[], &words);
                let signals = signals(&logits, 0.0);
                (logits, signals, &self.alone)
            }
        };
        self.judge(&logits, &signals, &calibration.scope)
    }

    fn judge(&self, logits: &[f32], signals: &Signals, scope: &Scope) -> Classification {
        let [_, energy, ..] = *signals;
        let mut order: Vec<usize> = (0..logits.len()).collect();
        order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
        let ranked: Vec<Ranked> = order
            .into_iter()
            .take(N_RANKED)
            .map(|class| Ranked { label: self.labels[class].clone(), confidence: (logits[class] - energy).exp() })
            .collect();
        let scope_score = scope.score(signals);
        Classification {
            label: ranked[0].label.clone(),
            confidence: ranked[0].confidence,
            in_scope: scope_score >= scope.threshold,
            scope_score,
            ranked,
        }
    }
}

impl Dense {
    fn read(gguf: &Gguf, n_classes: usize) -> Result<Self, ClassifyError> {
        let metadata = gguf.metadata();
        let names = metadata.array_str("attendant.head.encoders.names")?.iter();
        let sha256s = metadata.array_str("attendant.head.encoders.sha256")?.iter();
        let id = |(name, sha256): (&String, &String)| EncoderId { name: name.clone(), sha256: sha256.clone() };
        let encoders = names.zip(sha256s).map(id).collect();
        let n_prototypes = gguf.tensor("prototypes.bias")?.shape.iter().product();
        let (expert, prototypes) =
            (Expert::read(gguf, "dense", n_classes)?, Expert::read(gguf, "prototypes", n_prototypes)?);
        if 2 * prototypes.n_in() != expert.n_in() {
            let found = format!("have {} values and features {}", prototypes.n_in(), expert.n_in());
            return Err(ClassifyError::Unusable { what: "prototypes", found });
        }
        Ok(Self { encoders, expert, prototypes, tail: None, together: Calibration::read(metadata, "together")? })
    }

    fn write(&self, writer: &mut Writer) -> Result<(), ClassifyError> {
        let each = |part: fn(&EncoderId) -> &String| self.encoders.iter().map(part).cloned().collect::<Vec<_>>();
        writer.put("attendant.head.encoders.names", each(|id| &id.name))?;
        writer.put("attendant.head.encoders.sha256", each(|id| &id.sha256))?;
        self.together.write(writer, "together")?;
        self.expert.write(writer, "dense")?;
        self.prototypes.write(writer, "prototypes")?;
        let Some(tail) = &self.tail else { return Ok(()) };
        for layer in tail.tensors().filter(|tensor| tensor.name.starts_with(LAYER)) {
            let view = tail.tensor(&layer.name)?;
            writer.tensor(view.name, view.ty, &view.shape, view.bytes.to_vec())?;
        }
        Ok(())
    }
}

impl Calibration {
    /// Logits `[n_classes]` of both experts, or of the words alone where there are no dense ones.
    pub fn blend(&self, dense: &[f32], words: &[f32]) -> Vec<f32> {
        let dense = dense.iter().map(|logit| logit * self.dense).chain(std::iter::repeat(0.0));
        words.iter().zip(dense).map(|(words, dense)| words * self.words + dense).collect()
    }

    fn write(&self, writer: &mut Writer, name: &str) -> Result<(), ClassifyError> {
        writer.put(&format!("attendant.head.{name}.dense"), self.dense)?;
        writer.put(&format!("attendant.head.{name}.words"), self.words)?;
        Ok(self.scope.write(writer, name)?)
    }

    fn read(metadata: &Metadata, name: &str) -> Result<Self, ClassifyError> {
        let scale = |part: &str| metadata.f32(&format!("attendant.head.{name}.{part}"));
        let (dense, words) = (scale("dense")?, scale("words")?);
        if !dense.is_finite() || !words.is_finite() {
            return Err(ClassifyError::Unusable { what: "calibration", found: "is not finite".into() });
        }
        Ok(Self { dense, words, scope: Scope::read(metadata, name)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SplitMix64;

    const D_MODEL: usize = 32;
    const N_FEATURES: usize = 2 * D_MODEL;
    const N_BUCKETS: usize = 64;

    /// Two labels; words pull to the first by their number, the embedding's first value to the second.
    fn head() -> Head {
        let mut dense = vec![0.0; N_FEATURES * 2];
        dense[1] = 4.0;
        let mut prototypes = vec![0.0; D_MODEL * 2];
        prototypes[0] = 1.0;
        prototypes[3] = 1.0;
        let scope = Scope { weights: vec![0.0, 0.0, 0.0, 1.0], threshold: 0.5 };
        let expert = |weights: &[f32], bias: [f32; 2]| Expert::quantize(weights, bias.to_vec()).unwrap();
        Head {
            card: Card { name: "of two".into(), description: "退货 and others".into(), license: "CC0-1.0".into() },
            labels: vec!["first".into(), "second".into()],
            words: expert(&[0.0; N_BUCKETS * 2], [1.0, 0.0]),
            dense: Some(Dense {
                encoders: vec![EncoderId { name: "an encoder".into(), sha256: "00".into() }],
                expert: expert(&dense, [0.0; 2]),
                prototypes: expert(&prototypes, [0.0; 2]),
                tail: None,
                together: Calibration { dense: 1.0, words: 1.0, scope: scope.clone() },
            }),
            alone: Calibration { dense: 0.0, words: 2.0, scope: Scope { threshold: -1.0, ..scope } },
        }
    }

    fn embedding(at: usize) -> Vec<f32> {
        (0..N_FEATURES).map(|i| if i == at { 1.0 } else { 0.0 }).collect()
    }

    #[test]
    fn a_file_gives_back_the_head_that_was_written() {
        let opened = Head::open(&head().to_bytes().unwrap()).unwrap();
        assert!(Head::is_head(&head().to_bytes().unwrap()));
        assert_eq!((opened.card(), opened.labels()), (&head().card, head().labels()));
        for embedding in [None, Some(embedding(0)), Some(embedding(5))] {
            let embedding = embedding.as_deref();
            assert_eq!(opened.classify("退货 now", embedding), head().classify("退货 now", embedding));
        }
    }

    #[test]
    fn an_embedding_decides_with_the_words_and_they_alone_without_it() {
        let with = head().classify("x", Some(&embedding(0)));
        // Logits 1 and 4: the odds are e³.
        assert_eq!((with.label.as_str(), with.in_scope), ("second", true));
        assert!((with.confidence - 1.0 / (1.0 + (-3f32).exp())).abs() < 1e-2, "{}", with.confidence);
        let far = head().classify("x", Some(&embedding(9)));
        assert_eq!((far.label.as_str(), far.in_scope), ("first", false));
        for none in [None, Some(&[1.0f32; 3][..])] {
            let alone = head().classify("x", none);
            assert_eq!((alone.label.as_str(), alone.in_scope, alone.ranked.len()), ("first", true, 2));
            // Scaled by two: the odds are e².
            assert!((alone.confidence - 1.0 / (1.0 + (-2f32).exp())).abs() < 1e-5);
        }
    }

    #[test]
    fn a_broken_file_is_an_error_or_a_head_that_still_answers() {
        let bytes = head().to_bytes().unwrap();
        for length in 0..bytes.len() {
            // Only padding after the last tensor may be missing.
            assert!(Head::open(&bytes[..length]).is_err() || length > bytes.len() - 32, "cut at {length}");
        }
        let mut random = SplitMix64::new(7);
        for _ in 0..2000 {
            let mut broken = bytes.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(broken.len());
                broken[at] = random.below(256) as u8;
            }
            if let Ok(head) = Head::open(&broken) {
                assert!(!head.classify("退货 now", Some(&embedding(0))).ranked.is_empty());
                assert!(!head.classify("", None).ranked.is_empty());
            }
        }
    }

    #[test]
    fn another_gguf_file_is_refused_by_name() {
        let mut writer = Writer::new();
        writer.put("general.architecture", "bert").unwrap();
        assert!(!Head::is_head(&writer.to_bytes().unwrap()));
        let refused = Head::open(&writer.to_bytes().unwrap());
        assert!(matches!(refused, Err(ClassifyError::NotAHead { found }) if found == "bert"));
    }
}
