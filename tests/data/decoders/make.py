#!/usr/bin/env python3
"""Makes the tiny random decoders of this folder and their reference outputs.

    python make.py OUT_FOLDER

Needs torch, transformers, safetensors and gguf (the last for the GGUF files alone).
"""
import argparse
import json
import os
import pathlib
import platform
import shutil

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gguf
import numpy as np
import torch
import transformers
from safetensors.torch import save_file
from transformers import GenerationConfig, LogitsProcessorList

VOCAB = 96
SIZES = dict(vocab_size=VOCAB, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.15, bos_token_id=1, eos_token_id=None,
             pad_token_id=0)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)
LINEAR = dict(rope_type="linear", factor=2.5)


def configs():
    c = transformers
    return {
        # Stored as OpenAI's files are: without the prefix "transformer.".
        "gpt2": c.GPT2Config(vocab_size=VOCAB, n_embd=32, n_layer=2, n_head=4, n_positions=64, initializer_range=0.15,
                             bos_token_id=1, eos_token_id=None, pad_token_id=0),
        "llama": c.LlamaConfig(**SIZES, rms_norm_eps=1e-5, tie_word_embeddings=False),
        "mistral": c.MistralConfig(**SIZES, head_dim=8, sliding_window=7, tie_word_embeddings=False),
        "qwen2": c.Qwen2Config(**SIZES, tie_word_embeddings=True, use_sliding_window=True, sliding_window=6, max_window_layers=1,
                               rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
        "qwen3": c.Qwen3Config(**SIZES, head_dim=16, tie_word_embeddings=False,
                               rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
        "gemma3": c.Gemma3TextConfig(**{**SIZES, "num_hidden_layers": 3}, head_dim=16, query_pre_attn_scalar=24,
                                     sliding_window=5, layer_types=["sliding_attention", "sliding_attention", "full_attention"],
                                     final_logit_softcapping=3.0,
                                     rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
                                                      "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}),
    }


def make_model(config, seed):
    torch.manual_seed(seed)
    config._attn_implementation = "eager"
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name or ".ln_" in name or name.endswith(".bias"):
                parameter.add_(0.2 * torch.randn_like(parameter))
            # Values that half precision holds, so that every file has the very same.
            parameter.copy_(parameter.half().float())
    return model


def old_config(name, new):
    """The same configuration with the keys of transformers 4."""
    old = {k: v for k, v in new.items() if k not in ("dtype", "rope_parameters", "layer_types")}
    old["torch_dtype"] = new["dtype"]
    rope = new.get("rope_parameters")
    if name == "gemma3":
        full = dict(rope["full_attention"])
        old["rope_theta"] = full.pop("rope_theta")
        old["rope_scaling"] = full
        old["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        old["sliding_window_pattern"] = 3
    elif rope:
        rope = dict(rope)
        old["rope_theta"] = rope.pop("rope_theta")
        kind = rope.pop("rope_type")
        old["rope_scaling"] = None if kind == "default" else {"type": kind, **rope}
    return old


def sequences(seed, lengths):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(2, VOCAB, (n,), generator=generator).tolist() for n in lengths]


def padded(rows, left):
    longest = max(map(len, rows))
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        begin = longest - len(row) if left else 0
        ids[i, begin:begin + len(row)] = torch.tensor(row)
        mask[i, begin:begin + len(row)] = 1
    return ids, mask


def packed(tensor, mask):
    """(B, T, C) to the rows that the mask keeps, one sequence after another."""
    return tensor[mask.bool()].contiguous()


@torch.no_grad()
def outputs(model, rows, left):
    ids, mask = padded(rows, left)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    out = model(input_ids=ids, attention_mask=mask, position_ids=positions, output_hidden_states=True, use_cache=False)
    result = {"logits": packed(out.logits, mask)}
    for i, state in enumerate(out.hidden_states):
        result["hidden.%d" % i] = packed(state, mask)
    return result


@torch.no_grad()
def greedy(model, rows, count, **settings):
    ids, mask = padded(rows, True)
    out = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=count, do_sample=False, pad_token_id=0, **settings)
    return out[:, ids.shape[1]:].tolist()


@torch.no_grad()
def mean_loss(model, ids, window):
    total, count = 0.0, 0
    for begin in range(0, len(ids), window):
        part = torch.tensor(ids[begin:begin + window])
        if len(part) < 2:
            continue
        scores = torch.log_softmax(model(input_ids=part[None]).logits[0].double(), -1)
        total -= scores[torch.arange(len(part) - 1), part[1:]].sum().item()
        count += len(part) - 1
    return {"window": window, "ids": ids, "tokens": count, "negative_log_likelihood": total / count}


# --- GGUF, laid out as llama.cpp's converter lays it out --------------------------------------------

PARTS = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}
GEMMA = {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
         "post_feedforward_layernorm": "post_ffw_norm"}
WHOLE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output", "transformer.wte": "token_embd",
         "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm"}


