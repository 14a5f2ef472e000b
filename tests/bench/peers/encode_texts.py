#!/usr/bin/env python3
"""The peer for tokenizers: the `tokenizers` library on one thread.

    encode_texts.py FOLDER_WITH_TOKENIZER_JSON TEXTS.jsonl
    prints {"ready": true, "tokens": N}, then for each line "go" read encodes all texts once and prints {"seconds": S}
"""
import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(os.path.join(sys.argv[1], "tokenizer.json"))
tokenizer.no_truncation()
tokenizer.no_padding()
with open(sys.argv[2], encoding="utf-8") as file:
    texts = [json.loads(line) for line in file]


def once():
    begin = time.perf_counter()
    tokens = 0
    for text in texts:
        tokens += len(tokenizer.encode(text))
    return tokens, time.perf_counter() - begin


once()
print(json.dumps({"ready": True, "tokens": once()[0]}), flush=True)
for line in sys.stdin:
    print(json.dumps({"seconds": once()[1]}), flush=True)
