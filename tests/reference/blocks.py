"""Writes tests/fixtures/gguf/blocks.json: blocks of every type that is read here, and their values.

    pip install gguf==0.19.0 numpy
    python tests/reference/blocks.py

The bytes are random, so that every bit counts; only the f16 (or bf16, f32) numbers in them are made finite.
The values are those of `gguf.quants.dequantize`, which mirrors ggml's `dequantize_row_*`.
"""

import json
import pathlib
from importlib.metadata import version

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

OUT = pathlib.Path(__file__).parent.parent / "fixtures" / "gguf" / "blocks.json"
SEED = 20261122
N_BLOCKS = {1: 24, 32: 3, 256: 2}
# Where the f16 scales and minima stand in a block.
F16_AT = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def main():
    rng = np.random.default_rng(SEED)
    types = {}
    for name in ["F32", "F16", "BF16", *F16_AT]:
        ty = GGMLQuantizationType[name]
        block_len, block_bytes = GGML_QUANT_SIZES[ty]
        n_blocks = N_BLOCKS[block_len]
        blocks = rng.integers(0, 256, (n_blocks, block_bytes), dtype=np.uint8)
        if name == "F32":
            blocks = rng.normal(size=(n_blocks, 1)).astype("<f4").view(np.uint8)
        elif name == "F16":
            blocks = rng.normal(size=(n_blocks, 1)).astype("<f2").view(np.uint8)
            blocks[0] = [1, 0]  # subnormal
        elif name == "BF16":
            blocks[:, 1] &= 0xBF  # no NaN
        for at in F16_AT.get(name, []):
            scales = rng.normal(scale=0.02, size=(n_blocks, 1)).astype("<f2")
            blocks[:, at : at + 2] = scales.view(np.uint8)
            blocks[0, at : at + 2] = [0x35, 0x82]  # negative and subnormal
        values = dequantize(blocks.reshape(-1) if block_len > 1 else blocks.reshape(1, -1), ty) \
            if name not in ("F32", "F16") else blocks.view("<f4" if name == "F32" else "<f2").astype("<f4")
        values = np.ascontiguousarray(values, dtype="<f4").reshape(-1)
        assert values.size == n_blocks * block_len and np.isfinite(values).all()
        types[name] = {"bytes": blocks.tobytes().hex(), "values": values.tobytes().hex()}
    fixture = {
        "producer": "tests/reference/blocks.py",
        "versions": {"gguf": version("gguf"), "numpy": version("numpy")},
        "seed": SEED,
        "types": types,
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(fixture, indent=1) + "\n")
    print(f"{OUT}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
