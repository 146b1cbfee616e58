use std::cmp::Ordering;

use crate::model::likeliest;
use crate::platform::SplitMix64;

/// How the next token is chosen. The filters work in llama.cpp's order: penalty, top-k, top-p, min-p, temperature.
#[derive(Clone, Debug, PartialEq)]
pub struct SamplerConfig {
    /// Divides the logits; 0 takes the likeliest token always.
    pub temperature: f32,
    /// Only the `top_k` likeliest tokens; 0 for all.
    pub top_k: usize,
    /// Only the likeliest tokens that together reach this probability (Holtzman et al., 2020,
    /// <https://arxiv.org/abs/1904.09751>); 1 for all.
    pub top_p: f32,
    /// Only tokens at least this share as likely as the likeliest (Nguyen et al., 2024,
    /// <https://arxiv.org/abs/2407.01082>); 0 for all.
    pub min_p: f32,
    /// What the logits of recent tokens are divided by, or multiplied where negative (Keskar et al., 2019,
    /// <https://arxiv.org/abs/1909.05858>); 1 for none.
    pub repetition_penalty: f32,
    /// How many tokens back count as recent.
    pub repetition_window: usize,
    /// The same seed gives the same text, as long as the device gives the same logits.
    pub seed: u64,
}

impl Default for SamplerConfig {
    /// llama.cpp's, with a fixed seed.
    fn default() -> Self {
        Self {
            temperature: 0.8,
            top_k: 40,
            top_p: 0.95,
            min_p: 0.05,
            repetition_penalty: 1.0,
            repetition_window: 64,
            seed: 0,
        }
    }
}

/// Chooses tokens, one call after another.
#[derive(Clone, Debug)]
pub struct Sampler {
    config: SamplerConfig,
    random: SplitMix64,
    /// Kept between calls for its memory: a vocabulary may have a quarter of a million tokens.
    candidates: Vec<Candidate>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    id: u32,
    logit: f32,
}

impl Candidate {
    /// Likelier ones first; of equals the one that stands first in the vocabulary.
    fn order(&self, other: &Self) -> Ordering {
        other.logit.total_cmp(&self.logit).then(self.id.cmp(&other.id))
    }
}

impl Sampler {
    pub fn new(config: SamplerConfig) -> Self {
        Self { random: SplitMix64::new(config.seed), candidates: Vec::new(), config }
    }

    /// Whether the likeliest token is what it chooses, whatever the text so far.
    pub fn is_greedy(&self) -> bool {
        self.config.temperature <= 0.0 && self.config.repetition_penalty == 1.0
    }

    /// Chooses from `logits`, one for each token. `recent` are the tokens so far, the newest last. `None` where no
    /// logit is finite.
    pub fn sample(&mut self, logits: &mut [f32], recent: &[u32]) -> Option<u32> {
        self.penalize(logits, recent);
        if self.config.temperature <= 0.0 {
            return likeliest(logits);
        }
        let finite = |(id, &logit): (u32, &f32)| logit.is_finite().then_some(Candidate { id, logit });
        self.candidates.clear();
        self.candidates.extend((0..).zip(&*logits).filter_map(finite));
        self.filter();
        self.draw()
    }

    fn penalize(&self, logits: &mut [f32], recent: &[u32]) {
        let penalty = self.config.repetition_penalty;
        if penalty == 1.0 {
            return;
        }
        let start = recent.len().saturating_sub(self.config.repetition_window);
        for (i, &id) in recent.iter().enumerate().skip(start) {
            // Each once, however often it was said.
            if !recent[start..i].contains(&id)
                && let Some(logit) = logits.get_mut(id as usize)
            {
                *logit = if *logit > 0.0 { *logit / penalty } else { *logit * penalty };
            }
        }
    }

    /// Leaves the candidates that may be drawn.
    fn filter(&mut self) {
        let &SamplerConfig { top_k, top_p, min_p, .. } = &self.config;
        let candidates = &mut self.candidates;
        if 0 < top_k && top_k < candidates.len() {
            candidates.select_nth_unstable_by(top_k - 1, Candidate::order);
            candidates.truncate(top_k);
        }
        let Some(max) = candidates.iter().map(|candidate| candidate.logit).reduce(f32::max) else { return };
        let weight = |candidate: &Candidate| (candidate.logit - max).exp();
        // Before min-p, whose result does not depend on the order, so that the sort has less to do.
        let total: f32 = if top_p < 1.0 { candidates.iter().map(weight).sum() } else { 0.0 };
        if min_p > 0.0 {
            candidates.retain(|candidate| candidate.logit == max || weight(candidate) >= min_p);
        }
        if top_p < 1.0 {
            candidates.sort_unstable_by(Candidate::order);
            let mut reached = 0.0;
            let enough = candidates.iter().position(|candidate| {
                reached += weight(candidate);
                reached >= top_p * total
            });
            candidates.truncate(enough.map_or(candidates.len(), |last| last + 1));
        }
    }

