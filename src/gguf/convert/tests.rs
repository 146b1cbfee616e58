use safetensors::tensor::{TensorView, serialize};
use serde_json::json;

use super::*;
use crate::gguf::Gguf;

/// A folder that goes when the test does.
struct TempFolder(PathBuf);

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const TOKENS: [&str; 8] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "shop", "##ping", "!"];

/// A BERT of one layer with d_model 32, d_ff 64 and nine rows for eight tokens, as sentence-transformers
/// saves it; `change` may spoil it.
fn folder(name: &str, change: impl FnOnce(&Path)) -> TempFolder {
    let root = std::env::temp_dir().join(format!("attendant-convert-{}-{name}", std::process::id()));
    fs::create_dir_all(root.join("1_Pooling")).unwrap();
    let write = |file: &str, json: Json| fs::write(root.join(file), json.to_string()).unwrap();
    write(
        "config.json",
        json!({
            "architectures": ["BertModel"], "model_type": "bert", "vocab_size": 9, "hidden_size": 32,
            "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4, "hidden_act": "gelu",
            "max_position_embeddings": 16, "type_vocab_size": 2, "layer_norm_eps": 1e-12
        }),
    );
    write("modules.json", json!([{"type": "x.Transformer", "path": ""}, {"type": "x.Pooling", "path": "1_Pooling"}]));
    write("1_Pooling/config.json", json!({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false}));
    write("sentence_bert_config.json", json!({"max_seq_length": 12}));
    fs::write(root.join("vocab.txt"), TOKENS.join("\n") + "\n").unwrap();

    let (d, ff) = (32, 64);
    let mut shapes: Vec<(String, Vec<usize>)> = vec![
        ("embeddings.word_embeddings.weight".into(), vec![9, d]),
        ("embeddings.position_embeddings.weight".into(), vec![16, d]),
        ("embeddings.token_type_embeddings.weight".into(), vec![2, d]),
        ("embeddings.LayerNorm.gamma".into(), vec![d]),
        ("embeddings.LayerNorm.beta".into(), vec![d]),
        ("pooler.dense.weight".into(), vec![d, d]),
    ];
    for (layer, rows, cols) in [
        ("attention.self.query", d, d),
        ("attention.self.key", d, d),
        ("attention.self.value", d, d),
        ("attention.output.dense", d, d),
        ("attention.output.LayerNorm", d, 0),
        ("intermediate.dense", ff, d),
        ("output.dense", d, ff),
        ("output.LayerNorm", d, 0),
    ] {
        let shape = if cols == 0 { vec![rows] } else { vec![rows, cols] };
        shapes.push((format!("encoder.layer.0.{layer}.weight"), shape));
        shapes.push((format!("encoder.layer.0.{layer}.bias"), vec![rows]));
    }
    let bytes: Vec<u8> = (0..ff * d).flat_map(|i| ((i % 97) as f32 / 97.0).to_le_bytes()).collect();
    let views = shapes.into_iter().map(|(name, shape)| {
        let size = shape.iter().product::<usize>() * 4;
        (format!("bert.{name}"), TensorView::new(safetensors::Dtype::F32, shape, &bytes[..size]).unwrap())
    });
    fs::write(root.join("model.safetensors"), serialize(views, None).unwrap()).unwrap();
    change(&root);
    TempFolder(root)
}

fn error(name: &str, change: impl FnOnce(&Path)) -> ConvertError {
    convert(&folder(name, change).0, TensorType::F32, |_| ()).unwrap_err()
}

