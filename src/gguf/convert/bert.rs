use super::config::BertConfig;
use super::tensors::Plan;
use crate::gguf::TensorType;

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
pub(super) fn canonical_name(name: &str) -> Option<String> {
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
pub(super) fn plan(bert: &BertConfig, ty: TensorType) -> Vec<Plan> {
    let (d_model, d_ff) = (bert.hidden_size, bert.intermediate_size);
    let mut plans = Vec::new();
    let mut embedding = |name: &str, source: &str, n_rows: usize, is_quantized: bool| {
        let name = format!("{name}.weight");
        plans.push(Plan {
            ty: stored_type(ty, &name, is_quantized, 2),
            name,
            source: format!("embeddings.{source}.weight"),
            shape: vec![n_rows, d_model],
            n_rotary_heads: None,
        });
    };
    embedding("token_embd", "word_embeddings", bert.vocab_size, true);
    embedding("position_embd", "position_embeddings", bert.max_position_embeddings, false);
    embedding("token_types", "token_type_embeddings", bert.type_vocab_size, false);
    // A layer norm has [d_model] twice, a linear layer [rows, cols] and [rows].
    let mut layer = |name: String, source: String, weight: &[usize]| {
        for (part, shape) in [("weight", weight), ("bias", &weight[..1])] {
            let name = format!("{name}.{part}");
            plans.push(Plan {
                ty: stored_type(ty, &name, shape.len() == 2, shape.len()),
                name,
                source: format!("{source}.{part}"),
                shape: shape.to_vec(),
                n_rotary_heads: None,
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
