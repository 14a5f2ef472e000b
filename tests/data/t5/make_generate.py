#!/usr/bin/env python3
"""What transformers generates with the models of this folder: greedy, and greedy with a repetition penalty.

    python make_generate.py

Writes generate.json beside this file; the models are those that make.py made. Needs torch, transformers.
"""
import json
import os
import pathlib

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from transformers import MT5ForConditionalGeneration, T5ForConditionalGeneration

HERE = pathlib.Path(__file__).resolve().parent
PROMPTS = [[21, 19, 21, 34, 6], [5, 9, 40, 40, 12, 33, 7, 2, 31, 1], [44]]


def main():
    expected = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}, "prompts": PROMPTS}
    cases = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))["cases"]
    for kind in ("t5", "t5-v1.1", "t5-v1.1-old-names", "mt5"):
        model = (MT5ForConditionalGeneration if kind == "mt5" else T5ForConditionalGeneration).from_pretrained(HERE / kind, dtype=torch.float32).eval()

        def generate(prompt, count, penalty=1.0):
            with torch.no_grad():  # without a cache: that of transformers takes as many decoder as encoder layers
                ids = model.generate(torch.tensor([prompt]), max_new_tokens=count, do_sample=False, num_beams=1, use_cache=False, repetition_penalty=penalty)
            return ids[0].tolist()

        for case in cases:
            if case["model"] == kind and all(case["mask"]):
                assert generate(case["ids"], 12) == case["greedy"], "this is not the model that make.py made: " + kind
        # Without the start token.
        expected[kind] = {"greedy": [generate(prompt, 20)[1:] for prompt in PROMPTS],
                          "greedy_penalised": [generate(prompt, 20, 1.4)[1:] for prompt in PROMPTS]}
    with open(HERE / "generate.json", "w", encoding="utf-8", newline="\n") as f:
        json.dump(expected, f)
        f.write("\n")


if __name__ == "__main__":
    main()
