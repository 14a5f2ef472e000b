#!/usr/bin/env python3
# Kills a training job with signal 9 at random moments and compares the resumed result with an unbroken one, byte by byte.
"""Usage: kill_series.py [--kills 20] [--model FOLDER] [--seed S] [--threads 2]

Without --model the tiny BERT of tests/data is trained, long enough for every kill to hit it at work.
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
WORDS = {"bank": "balance account money card".split(), "music": "play music red green".split(), "travel": "flight hotel book weather".split()}
FILL = "the what is my can you please to me".split()


def make_run(folder, model, epochs, threads):
    chance = random.Random(1)
    (folder / "inputs").mkdir(parents=True)
    for split, count in (("train", 640), ("test", 60)):
        with open(folder / "inputs" / f"{split}.jsonl", "w") as file:
            for line in range(count):
                label = chance.choice(sorted(WORDS))
                words = [chance.choice(FILL) for _ in range(chance.randrange(8))] + [chance.choice(WORDS[label])]
                chance.shuffle(words)
                file.write(json.dumps({"text": " ".join(words), "label": label, "split": split, "line": line + 1}) + "\n")
    spec = {"id": folder.name, "kind": "train", "method": "full", "title": "kill series", "created": "", "dataset": "words", "dataset_hash": "",
            "labels": sorted(WORDS), "label_descriptions": {}, "inputs": {split: f"inputs/{split}.jsonl" for split in ("train", "test")},
            "models": {"base": str(model)}, "model_names": {"base": model.name}, "seed": 7, "threads": threads, "out": "",
            "settings": {"epochs": epochs, "batch_size": 16, "learning_rate": 1e-3, "checkpoint_every": 10}}
    (folder / "spec.json").write_text(json.dumps(spec))
    return folder


def last_step(folder):
    step = 0
    try:
        for line in (folder / "events.jsonl").read_text(errors="replace").splitlines():
            if '"train_loss"' in line:
                step = json.loads(line)["step"]
    except (OSError, ValueError):
        pass
    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--model", type=pathlib.Path, default=HERE.parent / "data" / "bert_tiny" / "encoder")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    engine = [os.path.join(os.environ.get("TRIPTYCH_BIN") or str(HERE.parents[1] / "build/release/bin"), "triptych-engine"), "run"]
    chance = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as name:
        runs = pathlib.Path(name)
        epochs = max(10, args.kills * 2)
        unbroken = make_run(runs / "unbroken", args.model.resolve(), epochs, args.threads)
        subprocess.run(engine + [str(unbroken)], check=True)
        broken = make_run(runs / "broken", args.model.resolve(), epochs, args.threads)
        total = epochs * 40
        for kill in range(args.kills):
            # At least 15 steps further than the last checkpoint, and evenly over the whole run.
            target = min(total - 5, (kill + 1) * total // (args.kills + 1) + chance.randrange(15))
            worker = subprocess.Popen(engine + [str(broken)], stdout=subprocess.DEVNULL)
            while worker.poll() is None and last_step(broken) < target:
                time.sleep(0.002)
            if worker.poll() is not None:
                sys.exit(f"the worker ended by itself before step {target}")
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            print(f"kill {kill + 1} after step {last_step(broken)}", flush=True)
        subprocess.run(engine + [str(broken)], check=True)
        same = (unbroken / "model/model.safetensors").read_bytes() == (broken / "model/model.safetensors").read_bytes()
        print("bit-equal" if same else "THE WEIGHTS DIFFER")
        return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
