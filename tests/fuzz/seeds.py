"""Writes tests/fuzz/seeds/: small valid files from which the fuzzer starts.

    pip install gguf==0.19.0 numpy
    python tests/fuzz/seeds.py
"""

import pathlib

import gguf
import numpy as np

SEEDS = pathlib.Path(__file__).parent / "seeds"
BLOCKS = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]


def writer(name, arch="llama"):
    (SEEDS / "gguf").mkdir(parents=True, exist_ok=True)
    return gguf.GGUFWriter(str(SEEDS / "gguf" / name), arch)


def finish(file):
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


def tensors():
    file = writer("tensors")
    file.add_array("a.i32", [1, 2, 3])
    file.add_array("a.bool", [True, False])
    file.add_float64("a.f64", 0.5)
    for name in BLOCKS:
        ty = gguf.GGMLQuantizationType[name]
        block_len, block_bytes = gguf.GGML_QUANT_SIZES[ty]
        if name in ("F32", "F16"):
            file.add_tensor(name, np.ones(4, dtype=np.float32 if name == "F32" else np.float16))
        else:
            file.add_tensor(name, np.full((1, block_bytes), 0x35, dtype=np.uint8), raw_dtype=ty)
    finish(file)


def vocabulary(name, model, pre, tokens, kinds, merges=None, scores=None, template=None):
    file = writer(name)
    file.add_tokenizer_model(model)
    file.add_tokenizer_pre(pre)
    file.add_token_list(tokens)
    file.add_token_types(kinds)
    if merges:
        file.add_token_merges(merges)
    if scores:
        file.add_token_scores(scores)
    file.add_bos_token_id(0)
    file.add_eos_token_id(1)
    if model == "bert":
        file.add_uint32("tokenizer.ggml.seperator_token_id", 1)
        file.add_unk_token_id(2)
        file.add_uint32("tokenizer.ggml.cls_token_id", 0)
    if template:
        file.add_chat_template(template)
    finish(file)


def main():
    tensors()
    template = "{% for m in messages %}{{ m['role'] + m.content | trim }}{% if loop.last %}{{ raise_exception('x') }}{% endif %}{% endfor %}"
    tokens = ["<|im_end|>", "<s>", "<b>", "H", "e", "Ġ", "1", "2", "He", "12"]
    for pre in ["gpt-2", "qwen2", "llama-bpe"]:
        vocabulary(pre, "gpt2", pre, tokens, [3, 3, 4] + [1] * 7, merges=["H e", "1 2"], template=template)
    pieces = ["<s>", "</s>", "<unk>", "<0x0A>", "<0xE5>", "▁", "H", "▁H", "1", "12", "2"]
    vocabulary("spm", "llama", "default", pieces, [3, 3, 2, 6, 6] + [1] * 6, scores=[0.0] * 5 + [-float(i) for i in range(6)])
    vocabulary("wordpiece", "bert", "default", ["[CLS]", "[SEP]", "[UNK]", "▁h", "e", "▁1"], [3, 3, 3, 1, 1, 1])
    (SEEDS / "tokenizer").mkdir(parents=True, exist_ok=True)
    for pick, text in enumerate(["Hello, world's 1234\n\n  end", "Über 店 ١٢٣", "é<tool>🙂", "a  \t\r\nb", "▁ <0x0A>"]):
        (SEEDS / "tokenizer" / f"{pick}").write_bytes(bytes([pick]) + text.encode())


if __name__ == "__main__":
    main()
