#!/usr/bin/env python3
# The longest stall of the window while 100,000 chunks go into a knowledge base, its page in sight.
"""Usage: window_ingest.py --data SHARED_DATA_FOLDER [--chunks 100000] [--seed 13]

Text files are made of sentences of cranfield and cisi in a random order, 50 chunks each, so that the vocabulary and the
lengths are those of real texts. The window adds the folder by a job; an event of its own is posted every 4 ms all the time,
and the longest wait of one is the figure. Without a display under Xvfb, if that is installed, else offscreen.
"""

import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CHUNKS_A_FILE = 50
WORDS_A_CHUNK = 215  # what is left of 256 tokens after 32 of overlap
TARGET_MS = 50


def sentences(data):
    found = []
    for name in ("cranfield", "cisi"):
        with open(data / name / "corpus.jsonl", encoding="utf-8") as file:
            for line in file:
                found += re.split(r"(?<=[.!?]) +", json.loads(line)["text"])
    return [sentence for sentence in found if sentence.strip()]


def make_documents(folder, known, chunks, chance):
    for number in range(max(1, chunks // CHUNKS_A_FILE)):
        parts, words = [], 0
        while words < CHUNKS_A_FILE * WORDS_A_CHUNK:
            parts.append(chance.choice(known))
            words += len(parts[-1].split())
            if len(parts) % 6 == 0:
                parts.append("\n")
        (folder / f"document-{number:05}.txt").write_text(" ".join(parts), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=13)
    args = parser.parse_args()
    program = os.path.join(os.environ.get("TRIPTYCH_BIN") or str(HERE.parents[1] / "build/release/bin"), "triptych")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_documents(folder, sentences(args.data), args.chunks, random.Random(args.seed))
        display = [] if os.environ.get("DISPLAY") or not shutil.which("xvfb-run") else ["xvfb-run", "-a"]
        output = subprocess.run(display + [program, "--self-measure", "--ingest", name], stdout=subprocess.PIPE, check=True).stdout
    result = json.loads(output)
    verdict = "met" if result["stall_ingest_ms"] <= TARGET_MS and result["chunks"] >= args.chunks else "missed"
    print(f"{result['documents']} documents, {result['chunks']} chunks: longest stall {result['stall_ingest_ms']:.1f} ms "
          f"(target {TARGET_MS}: {verdict}), window {result['pss_mb']:.0f} MB")
    return 0 if verdict == "met" else 1


if __name__ == "__main__":
    sys.exit(main())
