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
/// Of a cart, the last so many: what a longer one is about, they tell as well.
const MAX_CART: usize = 20;
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
    candidates: Vec<Candidate>,
    why: Why,
    caps: Caps,
    /// Relevance against variety; see [`Ranking::relevance`].
    relevance: f32,
}

/// Where the reasons of a batch are; what is not shown needs none.
enum Why {
    /// In the shopper's own log.
    Log,
    /// In what stands in the cart, or is asked about.
    Beside(Vec<usize>),
    Same(Reason),
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
        if place != Place::Similar && !shelf.is_full() {
            let personal = (!profile.weights.is_empty()).then(|| {
                let weights = self.weights(shopper);
                self.for_profile(&profile, &weights, shopper.now_ms)
            });
            shelf.fill_with_newcomers(personal, || self.popular(shopper.now_ms));
        }
        if !shelf.is_full() {
            shelf.fill(self.picks(shopper.now_ms));
        }
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
        self.batch(scored.filter(|one| one.score > 0.0).collect(), Why::Log)
    }

    fn batch(&self, candidates: Vec<Candidate>, why: Why) -> Batch {
        Batch { candidates, why, caps: Caps::of(&self.ranking), relevance: self.ranking.relevance }
    }

    /// Of all categories, whatever there is.
    fn open_batch(&self, candidates: Vec<Candidate>, why: Why) -> Batch {
        let batch = self.batch(candidates, why);
        Batch { caps: Caps { per_category: usize::MAX, ..batch.caps }, ..batch }
    }

    fn reason(&self, why: &Why, product: usize, profile: &Profile) -> Reason {
        match why {
            Why::Log => self.personal_reason(product, profile),
            Why::Beside(cart) => self.reason_beside(cart, product, profile),
            Why::Same(reason) => reason.clone(),
        }
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
        self.open_batch(scored.collect(), Why::Same(reason))
    }

    /// Likeness to a weighted set, by words and shelf in their usual shares.
    fn blended(&self, weights: impl IntoIterator<Item = (usize, f32)>, candidates: &[usize]) -> Vec<f32> {
        let features = &self.catalogue.features;
        let (by_words, by_shelf) = features.like(&features.taste(weights), candidates);
        let alone = Weights::prior(&self.catalogue, None, 0.0);
        by_words.iter().zip(&by_shelf).map(|(&words, &shelf)| alone.sum(&[words, shelf, 0.0])).collect()
    }

    fn beside(&self, cart: &[usize], profile: &Profile) -> Batch {
        let cart = &cart[cart.len().saturating_sub(MAX_CART)..];
        if cart.is_empty() {
            return self.batch(Vec::new(), Why::Log);
        }
        let candidates: Vec<usize> = self.free(profile).into_iter().filter(|product| !cart.contains(product)).collect();
        let mut ordered: HashMap<usize, f32> = HashMap::new();
        for &item in cart {
            for (product, weight) in self.orders.as_ref().map(|orders| orders.beside(item)).unwrap_or_default() {
                let own = ordered.entry(product).or_default();
                *own = own.max(weight);
            }
        }
        let share = if ordered.is_empty() { 0.0 } else { BESIDE_SHARE };
        let categories: HashSet<&str> = cart.iter().map(|&item| self.catalogue.categories[item].as_str()).collect();
        let fits = self.blended(cart.iter().map(|&item| (item, 1.0)), &candidates);
        let score = |product: usize, fit: f32| {
            let is_same = categories.contains(self.catalogue.categories[product].as_str());
            let fit = fit * if is_same { SAME_CATEGORY_SHARE } else { 1.0 };
            share * ordered.get(&product).copied().unwrap_or(0.0) + (1.0 - share) * fit
        };
        let scored =
            candidates.iter().zip(fits).map(|(&product, fit)| Candidate { product, score: score(product, fit) });
        self.batch(scored.filter(|one| one.score > 0.0).collect(), Why::Beside(cart.to_vec()))
    }

    /// The one of `cart` that orders hold most often beside `product`, or else that is most like it.
    fn reason_beside(&self, cart: &[usize], product: usize, profile: &Profile) -> Reason {
        let with = |item: usize| self.orders.as_ref().and_then(|orders| orders.beside(item).get(&product).copied());
        let best = |strength: &dyn Fn(usize) -> Option<f32>| {
            let strengths = cart.iter().filter_map(|&item| Some((item, strength(item)?)));
            strengths.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(item, _)| item)
        };
        if let Some(item) = best(&with) {
            return Reason::OftenWith { product: self.catalogue.ids[item].clone() };
        }
        let alike = best(&|item| Some(likeness(&self.catalogue, item, product)));
        let Some(item) = alike else { return Reason::ShopPick };
        let id = self.catalogue.ids[item].clone();
        match profile.is_in_cart(item) {
            true => {
                Reason::BecauseInCart { product: id, shared: self.catalogue.features.shared(item, product).cloned() }
            }
            false => Reason::SimilarTo { product: id },
        }
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
        let bought = profile.bought().into_iter();
        let scored = bought.map(|(product, n, at_ms)| Candidate { product, score: score(product, n, at_ms) });
        self.open_batch(scored.collect(), Why::Same(Reason::BoughtBefore))
    }

    /// By product, the most popular 1.
    pub(super) fn popularity(&self, now_ms: f64) -> HashMap<usize, f32> {
        self.popular(now_ms).candidates.into_iter().map(|one| (one.product, one.score)).collect()
    }

    fn popular(&self, now_ms: f64) -> Batch {
        let popular = self.orders.as_ref().map(|orders| orders.popular(now_ms)).unwrap_or_default();
        self.batch(in_order(popular), Why::Same(Reason::Popular))
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
        Batch { relevance: 1.0, ..self.open_batch(in_order(in_turn.collect()), Why::Same(Reason::ShopPick)) }
    }
}

