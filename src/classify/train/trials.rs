//! What experts made of texts that they had not seen, and what follows from it.

use super::calibrate::{self, Logits, scope};
use super::{Corpus, Trained};
use crate::classify::head::{Calibration, sentence};
use crate::classify::scope::{Signals, signals};

/// One reading of texts held out, and its class; none where it is out of scope.
#[derive(Clone, Debug)]
struct Read {
    logits: Logits,
    /// The cosine with the nearest prototype.
    nearest: f32,
    class: Option<usize>,
}

/// Everything that was held out in one way of training.
#[derive(Clone, Debug, Default)]
pub struct Trials {
    pub length: Length,
    read: Vec<Read>,
}

/// After how many epochs each expert stopped, in each training that held texts out.
#[derive(Clone, Debug, Default)]
pub struct Length {
    pub words: Vec<usize>,
    pub dense: Vec<usize>,
}

impl Trials {
    /// Reads texts in and out of scope with experts that were trained on others.
    pub fn judge(&mut self, trained: &Trained, texts: &Corpus, oos: &Corpus) {
        for texts in [texts, oos] {
            for (i, target) in texts.targets.iter().enumerate() {
                let (logits, nearest) = trained.read(texts, i);
                self.read.push(Read { logits, nearest, class: target.class });
            }
        }
    }

    /// The mean cross-entropy of texts that both experts have read, blended as serves best.
    pub fn loss(&self) -> f64 {
        let (logits, classes) = self.in_scope(true);
        calibrate::loss(&logits, &classes, calibrate::blend(&logits, &classes))
    }

    /// Blend, temperature and scope; without dense experts, what serves the words alone.
    pub fn calibration(&self, with_dense: bool) -> Calibration {
        let (logits, classes) = self.in_scope(with_dense);
        let (dense, words) = calibrate::blend(&logits, &classes);
        let mut calibration = Calibration { dense, words, scope: scope(&[], &[]) };
        let signals_of = |is_inside: bool| -> Vec<Signals> {
            let read = self.read.iter().filter(|read| read.class.is_some() == is_inside && read.serves(with_dense));
            read.map(|read| {
                let nearest = if with_dense { read.nearest } else { 0.0 };
                let logits = read.logits(with_dense);
                signals(&calibration.blend(&logits.dense, &logits.words), nearest)
            })
            .collect()
        };
        let (inside, outside) = (signals_of(true), signals_of(false));
        calibration.scope = scope(&inside, &outside);
        calibration
    }

    fn in_scope(&self, with_dense: bool) -> (Vec<Logits>, Vec<usize>) {
        let read = self.read.iter().filter(|read| read.serves(with_dense));
        read.filter_map(|read| Some((read.logits(with_dense), read.class?))).unzip()
    }
}

impl Read {
    fn serves(&self, with_dense: bool) -> bool {
        !with_dense || !self.logits.dense.is_empty()
    }

    fn logits(&self, with_dense: bool) -> Logits {
        let dense = if with_dense { self.logits.dense.clone() } else { Vec::new() };
        Logits { dense, words: self.logits.words.clone() }
    }
}

impl Trained {
    /// The logits of text `i`, and its cosine with the nearest prototype.
    fn read(&self, texts: &Corpus, i: usize) -> (Logits, f32) {
        let words = self.words.logits_of(&texts.words[i]);
        match &self.dense {
            Some((expert, prototypes)) if !texts.dense[i].is_empty() => {
                let nearest = prototypes.logits_at(sentence(texts.dense[i])).into_iter().fold(-1.0, f32::max);
                (Logits { dense: expert.logits_at(texts.dense[i]), words }, nearest)
            }
            _ => (Logits { dense: Vec::new(), words }, 0.0),
        }
    }
}
