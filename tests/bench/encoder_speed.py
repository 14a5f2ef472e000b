#!/usr/bin/env python3
# Sentence vectors a second at 40, 200 and mixed tokens, in turns with sentence-transformers and onnxruntime.
# needs the peers
"""Usage: encoder_speed.py [--model NAME] [--rounds 7] [--threads 2]

Texts of whole words of the model's own vocabulary, so that their lengths in tokens are exact: 128 of 40, 32 of 200, 64 of 8 to
200. Every program holds its model open and encodes a set of texts when its turn comes; the figure is the median over the rounds.
The cosine is that of each program's first vector to ours in float32.
"""

import argparse
import json
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from turns import Program

HERE = pathlib.Path(__file__).resolve().parent


def texts(model):
    vocabulary = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    names = vocabulary if isinstance(vocabulary, dict) else [piece for piece, _ in vocabulary]
    words = sorted(name.removeprefix("▁") for name in names
                   if (not isinstance(vocabulary, list) or name.startswith("▁")) and name.removeprefix("▁").isascii() and name.removeprefix("▁").isalpha()
                   and name.islower() and len(name) > 3)
    draw = random.Random(5)

    def make(count, tokens):
        return [" ".join(draw.choice(words) for _ in range(tokens() - 2)) for _ in range(count)]

    return {"40": make(128, lambda: 40), "200": make(32, lambda: 200), "mixed": make(64, lambda: draw.randint(8, 200))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="all-minilm-l6-v2")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or HERE.parents[1] / "build/release/bin")
    python = os.environ.get("TRIPTYCH_PEER_PYTHON") or sys.executable
    model = pathlib.Path(os.environ["TRIPTYCH_DATA_DIR"]) / "models" / args.model
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "encoder_speed"], check=True, stdout=sys.stderr)
    threads = str(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        sets = texts(model)
        files = []
        for name, rows in sets.items():
            files.append(f"{folder}/{name}.jsonl")
            pathlib.Path(files[-1]).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        peer = [python, str(HERE / "peers" / "encode_vectors.py")]
        programs = [Program(f"ours, {precision}", [str(binaries / "encoder_speed"), str(model), precision, threads] + files)
                    for precision in ("exact", "fast")]
        programs += [Program(kind, peer + [kind, str(model), threads] + files)
                     for kind in ("sentence-transformers float32", "sentence-transformers bfloat16")
                     + (("onnxruntime int8",) if args.model == "all-minilm-l6-v2" else ())]
        for program in programs:
            print(f"{program.name:<32} opened in {program.ready['open_s']:.2f} s")
        for index, (name, rows) in enumerate(sets.items()):
            seconds = {program.name: [] for program in programs}
            first = {}
            for _ in range(args.rounds):
                for program in programs:
                    answer = program.ask(str(index))
                    seconds[program.name].append(answer["seconds"])
                    first[program.name] = answer["first"]
            ours = first["ours, exact"]
            print(f"{name} tokens, {len(rows)} texts:")
            for program in programs:
                vector = first[program.name]
                cosine = sum(a * b for a, b in zip(ours, vector)) / math.hypot(*ours) / math.hypot(*vector)
                print(f"  {program.name:<32} {len(rows) / statistics.median(seconds[program.name]):8.1f} texts/s"
                      f"   cosine {cosine:.6f}")

            def ratio(a, b):
                return statistics.median(seconds[b]) / statistics.median(seconds[a])

            print(f"  exact is {ratio('ours, exact', 'sentence-transformers float32'):.2f} times float32, "
                  f"fast {ratio('ours, fast', 'sentence-transformers bfloat16'):.2f} times bfloat16"
                  + (f" and {ratio('ours, fast', 'onnxruntime int8'):.2f} times onnxruntime" if "onnxruntime int8" in seconds else ""))
        for program in programs:
            program.close()


if __name__ == "__main__":
    sys.exit(main())
