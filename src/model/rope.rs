use crate::model::{RopeConfig, RopePairs};

/// The rotation of a run of positions, made once a pass for all layers of a kind.
pub struct Rope {
    pairs: RopePairs,
    n_dims: usize,
    /// `[seq, n_dims / 2]`
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Rope {
    /// For `seq` positions from `n_past`, each pair turning by its `frequencies`.
    pub fn new(config: &RopeConfig, frequencies: &[f32], n_past: usize, seq: usize) -> Self {
        let angles = || angles(frequencies, n_past, seq);
        let (cos, sin) = (angles().map(f32::cos).collect(), angles().map(f32::sin).collect());
        Self { pairs: config.pairs, n_dims: config.n_dims, cos, sin }
    }

    /// Turns the heads of position `index`, counted from the first of this run, where they lie.
    pub fn rotate_row(&self, index: usize, row: &mut [f32], head_dim: usize) {
        let half = self.n_dims / 2;
        let (cos, sin) = (&self.cos[index * half..][..half], &self.sin[index * half..][..half]);
        for head in row.chunks_exact_mut(head_dim) {
            for i in 0..half {
                let (a, b) = match self.pairs {
                    RopePairs::Neighbours => (2 * i, 2 * i + 1),
                    RopePairs::Halves => (i, i + half),
                };
                let (x, y) = (head[a], head[b]);
                head[a] = x * cos[i] - y * sin[i];
                head[b] = x * sin[i] + y * cos[i];
            }
        }
    }
}

/// What each pair is turned by, position after position, in radians.
pub fn angles(frequencies: &[f32], n_past: usize, seq: usize) -> impl Iterator<Item = f32> {
    (n_past..n_past + seq).flat_map(move |position| frequencies.iter().map(move |f| position as f32 * f))
}
