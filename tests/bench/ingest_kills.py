#!/usr/bin/env python3
# Kills an ingest with signal 9 at random moments and compares the base with one that was built without, row by row.
"""Usage: ingest_kills.py [--kills 25] [--documents 12000] [--embedder hashing] [--method add|reembed] [--seed S]

With --method reembed the base is searched by words only at first, and what is killed is its embedding.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or HERE.parents[1] / "build/release/bin")
WORDS = "pump valve lever filter water steam clean open close pressure service warranty kettle oven month lamp door noise".split()


def cli(workspace, *words, check=True):
    done = subprocess.run([str(BIN / "triptych-cli"), "--json", "--workspace", str(workspace), *words], capture_output=True, text=True)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def write_documents(folder, count):
    chance = random.Random(1)
    folder.mkdir()
    for number in range(count):
        text = "".join(" ".join(chance.choice(WORDS) for _ in range(chance.randrange(6, 30))) + f", number {number}.\n" for _ in range(chance.randrange(2, 25)))
        (folder / f"part{number}.txt").write_text(text)


def rows(workspace, base):
    return subprocess.run(["sqlite3", str(workspace / "knowledge" / base / "kb.sqlite"), ".dump"], capture_output=True, check=True).stdout


def change(base, args, documents):
    return ["kb", "add", base, str(documents)] if args.method == "add" else ["kb", "reembed", base, "--embedder", args.embedder]


def worker_of(workspace, run):
    """Number of the process, once it works; 0 if the run has ended."""
    while True:
        show = cli(workspace, "job", "show", run.name)
        if show["state"] == "running":
            return show["pid"]
        if show["state"] != "queued":
            return 0
        time.sleep(0.01)


def kill_at_random(workspace, run, chance, longest):
    """False if the run has ended by then."""
    pid = worker_of(workspace, run)
    time.sleep(chance.uniform(0, longest))
    try:
        if pid:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    while (state := cli(workspace, "job", "show", run.name)["state"]) == "running":
        time.sleep(0.01)
    return state == "interrupted"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--documents", type=int, default=12000)
    parser.add_argument("--embedder", default="hashing")
    parser.add_argument("--method", choices=["add", "reembed"], default="add")
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        workspace = folder / "workspace"
        documents = folder / "documents"
        write_documents(documents, args.documents)
        cli(workspace.parent, "workspace", "init", str(workspace))
        for base in ("whole", "broken"):
            cli(workspace, "kb", "create", base, "--embedder", args.embedder if args.method == "add" else "none")
            if args.method == "reembed":
                cli(workspace, "kb", "add", base, str(documents))
        begin = time.monotonic()
        cli(workspace, *change("whole", args, documents))
        seconds = time.monotonic() - begin
        before = {run.name for run in (workspace / "runs").iterdir()}
        waiting = subprocess.Popen([str(BIN / "triptych-cli"), "--json", "--workspace", str(workspace), *change("broken", args, documents)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        run = None
        while run is None or not (run / "events.jsonl").exists():
            new = [run for run in (workspace / "runs").iterdir() if run.name not in before and (run / "spec.json").exists()]
            run = new[0] if new else None
            time.sleep(0.01)
        kills = 0
        while kills < args.kills and kill_at_random(workspace, run, chance, 3 * seconds / args.kills):
            kills += 1
            waiting.wait()
            show = cli(workspace, "job", "show", run.name)
            print(f"kill {kills} at {show['stage'] or 'the beginning'}, {show['done']} of {show['total']} {show['unit']}", flush=True)
            cli(workspace, "job", "resume", run.name)
        while worker_of(workspace, run):
            time.sleep(0.1)
        state = cli(workspace, "job", "show", run.name)["state"]
        same = rows(workspace, "broken") == rows(workspace, "whole")
        print(f"{kills} kills, {state}, {seconds:.1f} s without; " + ("row for row the same" if same else "THE ROWS DIFFER"))
        return 0 if same and state == "done" and kills == args.kills else 1


if __name__ == "__main__":
    sys.exit(main())
