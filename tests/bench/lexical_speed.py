#!/usr/bin/env python3
# Lexical queries a second on one thread at a size of your choice: ours, SQLite FTS5 and Xapian (if libxapian-dev is there), same terms.
"""Usage: lexical_speed.py --data SHARED_DATA_FOLDER [--chunks 50000] [--passes 3] [--ours]

Chunks of about 800 characters: sentences of the collections' documents in ever new order, English and Chinese apart. The
queries are the collections' own.
"""

import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def beir(folder):
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    queries = [json.loads(line)["text"] for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row["title"] + ". " + row["text"] for row in rows], queries


def squad(file):
    paragraphs = [p for article in json.loads(file.read_text(encoding="utf-8"))["data"] for p in article["paragraphs"]]
    return [p["context"] for p in paragraphs], [q["question"] for p in paragraphs for q in p["qas"]]


def chunks_of(documents, count, size):
    sentences = [s.strip() for document in documents for s in re.split(r"(?<=[.!?。！？])\s*", document) if s.strip()]
    draw = random.Random(1)
    for i in range(count):
        at = draw.randrange(len(sentences))
        chunk = f"{i}"
        while len(chunk) < size:
            # Mostly the next sentence, now and then another place: neighbours stay neighbours, no two chunks are the same.
            at = (at + 1) % len(sentences) if draw.random() < 0.7 else draw.randrange(len(sentences))
            chunk += " " + sentences[at]
        yield chunk


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--chunks", type=int, default=50_000)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--ours", action="store_true", help="without the others")
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or ROOT / "build/release/bin")
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "lexical_speed"], check=True, stdout=sys.stderr)
    english = [beir(args.data / "cranfield"), beir(args.data / "cisi"), squad(args.data / "xquad_en_zh" / "xquad.en.json")]
    chinese = [squad(args.data / "cmrc2018_zh" / "cmrc2018_dev.json"), squad(args.data / "xquad_en_zh" / "xquad.zh.json")]
    for name, sources, size in (("English", english, 800), ("Chinese", chinese, 300)):
        documents = [document for source in sources for document in source[0]]
        queries = [query for source in sources for query in source[1]]
        random.Random(2).shuffle(queries)
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder, "chunks.jsonl"), pathlib.Path(folder, "queries.jsonl")]
            for file, texts in zip(files, (chunks_of(documents, args.chunks, size), queries[:500])):
                with open(file, "w") as out:
                    out.writelines(json.dumps(text) + "\n" for text in texts)
            print(f"-- {name}", flush=True)
            subprocess.run([str(binaries / "lexical_speed"), *map(str, files), str(args.passes)] + ["ours"] * args.ours, check=True)


if __name__ == "__main__":
    sys.exit(main())
