#!/usr/bin/env python3
# Whole searches (analysis, both indexes, fusion, texts) of 50,000 chunks against LanceDB's hybrid search.
# needs the peers
# needs lancedb
"""Usage: knowledge_search_speed.py --data SHARED_DATA_FOLDER [--chunks 50000] [--queries 300] [--rounds 5]

Both get the same texts, the same vectors (of our hashing embedder, 512 dimensions) and the same ready vectors of the queries, one query
after another; the other figure has our embedding of the query in it, against the same searches of theirs. Lexical search alone
against FTS5 and Xapian is measured by `lexical_speed`.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from figures import Figures, ratio
from lexical_speed import beir, chunks_of, squad
from turns import Program

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--chunks", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or HERE.parents[1] / "build/release/bin")
    python = os.environ.get("TRIPTYCH_PEER_PYTHON") or sys.executable
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "knowledge_search_speed"], check=True, stdout=sys.stderr)
    sources = [beir(args.data / "cranfield"), beir(args.data / "cisi"), squad(args.data / "xquad_en_zh" / "xquad.en.json")]
    documents = [document for source in sources for document in source[0]]
    queries = [query for source in sources for query in source[1]]
    random.Random(2).shuffle(queries)
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        for name, texts in (("chunks", chunks_of(documents, args.chunks, 800)), ("queries", queries[:args.queries])):
            with open(pathlib.Path(folder, name + ".jsonl"), "w", encoding="utf-8") as file:
                file.writelines(json.dumps(text) + "\n" for text in texts)
        ours = Program("ours", [str(binaries / "knowledge_search_speed"), folder])
        figures.add("ours: ingest, indexes", f"{ours.ready['ingest_s']:.1f} s, {ours.ready['index_s']:.1f} s")
        peer = Program("LanceDB", [python, str(HERE / "peers" / "search_lancedb.py"), folder])
        figures.add(f"LanceDB {peer.ready['lancedb']}: two tables with their indexes", f"{peer.ready['built_s']:.1f} s")
        turns = [(ours, "ready"), (ours, "embed"), (peer, "flat"), (peer, "hnsw")]
        seconds = {turn: [] for turn in turns}
        for _ in range(args.rounds):
            for program, line in turns:
                seconds[program, line].append(program.ask(line)["seconds"])
        for turn in turns:
            figures.add(f"{turn[0].name}, {turn[1]}", f"{len(queries[:args.queries]) / statistics.median(seconds[turn]):.0f} queries/s")
        theirs = min((seconds[peer, line] for line in ("flat", "hnsw")), key=statistics.median)
        for line, name in (("ready", "hybrid search with ready vectors, against the faster table"), ("embed", "the same with our embedding of the query")):
            times = ratio(seconds[ours, line], theirs)
            figures.add(name, f"{times:.1f} times", ">= 4", times >= 4)
        ours.close()
        peer.close()
    return figures.code()


if __name__ == "__main__":
    sys.exit(main())
