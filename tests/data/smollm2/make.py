#!/usr/bin/env python3
"""What others make of the vocabulary and the chat template inside SmolLM2-135M-Instruct.Q4_1.gguf.

Usage: make.py --gguf FILE      (gguf 0.19.0, tokenizers 0.23.3, jinja2 3.1.6)

expected.json: "texts" with their "ids" by the tokenizers library, from the file's own tokens and merges with the stages of
SmolLM2's tokenizer.json (single digits, then byte level); "special" tokens; the "template" and what Jinja2 makes of it for
"chats", set up as in ../chat_templates/make.py.
"""

import argparse
import importlib.util
import json
import pathlib

import gguf
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

HERE = pathlib.Path(__file__).resolve().parent

TEXTS = [
    "Hello, who are you?", " leading and trailing  ", "What is 2 + 22 * 333?", "你好，世界！", "Größe, naïve, Ångström", "emoji 🙂👩‍🔬🇨🇳", "def f(x):\n\treturn x ** 2\n\n\n",
    "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "It's we'll I'D they've", "", " ", "\n\n", "a\u00a0b\u3000c", "ﬁ ½ ① ２５", "Привет, как дела?", "مرحبا بالعالم",
    "https://example.org/a?b=c&d=%20#e", "AAAAaaaa----____", "1234567890", "e\u0301\u0000x", "The quick brown fox jumps over the lazy dog. " * 5,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", required=True, type=pathlib.Path)
    fields = {key: field.contents() for key, field in gguf.GGUFReader(parser.parse_args().gguf).fields.items() if key.startswith("tokenizer.")}
    tokens, types = fields["tokenizer.ggml.tokens"], fields["tokenizer.ggml.token_type"]
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token, kind in zip(tokens, types) if kind == 3])
    special = {name: tokens[fields[f"tokenizer.ggml.{key}_token_id"]] for name, key in (("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("pad_token", "padding"))
               if f"tokenizer.ggml.{key}_token_id" in fields}

    spec = importlib.util.spec_from_file_location("chat_templates", HERE.parent / "chat_templates" / "make.py")
    chat_templates = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(chat_templates)
    chats = []
    for name in ("one", "system", "turns", "chinese", "nasty", "closed"):
        given = chat_templates.CONVERSATIONS[name]
        rendered = chat_templates.ENV.from_string(fields["tokenizer.chat_template"]).render(
            messages=given["messages"], tools=None, documents=None, add_generation_prompt=given.get("add_generation_prompt", True), **special)
        chats.append({**given, "rendered": rendered, "ids": tokenizer.encode(rendered).ids})
    result = {"model": fields["tokenizer.ggml.model"], "pre": fields.get("tokenizer.ggml.pre"), "size": len(tokens), "special": special,
              "texts": [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS], "template": fields["tokenizer.chat_template"], "chats": chats}
    (HERE / "expected.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(result["model"], result["pre"], len(tokens), special, result["template"])


if __name__ == "__main__":
    main()
