#!/usr/bin/env python3
# After spine: transformers' Trainer on the rows of its full runs, and student against control over all seeds; resumable.
# needs the peers
"""Usage: spine_peers.py [--workspace DIR] [--only clinc150,trec6] [--seeds 13,14,15] [--no-trainer]

For every full run of the spine's workspace the Trainer learns the run's own frozen rows with the same seed and is
measured on the same test rows: means over the seeds and their difference. For every distillation the rows' correctness
of student and control is averaged over the seeds; the interval of the difference is from 10,000 resamples of the rows.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

if sys.executable != os.environ.get("TRIPTYCH_PEER_PYTHON", sys.executable):
    os.execv(os.environ["TRIPTYCH_PEER_PYTHON"], [os.environ["TRIPTYCH_PEER_PYTHON"]] + sys.argv)

import numpy  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def run_folder(workspace, document):
    return workspace / "runs" / (document.get("run") or document["id"])


def trainer(workspace, name, seed, run):
    done = workspace / "results" / f"{name}-trainer-{seed}.json"
    if not done.exists():
        print(f"{done.stem} ...", file=sys.stderr, flush=True)
        model = pathlib.Path(os.environ["TRIPTYCH_DATA_DIR"]) / "models" / "all-minilm-l6-v2"
        inputs = run / "inputs"
        result = subprocess.run([sys.executable, str(HERE / "peers" / "train_full.py"), "--model", str(model), "--train", str(inputs / "train.jsonl"),
                                 "--test", str(inputs / "test.jsonl"), "--seed", str(seed)], stdout=subprocess.PIPE, check=True)
        part = done.with_suffix(".part")
        part.write_bytes(result.stdout)
        part.replace(done)
    return json.loads(done.read_text())["accuracy"]


def right(path):
    return numpy.array([json.loads(line)["right"] for line in path.read_text().splitlines()], dtype=float)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=pathlib.Path, default=pathlib.Path("build/spine"))
    parser.add_argument("--only", default="clinc150,trec6")
    parser.add_argument("--seeds", default="13,14,15")
    parser.add_argument("--no-trainer", action="store_true")
    options = parser.parse_args()
    results = options.workspace / "results"
    for name in options.only.split(","):
        ours, theirs, student, control = [], [], [], []
        for seed in options.seeds.split(","):
            full, distill = results / f"{name}-full-{seed}.json", results / f"{name}-distill-{seed}.json"
            if full.exists() and not options.no_trainer:
                document = json.loads(full.read_text())
                ours.append(document["metrics"]["accuracy"]["value"])
                theirs.append(trainer(options.workspace, name, seed, run_folder(options.workspace, document)))
            if distill.exists():
                run = run_folder(options.workspace, json.loads(distill.read_text()))
                student.append(right(run / "predictions.jsonl"))
                control.append(right(run / "control_predictions.jsonl"))
        if ours:
            print(f"{name}: full {numpy.mean(ours):.4f}, Trainer {numpy.mean(theirs):.4f}, difference {numpy.mean(ours) - numpy.mean(theirs):+.4f} over {len(ours)} seeds")
        if student:
            difference = numpy.mean(student, axis=0) - numpy.mean(control, axis=0)
            draws = numpy.random.default_rng(1).integers(0, len(difference), (10_000, len(difference)))
            low, high = numpy.quantile(difference[draws].mean(axis=1), [0.025, 0.975])
            print(f"{name}: student {numpy.mean(student):.4f}, control {numpy.mean(control):.4f}, difference {difference.mean():+.4f} "
                  f"({low:+.4f} to {high:+.4f}) over {len(student)} seeds")


if __name__ == "__main__":
    main()
