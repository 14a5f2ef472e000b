#!/usr/bin/env python3
"""Writes train.jsonl and test.jsonl (and valid.jsonl) for the peers.

    rows.py clinc150 data_full_train_val.json OUT_FOLDER     train part / val part, without out-of-scope rows
    rows.py trec6 train.tsv OUT_FOLDER [--seed 1]            coarse labels, stratified 80/10/10
"""
import argparse
import json
import os


def write(folder, name, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as f:
        for text, label in rows:
            f.write(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n")
    print(name, len(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("format", choices=["clinc150", "trec6"])
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    with open(args.source, encoding="utf-8") as f:
        if args.format == "clinc150":
            data = json.load(f)
            write(args.out, "train.jsonl", data["train"])
            write(args.out, "test.jsonl", data["val"])
            return
        lines = [line.rstrip("\n").split("\t") for line in f]
    if lines[0][:2] == ["text", "coarse"]:
        lines = lines[1:]
    rows = [(line[0], line[1]) for line in lines if len(line) == 3]
    assert len(rows) == len(lines)
    from sklearn.model_selection import train_test_split

    train, rest = train_test_split(rows, test_size=0.2, random_state=args.seed, stratify=[r[1] for r in rows])
    valid, test = train_test_split(rest, test_size=0.5, random_state=args.seed, stratify=[r[1] for r in rest])
    write(args.out, "train.jsonl", train)
    write(args.out, "valid.jsonl", valid)
    write(args.out, "test.jsonl", test)


if __name__ == "__main__":
    main()
