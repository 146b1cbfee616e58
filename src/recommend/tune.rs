//! How much what others took counts beside what is alike: learned where both can be measured, on orders that neither
//! has seen.

use std::collections::HashSet;

use super::hints::{self, Weights};
use super::interactions::Case;
use super::log::{DAY_MS, Record};
use super::metrics::judge;
use super::recommender::{Recommender, Shopper};
use crate::protocol::{ShopperAction, ShopperEvent};

const N_SHOWN: usize = 10;

/// For each share of others, of 0, 0.1, … 1, how well it ranks the new items of each case: the sum of NDCG at 10
/// (binary gains), to which a case adds at most 1. `recommender` has tables that none of the cases taught; `items` are
/// the ids that the cases number.
pub fn others_shares(recommender: &Recommender, cases: &[Case], items: &[String]) -> [f64; 11] {
    let mut sums = [0.0f64; 11];
    for case in cases {
        let records = records_of(case, items);
        let shopper = Shopper { records: &records, learned_from_ms: 0.0, now_ms: case.now * DAY_MS };
        let profile = recommender.profile(shopper);
        let catalogue = &recommender.catalogue;
        let wanted: Vec<u32> = case
            .wanted
            .iter()
            .filter_map(|&item| catalogue.index_of(items.get(item as usize)?))
            .filter(|&product| !profile.excludes(product))
            .map(|product| product as u32)
            .collect();
        if wanted.is_empty() || profile.weights.is_empty() {
            continue;
        }
        let candidates: Vec<usize> = (0..catalogue.len()).filter(|&product| !profile.excludes(product)).collect();
        let scores = hints::scores(catalogue, recommender.orders(), &profile, &candidates, shopper.now_ms);
        for (tenths, sum) in (0u8..).zip(&mut sums) {
            let weights = Weights::prior(catalogue, recommender.orders(), f32::from(tenths) / 10.0);
            let mut ranked: Vec<(f32, u32)> =
                candidates.iter().zip(&scores).map(|(&at, scores)| (weights.sum(scores), at as u32)).collect();
            let by_score = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
            if ranked.len() > N_SHOWN {
                ranked.select_nth_unstable_by(N_SHOWN, by_score);
                ranked.truncate(N_SHOWN);
            }
            ranked.sort_by(by_score);
            let list: Vec<u32> = ranked.into_iter().map(|(_, product)| product).collect();
            *sum += judge(&list, &wanted, N_SHOWN).ndcg;
        }
    }
    sums
}

/// A history of orders as the log of one who has placed them.
pub fn records_of(case: &Case, items: &[String]) -> Vec<Record> {
    let mut seen = HashSet::new();
    let orders = case.history.iter().flat_map(|basket| basket.items.iter().map(move |&item| (item, basket.at)));
    let bought = orders.filter(|&(item, at)| seen.insert((item, at.to_bits())));
    let record = |(item, at): (u32, f64)| {
        let id = items.get(item as usize)?;
        Some(Record::of(ShopperEvent::new(ShopperAction::Purchase, id, at * DAY_MS)))
    };
    bought.filter_map(record).collect()
}