    fn draw(&mut self) -> Option<u32> {
        let temperature = self.config.temperature;
        let max = self.candidates.iter().map(|candidate| candidate.logit).reduce(f32::max)?;
        let weight = |candidate: &Candidate| f64::from((candidate.logit - max) / temperature).exp();
        let total: f64 = self.candidates.iter().map(weight).sum();
        let mut left = self.random.unit() * total;
        let drawn = self.candidates.iter().find(|candidate| {
            left -= weight(candidate);
            left < 0.0
        });
        drawn.or(self.candidates.last()).map(|drawn| drawn.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing but temperature 1: the softmax itself.
    fn plain() -> SamplerConfig {
        SamplerConfig { temperature: 1.0, top_k: 0, top_p: 1.0, min_p: 0.0, ..SamplerConfig::default() }
    }

    /// How often each token is drawn.
    fn shares(config: SamplerConfig, logits: &[f32]) -> Vec<f32> {
        const N_DRAWS: usize = 20_000;
        let mut sampler = Sampler::new(config);
        let mut counts = vec![0; logits.len()];
        for _ in 0..N_DRAWS {
            counts[sampler.sample(&mut logits.to_vec(), &[]).unwrap() as usize] += 1;
        }
        counts.into_iter().map(|count| count as f32 / N_DRAWS as f32).collect()
    }

    /// ln of 5, 3, 1.5, 0.5: probabilities 0.5, 0.3, 0.15, 0.05, in another order.
    const LOGITS: [f32; 4] = [0.405465, 1.609438, -std::f32::consts::LN_2, 1.0986123];

    #[track_caller]
    fn assert_shares(config: SamplerConfig, expected: [f32; 4]) {
        let shares = shares(config, &LOGITS);
        assert!(shares.iter().zip(expected).all(|(got, expected)| (got - expected).abs() < 0.02), "{shares:?}");
        assert!(shares.iter().zip(expected).all(|(got, expected)| expected > 0.0 || *got == 0.0), "{shares:?}");
    }

    #[test]
    fn tokens_are_drawn_as_often_as_their_probabilities_say() {
        assert_shares(plain(), [0.15, 0.5, 0.05, 0.3]);
        assert_shares(SamplerConfig { top_k: 2, ..plain() }, [0.0, 0.625, 0.0, 0.375]);
        assert_shares(SamplerConfig { top_p: 0.79, ..plain() }, [0.0, 0.625, 0.0, 0.375]);
        assert_shares(SamplerConfig { top_p: 0.81, ..plain() }, [0.158, 0.526, 0.0, 0.316]);
        assert_shares(SamplerConfig { min_p: 0.2, ..plain() }, [0.158, 0.526, 0.0, 0.316]);
        assert_shares(SamplerConfig { temperature: 0.5, ..plain() }, [0.0616, 0.685, 0.0068, 0.2466]);
        // Top-p counts what min-p leaves out.
        assert_shares(SamplerConfig { top_p: 0.9, min_p: 0.5, ..plain() }, [0.0, 0.625, 0.0, 0.375]);
    }

    #[test]
    fn temperature_zero_and_top_one_are_greedy_and_ties_go_to_the_first() {
        let greedy = SamplerConfig { temperature: 0.0, ..plain() };
        for config in [greedy, SamplerConfig { top_k: 1, ..plain() }, SamplerConfig { top_p: 0.0, ..plain() }] {
            let mut sampler = Sampler::new(config);
            assert_eq!(sampler.sample(&mut [1.0, 3.0, 2.0, 3.0], &[]), Some(1));
        }
    }

    #[test]
    fn a_seed_fixes_the_text() {
        let draws = |seed| {
            let mut sampler = Sampler::new(SamplerConfig { seed, ..plain() });
            (0..50).map(|_| sampler.sample(&mut LOGITS.to_vec(), &[]).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
    }

    #[test]
    fn what_was_said_lately_loses_whatever_its_sign() {
        let config = SamplerConfig { temperature: 0.0, repetition_penalty: 2.0, repetition_window: 2, ..plain() };
        let mut sampler = Sampler::new(config);
        assert_eq!(sampler.sample(&mut [3.0, 2.0, 1.0], &[0, 0]), Some(1));
        assert_eq!(sampler.sample(&mut [-1.0, -1.5, -3.0], &[0]), Some(1));
        assert_eq!(sampler.sample(&mut [3.0, 2.0, 1.0], &[0, 1, 1]), Some(0), "outside the window");
    }

    #[test]
    fn what_is_not_finite_is_never_chosen() {
        for temperature in [0.0, 1.0] {
            let mut sampler = Sampler::new(SamplerConfig { temperature, ..plain() });
            assert_eq!(sampler.sample(&mut [f32::NAN, -5.0, f32::NEG_INFINITY, f32::INFINITY], &[]), Some(1));
            assert_eq!(sampler.sample(&mut [f32::NAN; 3], &[]), None);
            assert_eq!(sampler.sample(&mut [], &[]), None);
        }
    }
}
