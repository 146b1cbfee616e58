"""Freezes what an independent reading of www/models/minilm-zh.gguf makes of a few sentences.

Writes tests/fixtures/student/embeddings.json, which tests/student.rs holds the engine to. Plain Python, no packages:

    python3 tests/reference/ngram_encoder.py

The recipe: NFKC, lower case, without zero-width and direction marks, traditional characters read as simplified; units are characters and words of ASCII
letters; of each unit every known run of one to four units, over letters and digits only; the mean of their rows,
projected, divided by its Euclidean norm. Run it again after training the model again.
"""

import hashlib
import json
import math
import platform
import re
import struct
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = ROOT / "www" / "models" / "minilm-zh.gguf"
OUT = ROOT / "tests" / "fixtures" / "student" / "embeddings.json"
TEXTS = [
    "多久能送到？",
    "這件衣服可以退貨嗎",
    "支持PayPal和VISA付款吗?",
    "保修期2年，从购买之日起算。人为损坏不在保修范围内。",
    "USB-C充电线３米",
    "在吗",
    "退\u200b货",
]


class Reader:
    SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        (value,) = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def text(self):
        size = self.take("Q")
        self.at += size
        return self.data[self.at - size:self.at].decode()

    def value(self, kind):
        if kind == 8:
            return self.text()
        if kind == 9:
            element, count = self.take("I"), self.take("Q")
            return [self.value(element) for _ in range(count)]
        return self.take(self.SCALARS[kind])


def half(data, at):
    return struct.unpack_from("<e", data, at)[0]


def row(data, kind, start, index, n_cols):
    """A row of F32 (0), Q4_0 (2) or Q8_0 (8)."""
    if kind == 0:
        return struct.unpack_from(f"<{n_cols}f", data, start + 4 * index * n_cols)
    block = {2: 18, 8: 34}[kind]
    values, at = [], start + index * (n_cols // 32) * block
    for _ in range(n_cols // 32):
        scale = half(data, at)
        if kind == 8:
            values += [scale * x for x in struct.unpack_from("<32b", data, at + 2)]
        else:
            quants = data[at + 2:at + 18]
            values += [scale * ((x & 15) - 8) for x in quants] + [scale * ((x >> 4) - 8) for x in quants]
        at += block
    return values


def load():
    reader = Reader(MODEL.read_bytes())
    assert reader.take("I") == 0x46554747 and reader.take("I") == 3
    n_tensors, n_keys = reader.take("Q"), reader.take("Q")
    keys = {}
    for _ in range(n_keys):
        name = reader.text()
        keys[name] = reader.value(reader.take("I"))
    tensors = {}
    for _ in range(n_tensors):
        name = reader.text()
        shape = [reader.take("Q") for _ in range(reader.take("I"))]
        tensors[name] = (shape, reader.take("I"), reader.take("Q"))
    base = (reader.at + 31) // 32 * 32
    return reader.data, keys, {name: (shape, kind, base + offset) for name, (shape, kind, offset) in tensors.items()}


def units(text):
    found, word = [], ""
    for char in text + " ":
        if char.isascii() and char.isalpha():
            word += char
            continue
        if word:
            found.append((word, True))
            word = ""
        if char.isspace():
            found.append(("", False))
        else:
            found.append((char, unicodedata.category(char)[0] in "LN"))
    return found


def ngrams(text):
    parts = units(text)
    for first, (part, joins) in enumerate(parts):
        if not part:
            continue
        gram = ""
        for part, also_joins in parts[first:first + 4]:
            if gram and not (joins and also_joins):
                break
            gram += part
            yield gram


def embed(text, data, keys, tensors):
    fold = dict(zip(keys["tokenizer.ngram.fold_from"], keys["tokenizer.ngram.fold_to"]))
    ids = {token: at for at, token in enumerate(keys["tokenizer.ggml.tokens"])}
    text = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]", "", text)
    text = "".join(fold.get(char, char) for char in unicodedata.normalize("NFKC", text).lower())
    rows = [ids[gram] for gram in ngrams(text) if gram in ids]
    (d_model, _), kind, start = tensors["token_embd.weight"]
    rows = [row(data, kind, start, index, d_model) for index in rows]
    mean = [sum(column) / len(rows) for column in zip(*rows)]
    (_, d_out), kind, start = tensors["output.weight"]
    bias = row(data, 0, tensors["output.bias"][2], 0, d_out)
    y = [b + sum(w * x for w, x in zip(row(data, kind, start, i, d_model), mean)) for i, b in enumerate(bias)]
    length = math.sqrt(sum(x * x for x in y))
    return [round(x / length, 6) for x in y]


def main():
    model = load()
    cases = [{"text": text, "embedding": embed(text, *model)} for text in TEXTS]
    head = {
        "producer": "tests/reference/ngram_encoder.py",
        "python": platform.python_version(),
        "model_sha256": hashlib.sha256(MODEL.read_bytes()).hexdigest(),
    }
    OUT.write_text(json.dumps({**head, "cases": cases}, ensure_ascii=False) + "\n")


main()
