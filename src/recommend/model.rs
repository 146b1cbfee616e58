//! The trained model as a file, for a pack to carry.
//!
//! ```text
//! magic    8 bytes, "ATTREC01"
//! length   u32, little-endian: of the header
//! header   JSON: items, settings, blends, and the name and length of each section
//! sections one after the other
//! ```
//!
//! A reader passes over sections that it does not know, and does without those that are missing. A table with pairs
//! dropped or counts made noisy is the same table to it.

use serde::{Deserialize, Serialize};

use super::blend::{Blend, tie_order};
use super::codec::{CodecError, Rows, decode_rows, encode_rows};
use super::evaluate::learn_blend;
use super::interactions::Interactions;
use super::models::{Again, Content, Pairs, PairsConfig, Popularity, Query};
use super::statement::Statement;
use super::tables::{TREND_HALF_LIFE_DAYS, Tables, TablesConfig, Traits, names, own};

const MAGIC: &[u8; 8] = b"ATTREC01";
const AGAIN: &str = "again";
const CONTENT: &str = "content";
/// More dimensions than words of any catalogue: a broken file must not ask for more memory.
const MAX_DIMS: usize = 1 << 20;

/// Why bytes are no model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("this is no recommendation model: it does not begin with ATTREC01")]
    NotAModel,
    #[error("the model ends too soon")]
    Truncated,
    #[error("the model's header cannot be read")]
    Header(#[from] serde_json::Error),
    #[error("the model's table “{name}” is broken")]
    Table { name: &'static str, source: CodecError },
    #[error("the model lacks its table “{0}”")]
    Missing(&'static str),
    #[error("the model's table “{0}” does not fit its items")]
    Misfit(&'static str),
}

/// Tables, and the weights that blend them.
#[derive(Clone, Debug)]
pub struct Model {
    /// Ids by index.
    pub items: Vec<String>,
    traits: Traits,
    /// The last day counted, since the epoch; 0 without a clock.
    last_day: i32,
    tables: Tables,
    for_new: Blend,
    for_all: Blend,
    ties: Vec<u32>,
    /// By item: whether popularity counts it.
    taken: Vec<bool>,
    statement: Option<Statement>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    items: Vec<String>,
    traits: Traits,
    last_day: i32,
    config: TablesConfig,
    for_new: Blend,
    for_all: Blend,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    statement: Option<Statement>,
    sections: Vec<(String, usize)>,
}

impl Model {
    /// Learns the weights on each user's last basket, then fits the tables on everything: to measure by, and not for
    /// a pack, whose tables [`release`](super::release) makes.
    pub fn train(data: &Interactions, texts: &[String]) -> Model {
        let traits = Traits::of(data);
        let last_day = if data.has_clock { data.end().floor() as i32 } else { 0 };
        Model {
            items: data.items.clone(),
            traits,
            last_day,
            tables: Tables::fit(data, texts, traits),
            for_new: learn_blend(data, texts, true),
            for_all: learn_blend(data, texts, !traits.has_repeats),
            ties: tie_order(&data.counts()),
            taken: data.counts().iter().map(|count| *count > 0).collect(),
            statement: None,
        }
    }

    /// Of tables made elsewhere, which weigh alike until [`Model::set_blends`].
    pub fn of_tables(items: Vec<String>, tables: Tables, traits: Traits, last_day: i32) -> Model {
        let taken = tables.popularity.counts_at(last_day);
        let even = |new_only| Blend::even(tables.scorers(new_only).len());
        let (for_new, for_all) = (even(true), even(!traits.has_repeats));
        let (ties, taken) = (ties_of(&taken), is_taken(&taken));
        Model { items, traits, last_day, for_new, for_all, ties, taken, tables, statement: None }
    }

    /// Weights that were learned under the terms of `statement`, as the tables were.
    pub fn set_blends(&mut self, for_new: Blend, for_all: Blend, statement: Statement) {
        (self.for_new, self.for_all, self.statement) = (for_new, for_all, Some(statement));
    }

    /// How customers are hidden; nothing for tables that hide nobody.
    pub fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// Indices of the `k` best items, best first. `query.now` later than the training data is what it is made for.
    pub fn recommend(&self, query: &Query, new_only: bool, k: usize) -> Vec<u32> {
        self.rank(query, new_only, k).into_iter().map(|ranked| ranked.item).collect()
    }

    pub fn write(&self) -> Vec<u8> {
        let tables = &self.tables;
        let floats = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let mut sections: Vec<(&str, Vec<u8>)> =
            vec![(names::POPULARITY, floats(&tables.popularity.counts_at(self.last_day)))];
        if let Some(trend) = &tables.trend {
            sections.push((names::TREND, floats(&trend.counts_at(self.last_day))));
        }
        if let Some(again) = &tables.again {
            sections.push((AGAIN, floats(&again.rates)));
        }
        sections.push((names::NEAR, encode_rows(&tables.near.rows)));
        if let Some(together) = &tables.together {
            sections.push((names::TOGETHER, encode_rows(&together.rows)));
        }
        sections.push((names::AFTER, encode_rows(&tables.after.rows)));
        if let Some(content) = &tables.content {
            sections.push((CONTENT, encode_rows(&content.vectors)));
        }
        let header = Header {
            items: self.items.clone(),
            traits: self.traits,
            last_day: self.last_day,
            config: tables.config,
            for_new: self.for_new.clone(),
            for_all: self.for_all.clone(),
            statement: self.statement.clone(),
            sections: sections.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.len())).collect(),
        };
        let header = serde_json::to_vec(&header).expect("a header of plain data is JSON");
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header);
        sections.iter().for_each(|(_, section)| bytes.extend(section));
        bytes
    }

    pub fn read(bytes: &[u8]) -> Result<Model, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(ModelError::Truncated)?;
        let (header, mut rest) =
            rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(ModelError::Truncated)?;
        let header: Header = serde_json::from_slice(header)?;
        let mut sections = Vec::with_capacity(header.sections.len());
        for (name, length) in &header.sections {
            let (section, tail) = rest.split_at_checked(*length).ok_or(ModelError::Truncated)?;
            sections.push((name.as_str(), section));
            rest = tail;
        }
        let sections = Sections { sections, n_items: header.items.len() };
        let (traits, config) = (header.traits, header.config);
        let popularity = sections.floats(names::POPULARITY)?.ok_or(ModelError::Missing(names::POPULARITY))?;
        let counted = |name, counts: &[f32], half_life| Popularity::of_counts(name, counts, header.last_day, half_life);
        // Without a clock the query's steps say nothing of the day.
        let timeless = |name, counts: &[f32]| Popularity::of_counts(name, counts, -1, f64::INFINITY);
        let tables = Tables {
            config,
            popularity: if traits.has_clock {
                counted(names::POPULARITY, &popularity, f64::INFINITY)
            } else {
                timeless(names::POPULARITY, &popularity)
            },
            trend: sections.floats(names::TREND)?.map(|counts| counted(names::TREND, &counts, TREND_HALF_LIFE_DAYS)),
            own: traits.has_repeats.then(|| own(&config)),
            again: sections.floats(AGAIN)?.map(|rates| Again { decay: config.again_decay, rates }),
            near: sections.pairs(names::NEAR, config.near)?.ok_or(ModelError::Missing(names::NEAR))?,
            together: sections.pairs(names::TOGETHER, config.together)?,
            after: sections.pairs(names::AFTER, config.after)?.ok_or(ModelError::Missing(names::AFTER))?,
            content: (sections.rows(CONTENT, MAX_DIMS)?).map(|rows| Content::new(rows, config.content_decay)),
        };
        let model = Model {
            items: header.items,
            traits,
            last_day: header.last_day,
            tables,
            for_new: header.for_new,
            for_all: header.for_all,
            ties: ties_of(&popularity),
            taken: is_taken(&popularity),
            statement: header.statement,
        };
        // The weights lean on the models: one without the other is nonsense.
        let fits = |blend: &Blend, new_only| blend.fits(model.tables.scorers(new_only).len());
        if !fits(&model.for_new, true) || !fits(&model.for_all, !traits.has_repeats) {
            return Err(ModelError::Misfit("blend"));
        }
        Ok(model)
    }
}

