#!/usr/bin/env python3
# Kills the ingest of a knowledge base with signal 9 at random moments and compares it with an undisturbed one, row by row; then a full disk.
"""Usage: knowledge_kills.py --data SHARED_DATA_FOLDER [--kills 25] [--documents 400] [--embedder hashing] [--seed S]

`kb add` is started again and again; whoever holds the base's lock (this command, or the worker that it waits for) is killed a random
while later. When the kills are through, or the base is complete, a last `kb add` finishes it, and every row of every table is compared;
if there are kills left, another base follows. Full disk: a small tmpfs in a namespace of its own, which needs no root where the kernel
allows it.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from figures import Figures
from knowledge_cli import CommandLine, sentences_of, write_documents


def rows_of(base):
    """Every row by table, with the vectors; without the snapshots, which say when."""
    database = sqlite3.connect(f"file:{base / 'kb.sqlite'}?mode=ro", uri=True)
    database.text_factory = bytes
    tables = [name.decode() for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
    return {table: database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables if table != "snapshots"}


def differences(one, other):
    found = []
    for table in sorted(one.keys() | other.keys()):
        a, b = one.get(table, []), other.get(table, [])
        if a != b:
            found.append(f"{table}: {len(a)} and {len(b)} rows, {sum(x != y for x, y in zip(a, b))} of them different")
    return found


def holder(base):
    """Who holds the base's lock, if anybody does."""
    try:
        pid = int((base / "lock").read_text().split()[0])
        os.kill(pid, 0)
        return pid
    except (OSError, ValueError, IndexError):
        return None


def children_of(pid):
    """A process with all its descendants: only what this measurement has started may be killed."""
    found = {pid}
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], stdout=subprocess.PIPE, text=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
    for _ in range(5):
        found |= {child for child, parent in pairs if parent in found}
    return found


def kill_once(line, name, base, documents, wait):
    """True if a kill hit an ingest at work; False if it was done before."""
    ingest = subprocess.Popen(line.command("kb", "add", name, documents), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while ingest.poll() is None and (holder(base) is None or holder(base) not in children_of(ingest.pid)):
        time.sleep(0.001)
    until = time.monotonic() + wait
    while ingest.poll() is None and time.monotonic() < until:
        time.sleep(0.0005)
    worker = holder(base)
    if ingest.poll() is not None or worker is None:
        ingest.wait()
        return False
    family = children_of(ingest.pid)
    for pid in (worker, ingest.pid):
        if pid in family:
            os.kill(pid, signal.SIGKILL)
    ingest.wait()
    while holder(base) == worker:
        time.sleep(0.001)
    return True


def kills(figures, folder, args):
    documents = folder / "documents"
    write_documents(documents, sentences_of(args.data), args.documents, 3000)
    line = CommandLine(folder / "workspace")
    subprocess.run([line.command()[0], "workspace", "init", str(folder / "workspace")], check=True, stdout=sys.stderr)
    bases = folder / "workspace" / "knowledge"
    line.run("kb", "create", "whole", "--embedder", args.embedder, "--chunk-size", "64", "--overlap", "8")
    begin = time.perf_counter()
    line.run("kb", "add", "whole", documents)
    undisturbed = time.perf_counter() - begin
    whole = rows_of(bases / "whole")
    figures.add("undisturbed", f"{undisturbed:.1f} s, {len(whole['documents'])} documents, {len(whole['chunks'])} chunks")
    chance = random.Random(args.seed)
    done, number, wrong, unusable = 0, 0, [], 0
    while done < args.kills:
        number += 1
        name = f"broken{number}"
        line.run("kb", "create", name, "--embedder", args.embedder, "--chunk-size", "64", "--overlap", "8")
        for _ in range(args.kills - done):
            if not kill_once(line, name, bases / name, documents, chance.uniform(0, 2 * undisturbed / (args.kills + 1))):
                break
            done += 1
            # What is in the base by now must answer.
            unusable += line.attempt("kb", "search", name, "document", "--mode", "lexical")[0] != 0
        line.run("kb", "add", name, documents)
        wrong += [f"{name}: {what}" for what in differences(whole, rows_of(bases / name))]
    for what in wrong:
        print(what)
    figures.add(f"rows of {number} bases after {done} kills by signal 9", "equal" if not wrong else "DIFFERENT", "equal", not wrong)
    figures.add("searches between the kills that failed", str(unusable), "0", unusable == 0)


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
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--embedder", default="hashing")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--full-disk", type=pathlib.Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    figures = Figures()
    if args.full_disk:
        full_disk(figures, args.full_disk, args)
        return figures.code()
    with tempfile.TemporaryDirectory() as folder:
        kills(figures, pathlib.Path(folder), args)
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
