//! A shelf for each place: candidates, hints, rules, variety, reasons, and what stands in where there is nothing.
//!
//! | place | first | then | at last |
//! |---|---|---|---|
//! | home | what this shopper's log speaks for | what many take lately | the shop's picks |
//! | similar | what is like the product | | the shop's picks |
//! | goes with | what orders hold beside it | what belongs to it from other shelves | as home |
//! | cart | the same, of all that is in the cart | | as home |
//! | again | what was bought, by how often and how long ago | | as home |

use std::collections::{BTreeMap, HashMap, HashSet};

use super::catalogue::Catalogue;
use super::hints::{self, Weights};
use super::log::{DAY_MS, Record};
use super::model::Model;
use super::orders::Orders;
use super::profile::Profile;
use super::rules::{Ruling, rule};
use super::variety::{Candidate, Caps, diversify, likeness};
use crate::pack::Embeddings;
use crate::pack::format::Product;
use crate::pack::ranking::{Effect, Place, Ranking};
use crate::protocol::{Reason, Recommendation, Surface};

/// How much a shopper's log moves what is like one product, or goes with it.
const PROFILE_SHARE: f32 = 0.2;
/// What was looked at already is no news, but not forbidden.
const SEEN_SHARE: f32 = 0.5;
/// What goes with a cart comes from other shelves: a second teapot rarely does.
const SAME_CATEGORY_SHARE: f32 = 0.4;
/// What orders hold beside a product, against what merely fits it.
const BESIDE_SHARE: f32 = 0.7;
/// Showing a product once more in vain leaves it so much.
const SHOWN_DECAY: f32 = 0.9;
/// What is bought regularly is due after its own interval; what was bought once, after this.
const AGAIN_DAYS: f64 = 30.0;

/// What the worker knows of the shopper at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Shopper<'a> {
    /// Oldest first; none for a newcomer, or where nothing personal is wanted.
    pub records: &'a [Record],
    /// Hints are learned from what came after.
    pub learned_from_ms: f64,
    pub now_ms: f64,
}

/// Recommends from one catalogue.
#[derive(Debug)]
pub struct Recommender {
    pub catalogue: Catalogue,
    orders: Option<Orders>,
    ranking: Ranking,
    withheld: HashSet<usize>,
}

/// Candidates of one kind.
struct Batch {
    /// Without a reason, the shopper's own log has one.
    candidates: Vec<(Candidate, Option<Reason>)>,
    caps: Caps,
    /// Relevance against variety; see [`Ranking::relevance`].
    relevance: f32,
}

/// What is shown, until there is enough.
struct Shelf<'a> {
    recommender: &'a Recommender,
    profile: &'a Profile,
    place: Place,
    limit: usize,
    taken: HashSet<usize>,
    items: Vec<(Candidate, Reason)>,
}

impl Recommender {
    /// `embeddings` are the pack's, and `model` its tables, where it has them.
    pub fn new(
        products: &[Product],
        embeddings: Option<&Embeddings>,
        model: Option<Model>,
        ranking: Ranking,
    ) -> Recommender {
        let catalogue = Catalogue::new(products, embeddings);
        let orders = model.map(|model| Orders::new(model, &catalogue));
        let withheld = ranking.withheld.iter().filter_map(|id| catalogue.index_of(id)).collect();
        Recommender { catalogue, orders, ranking, withheld }
    }

    /// Up to `limit` products, best first; never one in the cart, bought (but where that is the point) or refused.
    /// The same shopper at the same time gets the same.
    pub fn recommend(&self, surface: &Surface, shopper: Shopper, limit: usize) -> Vec<Recommendation> {
        let profile = self.profile(shopper);
        let place = Place::of(surface);
        let mut shelf =
            Shelf { recommender: self, profile: &profile, place, limit, taken: HashSet::new(), items: Vec::new() };
        match surface {
            Surface::Similar { product } | Surface::GoesWith { product } => {
                if let Some(product) = self.catalogue.index_of(product) {
                    shelf.taken.insert(product);
                    shelf.fill(match place {
                        Place::Similar => self.like(product, &profile),
                        _ => self.beside(&[product], &profile),
                    });
                }
            }
            Surface::Cart => shelf.fill(self.beside(&profile.cart(), &profile)),
            Surface::Again => shelf.fill(self.again(&profile, shopper.now_ms)),
            Surface::Home => {}
        }
        if place != Place::Similar {
            let personal = (!profile.weights.is_empty()).then(|| {
                let weights = self.weights(shopper);
                self.for_profile(&profile, &weights, shopper.now_ms)
            });
            shelf.fill_with_newcomers(personal, self.popular(shopper.now_ms));
        }
        shelf.fill(self.picks(shopper.now_ms));
        shelf.finish()
    }

