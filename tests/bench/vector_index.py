#!/usr/bin/env python3
# Recall of the vector index against comparing all, its speed against hnswlib called directly, filters, presets, 8 bits.
"""Usage: vector_index.py --data SHARED_DATA_FOLDER [--rows 100000] [--queries 1000] [--dimension 384] [--rounds 5] [--only NAME ...]

Clustered vectors of two kinds: a hundred around each of 1,000 centres in 32 directions, as sentence vectors are, and a thousand around
each of 100 in all directions, which is the hardest to search: any two of a cluster are about as near. Then the 754 real vectors. hnswlib is built with
-march=native, from the same vectors, with the same settings; both search for the same queries, in turns, one thread each.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from figures import Figures, ratio
from turns import Program

ROOT = pathlib.Path(__file__).resolve().parents[2]


def measure(figures, name, words, binaries, rounds, folder, clustered):
    ours = Program("ours", [str(binaries / "vector_index"), *map(str, words)])
    peer = Program("hnswlib", [str(binaries / "vector_index_hnswlib"), *map(str, words)])
    exact_below = 2000 if clustered else 0  # 754 rows would all be compared
    built = ours.ask(f"build balanced float {exact_below}")
    theirs = peer.ask(f"build {built['M']} {built['ef_construction']}")
    figures.add(f"{name}: build, ours and hnswlib", f"{built['seconds']:.1f} s, {theirs['seconds']:.1f} s")
    recall = ours.ask("recall 0 1")
    figures.add(f"{name}: recall@10 at default settings (ef {built['ef']})", f"{recall['recall']:.4f}", ">= 0.98", recall["recall"] >= 0.98)
    figures.add(f"{name}: the same of hnswlib", f"{peer.ask('recall %d' % built['ef'])['recall']:.4f}")

    def in_turns():
        seconds = {program: [] for program in (ours, peer)}
        for _ in range(rounds):
            for program in (ours, peer):
                seconds[program].append(program.ask(f"time {built['ef']}")["seconds"])
        return ratio(seconds[ours], seconds[peer]), ours.ready["queries"] / statistics.median(seconds[ours])

    times, rate = in_turns()
    figures.add(f"{name}: searches a second against hnswlib", f"{times:.2f} times, {rate:.0f} a second", ">= 0.9", times >= 0.9)
    if clustered:
        for share in (0.01, 0.1, 0.5):
            filtered = ours.ask(f"recall 0 {share}")
            figures.add(f"{name}: recall@10, {share:.0%} of the rows pass a filter", f"{filtered['recall']:.4f}, {filtered['ms']:.2f} ms", ">= 0.95", filtered["recall"] >= 0.95)
        reopened = ours.ask(f"reopen {folder}/index")
        times, rate = in_turns()
        figures.add(f"{name}: mapped from its file", f"{times:.2f} times, {rate:.0f} a second", ">= 0.9", times >= 0.9)
        figures.add(f"{name}: save, open", f"{reopened['save_s']:.2f} s, {reopened['open_s']:.2f} s, {reopened['bytes'] / 1e6:.0f} MB")
    for preset, form in (("balanced", "int8"), ("fast", "float"), ("thorough", "float"), ("fast", "int8"), ("thorough", "int8")):
        built = ours.ask(f"build {preset} {form} {exact_below}")
        recall = ours.ask("recall 0 1")
        figures.add(f"{name}: {preset}, {form} (M {built['M']}, ef {built['ef']}): recall@10, against its own vectors",
                    f"{recall['recall']:.4f}, {recall['own']:.4f}", *((">= 0.98", recall["own"] >= 0.98) if preset == "balanced" else ()))
        figures.add(f"{name}: {preset}, {form}: a search, a row, the build", f"{recall['ms']:.3f} ms, {built['bytes_per_row']} bytes, {built['seconds']:.0f} s")
    ours.close()
    peer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="clustered, all-directions, real")
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or ROOT / "build/release/bin")
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "vector_index", "vector_index_hnswlib"], check=True, stdout=sys.stderr)
    sets = {
        "clustered": ([args.rows, args.queries, args.dimension, max(10, args.rows // 100), 32, 0.7], True),
        "all-directions": ([args.rows, args.queries, args.dimension, max(10, args.rows // 1000), args.dimension, 0.7], True),
        "real": ([args.data / "minilm_embeddings_fiori_docs" / "embeddings.bin", 384], False),
    }
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        for name, (words, clustered) in sets.items():
            if not args.only or name in args.only:
                measure(figures, name, words, binaries, args.rounds, folder, clustered)
    return figures.code()


if __name__ == "__main__":
    sys.exit(main())
