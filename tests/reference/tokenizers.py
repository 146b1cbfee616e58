"""Writes tests/fixtures/tokenizers/: small vocabularies as GGUF, and what Python's `tokenizers` makes of texts.

    pip install gguf==0.19.0 tokenizers==0.23.2
    python tests/reference/tokenizers.py

The vocabularies are trained on the demo shop's own texts. The expected ids are those of the pipeline that the
model family publishes in its tokenizer.json (named beside each below); the GGUF holds what llama.cpp's converter
would write of it. Each case has `ids` with special tokens parsed, `plain_ids` with them read as text where that
differs, and `decoded` where decoding does not give the text back.
"""

import json
import pathlib
import random
import sys

# This file would be imported in place of the library of the same name.
sys.path = [path for path in sys.path if pathlib.Path(path or ".").resolve() != pathlib.Path(__file__).parent]

import gguf
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

ROOT = pathlib.Path(__file__).parent.parent.parent
OUT = ROOT / "tests" / "fixtures" / "tokenizers"
SEED = 20261122

LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
USER_DEFINED = ["<tool>", "</tool>"]
NORMAL, UNKNOWN, CONTROL_TYPE, USER_DEFINED_TYPE, BYTE = 1, 2, 3, 4, 6


def corpus():
    files = sorted((ROOT / "www/shop/knowledge").rglob("*.md")) + sorted((ROOT / "www/shop").glob("*.csv"))
    return [line for file in files for line in file.read_text().splitlines() if line.strip()]


def texts():
    written = [
        "", " ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\r\n\r\n", " \n ", "\t\n  \t", "a ", " a", "  a", "a  b", "a   b    c",
        "a\n", "a\n\n", "a\n b", "a \n  b", "\u00a0", "a\u00a0b", "\u3000茶", "\u2003x", "\u200b", "\u2028line", "\x0b\x0c",
        "Hello world", " Hello world", "Hello, world!", "HELLO WORLD", "hElLo", "don't", "DON'T I'LL WE'VE he'd It's",
        "'s 't 're", "'S'T'RE", "''", "it''s", "can’t", "O'Neill's", "x'y", "'", "I'm'm",
        "0", "7", "12", "123", "1234", "12345", "123456789", "3.14159", "1,234.56", "€1.299,00", "2026-11-22", "10:45", "٣٤٥", "१२३",
        "Ⅷ ½ ²", "v2.0.1-rc3", "0x1F", "1e-5", "+1 (555) 010-9999", "A1B2", "50%", "#42", "$9.99", "½ cup",
        "!", "!!!", "...", "…", "?!", "--", "—", "(a)", "[b]{c}", "<d>", "a/b\\c", "a_b", "@user", "&amp;", "***bold***", "~`^|",
        "fn main() {\n    println!(\"hi\");\n}\n", "def f(x):\n\treturn x ** 2  # square\n", "if (a && b) || !c { d += 1; }",
        "SELECT * FROM t WHERE id = 1;", "https://example.org/a?b=c&d=%20#e", "a@example.org", "{\"k\": [1, 2, null]}",
        "<html><body>hi</body></html>", "x = y\n\n\nz", "    indented", "\tindented", "trailing   ", "trailing\t\n",
        "茶", "绿茶", "我想买一把茶壶。", "你好，世界！", "价格：￥128.00元", "请问第3单什么时候到？", "龍鳳", "日本語のテキスト", "カタカナ", "한국어 문장",
        "中文 and English mixed 混合", "中文,English;混合。", "　全角　空白", "２０２６年", "𠮷野家", "㍿", "の",
        "Ünïcödé", "naïve café", "cafe\u0301", "e\u0301e\u0300", "Å\u030a", "ﬁ ﬂ", "ß ẞ", "İı", "Ωμέγα", "Привет, мир", "שלום עולם",
        "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "កាន់តែពិសេស", "ქართული", "Tiếng Việt",
        "🙂", "🙂🙂", "👍🏽", "👩‍👩‍👧‍👦", "🇨🇳🇬🇧", "❤️", "☕ tea 🍵", "🦙.cpp", "a🙂b", " 🙂 ", "✅", "1️⃣", "🏳️‍🌈",
        "\x00", "a\x00b", "\x7f", "\x01\x02", "\ufffd", "\ufeffbom", "\uffff", "\ue000", "\U0010ffff", "\u0301", "\u200d", "\u202ertl",
        "\u0378", "\U000e0041", "a\u0300\u0301\u0302b", "ᄀ", "각", "각",
        "<|endoftext|>", "<|im_start|>user\nHi<|im_end|>\n", "a<|im_end|>b", " <|im_end|> ", "<|im_end|><|im_end|>", "<|im_", "<|im_end|",
        "<tool>x</tool>", "<tool></tool>", " <tool> a </tool> ", "<tool", "<<tool>>", "<|im_start|><tool>", "<s>", "</s>", "<unk>",
        "<s>a</s>", "<0x0A>", "<0x00>", "<|x|>", "▁", "▁▁a", "a▁b", "Ġ", "Ċ", "Ġa", "##a",
        "aaaaaaaaaaaaaaaaaaaaaaaa", "aAaAaA", "ababababab", "teateatea", "antidisestablishmentarianism", "w048 7tuijk dsdfhu",
        "a" * 100, " " * 33, "\n" * 9, "-" * 40, "1" * 25, "茶" * 12, "é" * 9,
    ]
    rng = random.Random(SEED)
    drawn = [line[:90] for line in rng.sample(corpus(), 70)]
    alphabet = "aeth  \n\t'.,019茶壶é🙂\u0301ŠĠ▁<>"
    noise = ["".join(rng.choice(alphabet) for _ in range(rng.randint(1, 24))) for _ in range(50)]
    return list(dict.fromkeys(written + drawn + noise))