    /// What hints count for this shopper.
    pub fn weights(&self, shopper: Shopper) -> Weights {
        let prior = Weights::prior(&self.catalogue, self.orders.as_ref(), self.ranking.others_share);
        let Shopper { records, learned_from_ms, now_ms } = shopper;
        hints::learn(prior, &self.catalogue, self.orders.as_ref(), records, learned_from_ms, now_ms)
    }

    pub fn profile(&self, shopper: Shopper) -> Profile {
        let catalogue = &self.catalogue;
        let find = |id: &str| catalogue.index_of(id);
        Profile::read(shopper.records, shopper.now_ms, find, |text| catalogue.matching(text))
    }

    /// What may be shown there to this shopper, with what the rules say of it.
    fn ruling(&self, product: usize, profile: &Profile, place: Place) -> Option<Ruling> {
        let is_barred = match place {
            Place::Again => profile.is_refused(product),
            _ => profile.excludes(product),
        };
        if is_barred || self.withheld.contains(&product) {
            return None;
        }
        rule(&self.ranking, &self.catalogue, product, place)
    }

    /// Whether the shop lets it be recommended there, to anybody.
    pub(super) fn rules_allow(&self, product: usize, place: Place) -> bool {
        !self.withheld.contains(&product) && rule(&self.ranking, &self.catalogue, product, place).is_some()
    }

    pub(super) fn orders(&self) -> Option<&Orders> {
        self.orders.as_ref()
    }

    pub(super) fn ranking(&self) -> &Ranking {
        &self.ranking
    }

    fn free(&self, profile: &Profile) -> Vec<usize> {
        (0..self.catalogue.len()).filter(|&product| !profile.excludes(product)).collect()
    }

    fn for_profile(&self, profile: &Profile, weights: &Weights, now_ms: f64) -> Batch {
        let candidates = self.free(profile);
        let scores = hints::scores(&self.catalogue, self.orders.as_ref(), profile, &candidates, now_ms);
        let scored = candidates.into_iter().zip(scores).map(|(product, scores)| {
            let score = weights.sum(&scores);
            Candidate { product, score: if profile.is_seen(product) { SEEN_SHARE * score } else { score } }
        });
        self.batch(scored.filter(|one| one.score > 0.0).map(|one| (one, None)).collect())
    }

    fn batch(&self, candidates: Vec<(Candidate, Option<Reason>)>) -> Batch {
        Batch { candidates, caps: Caps::of(&self.ranking), relevance: self.ranking.relevance }
    }

    /// Of all categories, whatever there is.
    fn open_batch(&self, candidates: Vec<(Candidate, Option<Reason>)>) -> Batch {
        let batch = self.batch(candidates);
        Batch { caps: Caps { per_category: usize::MAX, ..batch.caps }, ..batch }
    }

    /// Which of the shopper's own actions speaks most for `product`, and what both products share.
    fn personal_reason(&self, product: usize, profile: &Profile) -> Reason {
        let strength = |other: usize, weight: f32| {
            let beside = self.orders.as_ref().and_then(|orders| orders.beside(other).get(&product).copied());
            weight * (likeness(&self.catalogue, other, product) + BESIDE_SHARE * beside.unwrap_or(0.0))
        };
        let liked = profile.weights.iter().filter(|(at, weight)| **weight > 0.0 && **at != product);
        let strongest = liked
            .map(|(&at, &weight)| (at, strength(at, weight)))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let Some((other, _)) = strongest.filter(|(_, strength)| *strength > 0.0) else { return Reason::Popular };
        let features = &self.catalogue.features;
        profile.reason(other, &self.catalogue.ids[other], features.shared(other, product).cloned())
    }

    /// All of one shelf, if that is what is alike.
    fn like(&self, product: usize, profile: &Profile) -> Batch {
        let candidates: Vec<usize> = self.free(profile).into_iter().filter(|&other| other != product).collect();
        let reason = Reason::SimilarTo { product: self.catalogue.ids[product].clone() };
        let alike = self.blended([(product, 1.0)], &candidates);
        let personal = self.blended(profile.weights.iter().map(|(&at, &weight)| (at, weight)), &candidates);
        let share = if profile.weights.is_empty() { 0.0 } else { PROFILE_SHARE };
        let score = |at: usize| (1.0 - share) * alike[at] + share * personal[at];
        let scored = (0..candidates.len()).map(|at| Candidate { product: candidates[at], score: score(at) });
        self.open_batch(scored.map(|one| (one, Some(reason.clone()))).collect())
    }

