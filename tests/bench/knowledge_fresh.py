#!/usr/bin/env python3
# One changed file in a knowledge base of 10,000 documents: seconds until it is found, and what was embedded again.
"""Usage: knowledge_fresh.py --data SHARED_DATA_FOLDER [--documents 10000] [--embedder hashing] [--rounds 5] [--work FOLDER]

A folder of text files is added; then, several times, one file gets a sentence that is nowhere else, `kb sync` runs and `kb search`
asks for it. The time is that of both commands together. With --work the base is kept and used again.
"""

import argparse
import contextlib
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from figures import Figures
from knowledge_cli import CommandLine, sentences_of, write_documents


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--embedder", default="hashing")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=pathlib.Path)
    args = parser.parse_args()
    figures = Figures()
    with contextlib.nullcontext(args.work) if args.work else tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        documents, workspace = folder / "documents", folder / "workspace"
        line = CommandLine(workspace)
        if not workspace.exists():
            write_documents(documents, sentences_of(args.data), args.documents, 3000)
            subprocess.run([line.command()[0], "workspace", "init", str(workspace)], check=True, stdout=sys.stderr)
            line.run("kb", "create", "fresh", "--embedder", args.embedder)
            begin = time.perf_counter()
            added = line.run("kb", "add", "fresh", documents)
            figures.add(f"{len(added['added']):,} documents added, {added['chunks']:,} chunks", f"{time.perf_counter() - begin:.1f} s")
        seconds, embedded, chunks = [], [], []
        for turn in range(args.rounds):
            number = (turn * 7919 + 1234) % args.documents
            path = documents / f"part{number // 100:03}" / f"document{number:05}.txt"
            word = f"quixotic{time.time_ns()}"
            path.write_text(path.read_text(encoding="utf-8") + f"The {word} lantern is lit at noon.\n", encoding="utf-8")
            begin = time.perf_counter()
            synced = line.run("kb", "sync", "fresh")
            hits = line.run("kb", "search", "fresh", f"{word} lantern", "-k", "3")["hits"]
            seconds.append(time.perf_counter() - begin)
            embedded.append(synced["embedded"])
            chunks.append(synced["chunks"])
            if synced["changed"] != [str(path.relative_to(documents))] or synced["added"] or synced["removed"]:
                sys.exit(f"more changed than one file: {synced}")
            if not hits or word not in hits[0]["text"]:
                sys.exit(f"'{word}' was not found after the sync")
        figures.add("one changed file found, longest of the rounds", f"{max(seconds):.2f} s, median {statistics.median(seconds):.2f} s", "< 5 s", max(seconds) < 5)
        # Of its own chunks those whose text is as it was take their vectors over.
        figures.add("chunks embedded, of those in the changed files", f"{max(embedded)} of {max(chunks)}", "no other", all(e <= c for e, c in zip(embedded, chunks)))
        begin = time.perf_counter()
        unchanged = line.run("kb", "sync", "fresh")
        figures.add("a sync that finds nothing new", f"{time.perf_counter() - begin:.2f} s", "0 embedded", unchanged["embedded"] == 0)
    return figures.code()


if __name__ == "__main__":
    sys.exit(main())
