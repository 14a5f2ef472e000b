#!/usr/bin/env python3
# Perplexity and greedy text of SmolLM2 in both precisions against transformers on the dequantised weights.
# needs the peers
"""Usage: perplexity.py --data SHARED_DATA_FOLDER [--model NAME] [--characters 60000] [--context 1024]

The head of tinyshakespeare.txt in windows, each predicted but for its first token; and 64 greedy tokens after four prompts. A token
that differs is excused where transformers' own best two logits are less than 0.01 apart.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROMPTS = ["The capital of France is", "def fibonacci(n):", "Once upon a time there was a", "Water boils at"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--characters", type=int, default=60000)
    parser.add_argument("--context", type=int, default=1024)
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or HERE.parents[1] / "build/release/bin")
    python = os.environ.get("TRIPTYCH_PEER_PYTHON") or sys.executable
    folder = pathlib.Path(os.environ["TRIPTYCH_DATA_DIR"]) / "models" / args.model
    file = next(folder.glob("*.gguf"))

    def cli(*arguments):
        return json.loads(subprocess.run([str(binaries / "triptych-cli"), "--json", "model", *map(str, arguments)], check=True, stdout=subprocess.PIPE).stdout)

    with tempfile.TemporaryDirectory() as scratch:
        text = pathlib.Path(scratch, "text.txt")
        text.write_text((args.data / "lm_text" / "tinyshakespeare.txt").read_text(encoding="utf-8")[:args.characters], encoding="utf-8")
        rows = pathlib.Path(scratch, "rows.jsonl")
        rows.write_text(json.dumps({"text": text.read_text()}) + "\n")
        ids = cli("tokenize", str(folder) + "/", rows, "--no-special")["encodings"][0]["ids"]
        generated = [cli("generate", str(folder) + "/", "--prompt", prompt, "--max-tokens", 64, "--ignore-eos") for prompt in PROMPTS]
        task = {"ids": ids, "context": args.context, "answers": [{"prompt": g["prompt_ids"], "ids": g["ids"]} for g in generated]}
        pathlib.Path(scratch, "task.json").write_text(json.dumps(task))
        reference = json.loads(subprocess.run([python, str(HERE / "peers" / "perplexity_transformers.py"), str(file), f"{scratch}/task.json"],
                                              check=True, stdout=subprocess.PIPE).stdout)
        text_rows = pathlib.Path(scratch, "ids.jsonl")
        text_rows.write_text(json.dumps({"ids": ids}) + "\n")
        print(f"transformers: {reference['perplexity']:.5f} over {reference['tokens']} tokens")
        for precision in ("exact", "fast"):
            ours = cli("perplexity", str(folder) + "/", text_rows, "--context", args.context, "--precision", precision)
            print(f"ours, {precision}: {ours['perplexity']:.5f} over {ours['tokens']} tokens, {100 * (ours['perplexity'] / reference['perplexity'] - 1):+.4f} %")
        for prompt, answer in zip(PROMPTS, reference["answers"]):
            print(f"greedy after {prompt!r}: {answer['same']} of 64 tokens are transformers' choice, {answer['close']} more are within 0.01 of it, "
                  f"{answer['wrong']} are not")


if __name__ == "__main__":
    sys.exit(main())
