//! Measures every model and their blend on baskets that none of them has seen.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::blend::{Blend, BlendTrainer, Scores, tie_order};
use super::interactions::{Basket, Case, Interactions};
use super::metrics::{CaseScore, Interval, Measures, bootstrap_interval, judge, measure};
use super::model::Model;
use super::models::{Neighbours, NeighboursConfig, Query, Scorer};
use super::tables::{Tables, Traits};

/// Validation cases that weights are learned from; more change little and take long.
const MAX_LEARNED: usize = 4000;
const N_STEPS: usize = 300;
const N_BOOTSTRAP: usize = 1000;

/// Round values within what the literature finds, not searched.
const NEIGHBOURS: NeighboursConfig =
    NeighboursConfig { n_neighbours: 300, age_decay: 0.9, rarity_power: 1.0, locality: 2.0, taken_decay: 0.9 };

/// What `eval --json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub k: usize,
    /// Users measured: those with something to find.
    pub users: usize,
    /// Items of the catalogue.
    pub items: usize,
    pub rows: Vec<Row>,
    /// What the blend has over each other row.
    pub gains: Vec<Gain>,
}

/// One model's measures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: &'static str,
    #[serde(flatten)]
    pub measures: Measures,
}

/// Mean over users of the blend's score less a part's, and its paired bootstrap interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gain {
    pub over: &'static str,
    pub hit: Interval,
    pub ndcg: Interval,
}

/// What is measured beside the models that count.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// One more model, as it was fitted without each user's last training basket, and with it.
    pub model: Option<[&'a dyn Scorer; 2]>,
    /// Tables as a pack carries them.
    pub released: Option<&'a Model>,
}

/// Learns the weights of a blend of `scorers`, which were fitted on `rest`, from the baskets cut off from it.
fn learn(scorers: &[&dyn Scorer], rest: &Interactions, last: &[(usize, Basket)], new_only: bool) -> Blend {
    let ties = tie_order(&rest.counts());
    let cases = wanted_cases(rest.cases(last), new_only);
    let step = cases.len().div_ceil(MAX_LEARNED).max(1);
    let mut trainer = BlendTrainer::default();
    for case in cases.iter().step_by(step) {
        let scores = Scores::of(scorers, &query(case), rest.items.len(), new_only);
        trainer.add(&scores, &scores.candidates(&ties, new_only, 0), &case.wanted);
    }
    if trainer.is_empty() { Blend::even(scorers.len()) } else { trainer.learn(N_STEPS) }
}

/// Learns the weights of a blend of tables. Each user's last basket is the validation split, cut off before anything
/// is fitted.
pub fn learn_blend(data: &Interactions, texts: &[String], new_only: bool) -> Blend {
    let (rest, last) = data.split_last();
    learn(&Tables::fit(&rest, texts, Traits::of(data)).scorers(new_only), &rest, &last, new_only)
}

