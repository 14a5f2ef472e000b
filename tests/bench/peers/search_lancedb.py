#!/usr/bin/env python3
"""The peer for whole searches: LanceDB's hybrid search (vectors and full text, reciprocal-rank fusion), measured by
../knowledge_search_speed.py:

    search_lancedb.py FOLDER
    prints {"ready": true, ...}, then for each line "flat" or "hnsw" searches all queries once and prints {"seconds", "characters"}

FOLDER has chunks.jsonl, queries.jsonl and their vectors, chunks.f32 and queries.f32. Two tables, since which is faster depends on the
size: one compares all vectors, the other has LanceDB's HNSW index with scalar quantisation. Ten hits with their texts.
"""
import json
import os
import pathlib
import sys
import time

os.environ["LANCE_LOG"] = os.environ["RUST_LOG"] = "error"
out = os.fdopen(os.dup(1), "w")  # the JSON lines
os.dup2(2, 1)                    # whatever a library prints goes to standard error

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import FTS, HnswSq

folder = pathlib.Path(sys.argv[1])


def texts(name):
    with open(folder / f"{name}.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


chunks, queries = texts("chunks"), texts("queries")
vectors = np.fromfile(folder / "chunks.f32", dtype=np.float32).reshape(len(chunks), -1)
asked = np.fromfile(folder / "queries.f32", dtype=np.float32).reshape(len(queries), -1)
dimension = vectors.shape[1]
begin = time.perf_counter()
database = lancedb.connect(str(folder / "lance"))
rows = pa.table({"id": pa.array(range(len(chunks)), pa.int64()), "text": pa.array(chunks),
                 "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), dimension)})
tables = {}
for name in ("flat", "hnsw"):
    tables[name] = database.create_table(name, rows)
    tables[name].create_index("text", config=FTS())
tables["hnsw"].create_index("vector", config=HnswSq(distance_type="cosine", num_partitions=1))
built = time.perf_counter() - begin


def once(table):
    characters = 0
    for vector, text in zip(asked, queries):
        hits = table.search(query_type="hybrid").vector(vector).text(text).limit(10).select(["id", "text"]).to_list()
        characters += sum(len(hit["text"]) for hit in hits)
    return characters


for table in tables.values():
    once(table)
print(json.dumps({"ready": True, "built_s": built, "lancedb": lancedb.__version__}), file=out, flush=True)
for line in sys.stdin:
    begin = time.perf_counter()
    characters = once(tables[line.strip()])
    print(json.dumps({"seconds": time.perf_counter() - begin, "characters": characters}), file=out, flush=True)