#[test]
fn a_folder_becomes_what_llama_cpp_reads() {
    let folder = folder("whole", |_| ());
    let mut n_reported = 0;
    let writer = convert(&folder.0, TensorType::Q8_0, |progress| n_reported = progress.position).unwrap();
    let gguf = Gguf::parse(writer.to_bytes().unwrap()).unwrap();
    let meta = gguf.metadata();
    assert_eq!(meta.str("general.architecture").unwrap(), "bert");
    assert_eq!(meta.u32("general.file_type").unwrap(), 7);
    assert_eq!(meta.u32("bert.attention.head_count").unwrap(), 4);
    assert_eq!(meta.u32("bert.pooling_type").unwrap(), 1);
    assert_eq!(meta.f32("bert.attention.layer_norm_epsilon").unwrap(), 1e-12);
    assert!(!meta.bool("bert.attention.causal").unwrap());
    assert_eq!(meta.u32("attendant.max_seq_length").unwrap(), 12);
    assert_eq!(meta.u32("tokenizer.ggml.seperator_token_id").unwrap(), 3);
    let tokens = meta.array_str("tokenizer.ggml.tokens").unwrap();
    assert_eq!(tokens[4..], ["[MASK]", "▁shop", "ping", "▁!", "▁[PAD8]"]);
    assert_eq!(meta.array_i32("tokenizer.ggml.token_type").unwrap()[4..], [3, 1, 1, 1, 5]);

    assert_eq!((gguf.tensors().len(), n_reported), (21, 21), "no pooler");
    let ty = |name: &str| gguf.tensor(name).unwrap().ty;
    assert_eq!(ty("token_embd.weight"), TensorType::Q8_0);
    assert_eq!(ty("blk.0.ffn_down.weight"), TensorType::Q8_0);
    assert_eq!(ty("position_embd.weight"), TensorType::F16);
    assert_eq!(ty("token_types.weight"), TensorType::F16);
    assert_eq!(ty("blk.0.attn_output_norm.weight"), TensorType::F32);
    assert_eq!(gguf.tensor("blk.0.ffn_up.weight").unwrap().shape, [64, 32]);
    assert_eq!(gguf.tensor("blk.0.ffn_up.bias").unwrap().to_f32()[1], 1.0 / 97.0);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let missing = error("missing", |root| fs::remove_file(root.join("config.json")).unwrap());
    assert!(missing.to_string().contains("config.json is missing"), "{missing}");

    let rewrite = |from: &'static str, to: &'static str| {
        move |root: &Path| {
            let text = fs::read_to_string(root.join("config.json")).unwrap();
            assert!(text.contains(from));
            fs::write(root.join("config.json"), text.replace(from, to)).unwrap();
        }
    };
    let architecture = error("architecture", rewrite("BertModel", "GPT2Model"));
    assert!(matches!(architecture, ConvertError::UnknownArchitecture { .. }), "{architecture}");
    let act = error("act", rewrite("\"gelu\"", "\"relu\""));
    assert!(matches!(act, ConvertError::Setting { key: "hidden_act", .. }), "{act}");
    let shape = error("shape", rewrite("\"intermediate_size\":64", "\"intermediate_size\":128"));
    assert!(matches!(&shape, ConvertError::Shape { found, .. } if found == &[64, 32]), "{shape}");
    let layers = error("layers", rewrite("\"num_hidden_layers\":1", "\"num_hidden_layers\":2"));
    assert!(matches!(layers, ConvertError::MissingTensor { .. }), "{layers}");
    let fewer = error("fewer", rewrite("\"num_hidden_layers\":1", "\"num_hidden_layers\":0"));
    assert!(matches!(fewer, ConvertError::UnknownTensor { .. }), "{fewer}");
    let small = error("small", rewrite("\"vocab_size\":9", "\"vocab_size\":7"));
    assert!(matches!(small, ConvertError::Vocabulary { .. }), "{small}");

    let truncated = error("truncated", |root| {
        let bytes = fs::read(root.join("model.safetensors")).unwrap();
        fs::write(root.join("model.safetensors"), &bytes[..bytes.len() - 1]).unwrap();
    });
    assert!(matches!(truncated, ConvertError::SafeTensors { .. }), "{truncated}");
    let unspecial = error("unspecial", |root| {
        fs::write(root.join("vocab.txt"), TOKENS.join("\n").replace("[MASK]", "mask")).unwrap();
    });
    assert!(unspecial.to_string().contains("[MASK]"), "{unspecial}");
}

/// A decoder of one layer: d_model 32, 4 heads of 8, 2 of them for keys, tied, its weights in two shards.
/// Each weight's values count up, so that a row shows where it came from.
fn decoder_folder(name: &str, model_type: &str, change: impl FnOnce(&Path)) -> TempFolder {
    let root = std::env::temp_dir().join(format!("attendant-convert-{}-{name}", std::process::id()));
    fs::create_dir_all(&root).unwrap();
    let write = |file: &str, json: Json| fs::write(root.join(file), json.to_string()).unwrap();
    write(
        "config.json",
        json!({
            "model_type": model_type, "vocab_size": 8, "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_act": "silu",
            "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "tie_word_embeddings": true, "eos_token_id": [6, 5],
            "rope_parameters": {"rope_theta": 500000.0, "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0,
                "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
        }),
    );
    write(
        "tokenizer.json",
        json!({
            "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġab": 4}, "merges": ["a b", ["Ġ", "ab"]]},
            "added_tokens": [{"id": 5, "content": "<|end|>", "special": true}, {"id": 6, "content": "<t>", "special": false}],
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Digits", "individual_digits": true}, {"type": "ByteLevel", "add_prefix_space": false}]}
        }),
    );
    write(
        "tokenizer_config.json",
        json!({"bos_token": {"content": "<|end|>"}, "add_bos_token": false, "chat_template": "x"}),
    );

    let mut shapes: Vec<(String, Vec<usize>)> =
        vec![("model.embed_tokens.weight".into(), vec![8, 32]), ("model.norm.weight".into(), vec![32])];
    for (layer, shape) in [
        ("input_layernorm", vec![32]),
        ("post_attention_layernorm", vec![32]),
        ("self_attn.q_proj", vec![32, 32]),
        ("self_attn.k_proj", vec![16, 32]),
        ("self_attn.v_proj", vec![16, 32]),
        ("self_attn.o_proj", vec![32, 32]),
        ("mlp.gate_proj", vec![64, 32]),
        ("mlp.up_proj", vec![64, 32]),
        ("mlp.down_proj", vec![32, 64]),
    ] {
        if model_type == "qwen2" && ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"].contains(&layer) {
            shapes.push((format!("model.layers.0.{layer}.bias"), shape[..1].to_vec()));
        }
        shapes.push((format!("model.layers.0.{layer}.weight"), shape));
    }
    let bytes: Vec<u8> = (0..64 * 32).flat_map(|i| (i as f32).to_le_bytes()).collect();
    let mut map = serde_json::Map::new();
    for (shard, shapes) in shapes.chunks(6).enumerate() {
        let file = format!("model-{shard}.safetensors");
        let views = shapes.iter().map(|(name, shape)| {
            map.insert(name.clone(), file.clone().into());
            let size = shape.iter().product::<usize>() * 4;
            (name.clone(), TensorView::new(safetensors::Dtype::F32, shape.clone(), &bytes[..size]).unwrap())
        });
        fs::write(root.join(&file), serialize(views.collect::<Vec<_>>(), None).unwrap()).unwrap();
    }
    write("model.safetensors.index.json", json!({"weight_map": map}));
    change(&root);
    TempFolder(root)
}