    /// Likeness to a weighted set, by words and shelf in their usual shares.
    fn blended(&self, weights: impl IntoIterator<Item = (usize, f32)>, candidates: &[usize]) -> Vec<f32> {
        let features = &self.catalogue.features;
        let (by_words, by_shelf) = features.like(&features.taste(weights), candidates);
        let alone = Weights::prior(&self.catalogue, None, 0.0);
        by_words.iter().zip(&by_shelf).map(|(&words, &shelf)| alone.sum(&[words, shelf, 0.0, 0.0, 0.0])).collect()
    }

    fn beside(&self, cart: &[usize], profile: &Profile) -> Batch {
        let candidates = self.free(profile);
        let mut best: Vec<(f32, Option<Reason>)> = vec![(0.0, None); candidates.len()];
        for &item in cart {
            let beside = self.orders.as_ref().map(|orders| orders.beside(item)).unwrap_or_default();
            let fits = self.blended([(item, 1.0)], &candidates);
            let id = &self.catalogue.ids[item];
            for (at, &product) in candidates.iter().enumerate() {
                let is_same = self.catalogue.categories[product] == self.catalogue.categories[item];
                let fit = fits[at] * if is_same { SAME_CATEGORY_SHARE } else { 1.0 };
                let (score, is_ordered) = match (beside.get(&product), beside.is_empty()) {
                    (Some(&beside), _) => (BESIDE_SHARE * beside + (1.0 - BESIDE_SHARE) * fit, true),
                    (None, true) => (fit, false),
                    (None, false) => ((1.0 - BESIDE_SHARE) * fit, false),
                };
                if product != item && score > best[at].0 {
                    let shared = self.catalogue.features.shared(item, product).cloned();
                    let reason = match is_ordered {
                        true => Reason::OftenWith { product: id.clone() },
                        false if profile.cart().contains(&item) => Reason::BecauseInCart { product: id.clone(), shared },
                        false => Reason::SimilarTo { product: id.clone() },
                    };
                    best[at] = (score, Some(reason));
                }
            }
        }
        let scored = candidates.into_iter().zip(best);
        let scored = scored.filter(|(_, (_, reason))| reason.is_some());
        self.batch(scored.map(|(product, (score, reason))| (Candidate { product, score }, reason)).collect())
    }

    fn again(&self, profile: &Profile, now_ms: f64) -> Batch {
        let others = match &self.orders {
            Some(orders) => orders.after(&profile.baskets, now_ms, false),
            None => HashMap::new(),
        };
        let score = |product: usize, n: u32, at_ms: f64| {
            let due = 1.0 - 0.5f64.powf((now_ms - at_ms).max(0.0) / DAY_MS / AGAIN_DAYS * f64::from(n));
            let own = (1.0 + f64::from(n)).ln() * due;
            own as f32 / 2.0 + others.get(&product).copied().unwrap_or(0.0) / 2.0
        };
        let scored = profile.bought().into_iter().map(|(product, n, at_ms)| {
            (Candidate { product, score: score(product, n, at_ms) }, Some(Reason::BoughtBefore))
        });
        self.open_batch(scored.collect())
    }

    /// By product, the most popular 1.
    pub(super) fn popularity(&self, now_ms: f64) -> HashMap<usize, f32> {
        let popular = self.popular(now_ms).candidates.into_iter();
        popular.map(|(candidate, _)| (candidate.product, candidate.score)).collect()
    }

    fn popular(&self, now_ms: f64) -> Batch {
        let popular = self.orders.as_ref().map(|orders| orders.popular(now_ms)).unwrap_or_default();
        self.batch(in_order(popular, Reason::Popular))
    }

    /// The shop's picks of the day: one of each category in turn. The day is the only seed, so every shopper sees
    /// the same and a reload changes nothing.
    fn picks(&self, now_ms: f64) -> Batch {
        let day = (now_ms / DAY_MS).floor() as i64;
        let mut shelves: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (product, category) in self.catalogue.categories.iter().enumerate() {
            shelves.entry(category).or_default().push(product);
        }
        let mut shelves: Vec<(&str, Vec<usize>)> = shelves.into_iter().collect();
        for (_, shelf) in &mut shelves {
            shelf.sort_by_cached_key(|&product| shuffle_key(&self.catalogue.ids[product], day));
        }
        shelves.sort_by_key(|(category, _)| shuffle_key(category, day));
        let longest = shelves.iter().map(|(_, shelf)| shelf.len()).max().unwrap_or(0);
        let in_turn =
            (0..longest).flat_map(|rank| shelves.iter().filter_map(move |(_, shelf)| shelf.get(rank).copied()));
        // Varied as they stand.
        Batch { relevance: 1.0, ..self.open_batch(in_order(in_turn.collect(), Reason::ShopPick)) }
    }
}

