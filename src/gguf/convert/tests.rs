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