#[test]
fn a_decoder_becomes_what_llama_cpp_reads() {
    let folder = decoder_folder("llama", "llama", |_| ());
    let writer = convert(&folder.0, TensorType::F32, |_| ()).unwrap();
    let gguf = Gguf::parse(writer.to_bytes().unwrap()).unwrap();
    let meta = gguf.metadata();
    assert_eq!(meta.str("general.architecture").unwrap(), "llama");
    assert_eq!(meta.u32("llama.attention.head_count_kv").unwrap(), 2);
    assert_eq!(meta.u32("llama.rope.dimension_count").unwrap(), 8);
    assert_eq!(meta.f32("llama.rope.freq_base").unwrap(), 500_000.0);
    assert_eq!(meta.str("tokenizer.ggml.pre").unwrap(), "smollm");
    assert_eq!(meta.array_str("tokenizer.ggml.tokens").unwrap()[4..], ["Ġab", "<|end|>", "<t>", "[PAD7]"]);
    assert_eq!(meta.array_i32("tokenizer.ggml.token_type").unwrap()[4..], [1, 3, 4, 5]);
    assert_eq!(meta.array_str("tokenizer.ggml.merges").unwrap(), ["a b", "Ġ ab"]);
    assert_eq!((meta.u32("tokenizer.ggml.bos_token_id"), meta.u32("tokenizer.ggml.eos_token_id")), (Ok(5), Ok(6)));
    assert_eq!(meta.str("tokenizer.chat_template").unwrap(), "x");

    assert_eq!(gguf.tensors().len(), 12, "with the rotary factors, without an output of its own");
    assert_eq!(gguf.tensor("rope_freqs.weight").unwrap().to_f32()[0], 1.0);
    // Row r of the checkpoint starts with 32 r: halves of each head of 8 become pairs.
    let first =
        |name: &str| -> Vec<f32> { gguf.tensor(name).unwrap().to_f32().chunks(32).map(|row| row[0] / 32.0).collect() };
    let paired = [0.0, 4.0, 1.0, 5.0, 2.0, 6.0, 3.0, 7.0, 8.0, 12.0, 9.0, 13.0, 10.0, 14.0, 11.0, 15.0];
    assert_eq!(first("blk.0.attn_k.weight"), paired);
    assert_eq!(first("blk.0.attn_q.weight")[..16], paired);
    assert_eq!(first("blk.0.attn_v.weight")[..4], [0.0, 1.0, 2.0, 3.0]);
}

#[test]
fn qwen_keeps_its_rows_and_its_biases() {
    let folder = decoder_folder("qwen2", "qwen2", |_| ());
    let writer = convert(&folder.0, TensorType::Q4_0, |_| ()).unwrap();
    let gguf = Gguf::parse(writer.to_bytes().unwrap()).unwrap();
    assert_eq!(gguf.tensor("token_embd.weight").unwrap().ty, TensorType::Q8_0, "it makes the logits");
    assert_eq!(gguf.tensor("blk.0.ffn_down.weight").unwrap().ty, TensorType::Q4_0);
    assert_eq!(gguf.tensor("blk.0.attn_q.bias").unwrap().to_f32()[..3], [0.0, 1.0, 2.0]);
    assert!(gguf.tensor("blk.0.attn_output.bias").is_err());
}

#[test]
fn what_a_decoder_cannot_be_is_said_with_its_place() {
    let error = |name: &str, file: &'static str, from: &'static str, to: &'static str| {
        let folder = decoder_folder(name, "llama", |root| {
            let text = fs::read_to_string(root.join(file)).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(root.join(file), text.replace(from, to)).unwrap();
        });
        convert(&folder.0, TensorType::F32, |_| ()).unwrap_err().to_string()
    };
    assert!(error("yarn", "config.json", "llama3", "yarn").contains("rope_type"));
    assert!(error("pre", "tokenizer.json", "Digits", "Punctuation").contains("pre-tokenizer"));
    assert!(error("untied", "config.json", "true", "false").contains("lm_head.weight"));
    assert!(error("unigram", "tokenizer.json", "BPE", "Unigram").contains("Unigram"));
    assert!(error("arch", "config.json", "\"llama\"", "\"mamba\"").contains("config.json"));
}
