use burn::tensor::{Device, Tensor, TensorData};

use crate::model::{RopeConfig, RopePairs};

/// The rotation of a run of positions, made once a pass for all layers of a kind.
pub struct Rope {
    pairs: RopePairs,
    n_dims: usize,
    /// `[seq, n_dims / 2]`
    cos: Vec<f32>,
    sin: Vec<f32>,
    /// The same on a GPU, `[1, 1, seq, n_dims / 2]`.
    on_device: Option<(Tensor<4>, Tensor<4>)>,
}

impl Rope {
    /// For `seq` positions from `n_past`, each pair turning by its `frequencies`. `device`: where other than on the
    /// CPU it is needed.
    pub fn new(config: &RopeConfig, frequencies: &[f32], n_past: usize, seq: usize, device: Option<&Device>) -> Self {
        let angles = || (n_past..n_past + seq).flat_map(|p| frequencies.iter().map(move |f| p as f32 * f));
        let (cos, sin): (Vec<f32>, Vec<f32>) = (angles().map(f32::cos).collect(), angles().map(f32::sin).collect());
        let on_device = device.map(|device| {
            let table = |values: &[f32]| {
                let data = TensorData::new(values.to_vec(), [1, 1, seq, frequencies.len()]);
                Tensor::<4>::from_data(data, device)
            };
            (table(&cos), table(&sin))
        });
        Self { pairs: config.pairs, n_dims: config.n_dims, cos, sin, on_device }
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

    /// Turns `x`, `[1, heads, seq, head_dim]`, on the GPU that this was made for.
    pub fn rotate(&self, x: Tensor<4>) -> Tensor<4> {
        let [_, heads, seq, head_dim] = x.dims();
        let half = self.n_dims / 2;
        let (cos, sin) = self.on_device.clone().expect("a rotation made for this device");
        let turned = x.clone().narrow(3, 0, self.n_dims);
        let rotated = match self.pairs {
            RopePairs::Halves => {
                let (a, b) = (turned.clone().narrow(3, 0, half), turned.narrow(3, half, half));
                let (x, y) = (a.clone() * cos.clone() - b.clone() * sin.clone(), a * sin + b * cos);
                Tensor::cat(vec![x, y], 3)
            }
            RopePairs::Neighbours => {
                let pairs = turned.reshape([heads, seq, half, 2]);
                let part = |i| pairs.clone().narrow(3, i, 1).reshape([1, heads, seq, half]);
                let (a, b) = (part(0), part(1));
                let (x, y) = (a.clone() * cos.clone() - b.clone() * sin.clone(), a * sin + b * cos);
                let column = |x: Tensor<4>| x.reshape([heads, seq, half, 1]);
                Tensor::cat(vec![column(x), column(y)], 3).reshape([1, heads, seq, self.n_dims])
            }
        };
        match head_dim - self.n_dims {
            0 => rotated,
            n_rest => Tensor::cat(vec![rotated, x.narrow(3, self.n_dims, n_rest)], 3),
        }
    }
}