def byte_level(name, pre_tokenizer, vocab_size, normalizer=None, ignore_merges=False):
    """A vocabulary of this pre-tokenizer, and its GGUF."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer:
        tokenizer.normalizer = normalizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    state = json.loads(tokenizer.to_str())
    vocab, merges = state["model"]["vocab"], [tuple(merge) for merge in state["model"]["merges"]]
    if ignore_merges:
        # As in Llama 3: words that are tokens, and that no merge makes.
        for word in ["Ġparcel", "Ġrefunds", "123"]:
            vocab.setdefault(word, len(vocab))
    tokenizer.model = models.BPE(vocab=vocab, merges=merges, ignore_merges=ignore_merges)
    add_tokens(tokenizer)

    writer = start(name, "gpt2", name)
    put_tokens(writer, tokenizer, lambda token: NORMAL)
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_eos_token_id(tokenizer.token_to_id("<|endoftext|>"))
    finish(writer)
    return tokenizer


def sentencepiece(name, vocab_size):
    """Llama 2's kind: `transformers`' LlamaConverter, legacy behaviour, as its tokenizer.json has it."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=vocab_size, show_progress=False))
    state = json.loads(trained.to_str())["model"]
    made = ["".join(merge) for merge in state["merges"]]
    pieces = list(dict.fromkeys(made + sorted(token for token in state["vocab"] if len(token) == 1)))
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + pieces
    vocab = {token: id for id, token in enumerate(tokens)}
    n_other = len(tokens) - len(pieces)
    scores = {token: float(n_other - vocab[token]) for token in pieces}
    # `generate_merges` of transformers' convert_slow_tokenizer.py: every way to make each piece, best pieces first.
    merges = []
    for piece in pieces:
        ways = [(piece[:at], piece[at:]) for at in range(1, len(piece)) if piece[:at] in vocab and piece[at:] in vocab]
        merges.extend(sorted(ways, key=lambda way: (vocab[way[0]], vocab[way[1]])))
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in ["<unk>", "<s>", "</s>"]])
    add_tokens(tokenizer)

    writer = start(name, "llama", "default")
    kinds = {"<unk>": UNKNOWN, "<s>": CONTROL_TYPE, "</s>": CONTROL_TYPE}
    put_tokens(writer, tokenizer, lambda token: kinds.get(token, BYTE if vocab.get(token, 999) < n_other else NORMAL))
    ids = range(tokenizer.get_vocab_size())
    writer.add_token_scores([scores.get(tokenizer.id_to_token(id), 0.0) for id in ids])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)
    finish(writer)
    return tokenizer


def add_tokens(tokenizer):
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in CONTROL])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in USER_DEFINED])


def start(name, model, pre):
    writer = gguf.GGUFWriter(str(OUT / f"{name}.gguf"), "llama")
    writer.add_tokenizer_model(model)
    writer.add_tokenizer_pre(pre)
    return writer


def put_tokens(writer, tokenizer, kind):
    tokens = [tokenizer.id_to_token(id) for id in range(tokenizer.get_vocab_size())]
    added = dict.fromkeys(CONTROL, CONTROL_TYPE) | dict.fromkeys(USER_DEFINED, USER_DEFINED_TYPE)
    writer.add_token_list(tokens)
    writer.add_token_types([added.get(token, kind(token)) for token in tokens])


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_cases(name, tokenizer):
    cases = []
    for text in texts():
        tokenizer.encode_special_tokens = False
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = True
        plain_ids = tokenizer.encode(text, add_special_tokens=False).ids
        decoded = tokenizer.decode(ids, skip_special_tokens=True)
        case = {"text": text, "ids": ids}
        if plain_ids != ids:
            case["plain_ids"] = plain_ids
        if decoded != text:
            case["decoded"] = decoded
        cases.append(case)
    fixture = {
        "producer": "tests/reference/tokenizers.py",
        "versions": {"tokenizers": tokenizers.__version__, "gguf": gguf.__version__ if hasattr(gguf, "__version__") else "0.19.0"},
    }
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    head = json.dumps(fixture, ensure_ascii=False)[:-1]
    (OUT / f"{name}.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')
    print(name, tokenizer.get_vocab_size(), "tokens", len(cases), "cases")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    split = lambda pattern: pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), plain])
    # openai-community/gpt2
    write_cases("gpt-2", byte_level("gpt-2", words, 480))
    # meta-llama/Llama-3.2-1B
    write_cases("llama-bpe", byte_level("llama-bpe", split(LLAMA_3), 560, ignore_merges=True))
    # Qwen/Qwen2.5-0.5B
    write_cases("qwen2", byte_level("qwen2", split(QWEN_2), 520, normalizer=normalizers.NFC()))
    # HuggingFaceTB/SmolLM2-135M
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), words])
    write_cases("smollm", byte_level("smollm", digits, 440))
    # meta-llama/Llama-2-7b-hf
    write_cases("spm", sentencepiece("spm", 1400))


if __name__ == "__main__":
    main()
