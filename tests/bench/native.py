"""llama.cpp beside `attendant generate`, natively, on the same GGUF file: tokens a second, on one thread and on all.

    python native.py ATTENDANT FILE…
"""

import json
import os
import statistics
import subprocess
import sys
import time

from llama_cpp import Llama

PROMPT, DECODED, ROUNDS = 128, 64, 3
IDS = [256 + i * 7919 % 30_000 for i in range(PROMPT)]


def theirs(file, n_threads):
    model = Llama(file, n_ctx=PROMPT + DECODED + 1, n_threads=n_threads, n_threads_batch=n_threads, verbose=False)
    began = time.perf_counter()
    model.eval(IDS)
    read = time.perf_counter()
    for _ in range(DECODED):
        model.eval([model.sample(temp=0)])
    written = time.perf_counter()
    return PROMPT / (read - began), DECODED / (written - read)


def ours(program, file, n_threads):
    ids = ",".join(map(str, IDS))
    command = [program, "generate", "--model", file, "--prompt-ids", ids, "--max-tokens", str(DECODED), "--temperature", "0", "--json"]
    told = json.loads(subprocess.check_output(command, env={**os.environ, "RAYON_NUM_THREADS": str(n_threads)}))
    return told["prefill_tokens_per_second"], told["decode_tokens_per_second"]


def main(program, files):
    print(f"\nNatively, tokens a second: median of {ROUNDS} rounds in turns; prefill of {PROMPT}, decode of {DECODED}")
    for file in files:
        for n_threads in sorted({1, os.cpu_count()}):
            rounds = [(ours(program, file, n_threads), theirs(file, n_threads)) for _ in range(ROUNDS)]
            (a_read, a_write), (b_read, b_write) = (
                [statistics.median(values) for values in zip(*engine)] for engine in zip(*rounds)
            )
            print(
                f"  {os.path.basename(file)}, {n_threads} threads: prefill {a_read:.1f}, llama.cpp {b_read:.1f}, ratio "
                f"{a_read / b_read:.2f}; decode {a_write:.1f}, llama.cpp {b_write:.1f}, ratio {a_write / b_write:.2f}"
            )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
