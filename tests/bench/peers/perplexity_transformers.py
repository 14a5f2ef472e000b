#!/usr/bin/env python3
"""The peer for quality: transformers on the float32 weights that a GGUF file's blocks stand for.

    perplexity_transformers.py MODEL.gguf TASK.json
    TASK: {"ids", "context", "answers": [{"prompt", "ids"}]}; prints {"perplexity", "tokens", "answers": [{"same", "close", "wrong"}]}

Each token of an answer is judged after the answer's own tokens before it.
"""
import json
import math
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch
from transformers import AutoModelForCausalLM

file = pathlib.Path(sys.argv[1])
task = json.loads(pathlib.Path(sys.argv[2]).read_text())
model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32).eval()
total, count = 0.0, 0
with torch.inference_mode():
    for begin in range(0, len(task["ids"]), task["context"]):
        window = torch.tensor([task["ids"][begin:begin + task["context"]]])
        if window.shape[1] < 2:
            continue
        logits = model(window).logits[0, :-1].double()
        total -= torch.log_softmax(logits, -1).gather(1, window[0, 1:, None]).sum().item()
        count += window.shape[1] - 1
    answers = []
    for answer in task["answers"]:
        logits = model(torch.tensor([answer["prompt"] + answer["ids"][:-1]])).logits[0, len(answer["prompt"]) - 1:]
        verdict = {"same": 0, "close": 0, "wrong": 0}
        for row, token in zip(logits, answer["ids"]):
            behind = (row.max() - row[token]).item()
            verdict["same" if behind == 0 else "close" if behind < 0.01 else "wrong"] += 1
        answers.append(verdict)
print(json.dumps({"perplexity": math.exp(total / count), "tokens": count, "answers": answers}), file=out, flush=True)
