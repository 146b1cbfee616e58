use std::collections::HashMap;
use std::path::PathBuf;

use half::{bf16, f16};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::{ConvertError, Progress};
use crate::gguf::{GgufError, TensorType, Writer, quantize};

/// A tensor of the result.
pub(in crate::gguf) struct Plan {
    /// In GGUF.
    pub name: String,
    /// In the checkpoint.
    pub source: String,
    pub shape: Vec<usize>,
    /// As F16 where its rows do not divide into blocks of this.
    pub ty: TensorType,
    /// Set where the rows of each of so many heads change from halves to pairs, see [`pair_rows`].
    pub n_rotary_heads: Option<usize>,
}

/// The tensors of model.safetensors, or of all its shards, by the model's own names.
pub(super) struct Weights<'a> {
    path: PathBuf,
    tensors: HashMap<String, TensorView<'a>>,
}

impl<'a> Weights<'a> {
    /// `rename` gives each tensor's own name, or `None` for what the result has no use for.
    pub fn open(
        files: &'a [(PathBuf, Vec<u8>)],
        rename: impl Fn(&str) -> Option<String>,
    ) -> Result<Weights<'a>, ConvertError> {
        let mut tensors = HashMap::new();
        for (path, bytes) in files {
            let file = SafeTensors::deserialize(bytes)
                .map_err(|source| ConvertError::SafeTensors { path: path.clone(), source })?;
            tensors.extend(file.tensors().into_iter().filter_map(|(name, view)| Some((rename(&name)?, view))));
        }
        Ok(Weights { path: files.first().map(|(path, _)| path.clone()).unwrap_or_default(), tensors })
    }

    /// Appends every tensor of `plans`, and refuses what they leave over.
    pub fn put(
        mut self,
        plans: Vec<Plan>,
        writer: &mut Writer,
        progress: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), ConvertError> {
        let n_tensors = plans.len();
        for (position, Plan { name, source, shape, ty, n_rotary_heads }) in (1..).zip(plans) {
            let Some(view) = self.tensors.remove(&source) else {
                return Err(ConvertError::MissingTensor { path: self.path, name: source });
            };
            if view.shape() != shape {
                let found = view.shape().to_vec();
                return Err(ConvertError::Shape { path: self.path, name: source, found, expected: shape });
            }
            let Some(mut values) = to_f32(&view) else {
                return Err(ConvertError::Stored { path: self.path, name: source, found: view.dtype() });
            };
            if let Some(n_heads) = n_rotary_heads {
                values = pair_rows(&values, n_heads, shape[0]);
            }
            let n_cols = shape.last().copied().unwrap_or(1);
            let (ty, bytes) = match quantize(ty, &values, n_cols) {
                Err(GgufError::PartialBlock { .. }) => (TensorType::F16, quantize(TensorType::F16, &values, n_cols)?),
                bytes => (ty, bytes?),
            };
            writer.tensor(&name, ty, &shape, bytes)?;
            progress(Progress { position, n_tensors, name: &name, shape: &shape, ty });
        }
        match self.tensors.into_keys().min() {
            Some(name) => Err(ConvertError::UnknownTensor { path: self.path, name }),
            None => Ok(()),
        }
    }
}

/// The rotary embedding turns two values by one angle. `transformers` pairs value `i` of a head with value
/// `i + head_dim / 2`; GGUF's `llama` pairs neighbours, so the rows that make them move together
/// (`LlamaModel.permute` in llama.cpp's `conversion/llama.py`). Row-major `[n_rows, …]` in and out.
fn pair_rows(values: &[f32], n_heads: usize, n_rows: usize) -> Vec<f32> {
    let (row_len, head_dim) = (values.len() / n_rows, n_rows / n_heads);
    let mut out = Vec::with_capacity(values.len());
    for head in 0..n_heads {
        for row in 0..head_dim {
            let from = head * head_dim + row % 2 * (head_dim / 2) + row / 2;
            out.extend_from_slice(&values[from * row_len..][..row_len]);
        }
    }
    out
}

/// Row-major values; `None` where they are not floating point of a kind known here.
fn to_f32(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let bytes = view.data();
    Some(match view.dtype() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|&x| f32::from_le_bytes(x)).collect(),
        Dtype::F16 => bytes.as_chunks().0.iter().map(|&x| f16::from_le_bytes(x).to_f32()).collect(),
        Dtype::BF16 => bytes.as_chunks().0.iter().map(|&x| bf16::from_le_bytes(x).to_f32()).collect(),
        _ => return None,
    })
}
