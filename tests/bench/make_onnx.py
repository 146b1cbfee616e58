"""Makes the ONNX files that transformers.js reads, from the very weights that Attendant converts.

    python make_onnx.py ~/.cache/attendant/models/all-MiniLM-L6-v2 ~/.cache/attendant/models/onnx

Writes `onnx/model.onnx` (F32) and `onnx/model_quantized.onnx` (8 bit: weights quantized ahead,
activations as they come, MatMulInteger), with the settings of the files people download. The graph is
BERT's, written out here: no exporter, so no PyTorch.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

OPSET = 20  # the first with Gelu


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def op(self, kind, *inputs, **attributes):
        out = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, **attributes))
        return out


def bert(tensors, config):
    g = Graph()
    heads = config["num_attention_heads"]
    head_dim = config["hidden_size"] // heads
    eps = config["layer_norm_eps"]

    def linear(x, name):
        # PyTorch keeps [out, in].
        w = g.weight(f"{name}.weight", tensors[f"{name}.weight"].T)
        return g.op("Add", g.op("MatMul", x, w), g.weight(f"{name}.bias", tensors[f"{name}.bias"]))

    def norm(x, name):
        w = g.weight(f"{name}.weight", tensors[f"{name}.weight"])
        b = g.weight(f"{name}.bias", tensors[f"{name}.bias"])
        return g.op("LayerNormalization", x, w, b, axis=-1, epsilon=eps)

    # [batch, seq] -> [batch, seq, d_model]
    embeddings = "embeddings"
    words = g.op("Gather", g.weight(f"{embeddings}.word", tensors[f"{embeddings}.word_embeddings.weight"]), "input_ids")
    kinds = g.op("Gather", g.weight(f"{embeddings}.type", tensors[f"{embeddings}.token_type_embeddings.weight"]), "token_type_ids")
    seq = g.op("Gather", g.op("Shape", "input_ids"), g.weight("one", np.array(1, np.int64)))
    zero, one = g.weight("zero_at", np.array(0, np.int64)), "one"
    places = g.op("Range", zero, seq, one)
    positions = g.op("Gather", g.weight(f"{embeddings}.position", tensors[f"{embeddings}.position_embeddings.weight"]), places)
    x = norm(g.op("Add", g.op("Add", words, kinds), positions), f"{embeddings}.LayerNorm")

    # 0 where there is a token, -1e4 where there is padding, as [batch, 1, 1, seq]
    mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    mask = g.op("Mul", g.op("Sub", mask, g.weight("one_f", np.float32(1))), g.weight("much", np.float32(1e4)))
    mask = g.op("Unsqueeze", mask, g.weight("axes", np.array([1, 2], np.int64)))

    split = g.weight("split", np.array([0, 0, heads, head_dim], np.int64))
    join = g.weight("join", np.array([0, 0, heads * head_dim], np.int64))
    scale = g.weight("scale", np.float32(1 / np.sqrt(head_dim)))
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        q, k, v = (g.op("Reshape", linear(x, f"{name}.attention.self.{part}"), split) for part in ("query", "key", "value"))
        q, v = (g.op("Transpose", part, perm=[0, 2, 1, 3]) for part in (q, v))
        scores = g.op("Mul", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 3, 1])), scale)
        seen = g.op("MatMul", g.op("Softmax", g.op("Add", scores, mask), axis=-1), v)
        seen = g.op("Reshape", g.op("Transpose", seen, perm=[0, 2, 1, 3]), join)
        x = norm(g.op("Add", x, linear(seen, f"{name}.attention.output.dense")), f"{name}.attention.output.LayerNorm")
        wide = g.op("Gelu", linear(x, f"{name}.intermediate.dense"))
        x = norm(g.op("Add", x, linear(wide, f"{name}.output.dense")), f"{name}.output.LayerNorm")
    g.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))

    ints = lambda name: helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "seq"])
    hidden = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "seq", config["hidden_size"]])
    graph = helper.make_graph(
        g.nodes, "bert", [ints("input_ids"), ints("attention_mask"), ints("token_type_ids")], [hidden], g.weights
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)


def main(source, target):
    (target / "onnx").mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(source / name, target / name)
    tensors = {name.removeprefix("bert."): array for name, array in load_file(source / "model.safetensors").items()}
    model = bert(tensors, json.loads((source / "config.json").read_text()))
    onnx.checker.check_model(model)
    onnx.save(model, target / "onnx/model.onnx")
    quantize_dynamic(
        target / "onnx/model.onnx",
        target / "onnx/model_quantized.onnx",
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
    )
    for file in sorted((target / "onnx").iterdir()):
        print(f"    {file.name}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
