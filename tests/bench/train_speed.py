#!/usr/bin/env python3
# Steps of full fine-tuning, interleaved with transformers' Trainer: the ratio of examples a second.
# needs the peers
"""Usage: train_speed.py --data SHARED_DATA_FOLDER [--steps 60] [--threads 2]

Both train all-MiniLM-L6-v2 on CLINC150's training rows: batches of 32, at most 64 tokens, float32. One step of the
one, one of the other, so that both meet the same machine.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import spine

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or HERE.parents[1] / "build/release/bin")
    python = os.environ.get("TRIPTYCH_PEER_PYTHON") or sys.executable
    model = pathlib.Path(os.environ["TRIPTYCH_DATA_DIR"]) / "models" / "all-minilm-l6-v2"
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "train_speed"], check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        train = str(spine.clinc150(args.data, pathlib.Path(folder))[0][0])
        peer = [python, str(HERE / "peers" / "train_full.py"), "--model", str(model), "--train", train, "--steps", "1", "--serve",
                "--threads", str(args.threads)]
        environment = dict(os.environ, STEPS=str(args.steps), THREADS=str(args.threads))
        return subprocess.run([str(binaries / "train_speed"), str(model), train] + peer, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
