#!/usr/bin/env python3
"""Makes tiny random T5 models of every kind, with what transformers computes.

    python make.py OUT_FOLDER

Writes OUT_FOLDER/<kind>/{config.json, model.safetensors} and OUT_FOLDER/expected.json. Weights are float16 numbers and
stored so; everything is computed in float32. Needs torch, transformers, safetensors.
"""
import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from safetensors.torch import save_file
from transformers import MT5Config, MT5ForConditionalGeneration, T5Config, T5ForConditionalGeneration

COMMON = dict(vocab_size=48, d_model=32, d_kv=6, d_ff=40, num_layers=2, num_heads=4, relative_attention_num_buckets=8,
              relative_attention_max_distance=12, decoder_start_token_id=0)
# A key named "tie_word_embeddings" is that of older files; transformers 5 writes "scale_decoder_outputs".
KINDS = {
    "t5": (T5Config, T5ForConditionalGeneration, dict(COMMON), {}),
    "t5-v1.1": (T5Config, T5ForConditionalGeneration, dict(COMMON, feed_forward_proj="gated-gelu", tie_word_embeddings=False, num_decoder_layers=3), {}),
    "t5-v1.1-old-names": (T5Config, T5ForConditionalGeneration, dict(COMMON, feed_forward_proj="gated-silu", tie_word_embeddings=False),
                          {"tie_word_embeddings": False}),
    "mt5": (MT5Config, MT5ForConditionalGeneration, dict(COMMON, feed_forward_proj="gated-gelu"), {}),
}


def numbers(tensor):
    return [[float("%.7g" % v) for v in row] for row in tensor.tolist()]


def main(out):
    expected = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}, "cases": []}
    for kind, (configClass, modelClass, settings, old) in KINDS.items():
        torch.manual_seed(len(kind))
        model = modelClass(configClass(**settings)).eval()
        untied = "v1.1" in kind or kind == "mt5"
        if untied:
            model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.shared.weight))
        with torch.no_grad():
            for name, p in model.named_parameters():
                p.copy_(((1.0 + 0.2 * torch.randn_like(p)) if name.endswith("norm.weight") else 0.25 * torch.randn_like(p)).half().float())
        folder = os.path.join(out, kind)
        os.makedirs(folder, exist_ok=True)
        config = json.loads(model.config.to_json_string(use_diff=False))
        config["architectures"] = [modelClass.__name__]
        if old:
            config.pop("scale_decoder_outputs", None)
            config.update(old)
        with open(os.path.join(folder, "config.json"), "w", newline="\n") as f:
            json.dump(config, f, indent=1, sort_keys=True)
            f.write("\n")
        state = {k: v.half().contiguous() for k, v in model.state_dict().items() if "embed_tokens" not in k and (untied or k != "lm_head.weight")}
        save_file(state, os.path.join(folder, "model.safetensors"), {"format": "pt"})
        for length, target in ((5, 4), (40, 30)):
            ids, target = torch.randint(2, 48, (1, length)), torch.randint(2, 48, (1, target))
            target[0, 0] = 0
            mask = torch.ones_like(ids)
            mask[0, 1] = 0 if length == 40 else 1
            with torch.no_grad():
                result = model(input_ids=ids, attention_mask=mask, decoder_input_ids=target, output_hidden_states=True)
                text = model.generate(ids, attention_mask=mask, max_new_tokens=12, do_sample=False, num_beams=1, use_cache=False)
            encoder = [row for row, seen in zip(numbers(result.encoder_last_hidden_state[0]), mask[0].tolist()) if seen]
            expected["cases"].append({"model": kind, "ids": ids[0].tolist(), "mask": mask[0].tolist(), "decoder_ids": target[0].tolist(),
                                      "encoder": encoder, "hidden": numbers(result.decoder_hidden_states[-1][0]), "logits": numbers(result.logits[0]),
                                      "greedy": text[0].tolist()})
    with open(os.path.join(out, "expected.json"), "w", encoding="utf-8", newline="\n") as f:
        json.dump(expected, f)
        f.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
