"""Lays out what `./dev heads` trains from: the corpus, and samples of public sets where they lie on the machine.

    python3 .ci/heads.py <out folder> [<data folder>]

Writes intent.tsv, sentiment.tsv and risk.tsv, and out_of_scope.tsv with both languages. The data folder may hold
bitext_cs/intent_train.csv and en_sentiment/pros_cons.zip; without them the heads learn from the corpus alone.
"""

import csv
import re
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

CORPUS = Path("src/classify/corpus")
LANGUAGES = ("en", "zh")

# Bitext is templated: more of it drowns what is written by hand and adds little.
BITEXT_A_LABEL = 40
# Lines of `pros_cons` for each of positive and negative; they are fragments, and not what shoppers write.
PROS_CONS_A_LABEL = 300
# Intents whose texts are matter-of-fact, and how many of each teach `neutral`.
NEUTRAL_A_LABEL = 4
NOT_NEUTRAL = {"complaint", "contact_human_agent", "damaged_or_wrong_item", "payment_issue", "registration_problems",
               "thanks", "goodbye", "track_order", "track_refund", "get_refund", "newsletter_subscription"}
# Intents and small talk are innocent: as many of each teach `none`.
INNOCENT_A_LABEL = 10


def read(name):
    rows = (line.split("\t") for line in (CORPUS / f"{name}.tsv").read_text(encoding="utf-8").splitlines())
    return [(text, label) for text, label in rows]


def spread(rows, most):
    """At most `most` of each label, evenly over the file: no seed, no order that changes between runs."""
    by_label = defaultdict(list)
    for text, label in rows:
        by_label[label].append(text)
    for label, texts in by_label.items():
        n = min(most, len(texts))
        for i in range(n):
            yield texts[i * len(texts) // n], label


def bitext(data):
    file = data / "bitext_cs/intent_train.csv"
    if not file.is_file():
        print("Bitext is not here: the intents learn from the corpus alone")
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(" ".join(row["utterance"].split()), row["intent"]) for row in csv.DictReader(lines)]
    # Lines that differ in a number or a name alone count once.
    seen, distinct = set(), []
    for text, label in rows:
        bare = re.sub(r"[\d#]+", "", text.lower())
        if bare not in seen:
            seen.add(bare)
            distinct.append((text, label))
    return list(spread(distinct, BITEXT_A_LABEL))


def pros_cons(data):
    file = data / "en_sentiment/pros_cons.zip"
    if not file.is_file():
        print("pros_cons is not here: sentiment learns from the corpus alone")
        return []
    rows = []
    with zipfile.ZipFile(file) as archive:
        for tag, label in (("Pros", "positive"), ("Cons", "negative")):
            text = archive.read(f"pros_cons/Integrated{tag}.txt").decode("latin-1")
            for line in re.findall(rf"<{tag}>(.*?)</{tag}>", text):
                line = " ".join(line.split())
                # One word says little, and a long list of features is nobody's message.
                if 3 <= len(line.split()) <= 14:
                    rows.append((line, label))
    return list(spread(rows, PROS_CONS_A_LABEL))


def write(file, rows):
    kept = {}
    for text, label in rows:
        kept.setdefault(text, label)
    file.write_text("".join(f"{text}\t{label}\n" for text, label in kept.items()), encoding="utf-8")
    print(f"{file}: {len(kept)} texts")


def both(head):
    return [row for language in LANGUAGES for row in read(f"{head}.{language}")]


def main():
    out = Path(sys.argv[1])
    data = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("/nowhere")
    out.mkdir(parents=True, exist_ok=True)
    intents, aside = both("intent"), both("out_of_scope")
    write(out / "intent.tsv", intents + bitext(data))
    write(out / "out_of_scope.tsv", aside)
    write(out / "sentiment.tsv", both("sentiment") + pros_cons(data)
          + [(text, "neutral") for language in LANGUAGES
             for text, _ in spread([r for r in read(f"intent.{language}") if r[1] not in NOT_NEUTRAL], NEUTRAL_A_LABEL)])
    write(out / "risk.tsv", both("risk") + [(text, "none") for text, _ in aside]
          + [(text, "none") for language in LANGUAGES for text, _ in spread(read(f"intent.{language}"), INNOCENT_A_LABEL)])


main()