fn in_order(products: Vec<usize>, reason: Reason) -> Vec<(Candidate, Option<Reason>)> {
    let n = products.len() as f32;
    let score = |place: usize| (n - place as f32) / n;
    let candidates = products.into_iter().enumerate();
    candidates.map(|(place, product)| (Candidate { product, score: score(place) }, Some(reason.clone()))).collect()
}

impl Shelf<'_> {
    /// Takes from a batch what is free there, by its score, its variety and the shop's rules.
    fn fill(&mut self, batch: Batch) {
        let Recommender { ranking, catalogue, .. } = self.recommender;
        let mut reasons: HashMap<usize, Option<Reason>> = HashMap::new();
        let (mut first, mut shown_out, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for (mut candidate, reason) in batch.candidates {
            if self.items.len() >= self.limit || self.taken.contains(&candidate.product) {
                continue;
            }
            let ruling = self.recommender.ruling(candidate.product, self.profile, self.place);
            let Some(ruling) = ruling else { continue };
            let n_shown = self.profile.n_shown(candidate.product);
            candidate.score *= ruling.factor * SHOWN_DECAY.powi(n_shown.min(100) as i32);
            reasons.insert(candidate.product, reason);
            match (ruling.is_last, n_shown >= ranking.max_shown) {
                (true, _) => last.push(candidate),
                (false, true) => shown_out.push(candidate),
                (false, false) => first.push(candidate),
            }
        }
        for pool in [first, shown_out, last] {
            let already: Vec<usize> = self.items.iter().map(|(candidate, _)| candidate.product).collect();
            let room = self.limit.saturating_sub(already.len());
            for candidate in diversify(catalogue, pool, &already, batch.caps, batch.relevance, room) {
                let reason = reasons.remove(&candidate.product).flatten();
                let reason =
                    reason.unwrap_or_else(|| self.recommender.personal_reason(candidate.product, self.profile));
                self.taken.insert(candidate.product);
                self.items.push((candidate, reason));
            }
        }
    }

    /// What is personal, then what is popular, and between them a few places for products that no orders speak for
    /// yet: they would never get any otherwise.
    fn fill_with_newcomers(&mut self, personal: Option<Batch>, popular: Batch) {
        let Recommender { orders, ranking, .. } = self.recommender;
        let limit = self.limit;
        let is_new = |product: usize| orders.as_ref().is_some_and(|orders| orders.is_new(product));
        let mut fresh = self.recommender.batch(Vec::new());
        if let (Some(personal), Place::Home) = (&personal, self.place) {
            let news = personal.candidates.iter().filter(|(one, _)| is_new(one.product));
            fresh.candidates = news.map(|(one, _)| (*one, Some(Reason::New))).collect();
        }
        let n_fresh = (limit as f32 * ranking.newcomer_share).round() as usize;
        self.limit = limit - n_fresh.min(limit).min(fresh.candidates.len());
        personal.into_iter().chain([popular]).for_each(|batch| self.fill(batch));
        let n_others = self.items.len();
        self.limit = limit;
        self.fill(fresh);
        // Not all at the end, where nobody looks.
        let place = n_others.min(3 * limit / 5);
        let n_taken = self.items.len() - n_others;
        self.items[place..].rotate_right(n_taken);
    }

    /// Puts the shop's pins in their places.
    fn finish(mut self) -> Vec<Recommendation> {
        let Recommender { ranking, catalogue, .. } = self.recommender;
        for pinned in ranking.rules.iter().filter(|rule| matches!(rule.effect, Effect::Pin(_))) {
            let Some(product) = pinned.product.as_ref().and_then(|id| catalogue.index_of(id)) else { continue };
            let Some(Ruling { pin: Some(at), .. }) = self.recommender.ruling(product, self.profile, self.place) else {
                continue;
            };
            let is_asked_about = self.taken.contains(&product) && !self.items.iter().any(|one| one.0.product == product);
            if !is_asked_about {
                self.items.retain(|(candidate, _)| candidate.product != product);
                let at = at.saturating_sub(1).min(self.items.len());
                self.items.insert(at, (Candidate { product, score: 1.0 }, Reason::ShopPick));
            }
        }
        self.items.truncate(self.limit);
        let finish = |(candidate, reason): (Candidate, Reason)| Recommendation {
            product: catalogue.ids[candidate.product].clone(),
            score: candidate.score.clamp(0.0, 1.0),
            reason,
        };
        self.items.into_iter().map(finish).collect()
    }
}

/// FNV-1a with a final mix: a fixed order that looks like none.
fn shuffle_key(text: &str, day: i64) -> u64 {
    let bytes = text.bytes().chain(day.to_le_bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
pub(super) mod tests;
