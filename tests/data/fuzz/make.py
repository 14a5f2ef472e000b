#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets: python make.py OUT_FOLDER. Nothing but Python is needed."""
import json
import os
import struct
import sys

OUT = sys.argv[1]


def seed(reader, name, data):
    os.makedirs(os.path.join(OUT, reader), exist_ok=True)
    with open(os.path.join(OUT, reader, name), "wb") as file:
        file.write(data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode())


def safetensors(header, data):
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + data


def string(text):
    return struct.pack("<Q", len(text.encode())) + text.encode()


def gguf(pairs, tensors, data, version=3):
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs))
    for key, kind, value in pairs:
        out += string(key) + struct.pack("<I", kind) + value
    for name, dimensions, kind, offset in tensors:
        out += string(name) + struct.pack("<I", len(dimensions)) + struct.pack("<%dQ" % len(dimensions), *dimensions)
        out += struct.pack("<IQ", kind, offset)
    return out + b"\0" * (-len(out) % 32) + data


seed("safetensors", "two", safetensors({"__metadata__": {"format": "pt"}, "a.weight": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
                                         "mask": {"dtype": "BOOL", "shape": [3], "data_offsets": [8, 11]}}, bytes(range(11))))
seed("safetensors", "empty", safetensors({}, b""))
seed("safetensors", "scalar", safetensors({"n": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]},
                                           "none": {"dtype": "BF16", "shape": [0, 3], "data_offsets": [8, 8]}}, bytes(8)))
seed("safetensors_index", "two", {"metadata": {"total_size": 16}, "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "sub/two.safetensors"}})

SCALARS = [("u8", 0, b"\1"), ("i8", 1, b"\xff"), ("u16", 2, b"\1\2"), ("i16", 3, b"\1\2"), ("u32", 4, b"\1\2\3\4"), ("i32", 5, b"\1\2\3\4"),
           ("f32", 6, struct.pack("<f", 1.5)), ("bool", 7, b"\1"), ("u64", 10, bytes(8)), ("i64", 11, bytes(8)), ("f64", 12, struct.pack("<d", 1e300))]
STRINGS = ("tokens", 9, struct.pack("<IQ", 8, 3) + string("<s>") + string("") + string("世"))
seed("gguf", "metadata", gguf([("general.architecture", 8, string("llama"))] + SCALARS + [
    STRINGS, ("types", 9, struct.pack("<IQ3i", 5, 3, 1, -1, 6)), ("scores", 9, struct.pack("<IQ2f", 6, 2, 0, -1.5))], [], b""))
SIZES = {0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 30: (1, 2)}
tensors, data = [], b""
for kind, (values, size) in SIZES.items():
    tensors.append(("t%d" % kind, [values, 1], kind, len(data)))
    data += bytes((7 * i) % 251 for i in range(size))
    data += b"\0" * (-len(data) % 32)
seed("gguf", "small_blocks", gguf([("general.alignment", 4, struct.pack("<I", 32))], tensors, data))
tensors, data = [], b""
for kind, size in ((12, 144), (13, 176), (14, 210), (20, 18)):
    tensors.append(("k%d" % kind, [256 if kind < 20 else 32], kind, len(data)))
    data += bytes((11 * i) % 253 for i in range(size))
    data += b"\0" * (-len(data) % 32)
seed("gguf", "k_blocks", gguf([STRINGS], tensors, data, version=2))

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "world", ",", "un", "##want", "##ed", "a", "##a", "世", "界", "g"]
ADDED = [{"id": i, "content": WORDS[i], "single_word": False, "lstrip": i == 4, "rstrip": False, "normalized": False, "special": True}
         for i in range(5)]
seed("tokenizer_json", "wordpiece", {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": ADDED,
    "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                                                                {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                       "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                       "special_tokens": {word: {"id": word, "ids": [WORDS.index(word)], "tokens": [word]} for word in ("[CLS]", "[SEP]")}},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
              "vocab": {word: i for i, word in enumerate(WORDS)}}})
seed("tokenizer_json", "sequences", {
    "added_tokens": [dict(ADDED[4], normalized=True, single_word=True, special=False)],
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}]},
    "pre_tokenizer": {"type": "Sequence", "pre_tokenizers": [{"type": "Whitespace"}, {"type": "Punctuation"}]},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "vocab": {word: i for i, word in enumerate(WORDS)}}})
