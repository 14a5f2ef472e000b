#!/usr/bin/env python3
"""The peer for decoders: llama.cpp through llama-cpp-python.

    decode_llama_cpp.py MODEL.gguf THREADS TOKENS_IN TOKENS_OUT
    prints {"ready": true, "open_s": S}, then for each line reads the prompt, writes greedily and prints {"prefill", "decode", "ids"}
"""
import json
import os
import sys
import time

model, threads, tokens_in, tokens_out = sys.argv[1], *map(int, sys.argv[2:5])
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

from llama_cpp import Llama

begin = time.perf_counter()
llm = Llama(model, n_ctx=tokens_in + tokens_out + 8, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False)
opened = time.perf_counter() - begin
vocabulary = llm.n_vocab()
prompt = [100 + i * 7919 % (vocabulary - 200) for i in range(tokens_in)]


def once():
    llm.reset()
    begin = time.perf_counter()
    llm.eval(prompt)
    token = llm.sample(temp=0.0, repeat_penalty=1.0)
    prefill = time.perf_counter() - begin
    ids = [token]
    begin = time.perf_counter()
    for _ in range(tokens_out - 1):
        llm.eval([token])
        token = llm.sample(temp=0.0, repeat_penalty=1.0)
        ids.append(token)
    return {"prefill": tokens_in / prefill, "decode": (tokens_out - 1) / (time.perf_counter() - begin), "first_s": prefill, "ids": ids}


once()
print(json.dumps({"ready": True, "open_s": opened}), file=out, flush=True)
for line in sys.stdin:
    print(json.dumps(once()), file=out, flush=True)