def gguf_name(name, arch):
    stem, kind = name.rsplit(".", 1)
    if stem in WHOLE:
        return "%s.%s" % (WHOLE[stem], kind)
    parts = stem.split(".")
    part = ".".join(parts[3:])
    return "blk.%s.%s.%s" % (parts[2], {**PARTS, **(GEMMA if arch == "gemma3" else {})}[part], kind)


def permute(weight, heads):
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(path, arch, model, quantized=False, rope_factors=None):
    """With `quantized` the matrices are Q8_0, and the model gets the values that those hold."""
    config = model.config
    writer = gguf.GGUFWriter(str(path), arch)
    gpt2 = arch == "gpt2"
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(4 * config.hidden_size if gpt2 else config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_eos_token_id(2)
    if gpt2:
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        rope = config.rope_parameters
        writer.add_rope_freq_base(rope.get("full_attention", rope)["rope_theta"])
        if arch in ("qwen3", "gemma3"):
            writer.add_key_length(config.head_dim)
            writer.add_value_length(config.head_dim)
        if arch == "gemma3":
            writer.add_sliding_window(config.sliding_window)
            writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(8.0)
            writer.add_final_logit_softcapping(config.final_logit_softcapping)
            writer.add_array("gemma3.attention.sliding_window_pattern", [kind == "sliding_attention" for kind in config.layer_types])
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        if name.endswith((".attn.bias", ".attn.masked_bias", "inv_freq", "embed_scale")):
            continue
        values = tensor.float().numpy()
        if gpt2 and (".c_" in name) and name.endswith(".weight"):
            values = values.T
        if arch == "llama" and ".q_proj." in name:
            values = permute(values, config.num_attention_heads)
        if arch == "llama" and ".k_proj." in name:
            values = permute(values, config.num_key_value_heads)
        if arch == "gemma3" and name.endswith("norm.weight"):
            values = values + 1
        values = np.ascontiguousarray(values)
        if values.ndim == 1:
            writer.add_tensor(gguf_name(name, arch), values.astype(np.float32))
        elif quantized:
            blocks = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(gguf_name(name, arch), blocks, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
            held = gguf.quants.dequantize(blocks, gguf.GGMLQuantizationType.Q8_0)
            if ".q_proj." in name or ".k_proj." in name:
                heads = config.num_attention_heads if ".q_proj." in name else config.num_key_value_heads
                held = held.reshape(heads, -1, 2, held.shape[1]).swapaxes(1, 2).reshape(held.shape)
            tensor.copy_(torch.from_numpy(np.ascontiguousarray(held)))
        else:
            writer.add_tensor(gguf_name(name, arch), values.astype(np.float16))
    if rope_factors is not None:
        writer.add_tensor("rope_freqs.weight", rope_factors.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def rope_references():
    """Cosines and sines of the frequencies of well-known models at far positions."""
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
    cases = {
        "default": (64, 131072, {"rope_type": "default", "rope_theta": 10000.0}),
        "linear": (64, 16384, {"rope_type": "linear", "factor": 4.0, "rope_theta": 100000.0}),
        "llama3": (64, 131072, {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                "original_max_position_embeddings": 8192, "rope_theta": 500000.0}),
        "yarn": (128, 131072, {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768, "rope_theta": 1000000.0}),
        "yarn_mscale": (64, 131072, {"rope_type": "yarn", "factor": 40.0, "original_max_position_embeddings": 4096, "rope_theta": 10000.0,
                                     "beta_fast": 24.0, "beta_slow": 2.0, "mscale": 1.0, "mscale_all_dim": 0.5, "truncate": False}),
    }
    result = []
    positions = torch.tensor([[0, 1, 77, 4095, 8191, 60000]])
    for name, (head_dim, length, rope) in cases.items():
        config = transformers.LlamaConfig(**{**SIZES, "hidden_size": 4 * head_dim, "max_position_embeddings": length}, rope_parameters=rope)
        cos, sin = LlamaRotaryEmbedding(config)(torch.zeros(1), positions)
        result.append({"name": name, "config": json.loads(config.to_json_string()), "positions": positions[0].tolist(),
                       "cos": [[float("%.7g" % v) for v in row[:head_dim // 2]] for row in cos[0].tolist()],
                       "sin": [[float("%.7g" % v) for v in row[:head_dim // 2]] for row in sin[0].tolist()]})
    return result


def sampling_references(model):
    generator = torch.Generator().manual_seed(7)
    logits = (4 * torch.randn((1, 60), generator=generator))
    logits[0, 10] = logits[0, 11]  # equal ones at the edge of top_k
    ids = torch.tensor([[3, 10, 10, 59, 7]])
    cases = [
        dict(temperature=0.7), dict(temperature=1.0, top_k=5), dict(temperature=1.0, top_k=1), dict(temperature=1.0, top_p=0.9),
        dict(temperature=1.5, top_p=0.5), dict(temperature=1.0, top_p=0.01), dict(temperature=1.0, min_p=0.05), dict(temperature=2.0, min_p=1.0),
        dict(temperature=1.0, repetition_penalty=1.3), dict(temperature=0.8, top_k=20, top_p=0.85, min_p=0.02, repetition_penalty=1.2),
        dict(temperature=0.3, top_k=40, top_p=0.95, repetition_penalty=0.7),
    ]
    order = torch.argsort(logits[0], descending=True).tolist()
    cases.append(dict(temperature=1.0, top_k=order.index(10) + 1 if order.index(10) < order.index(11) else order.index(11) + 1))
    result = []
    for case in cases:
        settings = {"top_k": 0, "top_p": 1.0, **case}
        processors = model._get_logits_processor(GenerationConfig(do_sample=True, **settings), input_ids_seq_length=ids.shape[1],
                                                 encoder_input_ids=ids, prefix_allowed_tokens_fn=None,
                                                 logits_processor=LogitsProcessorList(), device="cpu")
        warped = processors(ids, logits.clone())[0].tolist()
        result.append({"settings": case, "warped": [None if v == -float("inf") else float("%.9g" % v) for v in warped]})
    return {"logits": [float("%.9g" % v) for v in logits[0].tolist()], "context": ids[0].tolist(), "cases": result}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    out = parser.parse_args().out
    torch.set_num_threads(1)
    rows = sequences(1, [3, 1, 21, 12])
    prompts = sequences(2, [5, 1, 17])
    expected = {"versions": {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
                             "gguf": "0.19.0"},
                "sequences": rows, "prompts": prompts, "greedy": {}, "greedy_penalised": {}, "variants": {}}
    for seed, (name, config) in enumerate(configs().items()):
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        model = make_model(config, seed)
        # BF16 holds less than half precision: what it holds is what the reference computes with.
        kind = torch.bfloat16 if name == "mistral" else torch.float32 if name == "qwen3" else torch.float16
        model = model.to(kind)
        model.save_pretrained(folder, max_shard_size="20KB" if name == "qwen2" else "5GB")
        # Not `model` again: its frequencies are rounded now.
        weights = {key: value.float() for key, value in model.state_dict().items()}
        model = make_model(config, seed)
        model.load_state_dict(weights)
        if name == "gpt2":
            from safetensors.torch import load_file
            save_file({k.removeprefix("transformer."): v for k, v in load_file(folder / "model.safetensors").items()},
                      folder / "model.safetensors", metadata={"format": "pt"})
        new = json.loads((folder / "config.json").read_text())
        (folder / "generation_config.json").unlink(missing_ok=True)
        if name != "gpt2":
            write_json(folder / "config_old.json", old_config(name, new))
        tensors = {}
        for side in ("right", "left"):
            for key, value in outputs(model, rows, side == "left").items():
                if side == "right" or key == "logits":
                    tensors["%s.%s" % (side, key)] = value
        save_file(tensors, folder / "expected.safetensors")
        expected["greedy"][name] = greedy(model, prompts, 24)
        expected["greedy_penalised"][name] = greedy(model, prompts[:1], 24, repetition_penalty=1.4)
        if name == "llama":
            expected["perplexity"] = mean_loss(model, sequences(3, [61])[0], 16)
            expected["sampling"] = sampling_references(model)
            for variant, rope in (("linear", LINEAR), ("llama3", LLAMA3), ("yarn", YARN)):
                changed = transformers.LlamaConfig(**SIZES, rms_norm_eps=1e-5, tie_word_embeddings=False,
                                                   rope_parameters={"rope_theta": 10000.0, **rope})
                changed._attn_implementation = "eager"
                other = transformers.LlamaForCausalLM(changed).eval()
                other.load_state_dict(model.state_dict())
                other.model.rotary_emb = type(other.model.rotary_emb)(changed)
                save_file({"logits": outputs(other, rows, False)["logits"]}, out / ("llama_%s.safetensors" % variant))
                config_json = json.loads(changed.to_json_string())
                expected["variants"][variant] = {"config": config_json, "config_old": old_config("llama", {**config_json, "dtype": "float32"})}
                if variant == "llama3":
                    plain = 1.0 / (10000.0 ** (torch.arange(0, 8, 2).float() / 8))
                    factors = (plain / other.model.rotary_emb.inv_freq).numpy()
                    write_gguf(out / "llama_llama3.gguf", "llama", other, rope_factors=factors)
            write_gguf(out / "llama_q8.gguf", "llama", model, quantized=True)
            save_file({"logits": outputs(model, rows, False)["logits"]}, out / "llama_q8.safetensors")
        elif name != "mistral":
            write_gguf(folder / "model.gguf", name, model)
        # What the GGUF files of these do not say.
        unsaid = {"qwen2": {"use_sliding_window": False, "layer_types": None}, "gemma3": {"query_pre_attn_scalar": 16}}.get(name)
        if unsaid:
            other = make_model(type(config)(**{**config.to_dict(), **unsaid}), seed)
            other.load_state_dict(model.state_dict())
            save_file({"logits": outputs(other, rows, False)["logits"]}, folder / "expected_gguf.safetensors")
    expected["rope"] = rope_references()
    for file in out.rglob("*.safetensors"):
        file.chmod(0o644)
    (out / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