/// Measures on `cases` over `train`, whose texts are `texts` (or none). With `new_only`, what a user had before is
/// neither recommended nor wanted; so it is where nobody in `train` ever came back to an item.
pub fn evaluate(
    train: &Interactions,
    texts: &[String],
    cases: Vec<Case>,
    k: usize,
    new_only: bool,
    beside: Beside,
) -> Report {
    let new_only = new_only || !train.has_repeats();
    let cases = wanted_cases(cases, new_only);
    let traits = Traits::of(train);
    let [carried, blend] = {
        let (rest, last) = train.split_last();
        let (tables, neighbours) = (Tables::fit(&rest, texts, traits), Neighbours::fit(&rest, NEIGHBOURS));
        let carried = tables.scorers(new_only);
        let all = with_others(&carried, &neighbours, beside.model.map(|models| models[0]));
        [learn(&carried, &rest, &last, new_only), learn(&all, &rest, &last, new_only)]
    };
    let (tables, neighbours) = (Tables::fit(train, texts, traits), Neighbours::fit(train, NEIGHBOURS));
    let n_carried = tables.scorers(new_only).len();
    let scorers = with_others(&tables.scorers(new_only), &neighbours, beside.model.map(|models| models[1]));
    let counts = train.counts();
    let ties = tie_order(&counts);
    let released = beside.released.map(|model| Released::new(model, train));
    let mut names: Vec<&'static str> = scorers.iter().map(|model| model.name()).collect();
    names.extend(released.is_some().then_some("blend_released"));
    names.extend(["blend_carried", "blend"]);
    let rank = |case: &Case| {
        let query = query(case);
        let mut scores = Scores::of(&scorers, &query, train.items.len(), new_only);
        let mut ranked = scores.tops(&ties, new_only, k);
        let all = blend.rank(&scores, &ties, new_only, k);
        scores.by_model.truncate(n_carried);
        ranked.extend(released.as_ref().map(|released| released.rank(&query, new_only, k)));
        ranked.extend([carried.rank(&scores, &ties, new_only, k), all]);
        ranked
    };
    let mut lists: Vec<Vec<Vec<u32>>> = vec![Vec::with_capacity(cases.len()); names.len()];
    for ranked in on_all_cores(&cases, rank) {
        lists.iter_mut().zip(ranked).for_each(|(lists, list)| lists.push(list));
    }
    let judged: Vec<Vec<CaseScore>> = lists
        .iter()
        .map(|lists| lists.iter().zip(&cases).map(|(list, case)| judge(list, &case.wanted, k)).collect())
        .collect();
    let row = |at: usize| Row { name: names[at], measures: measure(&judged[at], &lists[at], &counts) };
    let best = names.len() - 1;
    let gain = |at: usize| {
        let interval = |part: fn(&CaseScore) -> f64| {
            let differences: Vec<f64> = judged[best].iter().zip(&judged[at]).map(|(a, b)| part(a) - part(b)).collect();
            bootstrap_interval(&differences, N_BOOTSTRAP)
        };
        Gain { over: names[at], hit: interval(|score| score.hit), ndcg: interval(|score| score.ndcg) }
    };
    Report {
        k,
        users: cases.len(),
        items: train.items.len(),
        rows: (0..names.len()).map(row).collect(),
        gains: (0..best).map(gain).collect(),
    }
}

/// In the order of `cases`, whoever was quicker.
fn on_all_cores<C: Sync, R: Send>(cases: &[C], make: impl Fn(&C) -> R + Sync) -> Vec<R> {
    let n_cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let make = &make;
    std::thread::scope(|scope| {
        let parts = cases.chunks(cases.len().div_ceil(n_cores).max(1));
        let running: Vec<_> =
            parts.map(|part| scope.spawn(move || part.iter().map(make).collect::<Vec<R>>())).collect();
        let join = |part: std::thread::ScopedJoinHandle<'_, Vec<R>>| match part.join() {
            Ok(made) => made,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        running.into_iter().flat_map(join).collect()
    })
}

/// What a pack carries, and what only a measuring machine holds: other shoppers' histories, and what was fitted on them
/// without noise, are not for packs.
fn with_others<'a>(
    carried: &[&'a dyn Scorer],
    neighbours: &'a Neighbours,
    model: Option<&'a dyn Scorer>,
) -> Vec<&'a dyn Scorer> {
    carried.iter().copied().chain([neighbours as &dyn Scorer]).chain(model).collect()
}

/// A pack's tables, in the indices of the data.
struct Released<'a> {
    model: &'a Model,
    /// By index of the data: that of the model.
    to_model: Vec<Option<u32>>,
    /// By index of the model: that of the data.
    to_data: Vec<u32>,
}

impl<'a> Released<'a> {
    fn new(model: &'a Model, data: &Interactions) -> Released<'a> {
        let places: HashMap<&str, u32> = (0..).zip(&data.items).map(|(at, id)| (id.as_str(), at)).collect();
        let to_data: Vec<u32> = model.items.iter().map(|id| places[id.as_str()]).collect();
        let mut to_model = vec![None; data.items.len()];
        (0..).zip(&to_data).for_each(|(at, &item)| to_model[item as usize] = Some(at));
        Released { model, to_model, to_data }
    }

    fn rank(&self, query: &Query, new_only: bool, k: usize) -> Vec<u32> {
        let known = |basket: &Basket| Basket {
            at: basket.at,
            items: basket.items.iter().filter_map(|&item| self.to_model[item as usize]).collect(),
        };
        let history: Vec<Basket> = query.history.iter().map(known).filter(|basket| !basket.items.is_empty()).collect();
        let ranked = self.model.recommend(&Query { history: &history, ..*query }, new_only, k);
        ranked.into_iter().map(|item| self.to_data[item as usize]).collect()
    }
}

fn query<'a>(case: &Case<'a>) -> Query<'a> {
    Query { history: case.history, now: case.now, user: case.user }
}

