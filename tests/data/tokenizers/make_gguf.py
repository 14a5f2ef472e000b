#!/usr/bin/env python3
"""Cuts llama.cpp's vocabulary-only GGUF files down to what its own test texts can meet.

Usage: make_gguf.py --data SHARED_DATA_FOLDER     (gguf 0.19.0)

gguf/NAME.json: the keys "tokenizer.ggml.*" as the file has them, with ids unchanged. Of the tokens stay those that are
part of some text as the model sees it, control tokens and single bytes; the rest are holes. No other token could take
part in a merge or a match, so the ids are those of the whole vocabulary. "texts" and "ids" are the .inp and .out files
(llama.cpp commit c392e5094deaf2d1a7c18683214f007fad3fe42b, MIT; no special tokens added).
"""

import argparse
import json
import pathlib
import unicodedata

import gguf
from tokenizers import pre_tokenizers

HERE = pathlib.Path(__file__).resolve().parent


def seen_by(model, text):
    if model == "gpt2":
        level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        return "".join(piece for piece, _ in level.pre_tokenize_str(text))
    if model == "llama":
        return "▁" + text.replace(" ", "▁")
    words = [text, text.lower(), unicodedata.normalize("NFD", text.lower()),
             "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")]
    return "\n".join("▁" + "▁".join(word) + "▁" + "▁".join(word.split()) + "\n" + word for word in words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    args = parser.parse_args()
    (HERE / "gguf").mkdir(exist_ok=True)
    for name in ("gpt-2", "phi-3", "bert-bge"):
        path = args.data / "tokenizers" / "gguf" / f"ggml-vocab-{name}.gguf"
        fields = {key.removeprefix("tokenizer.ggml."): field.contents() for key, field in gguf.GGUFReader(path).fields.items()
                  if key.startswith("tokenizer.ggml.")}
        texts = path.with_name(path.name + ".inp").read_text(encoding="utf-8").split("\n__ggml_vocab_test__\n")
        ids = [[int(id) for id in line.split()] for line in path.with_name(path.name + ".out").read_text().split("\n")]
        seen = "\n".join(seen_by(fields["model"], text) for text in texts)
        tokens, types = fields.pop("tokens"), fields.pop("token_type")
        kept = [i for i, token in enumerate(tokens) if types[i] != 1 or token.lstrip("▁") in seen or len(token) == 1]
        scores = fields.pop("scores", None)
        fields["size"] = len(tokens)
        fields["tokens"] = {i: [tokens[i], types[i]] + ([scores[i]] if scores and fields["model"] == "llama" else []) for i in kept}
        fields["merges"] = [merge for merge in fields.pop("merges", []) if merge.replace(" ", "") in seen]
        fields["texts"] = texts
        fields["ids"] = ids[:len(texts)]
        assert len(ids) >= len(texts), (len(ids), len(texts))
        fields.pop("chat_template", None)
        (HERE / "gguf" / f"{name}.json").write_text(json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
