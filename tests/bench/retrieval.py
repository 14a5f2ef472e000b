#!/usr/bin/env python3
# nDCG@10 of lexical, dense, rank-fused and hybrid search on all collections, whole documents, with each starter encoder and without a model.
"""Usage: retrieval.py --data SHARED_DATA_FOLDER [--only NAME ...] [--models NAME ...] [--cache FOLDER]

Besides the collections that have judgments, some made of labelled data: a question must find its abstract or its long answer,
a short query the texts of its intent, a question its paraphrase, a caption its translation. The last column is the hybrid
less the better of its parts. CACHE keeps vectors from one call to the next.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def pubmed(data, answer):
    items = json.loads((data / "pubmedqa" / "pqal.json").read_text(encoding="utf-8"))
    text = (lambda item: item["LONG_ANSWER"]) if answer else (lambda item: " ".join(item["CONTEXTS"]))
    return {k: text(v) for k, v in items.items()}, {k: v["QUESTION"] for k, v in items.items()}, {k: [k] for k in items}


def intents(rows, documents, queries):
    random.Random(1).shuffle(rows)
    base, asked = rows[:documents], rows[documents:documents + queries]
    return ({str(i): text for i, (text, _) in enumerate(base)}, {str(i): text for i, (text, _) in enumerate(asked)},
            {str(i): [str(j) for j, (_, other) in enumerate(base) if other == label] for i, (_, label) in enumerate(asked)})


def banking(data):
    with open(data / "banking77" / "train.csv", encoding="utf-8") as file:
        return intents(list(csv.reader(file))[1:], 1500, 300)


def clinc(data):
    return intents(json.loads((data / "clinc150" / "data_full_train_val.json").read_text(encoding="utf-8"))["train"], 2000, 300)


def lcqmc(data):
    rows = [line.split("\t") for line in (data / "lcqmc_zh" / "dev.tsv").read_text(encoding="utf-8").splitlines()]
    texts = {text: str(i) for i, text in enumerate(list(dict.fromkeys(row[1] for row in rows))[:3000])}
    asked = [row for row in rows if row[2] == "1" and row[1] in texts][:500]
    return {name: text for text, name in texts.items()}, {str(i): row[0] for i, row in enumerate(asked)}, {str(i): [texts[row[1]]] for i, row in enumerate(asked)}


def captions(data):
    rows = [json.loads(line) for line in (data / "stamps_captioned_images" / "captions.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = {text: str(i) for i, text in enumerate(dict.fromkeys(row["caption"] for row in rows))}
    asked = {row["captions"]["zh_CN"]: texts[row["caption"]] for row in rows if "zh_CN" in row["captions"]}
    return {name: text for text, name in texts.items()}, {q: q for q in asked}, {q: [name] for q, name in asked.items()}


def write_beir(folder, documents, queries, relevant):
    folder.mkdir(parents=True)
    for name, texts in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
        (folder / name).write_text("".join(json.dumps({"_id": k, "title": "", "text": v}) + "\n" for k, v in texts.items()))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"{q}\t{d}\t1\n" for q, found in relevant.items() for d in found))
    return ["beir", str(folder)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--models", nargs="*", default=["all-minilm-l6-v2", "multilingual-e5-small", "hashing"])
    parser.add_argument("--cache", type=pathlib.Path)
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or ROOT / "build/release/bin")
    models = pathlib.Path(os.environ.get("TRIPTYCH_DATA_DIR") or pathlib.Path.home() / ".local/share/triptych") / "models"
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "retrieval_quality"], check=True, stdout=sys.stderr)
    data = args.data
    if args.cache:
        args.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder)
        english, chinese = (str(data / "xquad_en_zh" / f"xquad.{language}.json") for language in ("en", "zh"))
        collections = {
            "cranfield": ["beir", str(data / "cranfield")],
            "cisi": ["beir", str(data / "cisi")],
            "xquad en": ["squad", english, "0"],
            "xquad zh": ["squad", chinese, "0"],
            "cmrc2018": ["squad", str(data / "cmrc2018_zh" / "cmrc2018_dev.json"), "1000"],
            "drcd": ["squad", str(data / "drcd_zh_hant" / "DRCD_dev.json"), "1000"],
            "xquad en to zh": ["squad", english, "0", chinese],
            "xquad zh to en": ["squad", chinese, "0", english],
            "pubmedqa": write_beir(made / "pubmedqa", *pubmed(data, False)),
            "pubmed answers": write_beir(made / "answers", *pubmed(data, True)),
            "banking77": write_beir(made / "banking77", *banking(data)),
            "clinc150": write_beir(made / "clinc150", *clinc(data)),
            "lcqmc": write_beir(made / "lcqmc", *lcqmc(data)),
            "captions zh to en": write_beir(made / "captions", *captions(data)),
        }
        for model in args.models:
            for name, source in collections.items():
                if not args.only or name in args.only:
                    subprocess.run([str(binaries / "retrieval_quality"), name, model if model == "hashing" else str(models / model),
                                    str(args.cache or "-")] + source, check=True)


if __name__ == "__main__":
    sys.exit(main())