MERGES = {"a": 0, "b": 1, "ab": 2, "<0x0A>": 3, "Ġ": 4, "Ġab": 5}
seed("tokenizer_json", "byte_pairs", {
    "added_tokens": [], "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\\p{N}{1,3}|\\s+(?!\\S)"}, "behavior": "Isolated", "invert": False},
                                                            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
    "post_processor": {"type": "ByteLevel", "trim_offsets": False}, "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "dropout": None, "unk_token": None, "byte_fallback": True, "ignore_merges": True, "vocab": MERGES,
              "merges": ["a b", ["Ġ", "ab"]]}})
seed("tokenizer_json", "unigram", {
    "added_tokens": [], "normalizer": {"type": "Prepend", "prepend": "▁"}, "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
    "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": False, "vocab": [["<unk>", 0.0], ["▁", -2.5], ["a", -3.0], ["▁a", -1.5]]}})

seed("config_json", "bert", {"architectures": ["BertForSequenceClassification"], "model_type": "bert", "hidden_size": 32, "num_hidden_layers": 2,
                             "layer_norm_eps": 1e-12, "hidden_act": "gelu", "classifier_dropout": None, "id2label": {"0": "a", "1": "b"}, "tie": True})
seed("config_json", "llama", {"model_type": "llama", "rope_theta": 1e5, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1},
                              "eos_token_id": [1, 2], "layers": [{"type": "full"}, {"type": "sliding"}], "big": 18446744073709551615, "least": -9223372036854775808})

# Every family's reader, with what it refuses beside.
LLAMA = {"vocab_size": 96, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
         "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "tie_word_embeddings": False}
seed("model_config", "llama", {**LLAMA, "model_type": "llama", "head_dim": 8, "attention_bias": False, "mlp_bias": True, "eos_token_id": [1, 2],
                               "rope_parameters": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                                   "original_max_position_embeddings": 16, "rope_theta": 5e5}})
seed("model_config", "mistral", {**LLAMA, "model_type": "mistral", "sliding_window": 7, "rope_theta": 1e4, "rope_scaling": {"type": "linear", "factor": 2.5}})
seed("model_config", "qwen2", {**LLAMA, "model_type": "qwen2", "use_sliding_window": True, "sliding_window": 6, "max_window_layers": 1, "torch_dtype": "float16"})
seed("model_config", "qwen3", {**LLAMA, "model_type": "qwen3", "layer_types": ["full_attention", "sliding_attention"], "eos_token_id": None,
                               "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "mscale": 1.0,
                                                "mscale_all_dim": 0.5, "truncate": False}})
seed("model_config", "gemma3", {**LLAMA, "model_type": "gemma3_text", "head_dim": 16, "query_pre_attn_scalar": 24, "final_logit_softcapping": 3.0,
                                "sliding_window": 5, "sliding_window_pattern": 2, "rope_local_base_freq": 1e4, "hidden_activation": "gelu_pytorch_tanh"})
seed("model_config", "gpt2", {"model_type": "gpt2", "vocab_size": 96, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "n_inner": None,
                              "activation_function": "gelu_new", "scale_attn_weights": True})
seed("model_config", "bert", {"model_type": "bert", "vocab_size": 96, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                              "intermediate_size": 64, "max_position_embeddings": 24, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
                              "classifier_dropout": None, "position_embedding_type": "absolute"})
seed("model_config", "roberta", {"model_type": "roberta", "vocab_size": 96, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                                 "intermediate_size": 64, "max_position_embeddings": 26, "pad_token_id": 1, "type_vocab_size": 1})
seed("model_config", "distilbert", {"model_type": "distilbert", "vocab_size": 96, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64,
                                    "max_position_embeddings": 24, "activation": "gelu", "seq_classif_dropout": 0.2})
seed("model_config", "t5", {"model_type": "t5", "vocab_size": 48, "d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2,
                            "relative_attention_num_buckets": 8, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False})

