#!/usr/bin/env python3
"""Makes tiny random encoders of every family and head, with what transformers computes.

    python make.py OUT_FOLDER

Writes OUT_FOLDER/<family>-<head>/{config.json, model.safetensors} and OUT_FOLDER/expected.json.
Weights are float16 numbers and stored so; everything is computed in float32. Needs torch, transformers, safetensors.
"""
import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from safetensors.torch import save_file
from transformers import (AutoConfig, AutoModelForMaskedLM, AutoModelForQuestionAnswering, AutoModelForSequenceClassification,
                          AutoModelForTokenClassification)

HEADS = {
    "sequence": (AutoModelForSequenceClassification, {"num_labels": 3}),
    "score": (AutoModelForSequenceClassification, {"num_labels": 1}),
    "token": (AutoModelForTokenClassification, {"num_labels": 5}),
    "span": (AutoModelForQuestionAnswering, {}),
    "mask": (AutoModelForMaskedLM, {}),
}
COMMON = dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48)
FAMILIES = {
    "bert": dict(COMMON, max_position_embeddings=24, type_vocab_size=2, hidden_act="gelu", pad_token_id=0),
    "roberta": dict(COMMON, max_position_embeddings=26, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1),
    "xlm-roberta": dict(COMMON, max_position_embeddings=26, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, hidden_act="gelu_new"),
    "distilbert": dict(vocab_size=64, dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=24, activation="relu", pad_token_id=0),
}


def scatter(model):
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "norm" in name.lower() and name.endswith("weight"):
                p.copy_(1.0 + 0.2 * torch.randn_like(p))
            elif p.dim() == 1:
                p.copy_(0.1 * torch.randn_like(p))
            else:
                p.copy_(0.25 * torch.randn_like(p))
            p.copy_(p.half().float())


def batches(padding):
    torch.manual_seed(7)
    lengths = [3, 9, 6]
    longest = max(lengths)
    for side in ("right", "left"):
        ids = torch.full((3, longest), padding)
        mask = torch.zeros((3, longest), dtype=torch.long)
        types = torch.zeros((3, longest), dtype=torch.long)
        for row, length in enumerate(lengths):
            where = slice(0, length) if side == "right" else slice(longest - length, longest)
            ids[row, where] = torch.randint(4, 64, (length,))
            mask[row, where] = 1
            types[row, where] = (torch.arange(length) >= length // 2).long()
        if side == "left":
            ids[1, 4] = padding  # the padding token in the middle of a text, and seen
        yield side, ids, mask, types


def rows(tensor, mask):
    return [[[float("%.7g" % v) for v in row] for row, seen in zip(sequence, m) if seen] for sequence, m in zip(tensor.tolist(), mask.tolist())]


def main(out):
    expected = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}, "cases": []}
    for family, settings in FAMILIES.items():
        for head, (cls, extra) in HEADS.items():
            torch.manual_seed(len(family) * 31 + len(head))
            config = AutoConfig.for_model(family, **settings, **extra)
            config.architectures = None
            model = cls.from_config(config).eval()
            scatter(model)
            folder = os.path.join(out, "%s-%s" % (family, head))
            os.makedirs(folder, exist_ok=True)
            model.config.architectures = [type(model).__name__]
            model.config.dtype = "float16"
            model.config.to_json_file(os.path.join(folder, "config.json"), use_diff=False if family == "distilbert" else True)
            state = {k: v for k, v in model.state_dict().items() if k not in (model._tied_weights_keys or {}) and v.is_floating_point()}
            save_file({k: v.half().contiguous() for k, v in state.items()}, os.path.join(folder, "model.safetensors"), {"format": "pt"})
            for side, ids, mask, types in batches(settings["pad_token_id"]):
                inputs = dict(input_ids=ids, attention_mask=mask)
                if family == "bert":
                    inputs["token_type_ids"] = types
                else:
                    types = torch.zeros_like(types)
                with torch.no_grad():
                    result = model(**inputs, output_hidden_states=True)
                case = {"model": "%s-%s" % (family, head), "side": side, "ids": ids.tolist(), "mask": mask.tolist(), "types": types.tolist(),
                        "hidden": rows(result.hidden_states[-1], mask) if head == "sequence" else None}
                if head in ("sequence", "score"):
                    # transformers takes position 0, where padding on the left has put a token that is not there
                    case["logits"] = [[float("%.7g" % v) for v in row] if m[0] else None for row, m in zip(result.logits.tolist(), mask.tolist())]
                elif head == "span":
                    case["logits"] = rows(torch.stack([result.start_logits, result.end_logits], dim=-1), mask)
                else:
                    case["logits"] = rows(result.logits, mask)
                expected["cases"].append(case)
    with open(os.path.join(out, "expected.json"), "w", encoding="utf-8", newline="\n") as f:
        json.dump(expected, f)
        f.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
