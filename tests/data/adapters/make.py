#!/usr/bin/env python3
"""Makes adapters by peft for the tiny models of the neighbouring folders, with what peft and transformers compute.

    python make.py OUT_FOLDER

Writes OUT_FOLDER/<case>/{adapter_config.json, adapter_model.safetensors}, OUT_FOLDER/expected.json and
OUT_FOLDER/expected.safetensors. Needs torch, transformers, peft, safetensors.
"""
import argparse
import json
import os
import pathlib
import platform

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import (AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoModelForSequenceClassification,
                          AutoModelForTokenClassification)

DATA = pathlib.Path(__file__).resolve().parent.parent
LLAMA = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CAUSAL, SEQUENCE, TOKEN, FEATURES, S2S = "CAUSAL_LM", "SEQ_CLS", "TOKEN_CLS", "FEATURE_EXTRACTION", "SEQ_2_SEQ_LM"
LOADERS = {CAUSAL: (AutoModelForCausalLM, {}), SEQUENCE: (AutoModelForSequenceClassification, {"num_labels": 3}),
           TOKEN: (AutoModelForTokenClassification, {"num_labels": 5}), FEATURES: (AutoModel, {"add_pooling_layer": False}),
           S2S: (AutoModelForSeq2SeqLM, {})}
# name: base, task, LoraConfig
CASES = {
    "llama-plain": ("decoders/llama", CAUSAL, dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"])),
    # Patterns overlap: the first that fits holds. The middle one fits no whole part of a name.
    "llama-patterns": ("decoders/llama", CAUSAL, dict(r=3, lora_alpha=5, use_rslora=True, target_modules=LLAMA,
                                                      rank_pattern={"layers.1.self_attn.q_proj": 6, "proj": 7, "down_proj": 2, r".*\.1\..*": 5},
                                                      alpha_pattern={r"^model\.layers\.0\.mlp\..*": 3, "up_proj": 11, "q_proj|k_proj": 2.5})),
    "llama-expression": ("decoders/llama", CAUSAL, dict(r=2, lora_alpha=4, target_modules=r"model\.layers\.(?P<n>\d+)\.self_attn\.(q|o)_proj",
                                                        exclude_modules=r".*\.0\..*o_proj")),
    "llama-layers": ("decoders/llama", CAUSAL, dict(r=2, lora_alpha=4, target_modules=["q_proj", "down_proj"], layers_to_transform=[1],
                                                    layers_pattern="layers")),
    "llama-dora": ("decoders/llama", CAUSAL, dict(r=3, lora_alpha=6, use_dora=True, target_modules="all-linear")),
    "llama-saved": ("decoders/llama", CAUSAL, dict(r=2, lora_alpha=4, target_modules=["o_proj"], modules_to_save=["embed_tokens", "lm_head"])),
    "llama-words": ("decoders/llama", CAUSAL, dict(r=3, lora_alpha=5, target_modules=["embed_tokens", "lm_head", "gate_proj"])),
    "qwen2-bias": ("decoders/qwen2", CAUSAL, dict(r=4, lora_alpha=8, bias="all", target_modules=["q_proj", "k_proj"])),
    "qwen2-lora-bias": ("decoders/qwen2", CAUSAL, dict(r=4, lora_alpha=6, lora_bias=True, target_modules=["q_proj", "v_proj"])),
    "qwen2-dora": ("decoders/qwen2", CAUSAL, dict(r=4, lora_alpha=8, use_dora=True, bias="lora_only", target_modules=["q_proj", "v_proj", "embed_tokens"])),
    # The output table of these is the word table until an adapter changes one of the two.
    "qwen2-words": ("decoders/qwen2", CAUSAL, dict(r=3, lora_alpha=5, target_modules=["embed_tokens", "q_proj"])),
    "qwen2-head": ("decoders/qwen2", CAUSAL, dict(r=3, lora_alpha=5, target_modules=["lm_head", "q_proj"])),
    "qwen2-saved": ("decoders/qwen2", CAUSAL, dict(r=3, lora_alpha=5, target_modules=["v_proj"], modules_to_save=["embed_tokens"])),
    "gpt2-plain": ("decoders/gpt2", CAUSAL, dict(r=4, lora_alpha=8, fan_in_fan_out=True, target_modules=["c_attn", "c_proj", "c_fc"])),
    "gpt2-bias": ("decoders/gpt2", CAUSAL, dict(r=4, lora_alpha=8, fan_in_fan_out=True, bias="lora_only", target_modules=["attn.c_proj", "c_fc"])),
    "gpt2-dora": ("decoders/gpt2", CAUSAL, dict(r=4, lora_alpha=8, fan_in_fan_out=True, use_dora=True, target_modules=["c_attn", "c_proj"])),
    "gpt2-words": ("decoders/gpt2", CAUSAL, dict(r=4, lora_alpha=8, fan_in_fan_out=True, target_modules=["wte", "wpe", "c_attn"])),
    "gemma3-words": ("decoders/gemma3", CAUSAL, dict(r=4, lora_alpha=8, target_modules=["embed_tokens", "up_proj"])),
    "bert-sequence": ("encoders/bert-mask", SEQUENCE, dict(r=4, lora_alpha=8, target_modules=["query", "value"], modules_to_save=["pooler", "classifier"])),
    "bert-patterns": ("encoders/bert-sequence", SEQUENCE, dict(r=3, lora_alpha=4, use_rslora=True, bias="all", target_modules=["query", "dense"],
                                                               rank_pattern={"output.dense": 2}, alpha_pattern={r"encoder\.layer\.1\..*": 9})),
    "bert-dora": ("encoders/bert-sequence", SEQUENCE, dict(r=3, lora_alpha=4, use_dora=True, target_modules=["query", "output.dense", "word_embeddings"])),
    "bert-token": ("encoders/bert-token", TOKEN, dict(r=3, lora_alpha=4, target_modules=["query", "dense"])),
    "bert-features": ("encoders/bert-sequence", FEATURES, dict(r=3, lora_alpha=4, target_modules=["key", "position_embeddings"])),
    "roberta-sequence": ("encoders/roberta-mask", SEQUENCE, dict(r=4, lora_alpha=8, target_modules=["query", "dense"])),
    "distilbert-sequence": ("encoders/distilbert-mask", SEQUENCE, dict(r=4, lora_alpha=8, target_modules=["q_lin", "lin2"],
                                                                       modules_to_save=["pre_classifier"])),
    "t5-plain": ("t5/t5", S2S, dict(r=4, lora_alpha=8, target_modules=["q", "v", "wo"])),
    "t5-head": ("t5/mt5", S2S, dict(r=4, lora_alpha=8, target_modules=["wi_0", "lm_head"])),
}
GREEDY = ("llama-plain", "llama-dora", "gpt2-plain", "qwen2-words")
# Merging into a table that is input and output at once changes both; peft warns and does it.
TIED = ("qwen2-words", "qwen2-head", "qwen2-dora", "gpt2-words", "gemma3-words")


def sequences(seed, lengths, low, high):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(low, high, (n,), generator=generator).tolist() for n in lengths]


