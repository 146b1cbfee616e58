use burn::tensor::{Device, Tensor, TensorData};

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
    /// The length of the schedule, at whose end the learning rate is nought.
    pub n_epochs: usize,
    /// Where to leave it, as held-out texts have shown; `n_epochs` to go to its end.
    pub stop_after: usize,
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
/// Dense texts are multiplied by the engine. Sparse ones touch few features, and are added up row by row: as tensors
/// they would be zeros for the most part. Only touched rows of the weights are updated (lazy Adam).
pub struct Regression {
    n_in: usize,
    n_classes: usize,
    /// `[n_in + 1, n_classes]` each; the last row is the bias.
    weights: Vec<f32>,
    first_moment: Vec<f32>,
    second_moment: Vec<f32>,
}

struct Texts<'a> {
    inputs: &'a Inputs<'a>,
    targets: &'a [Target],
    mean_weight: f32,
    device: &'a Device,
}

/// Epochs without a gain on held-out texts after which no gain is waited for (early stopping).
const PATIENCE: usize = 5;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.99;
const EPSILON: f32 = 1e-8;

impl Regression {
    /// `n_in` features and `n_classes`; the device multiplies dense texts.
    pub fn fit(
        inputs: &Inputs,
        targets: &[Target],
        shape: [usize; 2],
        config: &RegressionConfig,
        device: &Device,
    ) -> Self {
        Self::train(inputs, targets, shape, config, device, |_, _| true)
    }

    /// Stops where the cross-entropy of held-out texts has ceased to fall. The weights are those of the best epoch,
    /// which comes with them.
    pub fn fit_watched(
        (inputs, targets): (&Inputs, &[Target]),
        (held, held_targets): (&Inputs, &[Target]),
        shape: [usize; 2],
        config: &RegressionConfig,
        device: &Device,
    ) -> (Self, usize) {
        let mut best: Option<(f32, usize, Vec<f32>)> = None;
        let mut this = Self::train(inputs, targets, shape, config, device, |this, epoch| {
            let loss = this.loss(held, held_targets, device);
            match &best {
                Some((least, at, _)) if loss >= *least => epoch < at + PATIENCE,
                _ => {
                    best = Some((loss, epoch, this.weights.clone()));
                    true
                }
            }
        });
        let Some((_, epoch, weights)) = best else { return (this, config.stop_after) };
        this.weights = weights;
        (this, epoch)
    }

    /// The mean cross-entropy of texts that have a class.
    fn loss(&self, inputs: &Inputs, targets: &[Target], device: &Device) -> f32 {
        let all: Vec<usize> = (0..targets.len()).collect();
        let mut logits = self.products(inputs, &all, device);
        let rows = logits.chunks_exact_mut(self.n_classes).zip(targets);
        let losses: Vec<f32> = rows
            .filter_map(|(row, target)| {
                softmax(row);
                Some(-row[target.class?].max(f32::MIN_POSITIVE).ln())
            })
            .collect();
        losses.iter().sum::<f32>() / losses.len().max(1) as f32
    }

    /// `goes_on` is asked after each epoch, which are counted from one.
    fn train(
        inputs: &Inputs,
        targets: &[Target],
        [n_in, n_classes]: [usize; 2],
        config: &RegressionConfig,
        device: &Device,
        mut goes_on: impl FnMut(&Self, usize) -> bool,
    ) -> Self {
        let zeros = || vec![0.0; (n_in + 1) * n_classes];
        let mut this = Self { n_in, n_classes, weights: zeros(), first_moment: zeros(), second_moment: zeros() };
        let mean_weight = targets.iter().map(|target| target.weight).sum::<f32>() / targets.len() as f32;
        let texts = Texts { inputs, targets, mean_weight, device };
        let mut random = SplitMix64::new(config.seed);
        let mut order: Vec<usize> = (0..targets.len()).collect();
        let n_steps = config.n_epochs * targets.len().div_ceil(config.batch);
        let mut step = 0;
        for epoch in 1..=config.stop_after.min(config.n_epochs) {
            (1..order.len()).rev().for_each(|i| order.swap(i, random.below(i + 1)));
            for batch in order.chunks(config.batch) {
                step += 1;
                let progress = step as f32 / n_steps as f32;
                let rate = config.learning_rate * 0.5 * (1.0 + (std::f32::consts::PI * progress).cos());
                this.step(&texts, batch, step, rate, config);
            }
            if !goes_on(&this, epoch) {
                break;
            }
        }
        this
    }