/// Scores that keep an order.
fn in_order(products: Vec<usize>) -> Vec<Candidate> {
    let n = products.len() as f32;
    let score = |place: usize| (n - place as f32) / n;
    products.into_iter().enumerate().map(|(place, product)| Candidate { product, score: score(place) }).collect()
}

impl Shelf<'_> {
    fn is_full(&self) -> bool {
        self.items.len() >= self.limit
    }

    /// Takes from a batch what is free there, by its score, its variety and the shop's rules.
    fn fill(&mut self, batch: Batch) {
        let Recommender { ranking, catalogue, .. } = self.recommender;
        if self.is_full() {
            return;
        }
        let (mut first, mut shown_out, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for mut candidate in batch.candidates {
            if self.taken.contains(&candidate.product) {
                continue;
            }
            let ruling = self.recommender.ruling(candidate.product, self.profile, self.place);
            let Some(ruling) = ruling else { continue };
            let n_shown = self.profile.n_shown(candidate.product);
            candidate.score *= ruling.factor * SHOWN_DECAY.powi(n_shown.min(100) as i32);
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
                let reason = self.recommender.reason(&batch.why, candidate.product, self.profile);
                self.taken.insert(candidate.product);
                self.items.push((candidate, reason));
            }
        }
    }

    /// What is personal, then what is popular, and between them a few places for products that no orders speak for
    /// yet: they would never get any otherwise.
    fn fill_with_newcomers(&mut self, personal: Option<Batch>, popular: impl FnOnce() -> Batch) {
        let Recommender { orders, ranking, .. } = self.recommender;
        let limit = self.limit;
        let is_new = |one: &&Candidate| orders.as_ref().is_some_and(|orders| orders.is_new(one.product));
        let n_places = (limit as f32 * ranking.newcomer_share).round() as usize;
        let fresh: Vec<Candidate> = match (&personal, self.place) {
            (Some(personal), Place::Home) if n_places > 0 => {
                personal.candidates.iter().filter(is_new).copied().collect()
            }
            _ => Vec::new(),
        };
        self.limit = limit - n_places.min(limit).min(fresh.len());
        if let Some(personal) = personal {
            self.fill(personal);
        }
        if !self.is_full() {
            self.fill(popular());
        }
        let n_others = self.items.len();
        self.limit = limit;
        self.fill(self.recommender.batch(fresh, Why::Same(Reason::New)));
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
            let is_asked_about =
                self.taken.contains(&product) && !self.items.iter().any(|one| one.0.product == product);
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
