//! All models that a pack can carry, fitted together: tables over items, nothing of any one shopper.

use serde::{Deserialize, Serialize};

use super::codec::round_row;
use super::interactions::Interactions;
use super::models::{Again, Content, Own, PairKind, Pairs, PairsConfig, Popularity, Scorer, tf_idf};

/// "Lately" halves in this time: an order or two of a shop's customers.
pub const TREND_HALF_LIFE_DAYS: f64 = 14.0;
/// Entries of a row. With three tables of 10,000 rows it is what 6 MB hold.
const MAX_ENTRIES: usize = 64;

/// Settings of the models: round values within what the literature finds, one set for each kind of data. They were
/// not searched; a search would have to be over validation baskets, as the blend's is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TablesConfig {
    pub own_decay: f32,
    pub again_decay: f32,
    pub content_decay: f32,
    pub near: PairsConfig,
    pub together: PairsConfig,
    pub after: PairsConfig,
}

impl TablesConfig {
    /// Orders of several items, at times.
    const BASKETS: TablesConfig = {
        let pairs = PairsConfig {
            kind: PairKind::Near,
            max_steps: 100,
            step_decay: 0.95,
            age_decay: 0.8,
            from_power: 0.5,
            to_power: 0.4,
            length_power: 0.5,
            max_entries: MAX_ENTRIES,
        };
        TablesConfig {
            own_decay: 0.8,
            again_decay: 0.9,
            content_decay: 0.8,
            near: pairs,
            together: PairsConfig { kind: PairKind::Together, max_steps: 1, ..pairs },
            after: PairsConfig {
                kind: PairKind::After,
                max_steps: 3,
                step_decay: 0.8,
                age_decay: 0.5,
                from_power: 0.7,
                ..pairs
            },
        }
    };

    /// One item a step.
    const SEQUENCES: TablesConfig = {
        let near = PairsConfig { step_decay: 0.8, length_power: 0.3, ..TablesConfig::BASKETS.near };
        TablesConfig {
            near,
            together: PairsConfig { kind: PairKind::Together, max_steps: 1, ..near },
            after: PairsConfig {
                kind: PairKind::After,
                max_steps: 3,
                step_decay: 0.7,
                age_decay: 0.7,
                to_power: 0.2,
                length_power: 0.0,
                ..near
            },
            ..TablesConfig::BASKETS
        }
    };

    pub fn of(traits: Traits) -> TablesConfig {
        if traits.has_baskets { TablesConfig::BASKETS } else { TablesConfig::SEQUENCES }
    }
}

/// What data can feed. It is read from all of the training data and kept for its splits, so that a blend learned on
/// a split finds the same models again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    pub has_clock: bool,
    pub has_repeats: bool,
    /// Whether any basket holds more than one item.
    pub has_baskets: bool,
}

impl Traits {
    pub fn of(data: &Interactions) -> Traits {
        let has_baskets = data.histories.iter().flatten().any(|basket| basket.items.len() > 1);
        Traits { has_clock: data.has_clock, has_repeats: data.has_repeats(), has_baskets }
    }
}

/// The models. What the data cannot feed is not there.
#[derive(Clone, Debug)]
pub struct Tables {
    pub config: TablesConfig,
    pub popularity: Popularity,
    pub trend: Option<Popularity>,
    pub own: Option<[Own; 2]>,
    pub again: Option<Again>,
    pub near: Pairs,
    pub together: Option<Pairs>,
    pub after: Pairs,
    pub content: Option<Content>,
}

/// Names of models as they stand in reports and files.
pub mod names {
    pub const POPULARITY: &str = "popularity";
    pub const TREND: &str = "trend";
    pub const FREQUENCY: &str = "frequency";
    pub const RECENCY: &str = "recency";
    pub const NEAR: &str = "item_to_item";
    pub const TOGETHER: &str = "basket";
    pub const AFTER: &str = "markov";
}

impl Tables {
    /// `texts[i]` describes item `i`; no texts, no content model.
    pub fn fit(data: &Interactions, texts: &[String], traits: Traits) -> Tables {
        let config = TablesConfig::of(traits);
        let mut vectors = tf_idf(texts);
        vectors.iter_mut().for_each(|vector| round_row(vector));
        Tables {
            config,
            popularity: Popularity::fit(names::POPULARITY, data, f64::INFINITY),
            trend: traits.has_clock.then(|| Popularity::fit(names::TREND, data, TREND_HALF_LIFE_DAYS)),
            own: traits.has_repeats.then(|| own(&config)),
            again: traits.has_repeats.then(|| Again::fit(data, config.again_decay)),
            near: Pairs::fit(names::NEAR, data, config.near),
            together: traits.has_baskets.then(|| Pairs::fit(names::TOGETHER, data, config.together)),
            after: Pairs::fit(names::AFTER, data, config.after),
            content: vectors
                .iter()
                .any(|vector| !vector.is_empty())
                .then(|| Content::new(vectors, config.content_decay)),
        }
    }

    /// The models, always in the same order: a blend's weights lean on it. Own models say nothing of new items.
    pub fn scorers(&self, new_only: bool) -> Vec<&dyn Scorer> {
        let mut scorers: Vec<&dyn Scorer> = vec![&self.popularity];
        scorers.extend(self.trend.as_ref().map(|model| model as &dyn Scorer));
        if !new_only {
            scorers.extend(self.own.iter().flatten().map(|model| model as &dyn Scorer));
            scorers.extend(self.again.as_ref().map(|model| model as &dyn Scorer));
        }
        scorers.push(&self.near);
        scorers.extend(self.together.as_ref().map(|model| model as &dyn Scorer));
        scorers.push(&self.after);
        scorers.extend(self.content.as_ref().map(|model| model as &dyn Scorer));
        scorers
    }
}

/// Frequency and recency need no fitting.
pub fn own(config: &TablesConfig) -> [Own; 2] {
    [Own { name: names::FREQUENCY, decay: 1.0 }, Own { name: names::RECENCY, decay: config.own_decay }]
}
