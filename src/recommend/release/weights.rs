//! The weights that blend the tables, learned from customers who taught none of them.

use super::budget::deviation;
use super::noise::Noise;
use crate::recommend::blend::{Blend, BlendTrainer, Scores};
use crate::recommend::interactions::{Basket, Interactions};
use crate::recommend::model::Model;
use crate::recommend::models::Query;
use crate::recommend::statement::Spent;

const N_STEPS: usize = 60;
/// Longest gradient of one customer.
const CLIP: f64 = 1.0;
/// Pull towards all tables alike, which is what little data leave.
const RIDGE: f64 = 2e-3;

/// Customers with what they took last as the basket to foretell.
pub struct Judges<'a> {
    pub data: &'a Interactions,
    pub judges: &'a [usize],
    /// By index of the data: that of the model.
    pub told: &'a [Option<u32>],
    pub now: f64,
}

impl Judges<'_> {
    /// Gradient steps with noise (Song et al. 2013; Abadi et al. 2016, "Deep learning with differential privacy",
    /// over all customers at once), Adam's (Kingma and Ba 2015), of which the later half is averaged (Polyak and
    /// Juditsky 1992).
    pub fn learn(
        &self,
        model: &Model,
        new_only: bool,
        rho: f64,
        n_expected: f64,
        noise: &mut Noise,
        spent: &mut Vec<Spent>,
    ) -> Blend {
        let trainer = self.trainer(model, new_only);
        let sigma = deviation(CLIP, rho / N_STEPS as f64);
        let name = if new_only { "weights, new" } else { "weights, all" };
        let n_models = model.n_scorers(new_only);
        let start = Blend::even(n_models).flat();
        let n_told = start.len();
        spent.push(Spent::new(name, [rho, CLIP, sigma, 0.0], n_told));
        let mut weights: Vec<f64> = start.iter().map(|&weight| f64::from(weight)).collect();
        let (mut mean, mut square) = (vec![0.0; n_told], vec![0.0; n_told]);
        let mut average = vec![0.0; n_told];
        for step in 1..=N_STEPS as i32 {
            let now: Vec<f32> = weights.iter().map(|&weight| weight as f32).collect();
            let mut sum = vec![0.0f64; n_told];
            trainer.each_gradient(&now, |gradient| {
                let length = gradient.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
                let factor = (CLIP / length).min(1.0);
                sum.iter_mut().zip(gradient).for_each(|(to, from)| *to += factor * f64::from(*from));
            });
            let rate = 0.15 * (1.0 - f64::from(step) / (N_STEPS + 1) as f64);
            for at in 0..n_told {
                let pull = RIDGE * (weights[at] - f64::from(start[at]));
                let gradient = (sum[at] + noise.gaussian(sigma)) / n_expected.max(1.0) + pull;
                mean[at] = 0.9 * mean[at] + 0.1 * gradient;
                square[at] = 0.99 * square[at] + 0.01 * gradient * gradient;
                let (m, v) = (mean[at] / (1.0 - 0.9f64.powi(step)), square[at] / (1.0 - 0.99f64.powi(step)));
                weights[at] -= rate * m / (v.sqrt() + 1e-9);
                if step as usize > N_STEPS / 2 {
                    average[at] += weights[at] / (N_STEPS - N_STEPS / 2) as f64;
                }
            }
        }
        Blend::of_flat(&average.iter().map(|&weight| weight as f32).collect::<Vec<_>>(), n_models)
    }

    fn trainer(&self, model: &Model, new_only: bool) -> BlendTrainer {
        let mut trainer = BlendTrainer::default();
        for &user in self.judges {
            let known = |basket: &Basket| Basket {
                at: basket.at,
                items: basket.items.iter().filter_map(|&item| self.told[item as usize]).collect(),
            };
            let Some((last, before)) = self.data.histories[user].split_last().filter(|(_, before)| !before.is_empty())
            else {
                continue;
            };
            let history: Vec<Basket> = before.iter().map(known).filter(|basket| !basket.items.is_empty()).collect();
            let mut wanted = known(last).items;
            if new_only {
                wanted.retain(|item| !history.iter().any(|basket| basket.items.contains(item)));
            }
            let query = Query { history: &history, now: self.now, user: None };
            let scores: Scores = model.scores(&query, new_only);
            let candidates = model.candidates(&scores, new_only);
            trainer.add(&scores, &candidates, &wanted);
        }
        trainer
    }
}
