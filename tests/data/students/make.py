#!/usr/bin/env python3
"""Makes tiny students of random weights and what torch makes of them.

    python make.py OUT_FOLDER

Writes bilstm-1-max/, bilstm-2-mean/, static/ and static-head/ (config.json, model.safetensors) and expected.json: for
each the rows of some texts, their logits, and the gradients of their cross-entropy in some weights. Needs torch, safetensors.
"""
import json
import pathlib
import platform
import sys

import safetensors.torch
import torch
from torch import nn

VOCABULARY = [3, 7, 20, 21, 30, 31, 40, 41, 50, 60]
LABELS = ["a", "b", "c", "d"]
SIZE, HIDDEN, HEAD = 8, 6, 5
# Rows of the table as they are read: 0 fills up, 1 is unknown.
TEXTS = [[2, 5, 1, 7, 7], [3], [11, 4, 6, 2, 9, 10, 8, 3, 5], [1, 1], [0], [6, 2, 5]]
TARGETS = [0, 3, 1, 2, 2, 0]


class BiLstm(nn.Module):
    def __init__(self, layers, pooling):
        super().__init__()
        self.embedding = nn.Embedding(len(VOCABULARY) + 2, SIZE)
        self.lstm = nn.LSTM(SIZE, HIDDEN, num_layers=layers, batch_first=True, bidirectional=True)
        self.classifier = nn.Linear(2 * HIDDEN, len(LABELS))
        self.pooling = pooling

    def forward(self, rows):
        states = self.lstm(self.embedding(torch.tensor([rows])))[0][0]
        return self.classifier(states.amax(0) if self.pooling == "max" else states.mean(0))


class Static(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.embedding = nn.Embedding(len(VOCABULARY) + 2, SIZE)
        if head:
            self.dense = nn.Linear(SIZE, head)
        self.classifier = nn.Linear(head or SIZE, len(LABELS))
        self.head = head

    def forward(self, rows):
        x = self.embedding(torch.tensor(rows)).mean(0)
        return self.classifier(self.dense(x).relu() if self.head else x)


def main():
    out = pathlib.Path(sys.argv[1])
    torch.manual_seed(4)
    torch.set_num_threads(1)
    students = {
        "bilstm-1-max": (BiLstm(1, "max"), {"model_type": "triptych_bilstm", "hidden_size": HIDDEN, "num_layers": 1, "pooling": "max"}),
        "bilstm-2-mean": (BiLstm(2, "mean"), {"model_type": "triptych_bilstm", "hidden_size": HIDDEN, "num_layers": 2, "pooling": "mean"}),
        "static": (Static(0), {"model_type": "triptych_static", "head_size": 0}),
        "static-head": (Static(HEAD), {"model_type": "triptych_static", "head_size": HEAD}),
    }
    expected = {"versions": {"python": platform.python_version(), "torch": torch.__version__}, "texts": TEXTS, "targets": TARGETS, "students": {}}
    for name, (model, config) in students.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        config = {**config, "embedding_size": SIZE, "num_labels": len(LABELS), "max_length": 16, "dropout": 0.5, "vocabulary": VOCABULARY}
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        safetensors.torch.save_file(model.state_dict(), folder / "model.safetensors")
        logits = torch.stack([model(rows) for rows in TEXTS])
        nn.functional.cross_entropy(logits, torch.tensor(TARGETS)).backward()
        watched = ["embedding.weight"] + [key for key, _ in model.named_parameters() if key.startswith("lstm.weight_hh") or key == "dense.weight"]
        parameters = dict(model.named_parameters())
        expected["students"][name] = {"logits": logits.tolist(), "gradients": {key: parameters[key].grad.flatten().tolist() for key in watched}}
    (out / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()
