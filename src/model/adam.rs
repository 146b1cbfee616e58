use std::ops::Range;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.99;
const EPSILON: f32 = 1e-8;

/// Adam (Kingma and Ba, 2015, <https://arxiv.org/abs/1412.6980>) over ranges of one array: rows that a step does not
/// touch cost nothing and keep their moments.
#[derive(Clone, Debug)]
pub struct Adam {
    first: Vec<f32>,
    second: Vec<f32>,
    n_steps: i32,
}

impl Adam {
    pub fn new(len: usize) -> Adam {
        Adam { first: vec![0.0; len], second: vec![0.0; len], n_steps: 0 }
    }

    pub fn begin_step(&mut self) {
        self.n_steps += 1;
    }

    /// Moves `values[range]` against `gradient`, which is as long as the range.
    pub fn update(&mut self, values: &mut [f32], gradient: &[f32], range: Range<usize>, rate: f32) {
        let (unbias_1, unbias_2) = (1.0 - BETA_1.powi(self.n_steps), 1.0 - BETA_2.powi(self.n_steps));
        let moments = self.first[range.clone()].iter_mut().zip(&mut self.second[range.clone()]);
        for ((value, gradient), (first, second)) in values[range].iter_mut().zip(gradient).zip(moments) {
            *first = BETA_1 * *first + (1.0 - BETA_1) * gradient;
            *second = BETA_2 * *second + (1.0 - BETA_2) * gradient * gradient;
            *value -= rate * (*first / unbias_1) / ((*second / unbias_2).sqrt() + EPSILON);
        }
    }
}
