#!/usr/bin/env python3
# The four arms on clinc150, banking77, trec6 and thucnews_zh through the command line; resumable.
"""Usage: spine.py --data SHARED_DATA_FOLDER [--workspace DIR] [--seeds 13,14,15] [--only clinc150,trec6] [--model NAME]
       [--students textcnn,bilstm,static,shrunken] [--rows N]

Imports each collection once, runs every arm that the workspace has not finished yet (kill and start it as
often as needed) and prints the table of accuracies with their intervals, latencies, sizes and times.
Zero-shot, retrieval and head are run once; full fine-tuning and distillation once for each seed. With --students only
full fine-tuning runs, then a distillation into each of them. --rows takes N seeded rows of a collection's training file,
of all its rows where it has but one; keep a workspace to one number.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import subprocess
import sys

ROWS = 4000
MODEL = "all-minilm-l6-v2"


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        for text, label in rows:
            file.write(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n")


def clinc150(source, target):
    data = json.loads((source / "clinc150" / "data_full_train_val.json").read_text(encoding="utf-8"))
    files = []
    for part, split in (("train", "train"), ("val", "test")):
        path = target / f"clinc150-{split}.jsonl"
        write_rows(path, data[part])
        files.append((path, ["--into", split]))
    return files


def sampled(target, name, rows):
    path = target / f"{name}.jsonl"
    write_rows(path, random.Random(13).sample(rows, min(ROWS, len(rows))))
    return [(path, [])]


def banking77(source, target):
    with open(source / "banking77" / "train.csv", newline="", encoding="utf-8") as file:
        return sampled(target, "banking77", [(row["text"], row["category"]) for row in csv.DictReader(file)])


def trec6(source, target):
    with open(source / "trec6" / "train.tsv", encoding="utf-8") as file:
        return sampled(target, "trec6", [line.rstrip("\n").split("\t")[:2] for line in list(file)[1:]])


def thucnews_zh(source, target):
    names = (source / "thucnews_zh" / "class.txt").read_text().split()
    lines = (source / "thucnews_zh" / "dev.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.rsplit("\t", 1) for line in lines if "\t" in line]
    return sampled(target, "thucnews_zh", [(text, names[int(label)]) for text, label in rows])


COLLECTIONS = {"clinc150": clinc150, "banking77": banking77, "trec6": trec6, "thucnews_zh": thucnews_zh}


class Cli:
    def __init__(self, workspace):
        folder = os.environ.get("TRIPTYCH_BIN") or str(pathlib.Path(__file__).resolve().parents[2] / "build/release/bin")
        self.command = [os.path.join(folder, "triptych-cli"), "--workspace", str(workspace), "--json"]

    def __call__(self, *arguments, fails=False):
        result = subprocess.run(self.command + [str(argument) for argument in arguments], stdout=subprocess.PIPE)
        try:
            document = json.loads(result.stdout)
        except json.JSONDecodeError:
            document = {"error": {"message": "no JSON came back"}}
        if result.returncode != 0 and not fails:
            sys.exit(f"{' '.join(map(str, arguments))}: {document.get('error', {}).get('message', result.returncode)}")
        return document


def measured(cli, workspace, out, arguments):
    """The document of an arm; one that an earlier start left unfinished goes on, one it left unread is read."""
    for job in cli("job", "list")["jobs"]:
        if job["out"] == out and job["state"] == "done":
            return json.loads((workspace / "runs" / job["id"] / "result.json").read_text())
        if job["out"] == out and job["state"] not in ("failed", "cancelled"):
            return cli("job", "resume", "--wait", job["id"])
    return cli(*arguments)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--workspace", type=pathlib.Path, default=pathlib.Path("build/spine"))
    parser.add_argument("--seeds", default="13")
    parser.add_argument("--only", default=",".join(COLLECTIONS))
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--students", help="compare these students of one teacher")
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()
    workspace = options.workspace
    cli = Cli(workspace)
    if not (workspace / "workspace.sqlite").exists():
        cli("workspace", "init", workspace)
    seeds = [int(seed) for seed in options.seeds.split(",")]
    suffix = "" if options.model == MODEL else f"-{options.model}"
    sources, results = workspace / "sources", workspace / "results"
    sources.mkdir(exist_ok=True)
    results.mkdir(exist_ok=True)

    for name in options.only.split(","):
        # The marker is written after the last file, so that a killed import is noticed.
        marker = sources / f"{name}.imported"
        if not marker.exists():
            cli("data", "remove", name, fails=True)  # what a killed start left
            files = COLLECTIONS[name](options.data, sources)
            if options.rows:
                lines = files[0][0].read_text(encoding="utf-8").splitlines(keepends=True)
                random.Random(13).shuffle(lines)
                files[0][0].write_text("".join(lines[:options.rows]), encoding="utf-8")
            for path, extra in files:
                cli("data", "import", name, path, *extra)
            marker.touch()
        arms = [(method, seeds[0]) for method in ("zero_shot", "retrieve", "head")]
        arms += [("full", seed) for seed in seeds] + [("distill", seed) for seed in seeds]
        if options.students:
            arms = [("full", seed) for seed in seeds]
            arms += [(student, seed) for student in options.students.split(",") for seed in seeds]
        for method, seed in arms:
            out = f"{name}-{method}-{seed}{suffix}"
            done = results / f"{out}.json"
            if done.exists():
                continue
            print(f"{out} ...", file=sys.stderr, flush=True)
            if method == "distill" or options.students and method != "full":
                student = "textcnn" if method == "distill" else method
                arguments = ("--seed", seed, "distill", "--data", name, "--teacher", f"{name}-full-{seed}{suffix}",
                             "--student", student, "--out", out)
            else:
                arguments = ("--seed", seed, "train", "--data", name, "--model", options.model, "--method", method, "--out", out)
            document = measured(cli, workspace, out, arguments)
            if document.get("state", "done") != "done":
                sys.exit(f"{out} is {document['state']}; start again to go on")
            part = done.with_suffix(".part")
            part.write_text(json.dumps(document))
            part.replace(done)

    print(f"{'arm':34} {'accuracy':>8}  {'95 % interval':15} {'macro F1':>8} {'p50 ms':>7} {'p95 ms':>7} {'MB':>7} {'build s':>8}")
    for path in sorted(results.glob("*.json")):
        document = json.loads(path.read_text())
        arms = [(path.stem, document)]
        if "control" in document:
            arms.append((path.stem + " control", document["control"]))
        for title, arm in arms:
            accuracy, f1, latency = arm["metrics"]["accuracy"], arm["metrics"]["macro_f1"], arm.get("latency", {})
            print(f"{title:34} {accuracy['value']:8.4f}  {accuracy['low']:.4f}-{accuracy['high']:.4f}   {f1['value']:8.4f} "
                  f"{latency.get('p50_ms', 0):7.2f} {latency.get('p95_ms', 0):7.2f} {arm.get('bytes', 0) / 1e6:7.1f} "
                  f"{arm.get('build_s', 0):8.1f}")


if __name__ == "__main__":
    main()