def load(base, task):
    loader, extra = LOADERS[task]
    return loader.from_pretrained(DATA / base, dtype=torch.float32, attn_implementation="eager", **extra).eval()


def scatter(model):
    """Nothing of an adapter stays at its first value, where half of it is zero."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if not p.requires_grad:
                continue
            if "lora_magnitude_vector" in name:
                p.mul_(1 + 0.3 * torch.rand_like(p))
            elif "lora_" in name:
                p.copy_(0.25 * torch.randn_like(p))
            else:
                p.add_(0.2 * torch.randn_like(p))
            p.copy_(p.half().float())


@torch.no_grad()
def outputs(model, task, rows):
    parts = []
    for row in rows:
        ids = torch.tensor([row])
        if task == S2S:
            parts.append(model(input_ids=ids, decoder_input_ids=torch.tensor([[0, *row[:3]]])).logits[0])
        elif task == FEATURES:
            parts.append(model(input_ids=ids).last_hidden_state[0])
        else:
            logits = model(input_ids=ids).logits[0]
            parts.append(logits.reshape(-1, logits.shape[-1]))  # a row a token, or one a sequence
    return torch.cat(parts).contiguous()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    out = parser.parse_args().out
    torch.set_num_threads(1)
    rows = sequences(1, [9, 4], 5, 48)
    prompts = sequences(2, [5, 3], 5, 96)
    tensors = {}
    expected = {"versions": {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
                             "peft": peft.__version__},
                "sequences": rows, "prompts": prompts, "greedy": {}, "cases": {}}
    for seed, (name, (base, task, settings)) in enumerate(CASES.items()):
        torch.manual_seed(seed)
        model = get_peft_model(load(base, task), LoraConfig(task_type=task, **settings)).eval()
        scatter(model)
        model.save_pretrained(out / name)
        (out / name / "README.md").unlink(missing_ok=True)
        file = out / name / "adapter_config.json"
        config = json.loads(file.read_text())
        config["base_model_name_or_path"] = "../../" + base
        # peft sorts them by name and takes the first that fits when it loads them.
        for key in ("rank_pattern", "alpha_pattern"):
            config[key] = settings.get(key, {})
        file.write_text(json.dumps(config, indent=1) + "\n")
        model = PeftModel.from_pretrained(load(base, task), out / name).eval()
        tensors[name] = outputs(model, task, rows)
        expected["cases"][name] = {"base": base, "task": task}
        if name in GREEDY:
            expected["greedy"][name] = [model.generate(input_ids=torch.tensor([p]), max_new_tokens=16, do_sample=False, pad_token_id=0)[0, len(p):].tolist()
                                        for p in prompts]
        if name not in TIED:
            merged = outputs(model.merge_and_unload(), task, rows)
            assert (merged - tensors[name]).abs().max() < 1e-4, name
    save_file(tensors, out / "expected.safetensors")
    for path in out.rglob("*.safetensors"):
        path.chmod(0o644)
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
