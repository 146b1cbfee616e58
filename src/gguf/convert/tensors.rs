use std::collections::HashMap;
use std::path::PathBuf;

use half::{bf16, f16};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::config::{BertConfig, Config};
use super::{ConvertError, Progress};
use crate::gguf::{GgufError, TensorType, Writer, quantize};

/// A tensor of the result.
struct Plan {
    /// In GGUF.
    name: String,
    /// In the checkpoint.
    source: String,
    shape: Vec<usize>,
    is_quantized: bool,
}

/// model.safetensors, by BERT's own names.
pub(super) struct Weights<'a> {
    path: PathBuf,
    tensors: HashMap<String, TensorView<'a>>,
}

impl<'a> Weights<'a> {
    pub fn open(path: PathBuf, bytes: &'a [u8]) -> Result<Weights<'a>, ConvertError> {
        let file = SafeTensors::deserialize(bytes)
            .map_err(|source| ConvertError::SafeTensors { path: path.clone(), source })?;
        let mut tensors = HashMap::new();
        for (name, view) in file.tensors() {
            if let Some(name) = canonical_name(&name) {
                tensors.insert(name, view);
            }
        }
        Ok(Weights { path, tensors })
    }

    /// Appends every tensor that `config` promises, matrices as `ty`.
    pub fn put(
        mut self,
        config: &Config,
        ty: TensorType,
        writer: &mut Writer,
        progress: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), ConvertError> {
        let plans = plan(&config.bert);
        let n_tensors = plans.len();
        for (position, Plan { name, source, shape, is_quantized }) in (1..).zip(plans) {
            let Some(view) = self.tensors.remove(&source) else {
                return Err(ConvertError::MissingTensor { path: self.path, name: source });
            };
            if view.shape() != shape {
                let found = view.shape().to_vec();
                return Err(ConvertError::Shape { path: self.path, name: source, found, expected: shape });
            }
            let Some(values) = to_f32(&view) else {
                return Err(ConvertError::Stored { path: self.path, name: source, found: view.dtype() });
            };
            let ty = stored_type(ty, &name, is_quantized, shape.len());
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

/// What a tensor is stored as in a file of type `ty`, with two exceptions to llama.cpp's own choices, which it reads
/// all the same. Position and segment embeddings take F16 in a small file, where F32 would be 3 % of it. And four
/// bits are for the token embeddings alone (half of all-MiniLM-L6-v2), with eight for the layers: with four in both,
/// the worst cosine to the reference over the fixture's texts is 0.90, with a scale fitted to each block 0.88, with
/// four in the layers' feed-forward half alone 0.96; so, it is 0.996.
fn stored_type(ty: TensorType, name: &str, is_quantized: bool, n_dims: usize) -> TensorType {
    match (is_quantized, ty) {
        (false, TensorType::F32) => TensorType::F32,
        (false, _) => {
            if n_dims == 2 {
                TensorType::F16
            } else {
                TensorType::F32
            }
        }
        (true, TensorType::Q4_0) if name != "token_embd.weight" => TensorType::Q8_0,
        (true, ty) => ty,
    }
}

/// The name without the wrapper's prefix and TensorFlow's words; `None` for what an embedding does not
/// need: position ids, the pooler, the pre-training heads.
fn canonical_name(name: &str) -> Option<String> {
    let name = name.strip_prefix("bert.").unwrap_or(name);
    if name == "embeddings.position_ids" || name.starts_with("pooler.") || name.starts_with("cls.") {
        return None;
    }
    Some(match name.rsplit_once('.') {
        Some((stem, "gamma")) => format!("{stem}.weight"),
        Some((stem, "beta")) => format!("{stem}.bias"),
        _ => name.to_owned(),
    })
}

/// Every tensor of a BERT, in the order of its computation.
fn plan(bert: &BertConfig) -> Vec<Plan> {
    let (d_model, d_ff) = (bert.hidden_size, bert.intermediate_size);
    let mut plans = Vec::new();
    let mut embedding = |name: &str, source: &str, n_rows: usize, is_quantized: bool| {
        plans.push(Plan {
            name: format!("{name}.weight"),
            source: format!("embeddings.{source}.weight"),
            shape: vec![n_rows, d_model],
            is_quantized,
        });
    };
    embedding("token_embd", "word_embeddings", bert.vocab_size, true);
    embedding("position_embd", "position_embeddings", bert.max_position_embeddings, false);
    embedding("token_types", "token_type_embeddings", bert.type_vocab_size, false);
    // A layer norm has [d_model] twice, a linear layer [rows, cols] and [rows].
    let mut layer = |name: String, source: String, weight: &[usize]| {
        for (part, shape) in [("weight", weight), ("bias", &weight[..1])] {
            plans.push(Plan {
                name: format!("{name}.{part}"),
                source: format!("{source}.{part}"),
                shape: shape.to_vec(),
                is_quantized: shape.len() == 2,
            });
        }
    };
    layer("token_embd_norm".to_owned(), "embeddings.LayerNorm".to_owned(), &[d_model]);
    for i in 0..bert.num_hidden_layers {
        for (name, source, weight) in [
            ("attn_q", "attention.self.query", &[d_model, d_model][..]),
            ("attn_k", "attention.self.key", &[d_model, d_model]),
            ("attn_v", "attention.self.value", &[d_model, d_model]),
            ("attn_output", "attention.output.dense", &[d_model, d_model]),
            ("attn_output_norm", "attention.output.LayerNorm", &[d_model]),
            ("ffn_up", "intermediate.dense", &[d_ff, d_model]),
            ("ffn_down", "output.dense", &[d_model, d_ff]),
            ("layer_output_norm", "output.LayerNorm", &[d_model]),
        ] {
            layer(format!("blk.{i}.{name}"), format!("encoder.layer.{i}.{source}"), weight);
        }
    }
    plans
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