    fn step(&mut self, texts: &Texts, batch: &[usize], step: i32, rate: f32, config: &RegressionConfig) {
        let n_classes = self.n_classes;
        let mut error = self.products(texts.inputs, batch, texts.device);
        for (row, &text) in error.chunks_exact_mut(n_classes).zip(batch) {
            let Target { class, weight } = texts.targets[text];
            let rest = match class {
                Some(_) => config.label_smoothing / n_classes as f32,
                None => 1.0 / n_classes as f32,
            };
            softmax(row);
            row.iter_mut().for_each(|probability| *probability -= rest);
            if let Some(class) = class {
                row[class] -= 1.0 - config.label_smoothing;
            }
            let importance = weight / (texts.mean_weight * batch.len() as f32);
            row.iter_mut().for_each(|error| *error *= importance);
        }
        let (touched, gradient) = self.gradient(texts.inputs, batch, &error, texts.device);
        let (bias_1, bias_2) = (1.0 - BETA_1.powi(step), 1.0 - BETA_2.powi(step));
        for (gradient, &at) in gradient.chunks_exact(n_classes).zip(&touched) {
            let range = at * n_classes..(at + 1) * n_classes;
            let moments = self.first_moment[range.clone()].iter_mut().zip(&mut self.second_moment[range.clone()]);
            for ((weight, (first, second)), gradient) in self.weights[range].iter_mut().zip(moments).zip(gradient) {
                let gradient = gradient + config.l2 * *weight;
                *first += (1.0 - BETA_1) * (gradient - *first);
                *second += (1.0 - BETA_2) * (gradient * gradient - *second);
                *weight -= rate * (*first / bias_1) / ((*second / bias_2).sqrt() + EPSILON);
            }
        }
    }

    /// Logits `[batch, n_classes]`.
    fn products(&self, inputs: &Inputs, batch: &[usize], device: &Device) -> Vec<f32> {
        let n_classes = self.n_classes;
        match inputs {
            Inputs::Dense(rows) => {
                let weights = matrix(self.weights.clone(), [self.n_in + 1, n_classes], device);
                read(self.dense(rows, batch, device).matmul(weights))
            }
            Inputs::Sparse(rows) => {
                let mut logits = Vec::with_capacity(batch.len() * n_classes);
                for &text in batch {
                    logits.extend_from_slice(self.row(self.n_in));
                    let start = logits.len() - n_classes;
                    let logits = &mut logits[start..];
                    for &(feature, value) in rows[text] {
                        let weights = self.row(feature as usize);
                        logits.iter_mut().zip(weights).for_each(|(logit, weight)| *logit += value * weight);
                    }
                }
                logits
            }
        }
    }

    /// The features that a batch touches, the bias last, and the gradient `[touched, n_classes]`, given the errors of
    /// its texts' probabilities `[batch, n_classes]`.
    fn gradient(&self, inputs: &Inputs, batch: &[usize], error: &[f32], device: &Device) -> (Vec<usize>, Vec<f32>) {
        let n_classes = self.n_classes;
        match inputs {
            Inputs::Dense(rows) => {
                let error = matrix(error.to_vec(), [batch.len(), n_classes], device);
                let gradient = read(self.dense(rows, batch, device).transpose().matmul(error));
                ((0..=self.n_in).collect(), gradient)
            }
            Inputs::Sparse(rows) => {
                let mut touched: Vec<usize> =
                    batch.iter().flat_map(|&text| rows[text].iter().map(|&(feature, _)| feature as usize)).collect();
                touched.push(self.n_in);
                touched.sort_unstable();
                touched.dedup();
                let mut places = vec![0; self.n_in + 1];
                touched.iter().enumerate().for_each(|(place, &feature)| places[feature] = place);
                let mut gradient = vec![0.0; touched.len() * n_classes];
                for (error, &text) in error.chunks_exact(n_classes).zip(batch) {
                    for &(feature, value) in rows[text].iter().chain(&[(self.n_in as u32, 1.0)]) {
                        let start = places[feature as usize] * n_classes;
                        let gradient = &mut gradient[start..start + n_classes];
                        gradient.iter_mut().zip(error).for_each(|(gradient, error)| *gradient += value * error);
                    }
                }
                (touched, gradient)
            }
        }
    }

