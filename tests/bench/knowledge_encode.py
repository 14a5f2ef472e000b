#!/usr/bin/env python3
# Ingest with MiniLM: chunks encoded a second against sentence-transformers on the same texts, and what all else costs.
# needs the peers
"""Usage: knowledge_encode.py [--documents FOLDER] [--files 150] [--rounds 3] [--threads 2] [--model all-minilm-l6-v2]

`kb add` of real documents: by default HTML of Debian's python3.11-doc, which is fetched by `apt-get download` and unpacked into
build/bench. Then sentence-transformers encodes the very texts of the chunks, float32, in its own batches; ingest and encoding in turns.
"""

import argparse
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from figures import Figures
from knowledge_cli import CommandLine
from turns import Program

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "python3.11-doc"


def debian_documents():
    folder = HERE.parents[1] / "build" / "bench" / PACKAGE
    if not folder.exists():
        with tempfile.TemporaryDirectory() as download:
            subprocess.run(["apt-get", "download", "-q", PACKAGE], cwd=download, check=True, stdout=sys.stderr)
            fresh = folder.with_name(folder.name + ".fresh")
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(parents=True)
            subprocess.run(["dpkg-deb", "-x", str(next(pathlib.Path(download).glob("*.deb"))), str(fresh)], check=True)
            fresh.rename(folder)
    return folder / "usr/share/doc/python3.11/html"


def chosen(source, target, count):
    """Evenly over the folder, so that long and short ones are in it."""
    files = sorted(path for path in source.rglob("*.html") if path.is_file() and not path.is_symlink()) or sorted(p for p in source.rglob("*") if p.is_file())
    for path in files[::max(1, len(files) // count)][:count]:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=pathlib.Path)
    parser.add_argument("--files", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", default="all-minilm-l6-v2")
    args = parser.parse_args()
    python = os.environ.get("TRIPTYCH_PEER_PYTHON") or sys.executable
    model = pathlib.Path(os.environ["TRIPTYCH_DATA_DIR"]) / "models" / args.model
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        chosen(args.documents or debian_documents(), folder / "documents", args.files)
        line = CommandLine(folder / "workspace")
        subprocess.run([line.command()[0], "workspace", "init", str(folder / "workspace")], check=True, stdout=sys.stderr)

        def ingest(number):
            base = f"base{number}"
            line.run("kb", "create", base, "--embedder", args.model)
            begin = time.perf_counter()
            report = line.run("kb", "add", base, folder / "documents", "--threads", args.threads)
            return report, time.perf_counter() - begin

        first, _ = ingest(0)
        database = sqlite3.connect(folder / "workspace" / "knowledge" / "base0" / "kb.sqlite")
        # A text that comes twice is encoded once.
        texts = [text for (text,) in database.execute("SELECT min(text) FROM chunks GROUP BY hash ORDER BY min(id)")]
        (folder / "texts.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts))
        figures.add(f"{len(first['added'])} documents, {first['chunks']} chunks", f"{first['embedded']} encoded, {sum(map(len, texts)) / len(texts):.0f} characters each")
        peer = Program("sentence-transformers", [python, str(HERE / "peers" / "encode_vectors.py"), "sentence-transformers float32", str(model),
                                                 str(args.threads), str(folder / "texts.jsonl")])
        ours, theirs, others = [], [], []
        for number in range(1, args.rounds + 1):
            report, wall = ingest(number)
            encoding = report["timings"]["embed_s"]
            ours.append(report["embedded"] / encoding)
            others.append((wall - encoding) / encoding)
            theirs.append(len(texts) / peer.ask("0")["seconds"])
        peer.close()
        for stage, seconds in report["timings"].items():
            figures.add(f"the last ingest: {stage}", f"{seconds:.2f} s")
        figures.add("the last ingest: the whole command", f"{wall:.2f} s")
        times = statistics.median(ours) / statistics.median(theirs)
        figures.add("chunks encoded a second, ours and sentence-transformers", f"{statistics.median(ours):.1f}, {statistics.median(theirs):.1f}: {times:.2f} times", ">= 1", times >= 1)
        other = statistics.median(others)
        figures.add("all else (start, reading, chunking, storing, indexing)", f"{other:.1%} of the encoding", "< 20 %", other < 0.2)
    return figures.code()


if __name__ == "__main__":
    sys.exit(main())