# What peft writes, with each kind of module list and of pattern.
LORA = {"peft_type": "LORA", "base_model_name_or_path": "base", "task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 8, "bias": "none", "init_lora_weights": True}
seed("adapter_config", "layers", {**LORA, "target_modules": ["q_proj", "layer.0.q"], "layers_to_transform": [0, 11], "layers_pattern": ["layers", "block"],
                                  "exclude_modules": ["1.self_attn.q_proj"], "use_rslora": True})
seed("adapter_config", "expressions", {**LORA, "target_modules": ".*\\.(q|v)_proj", "exclude_modules": "lm_.*", "modules_to_save": ["classifier", "lm_head"],
                                       "rank_pattern": {"^model.layers.0.*": 2, "q": 16}, "alpha_pattern": {"q_proj": 0.5}, "use_dora": True})
seed("adapter_config", "all_linear", {**LORA, "target_modules": "all-linear", "task_type": None, "layers_pattern": None, "rank_pattern": {},
                                      "auto_mapping": {"base_model_class": "BertForSequenceClassification", "parent_library": "transformers"}})
seed("adapter_config", "layers_of_either_name", {**LORA, "target_modules": ["q_proj", "q"], "layers_to_transform": 0, "layers_pattern": "layers|x)|(?:block"})


def u32(value):
    return struct.pack("<I", value)


def strings(values):
    return struct.pack("<IQ", 8, len(values)) + b"".join(map(string, values))


def decoder(arch, more, tokenizer):
    keys = [("general.architecture", 8, string(arch))] + [
        (arch + "." + key, 4, u32(value)) for key, value in (("context_length", 64), ("embedding_length", 4), ("block_count", 1), ("feed_forward_length", 8),
                                                             ("attention.head_count", 2))] + more + tokenizer
    return gguf(keys, [("token_embd.weight", [4, 4], 0, 0)], bytes(64))


BYTES = [("tokenizer.ggml.model", 8, string("gpt2")), ("tokenizer.ggml.pre", 8, string("gpt-2")), ("tokenizer.ggml.tokens", 9, strings(["a", "b", "ab", "<s>"])),
         ("tokenizer.ggml.token_type", 9, struct.pack("<IQ4i", 5, 4, 1, 1, 1, 3)), ("tokenizer.ggml.merges", 9, strings(["a b"])),
         ("tokenizer.ggml.eos_token_id", 4, u32(3)), ("tokenizer.ggml.add_bos_token", 7, b"\0"),
         ("tokenizer.chat_template", 8, string("{% for m in messages %}{{ m.content }}{% endfor %}"))]
PIECES = [("tokenizer.ggml.model", 8, string("llama")), ("tokenizer.ggml.tokens", 9, strings(["<unk>", "a", "\u2581", "\u2581a"])),
          ("tokenizer.ggml.scores", 9, struct.pack("<IQ4f", 6, 4, 0, -2, -3, -1)), ("tokenizer.ggml.token_type", 9, struct.pack("<IQ4i", 5, 4, 2, 1, 1, 1))]
seed("gguf_model", "llama", decoder("llama", [("llama.attention.layer_norm_rms_epsilon", 6, struct.pack("<f", 1e-5)), ("llama.rope.freq_base", 6, struct.pack("<f", 1e4)),
                                              ("llama.rope.scaling.type", 8, string("yarn")), ("llama.rope.scaling.factor", 6, struct.pack("<f", 4))], BYTES))
seed("gguf_model", "gemma3", decoder("gemma3", [("gemma3.attention.sliding_window", 4, u32(5)), ("gemma3.attention.sliding_window_pattern", 4, u32(6)),
                                                ("gemma3.attention.key_length", 4, u32(2)), ("gemma3.final_logit_softcapping", 6, struct.pack("<f", 3))], PIECES))
seed("gguf_model", "gpt2", decoder("gpt2", [("gpt2.attention.layer_norm_epsilon", 6, struct.pack("<f", 1e-5))], []))

seed("chat_template", "chatml", b"{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + (message.content or '') | trim + '<|im_end|>\n' }}{% endfor %}"
     b"{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
seed("chat_template", "tools", b"{{- bos_token }}{%- if tools is not none and tools | length > 0 %}{% for tool in tools %}{{ tool | tojson(indent=2) }}{% if not loop.last %}, "
     b"{% endif %}{% endfor %}{% endif %}{% set ns = namespace(found=false, n=0) %}{% for m in messages[::-1] if m.role != 'system' %}{% set ns.n = ns.n + loop.index0 %}"
     b"{% if m.tool_calls is defined %}{% for call in m.tool_calls %}{{ call.function.arguments | items | list }}{% endfor %}{% elif m.content is string %}{{ m.content.split('?')[0].upper() }}"
     b"{% else %}{% continue %}{% endif %}{% endfor %}{{ ns.n }}")
seed("chat_template", "macro", b"{% macro say(text, times=2) -%}{{ text * times }}{%- endmacro %}{# none #}{{ say('ab' ~ 1, times=3) }}{{ range(3) | map('string') | join('-') }}"
     b"{{ raise_exception('no') if messages | selectattr('role', 'equalto', 'tool') | list else strftime_now('%d') }}{% raw %}{{ }}{% endraw %}{{ {'a': [1, 2.5e1, none]}['a'][-1] is none }}")
