//! What is known about the shopper, in lines that they can read and take back.

use std::collections::{BTreeMap, BTreeSet};

use super::hints::HINTS;
use super::log::Record;
use super::recommender::{Recommender, Shopper};
use crate::protocol::{Feature, Insight, ShopperAction, Surface};

/// A visit ends after this long without anything: GA4's half hour.
const SESSION_GAP_MS: f64 = 1_800_000.0;
const MAX_INTERESTS: usize = 8;
const MAX_SESSIONS: usize = 10;
const N_NEXT: usize = 3;
/// A shift that changes no order is not worth a line.
const MIN_SHIFT: f32 = 0.02;

impl Recommender {
    /// Interests, what comes next, what was learned of hints, and visits: in this order, each by its strength, visits
    /// by their time.
    pub fn insights(&self, shopper: Shopper) -> Vec<Insight> {
        let interests = self.interests(shopper);
        let shares = interests.into_iter().take(MAX_INTERESTS);
        let mut insights: Vec<Insight> = shares.map(|(feature, share)| Insight::Interest { feature, share }).collect();
        if !insights.is_empty() {
            let next = self.recommend(&Surface::Home, shopper, N_NEXT).into_iter();
            insights.extend(next.map(|item| Insight::Next { product: item.product }));
        }
        let shift = self.weights(shopper).shift;
        let learned = HINTS.into_iter().zip(shift).filter(|(_, shift)| shift.abs() >= MIN_SHIFT);
        insights.extend(learned.map(|(hint, shift)| Insight::Learned { hint, shift }));
        let sessions = sessions(shopper.records);
        let newest = sessions.iter().rev().take(MAX_SESSIONS);
        insights.extend(newest.map(|session| Insight::Session {
            from_ms: session.from_ms,
            to_ms: session.to_ms,
            n_products: session.products.len(),
        }));
        insights
    }

    /// Features of what the shopper cares for, with their shares of all interest, the largest first.
    fn interests(&self, shopper: Shopper) -> Vec<(Feature, f32)> {
        let profile = self.profile(shopper);
        let mut weights: BTreeMap<&Feature, f32> = BTreeMap::new();
        for (&product, &weight) in &profile.weights {
            for feature in self.catalogue.features.of(product).filter(|one| !matches!(one, Feature::Brand(_))) {
                *weights.entry(feature).or_default() += weight;
            }
        }
        weights.retain(|_, weight| *weight > 0.0);
        // Of its own kind: a category is one of few, a tag one of many.
        let kind = |feature: &Feature| std::mem::discriminant(feature);
        let total =
            |of: &Feature| weights.iter().filter(|(other, _)| kind(other) == kind(of)).map(|(_, w)| w).sum::<f32>();
        let mut interests: Vec<(Feature, f32)> =
            weights.iter().map(|(&feature, &weight)| (feature.clone(), weight / total(feature))).collect();
        interests.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        interests
    }

    /// Whether erasing the insight takes this record away.
    pub fn stands_on(&self, insight: &Insight, record: &Record) -> bool {
        match insight {
            Insight::Interest { feature, .. } => {
                let has = |product: usize| self.catalogue.features.has(product, feature);
                match record.event.action {
                    ShopperAction::Search => self.catalogue.matching(&record.event.text).into_iter().any(has),
                    _ => self.catalogue.index_of(&record.event.product).is_some_and(has),
                }
            }
            Insight::Session { from_ms, to_ms, .. } => (*from_ms..=*to_ms).contains(&record.event.at_ms),
            // Taken back by refusing the product, and by learning anew.
            Insight::Next { .. } | Insight::Learned { .. } => false,
        }
    }
}

/// A visit.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub from_ms: f64,
    pub to_ms: f64,
    /// What the shopper did something with; merely shown does not count.
    pub products: BTreeSet<String>,
}

/// Visits, oldest first.
pub fn sessions(records: &[Record]) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for record in records {
        let at_ms = record.event.at_ms;
        let is_active = !matches!(record.event.action, ShopperAction::ViewItemList | ShopperAction::Search);
        let product = is_active.then(|| record.event.product.clone());
        match sessions.last_mut() {
            Some(session) if at_ms - session.to_ms < SESSION_GAP_MS => {
                session.to_ms = session.to_ms.max(at_ms);
                session.products.extend(product);
            }
            _ => sessions.push(Session { from_ms: at_ms, to_ms: at_ms, products: product.into_iter().collect() }),
        }
    }
    sessions
}