/// Cases with something to find.
fn wanted_cases<'a>(mut cases: Vec<Case<'a>>, new_only: bool) -> Vec<Case<'a>> {
    if new_only {
        for case in &mut cases {
            let had: HashSet<u32> = case.history.iter().flat_map(|basket| &basket.items).copied().collect();
            case.wanted.retain(|item| !had.contains(item));
        }
    }
    cases.retain(|case| !case.wanted.is_empty());
    cases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SplitMix64;
    use crate::recommend::interactions::UNKNOWN_ITEM;

    /// Walks over a ring of items: the next one with chance 0.8, else anywhere.
    fn walks(n_users: usize, n_items: u32) -> Interactions {
        let mut random = SplitMix64::new(1);
        let mut draw = |n: u32| random.below(n as usize) as u32;
        let mut walk = |_| {
            let mut item = draw(n_items);
            let mut basket = |at: u32| {
                item = if draw(5) > 0 { (item + 1) % n_items } else { draw(n_items) };
                Basket { at: f64::from(at), items: vec![item] }
            };
            (0..8).map(&mut basket).collect()
        };
        Interactions {
            items: (0..n_items).map(|item| item.to_string()).collect(),
            users: (0..n_users).map(|user| user.to_string()).collect(),
            histories: (0..n_users).map(&mut walk).collect(),
            has_clock: false,
        }
    }

    #[test]
    fn the_blend_finds_what_was_planted_and_finds_it_again() {
        let data = walks(300, 60);
        let (rest, last) = data.split_last();
        let report = evaluate(&rest, &[], rest.cases(&last), 1, false, Beside::default());
        assert_eq!((report.users, report.items), (300, 60));
        let hit = |name: &str| {
            let row = report.rows.iter().find(|row| row.name == name);
            row.unwrap_or_else(|| panic!("no row {name}")).measures.hit
        };
        assert!(hit("blend") > 0.7, "{report:#?}");
        assert!(hit("popularity") < 0.2, "{report:#?}");
        assert_eq!(evaluate(&rest, &[], rest.cases(&last), 1, false, Beside::default()), report);
    }

    #[test]
    fn the_report_has_the_agreed_fields() {
        let data = walks(20, 10);
        let (rest, last) = data.split_last();
        let json = serde_json::to_value(evaluate(&rest, &[], rest.cases(&last), 3, true, Beside::default()))
            .expect("plain data");
        let keys =
            |value: &serde_json::Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&json), ["gains", "items", "k", "rows", "users"]);
        assert_eq!(keys(&json["gains"][0]["ndcg"]), ["high", "low", "mean"]);
        let rows = json["rows"].as_array().expect("an array");
        assert_eq!((&rows[0]["name"], &rows[rows.len() - 1]["name"]), (&"popularity".into(), &"blend".into()));
        let fields =
            ["average_popularity", "gini", "hit", "item_coverage", "mrr", "name", "ndcg", "recall", "tail_share"];
        assert_eq!(keys(&rows[0]), fields);
    }

    #[test]
    fn an_item_outside_the_catalogue_is_missed_and_a_new_user_is_served() {
        let train = walks(20, 10);
        let mut test = walks(1, 10);
        test.users = vec!["nobody".to_owned()];
        test.items = (0..10).map(|item| format!("x{item}")).collect();
        let cases = train.cases_of(&test);
        assert!(cases[0].user.is_none() && cases[0].wanted.iter().all(|&item| item == UNKNOWN_ITEM));
        let report = evaluate(&train, &[], cases, 5, false, Beside::default());
        assert_eq!((report.users, report.rows[0].measures.hit), (1, 0.0));
    }

    #[test]
    fn without_anything_to_learn_from_there_is_an_answer_all_the_same() {
        let report = evaluate(&Interactions::default(), &[], Vec::new(), 5, false, Beside::default());
        assert_eq!((report.users, report.items), (0, 0));
    }
}
