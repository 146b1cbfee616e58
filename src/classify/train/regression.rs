use burn::tensor::{Device, Tensor, TensorData, activation};

use crate::classify::ngrams::SparseVector;
use crate::platform::SplitMix64;

/// The features of texts.
pub enum Inputs<'a> {
    /// `[n_in]` each.
    Dense(Vec<&'a [f32]>),
    Sparse(Vec<&'a SparseVector>),
}

/// What a text teaches: its class, or `None`: to be of no class more than of another (outlier exposure, Hendrycks et
/// al., 2019, <https://arxiv.org/abs/1812.04606>).
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub class: Option<usize>,
    pub weight: f32,
}

#[derive(Clone, Copy, Debug)]
pub struct RegressionConfig {
    pub n_epochs: usize,
    pub batch: usize,
    pub learning_rate: f32,
    /// Against large weights, relative to the mean loss of a text.
    pub l2: f32,
    pub label_smoothing: f32,
    pub seed: u64,
}

/// Softmax regression by mini-batches: the gradient of its cross-entropy is known in closed form, so the engine needs
/// no autodiff, and the browser trains with what it has for inference.
///
/// A batch of sparse texts touches few features: only their rows of the weights become tensors, are multiplied and
/// updated (lazy Adam).
pub struct Regression {
    n_in: usize,
    n_classes: usize,
    /// `[n_in + 1, n_classes]` each; the last row is the bias.
    weights: Vec<f32>,
    first_moment: Vec<f32>,
    second_moment: Vec<f32>,
}

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.99;
const EPSILON: f32 = 1e-8;

impl Regression {
    /// Calls `after_epoch` with what is learned so far; it says whether to go on.
    pub fn fit(
        inputs: &Inputs,
        targets: &[Target],
        [n_in, n_classes]: [usize; 2],
        config: &RegressionConfig,
        device: &Device,
        mut after_epoch: impl FnMut(&Regression) -> bool,
    ) -> Self {
        let zeros = || vec![0.0; (n_in + 1) * n_classes];
        let mut this = Self { n_in, n_classes, weights: zeros(), first_moment: zeros(), second_moment: zeros() };
        let mut random = SplitMix64::new(config.seed);
        let mut order: Vec<usize> = (0..targets.len()).collect();
        let n_steps = config.n_epochs * targets.len().div_ceil(config.batch);
        let mean_weight = targets.iter().map(|target| target.weight).sum::<f32>() / targets.len() as f32;
        let mut step = 0;
        for _ in 0..config.n_epochs {
            (1..order.len()).rev().for_each(|i| order.swap(i, random.below(i + 1)));
            for batch in order.chunks(config.batch) {
                step += 1;
                let progress = step as f32 / n_steps as f32;
                let rate = config.learning_rate * 0.5 * (1.0 + (std::f32::consts::PI * progress).cos());
                this.step(inputs, targets, batch, step as i32, rate, mean_weight, config, device);
            }
            if !after_epoch(&this) {
                break;
            }
        }
        this
    }

    #[allow(clippy::too_many_arguments, reason = "one step's own, named")]
    fn step(
        &mut self,
        inputs: &Inputs,
        targets: &[Target],
        batch: &[usize],
        step: i32,
        rate: f32,
        mean_weight: f32,
        config: &RegressionConfig,
        device: &Device,
    ) {
        let n_classes = self.n_classes;
        let (touched, x) = self.batch(inputs, batch);
        let tensor =
            |values: Vec<f32>, shape: [usize; 2]| Tensor::<2>::from_data(TensorData::new(values, shape), device);
        let shape = [touched.len(), n_classes];
        let x = tensor(x, [batch.len(), touched.len()]);
        let [weights, first, second] =
            [&self.weights, &self.first_moment, &self.second_moment].map(|all| tensor(self.rows(all, &touched), shape));

        let mut y = vec![config.label_smoothing / n_classes as f32; batch.len() * n_classes];
        let mut importance = Vec::with_capacity(batch.len());
        for (row, &text) in y.chunks_exact_mut(n_classes).zip(batch) {
            match targets[text].class {
                Some(class) => row[class] += 1.0 - config.label_smoothing,
                None => row.fill(1.0 / n_classes as f32),
            }
            importance.push(targets[text].weight / (mean_weight * batch.len() as f32));
        }
        let probabilities = activation::softmax(x.clone().matmul(weights.clone()), 1);
        let error = (probabilities - tensor(y, [batch.len(), n_classes])) * tensor(importance, [batch.len(), 1]);
        let gradient = x.transpose().matmul(error) + weights.clone() * config.l2;

        let first = first * BETA_1 + gradient.clone() * (1.0 - BETA_1);
        let second = second * BETA_2 + gradient.clone() * gradient * (1.0 - BETA_2);
        let (bias_1, bias_2) = (1.0 - BETA_1.powi(step), 1.0 - BETA_2.powi(step));
        let change = first.clone() / ((second.clone() / bias_2).sqrt() + EPSILON) * (rate / bias_1);
        let weights = weights - change;
        for (all, rows) in
            [(&mut self.weights, weights), (&mut self.first_moment, first), (&mut self.second_moment, second)]
        {
            let rows = rows.into_data().try_into_vec::<f32>().expect("they were made of f32");
            for (row, &at) in rows.chunks_exact(n_classes).zip(&touched) {
                all[at * n_classes..(at + 1) * n_classes].copy_from_slice(row);
            }
        }
    }

    /// The features that a batch touches, and their values `[batch, touched]`; last the bias, 1 for all.
    fn batch(&self, inputs: &Inputs, batch: &[usize]) -> (Vec<usize>, Vec<f32>) {
        match inputs {
            Inputs::Dense(rows) => {
                let x = batch.iter().flat_map(|&text| rows[text].iter().copied().chain([1.0])).collect();
                ((0..=self.n_in).collect(), x)
            }
            Inputs::Sparse(rows) => {
                let mut touched: Vec<usize> =
                    batch.iter().flat_map(|&text| rows[text].iter().map(|&(feature, _)| feature as usize)).collect();
                touched.sort_unstable();
                touched.dedup();
                touched.push(self.n_in);
                let mut x = vec![0.0; batch.len() * touched.len()];
                for (row, &text) in x.chunks_exact_mut(touched.len()).zip(batch) {
                    for &(feature, value) in rows[text] {
                        let at = touched.binary_search(&(feature as usize)).expect("it was collected from these");
                        row[at] = value;
                    }
                    row[touched.len() - 1] = 1.0;
                }
                (touched, x)
            }
        }
    }

    fn rows(&self, all: &[f32], touched: &[usize]) -> Vec<f32> {
        touched.iter().flat_map(|&at| &all[at * self.n_classes..(at + 1) * self.n_classes]).copied().collect()
    }

    /// Weights `[n_in, n_classes]` and bias `[n_classes]`.
    pub fn parts(&self) -> (&[f32], &[f32]) {
        self.weights.split_at(self.n_in * self.n_classes)
    }
}