    /// `[batch, n_in + 1]`, the last column 1 for the bias.
    fn dense(&self, rows: &[&[f32]], batch: &[usize], device: &Device) -> Tensor<2> {
        let values = batch.iter().flat_map(|&text| rows[text].iter().copied().chain([1.0])).collect();
        matrix(values, [batch.len(), self.n_in + 1], device)
    }

    fn row(&self, at: usize) -> &[f32] {
        &self.weights[at * self.n_classes..(at + 1) * self.n_classes]
    }

    /// Weights `[n_in, n_classes]` and bias `[n_classes]`.
    pub fn parts(&self) -> (&[f32], &[f32]) {
        self.weights.split_at(self.n_in * self.n_classes)
    }
}

fn matrix(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn read(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("it was made of f32")
}

fn softmax(row: &mut [f32]) {
    let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|logit| *logit = (*logit - highest).exp());
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|probability| *probability /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two classes told apart by the first feature; the second is noise.
    fn learn(sparse: bool) -> Regression {
        let rows: Vec<Vec<f32>> =
            (0..40).map(|i| vec![if i % 2 == 0 { 1.0 } else { -1.0 }, (i % 5) as f32 / 5.0 + 0.1]).collect();
        let thin: Vec<SparseVector> = rows.iter().map(|row| (0..).zip(row.iter().copied()).collect()).collect();
        let inputs = if sparse {
            Inputs::Sparse(thin.iter().collect())
        } else {
            Inputs::Dense(rows.iter().map(|r| &r[..]).collect())
        };
        let targets: Vec<Target> = (0..40).map(|i| Target { class: Some(i % 2), weight: 1.0 }).collect();
        Regression::fit(&inputs, &targets, [2, 2], &CONFIG, &Device::flex())
    }

    const CONFIG: RegressionConfig = RegressionConfig {
        n_epochs: 40,
        stop_after: 40,
        batch: 16,
        learning_rate: 0.1,
        l2: 1e-3,
        label_smoothing: 0.0,
        seed: 3,
    };

    #[test]
    fn it_stops_where_held_out_texts_are_told_worse() {
        // Held-out texts say the opposite of those learned from: nothing learned is better than anything.
        let rows: Vec<Vec<f32>> = (0..20).map(|i| vec![if i % 2 == 0 { 1.0 } else { -1.0 }]).collect();
        let inputs = || Inputs::Dense(rows.iter().map(|row| &row[..]).collect());
        let targets = |flip: usize| -> Vec<Target> {
            (0..20).map(|i| Target { class: Some((i + flip) % 2), weight: 1.0 }).collect()
        };
        let fit = |flip| {
            let (learned, held) = (targets(0), targets(flip));
            Regression::fit_watched((&inputs(), &learned), (&inputs(), &held), [1, 2], &CONFIG, &Device::flex()).1
        };
        assert_eq!(fit(1), 1);
        assert!(fit(0) > 20, "{}", fit(0));
    }

    #[test]
    fn it_learns_what_tells_classes_apart_the_same_from_dense_and_sparse_texts() {
        let (dense, sparse) = (learn(false), learn(true));
        let (weights, _) = dense.parts();
        assert!(weights[0] - weights[1] > 2.0, "{weights:?}");
        assert!((weights[2] - weights[3]).abs() < 0.3, "{weights:?}");
        let apart = dense.weights.iter().zip(&sparse.weights).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // The sums of a batch come in another order.
        assert!(apart < 1e-3, "{apart}");
    }
}
