#!/usr/bin/env python3
# Knowledge bases of 10,000, 100,000 and 1,000,000 chunks: ingest by stage, search, memory a chunk, cold open and where its time goes.
"""Usage: knowledge_scale.py --data SHARED_DATA_FOLDER [--sizes 10000 100000 1000000] [--work FOLDER] [--preset balanced] [--int8]

Documents of 12,000 characters: sentences of real collections in ever new order, seeded, cut by the recursive chunker, embedded by the
hashing embedder (512 dimensions). A million chunks take some 6 GB in FOLDER and about an hour; a base that is there is used again.
Cold means that the kernel has been told to forget the base's files.
"""

import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys

from figures import Figures
from lexical_speed import beir, squad

ROOT = pathlib.Path(__file__).resolve().parents[2]


def write_lines(file, texts):
    file.write_text("".join(json.dumps(text) + "\n" for text in texts))
    return file


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "knowledge_scale")
    parser.add_argument("--preset", default="balanced")
    parser.add_argument("--int8", action="store_true")
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or ROOT / "build/release/bin")
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "knowledge_scale"], check=True, stdout=sys.stderr)
    args.work.mkdir(parents=True, exist_ok=True)
    sources = [beir(args.data / "cranfield"), beir(args.data / "cisi"), squad(args.data / "xquad_en_zh" / "xquad.en.json")]
    sentences = [s.strip() for documents, _ in sources for document in documents for s in re.split(r"(?<=[.!?])\s+", document) if s.strip()]
    queries = [query for _, asked in sources for query in asked]
    random.Random(2).shuffle(queries)
    sentence_file = write_lines(args.work / "sentences.jsonl", sentences)
    query_file = write_lines(args.work / "queries.jsonl", queries[:300])

    def run(*words):
        result = subprocess.run([str(binaries / "knowledge_scale"), *map(str, words)], check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(result.stdout)

    figures = Figures()
    form = "int8" if args.int8 else "float"
    for size in args.sizes:
        folder = args.work / f"{size}-{args.preset}-{form}"
        built_file = args.work / f"{folder.name}.json"
        if not built_file.exists():
            subprocess.run(["rm", "-rf", str(folder)], check=True)
            built_file.write_text(json.dumps(run("build", folder, sentence_file, size, args.preset, form)))
        built = json.loads(built_file.read_text())
        chunks = built["chunks"]
        name = f"{chunks:,} chunks"
        figures.add(f"{name}: ingest", f"{built['ingest_s']:.1f} s, {chunks / built['ingest_s']:.0f} chunks/s")
        for stage in ("chunk", "store", "embed", "lexical", "vectors", "save"):
            seconds = built[stage + "_s"]
            figures.add(f"{name}: ingest, {stage}", f"{seconds:.1f} s, {1e6 * seconds / chunks:.0f} us a chunk")
        figures.add(f"{name}: database, lexical index, vector index", ", ".join(f"{built[part + '_bytes'] / 1e6:.0f} MB" for part in ("database", "lexical", "vectors")))
        cold, warm = run("open", folder, "cold"), run("open", folder, "warm")
        figures.add(f"{name}: open cold, warm", f"{cold['seconds']:.2f} s, {warm['seconds']:.2f} s")
        for part, seconds in warm["parts"].items():
            figures.add(f"{name}: of which {part}", f"{seconds:.3f} s")
        figures.add(f"{name}: memory a chunk once open, of these not of files", f"{warm['bytes_per_chunk']:.0f}, {warm['own_bytes_per_chunk']:.0f} bytes")
        found = run("search", folder, query_file)
        for mode in ("hybrid", "dense", "lexical"):
            figures.add(f"{name}: search {mode}, p50, p95", f"{found[mode]['p50_ms']:.2f} ms, {found[mode]['p95_ms']:.2f} ms")
        figures.add(f"{name}: memory a chunk after searching", f"{found['bytes_per_chunk']:.0f} bytes")
    return figures.code()


if __name__ == "__main__":
    sys.exit(main())
