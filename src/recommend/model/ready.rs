//! A model of tables that were counted elsewhere: a history that outgrows a machine stays where it is.

use super::{Model, Tables, TablesConfig, Traits};
use crate::recommend::codec::{Rows, round_row};
use crate::recommend::models::{Again, Pairs, PairsConfig, Popularity};
use crate::recommend::tables::{TREND_HALF_LIFE_DAYS, names, own};

/// What fewer shoppers have done may tell of one of them, and goes into no pack.
pub const MIN_SHOPPERS: u32 = 5;

/// Tables as they were counted, over items by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadyTables {
    pub items: Vec<ReadyItem>,
    pub near: Vec<ReadyPair>,
    /// None where no order ever holds more than one item.
    pub together: Option<Vec<ReadyPair>>,
    pub after: Vec<ReadyPair>,
    /// The last day counted, since the epoch.
    pub until_day: i32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadyItem {
    pub id: String,
    /// Baskets that hold it.
    pub orders: f32,
    pub shoppers: u32,
    /// The same, each halved for every two weeks before the last day.
    pub trend: Option<f32>,
    /// How often who took it took it in the next basket again, in `[0, 1]`.
    pub again: Option<f32>,
}

/// One entry of a table: `to` goes with `from`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadyPair {
    pub from: u32,
    pub to: u32,
    /// Above 0.
    pub weight: f32,
    pub shoppers: u32,
}

/// What became of the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub items: usize,
    pub pairs: usize,
    /// Left out, as fewer shoppers than asked for stand behind them.
    pub rare_items: usize,
    pub rare_pairs: usize,
}

impl ReadyTables {
    /// The model of the items that `keep` says, and of what at least `min_shoppers` stand behind. Its blend counts all
    /// tables alike: there are no shoppers' last orders here to learn better weights from.
    pub fn into_model(self, min_shoppers: u32, keep: impl Fn(&str) -> bool) -> (Model, Kept) {
        let mut kept = Kept::default();
        let mut places = vec![None; self.items.len()];
        let mut items: Vec<ReadyItem> = Vec::new();
        for (place, item) in places.iter_mut().zip(self.items).filter(|(_, item)| keep(&item.id)) {
            if item.shoppers < min_shoppers {
                kept.rare_items += 1;
                continue;
            }
            *place = Some(items.len() as u32);
            items.push(item);
        }
        let has_repeats = items.iter().any(|item| item.again.is_some());
        let traits = Traits { has_clock: true, has_repeats, has_baskets: self.together.is_some() };
        let config = TablesConfig::of(traits);
        let mut pairs = |name, pairs: Vec<ReadyPair>, config: PairsConfig| {
            let mut rows: Rows = vec![Vec::new(); items.len()];
            for pair in pairs {
                let (Some(from), Some(to)) = (places[pair.from as usize], places[pair.to as usize]) else { continue };
                if pair.shoppers < min_shoppers {
                    kept.rare_pairs += 1;
                } else {
                    rows[from as usize].push((to, pair.weight));
                }
            }
            for row in &mut rows {
                row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                row.truncate(config.max_entries);
                kept.pairs += row.len();
                round_row(row);
            }
            Pairs::of_rows(name, rows, config)
        };
        let (near, after) = (pairs(names::NEAR, self.near, config.near), pairs(names::AFTER, self.after, config.after));
        let together = self.together.map(|together| pairs(names::TOGETHER, together, config.together));
        kept.items = items.len();
        let orders: Vec<f32> = items.iter().map(|item| item.orders).collect();
        let trend: Option<Vec<f32>> = items.iter().map(|item| item.trend).collect();
        let rates = || items.iter().map(|item| item.again.unwrap_or(0.0)).collect();
        let counted = |name, counts: &[f32], half_life| Popularity::of_counts(name, counts, self.until_day, half_life);
        let tables = Tables {
            config,
            popularity: counted(names::POPULARITY, &orders, f64::INFINITY),
            trend: trend.map(|counts| counted(names::TREND, &counts, TREND_HALF_LIFE_DAYS)),
            own: has_repeats.then(|| own(&config)),
            again: has_repeats.then(|| Again { decay: config.again_decay, rates: rates() }),
            near,
            together,
            after,
            content: None,
        };
        let ids = items.into_iter().map(|item| item.id).collect();
        let model = Model::of_tables(ids, tables, traits, self.until_day);
        (model, kept)
    }
}

#[cfg(test)]
mod tests;
