#!/usr/bin/env python3
"""The baseline without a neural network: TF-IDF and logistic regression (scikit-learn).

    tfidf.py --train train.jsonl --test test.jsonl [--ngrams 2] [--c 10] [--seed 1] [--threads 2]

Rows are JSON lines {"text": ..., "label": ...}. Prints one JSON line.
"""
import argparse
import json
import os
import time


def read_rows(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--ngrams", type=int, default=2, help="longest word n-gram")
    parser.add_argument("--c", type=float, default=10.0, help="inverse strength of the L2 regularisation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(args.threads)

    import sklearn
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score

    train, test = read_rows(args.train), read_rows(args.test)
    labels = sorted({str(r["label"]) for r in train + test})
    start = time.perf_counter()
    # Unlike the default pattern, words of one letter count too.
    vectorizer = TfidfVectorizer(lowercase=True, ngram_range=(1, args.ngrams), sublinear_tf=True,
                                 token_pattern=r"(?u)\b\w+\b")
    x = vectorizer.fit_transform([r["text"] for r in train])
    model = LogisticRegression(C=args.c, max_iter=1000, random_state=args.seed)
    model.fit(x, [str(r["label"]) for r in train])
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    predicted = model.predict(vectorizer.transform([r["text"] for r in test]))
    test_seconds = time.perf_counter() - start
    truth = [str(r["label"]) for r in test]
    print(json.dumps({
        "accuracy": accuracy_score(truth, predicted),
        "macro_f1": f1_score(truth, predicted, average="macro", labels=labels, zero_division=0),
        "examples_per_s": len(train) / seconds, "seconds": seconds, "seed": args.seed,
        "test_seconds": test_seconds, "train_rows": len(train), "test_rows": len(test), "labels": len(labels),
        "features": int(x.shape[1]), "c": args.c, "ngrams": args.ngrams, "scikit_learn": sklearn.__version__,
    }))


if __name__ == "__main__":
    main()
