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