fn is_taken(counts: &[f32]) -> Vec<bool> {
    counts.iter().map(|count| *count > 0.0).collect()
}

fn ties_of(counts: &[f32]) -> Vec<u32> {
    tie_order(&counts.iter().map(|count| count.round() as u32).collect::<Vec<_>>())
}

struct Sections<'a> {
    sections: Vec<(&'a str, &'a [u8])>,
    n_items: usize,
}

impl Sections<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.sections.iter().find(|section| section.0 == name).map(|section| section.1)
    }

    fn floats(&self, name: &'static str) -> Result<Option<Vec<f32>>, ModelError> {
        let Some(bytes) = self.get(name) else { return Ok(None) };
        let (values, rest) = bytes.as_chunks::<4>();
        let values: Vec<f32> = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let is_sound = values.len() == self.n_items && rest.is_empty() && values.iter().all(|value| value.is_finite());
        if is_sound { Ok(Some(values)) } else { Err(ModelError::Misfit(name)) }
    }

    fn rows(&self, name: &'static str, n_indices: usize) -> Result<Option<Rows>, ModelError> {
        let Some(bytes) = self.get(name) else { return Ok(None) };
        decode_rows(bytes, self.n_items, n_indices).map(Some).map_err(|source| ModelError::Table { name, source })
    }

    fn pairs(&self, name: &'static str, config: PairsConfig) -> Result<Option<Pairs>, ModelError> {
        Ok(self.rows(name, self.n_items)?.map(|rows| Pairs::of_rows(name, rows, config)))
    }
}

mod calls;
#[cfg(feature = "import")]
mod ready;

pub use calls::Ranked;
#[cfg(feature = "import")]
pub use ready::{Kept, MIN_SHOPPERS, ReadyItem, ReadyPair, ReadyTables};

#[cfg(test)]
mod tests;
