#!/usr/bin/env python3
# The disk gets full while a knowledge base is indexed: the message is clear and the old base answers.
"""Usage: knowledge_full_disk.py --data SHARED_DATA_FOLDER [--embedder hashing]

The disk is a small tmpfs in a namespace of its own, which needs no root where the kernel allows it. Kills: see ingest_kills.py.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from figures import Figures
from knowledge_cli import CommandLine, sentences_of, write_documents


def full_disk(figures, folder, args):
    """Runs in a namespace whose tmpfs is `folder`."""
    line = CommandLine(folder / "workspace")
    subprocess.run([line.command()[0], "workspace", "init", str(folder / "workspace")], check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as elsewhere:
        documents = pathlib.Path(elsewhere)
        sentences = sentences_of(args.data)
        write_documents(documents / "few", sentences, 20, 3000)
        write_documents(documents / "many" / "more", sentences, 3000, 20_000, seed=2)
        line.run("kb", "create", "base", "--embedder", args.embedder)
        line.run("kb", "add", "base", documents / "few")
        question = "document number 7"
        before = line.run("kb", "search", "base", question)["hits"]
        code, answer = line.attempt("kb", "add", "base", documents / "many")
        error = answer.get("error", {})
        said = f"{error.get('message', '')} {error.get('hint', '')}"
        clear = code == 1 and "disk" in said.lower() and "space" in said.lower()
        print(f"  it says: {said.strip() or answer}")
        figures.add("disk full while indexing", f"exit code {code}, {error.get('code', '')}", "1 and a clear message", clear)
        code, answer = line.attempt("kb", "search", "base", question)
        same = code == 0 and answer["hits"] == before
        figures.add("the old base answers as before", "yes" if same else f"NO: {answer}", "yes", same)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--embedder", default="hashing")
    parser.add_argument("--full-disk", type=pathlib.Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    figures = Figures()
    if args.full_disk:
        full_disk(figures, args.full_disk, args)
        return figures.code()
    with tempfile.TemporaryDirectory() as folder:
        own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        small = f"mount -t tmpfs -o size=40m none {folder} && exec \"$@\""
        if not shutil.which("unshare") or subprocess.run(own + ["sh", "-c", small, "sh", "true"], stderr=subprocess.DEVNULL).returncode != 0:
            figures.add("disk full while indexing", "not measured: no namespace with a small disk can be had here")
        else:
            code = subprocess.run(own + ["sh", "-c", small, "sh", sys.executable, __file__, "--data", str(args.data), "--embedder", args.embedder, "--full-disk", folder]).returncode
            figures.missed += code != 0
    return figures.code()


if __name__ == "__main__":
    sys.exit(main())
