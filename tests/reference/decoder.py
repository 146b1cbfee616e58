"""Freezes what tiny seeded decoders answer in transformers: one GGUF file and its logits for each architecture.

Writes tests/fixtures/decoder/<architecture>.gguf (F32) and <architecture>.json (token sequences), with the
logits of every position in <architecture>.f32 (little-endian, [n_tokens, vocab] sequence after sequence), which
tests/parity_decoder.rs holds the engine to. Run it only to change the fixtures; the tests need no Python.

    python3 -m venv ENV && ENV/bin/pip install torch transformers gguf
    ENV/bin/python tests/reference/decoder.py

The files are laid out as llama.cpp's convert_hf_to_gguf.py does it: its names for keys and tensors, llama's
queries and keys permuted so that rotary pairs are neighbours, llama 3's frequency factors as the tensor
`rope_freqs.weight`, and gemma's norm weights with their one added. The weights are random and large
enough that every part moves the logits: norms away from one, biases away from zero, sequences longer than
the sliding window and than the length at which the scaled frequencies begin to differ.
"""

import hashlib
import json
import math
import platform
from pathlib import Path

import gguf
import numpy as np
import torch
import transformers

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "decoder"
VOCAB = 128
CONTEXT = 64
LENGTHS = [1, 9, 40]
ROPE_LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
               "high_freq_factor": 4.0, "original_max_position_embeddings": 32}

COMMON = {"vocab_size": VOCAB, "max_position_embeddings": CONTEXT, "attn_implementation": "eager",
          "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
SMALL = COMMON | {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
                  "num_key_value_heads": 2}

CONFIGS = {
    "llama": transformers.LlamaConfig(**SMALL, tie_word_embeddings=False, rms_norm_eps=1e-5,
                                      rope_parameters=ROPE_LLAMA3),
    "qwen2": transformers.Qwen2Config(**SMALL, tie_word_embeddings=False, rms_norm_eps=1e-6,
                                      rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
    # Heads wider than d_model / n_heads, as in the smallest Qwen 3.
    "qwen3": transformers.Qwen3Config(**SMALL, head_dim=32, tie_word_embeddings=True, rms_norm_eps=1e-6,
                                      rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
    # Seven layers: five local, the global one, and a local one behind it.
    "gemma3": transformers.Gemma3TextConfig(
        **COMMON, hidden_size=32, intermediate_size=64, num_hidden_layers=7, num_attention_heads=4,
        num_key_value_heads=1, head_dim=16, query_pre_attn_scalar=16, sliding_window=12, rms_norm_eps=1e-6,
        rope_parameters={
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
        }),
}

NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
# Gemma has norms on both sides of each half, and names them so that one name changes its meaning.
NAMES_GEMMA = NAMES | {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
                       "post_feedforward_layernorm": "post_ffw_norm"}


def gguf_name(architecture, name):
    names = NAMES_GEMMA if architecture == "gemma3" else NAMES
    stem, suffix = name.rsplit(".", 1)
    if stem.startswith("model.layers."):
        _, _, layer, part = stem.split(".", 3)
        return f"blk.{layer}.{names[part]}.{suffix}"
    return f"{names[stem]}.{suffix}"


def permute(weight, n_heads):
    """LlamaModel.permute of convert_hf_to_gguf.py: halves become neighbours."""
    return weight.reshape(n_heads, 2, weight.shape[0] // n_heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def rope_factors(rope, head_dim):
    """LlamaModel.generate_extra_tensors of convert_hf_to_gguf.py."""
    low, high, factor = rope["low_freq_factor"], rope["high_freq_factor"], rope["factor"]
    old = rope["original_max_position_embeddings"]
    factors = []
    for freq in 1.0 / (rope["rope_theta"] ** (np.arange(0, head_dim, 2, dtype=np.float32) / head_dim)):
        wavelen = 2 * math.pi / freq
        smooth = (old / wavelen - low) / (high - low)
        if wavelen < old / high:
            factors.append(1)
        elif wavelen > old / low:
            factors.append(factor)
        else:
            factors.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(factors, dtype=np.float32)


@torch.no_grad()
def randomize(model, generator):
    for name, weight in model.named_parameters():
        noise = torch.randn(weight.shape, generator=generator)
        if "norm" in name:
            # Gemma multiplies by one more than this.
            weight.copy_(noise * 0.2 + (0.0 if model.config.model_type == "gemma3_text" else 1.0))
        elif name.endswith("bias"):
            weight.copy_(noise * 0.5)
        elif "embed_tokens" in name:
            weight.copy_(noise * 0.3)
        else:
            weight.copy_(noise * 1.2 / math.sqrt(weight.shape[1]))


def write_gguf(path, architecture, model):
    config = model.config
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(f"tiny {architecture}")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if architecture in ("qwen3", "gemma3"):
        writer.add_key_length(head_dim)
        writer.add_value_length(head_dim)
    if architecture == "llama":
        writer.add_vocab_size(config.vocab_size)
        writer.add_rope_dimension_count(head_dim)
    rope = config.rope_parameters
    if architecture == "gemma3":
        writer.add_sliding_window(config.sliding_window)
        rope = rope["full_attention"]
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    writer.add_rope_freq_base(rope["rope_theta"])
    if architecture == "llama":
        writer.add_tensor("rope_freqs.weight", rope_factors(rope, head_dim))
    for name, weight in model.named_parameters():
        weight = weight.detach().numpy()
        if architecture == "llama" and ("q_proj" in name or "k_proj" in name):
            weight = permute(weight, config.num_attention_heads if "q_proj" in name else config.num_key_value_heads)
        if architecture == "gemma3" and "norm" in name:
            weight = weight + 1
        writer.add_tensor(gguf_name(architecture, name), np.ascontiguousarray(weight, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for seed, (architecture, config) in enumerate(CONFIGS.items()):
        generator = torch.Generator().manual_seed(20261122 + seed)
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
        randomize(model, generator)
        sequences = [torch.randint(0, VOCAB, (n,), generator=generator).tolist() for n in LENGTHS]
        with torch.inference_mode():
            logits = [model(input_ids=torch.tensor([ids])).logits[0].numpy() for ids in sequences]
        path = FIXTURES / f"{architecture}.gguf"
        write_gguf(path, architecture, model)
        np.concatenate(logits).astype("<f4").tofile(FIXTURES / f"{architecture}.f32")
        header = {
            "producer": "tests/reference/decoder.py",
            "versions": {"python": platform.python_version(), "torch": torch.__version__,
                         "transformers": transformers.__version__, "numpy": np.__version__},
            "gguf_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "vocab": VOCAB,
            "sequences": sequences,
        }
        (FIXTURES / f"{architecture}.json").write_text(json.dumps(header) + "\n")
        largest = max(float(np.abs(l).max()) for l in logits)
        print(f"{architecture}: {path.stat().st_size} bytes, largest logit {largest:.2f}, std {np.concatenate(logits).std():.2f}")


if __name__ == "__main__":
    main()
