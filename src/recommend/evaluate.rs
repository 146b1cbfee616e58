//! Measures every model and their blend on baskets that none of them has seen.

use std::collections::HashSet;

use serde::Serialize;

use super::blend::{Blend, BlendTrainer, Scores, tie_order};
use super::interactions::{Case, Interactions};
use super::metrics::{CaseScore, Measures, bootstrap_interval, judge, measure};
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
    #[serde(skip)]
    pub gains: Vec<Gain>,
}

/// One model's measures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: &'static str,
    #[serde(flatten)]
    pub measures: Measures,
}

/// Mean over users of the blend's score less a part's, and the bounds of its 95 % bootstrap interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Gain {
    pub over: &'static str,
    pub hit: (f64, f64, f64),
    pub ndcg: (f64, f64, f64),
}

/// Learns the weights of a blend of what `fit` makes of data. Each user's last basket is the validation split, cut
/// off before anything is fitted.
pub fn learn_blend(data: &Interactions, texts: &[String], new_only: bool, with_neighbours: bool) -> Blend {
    let (rest, last) = data.split_last();
    let models = Models::fit(&rest, texts, Traits::of(data), with_neighbours);
    let scorers = models.scorers(new_only);
    let ties = tie_order(&rest.counts());
    let cases = wanted_cases(rest.cases(&last), new_only);
    let step = cases.len().div_ceil(MAX_LEARNED).max(1);
    let mut trainer = BlendTrainer::default();
    for case in cases.iter().step_by(step) {
        let scores = Scores::of(&scorers, &query(case), rest.items.len(), new_only);
        trainer.add(&scores, &scores.candidates(&ties, new_only, 0), &case.wanted);
    }
    if trainer.is_empty() { Blend::even(scorers.len()) } else { trainer.learn(N_STEPS) }
}

/// Measures on `cases` over `train`, whose texts are `texts` (or none). With `new_only`, what a user had before is
/// neither recommended nor wanted; so it is where nobody in `train` ever came back to an item.
pub fn evaluate(train: &Interactions, texts: &[String], cases: Vec<Case>, k: usize, new_only: bool) -> Report {
    let new_only = new_only || !train.has_repeats();
    let cases = wanted_cases(cases, new_only);
    let models = Models::fit(train, texts, Traits::of(train), true);
    let scorers = models.scorers(new_only);
    let n_carried = models.tables.scorers(new_only).len();
    let carried = learn_blend(train, texts, new_only, false);
    let blend = learn_blend(train, texts, new_only, true);
    let counts = train.counts();
    let ties = tie_order(&counts);
    let names: Vec<&'static str> = scorers.iter().map(|model| model.name()).chain(["blend_carried", "blend"]).collect();
    let mut lists: Vec<Vec<Vec<u32>>> = vec![Vec::with_capacity(cases.len()); names.len()];
    for case in &cases {
        let mut scores = Scores::of(&scorers, &query(case), train.items.len(), new_only);
        let mut ranked = scores.tops(&ties, new_only, k);
        let all = blend.rank(&scores, &ties, new_only, k);
        scores.by_model.truncate(n_carried);
        ranked.extend([carried.rank(&scores, &ties, new_only, k), all]);
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

/// The tables, and the neighbours that only a measuring machine holds: other shoppers' histories are not for packs.
struct Models {
    tables: Tables,
    neighbours: Option<Neighbours>,
}

impl Models {
    fn fit(data: &Interactions, texts: &[String], traits: Traits, with_neighbours: bool) -> Models {
        let neighbours = with_neighbours.then(|| Neighbours::fit(data, NEIGHBOURS));
        Models { tables: Tables::fit(data, texts, traits), neighbours }
    }

    fn scorers(&self, new_only: bool) -> Vec<&dyn Scorer> {
        let neighbours = self.neighbours.as_ref().map(|model| model as &dyn Scorer);
        self.tables.scorers(new_only).into_iter().chain(neighbours).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SplitMix64;
    use crate::recommend::interactions::{Basket, UNKNOWN_ITEM};

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
        let report = evaluate(&rest, &[], rest.cases(&last), 1, false);
        assert_eq!((report.users, report.items), (300, 60));
        let hit = |name: &str| {
            let row = report.rows.iter().find(|row| row.name == name);
            row.unwrap_or_else(|| panic!("no row {name}")).measures.hit
        };
        assert!(hit("blend") > 0.7, "{report:#?}");
        assert!(hit("popularity") < 0.2, "{report:#?}");
        assert_eq!(evaluate(&rest, &[], rest.cases(&last), 1, false), report);
    }

    #[test]
    fn the_report_has_the_agreed_fields() {
        let data = walks(20, 10);
        let (rest, last) = data.split_last();
        let json = serde_json::to_value(evaluate(&rest, &[], rest.cases(&last), 3, true)).expect("plain data");
        let keys =
            |value: &serde_json::Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&json), ["items", "k", "rows", "users"]);
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
        let report = evaluate(&train, &[], cases, 5, false);
        assert_eq!((report.users, report.rows[0].measures.hit), (1, 0.0));
    }

    #[test]
    fn without_anything_to_learn_from_there_is_an_answer_all_the_same() {
        let report = evaluate(&Interactions::default(), &[], Vec::new(), 5, false);
        assert_eq!((report.users, report.items), (0, 0));
    }
}
