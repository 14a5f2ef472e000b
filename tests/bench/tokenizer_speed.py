#!/usr/bin/env python3
# Tokens a second on one thread, interleaved with the Rust library: the ratio for each kind of model and text.
# needs the peers
"""Usage: tokenizer_speed.py --data SHARED_DATA_FOLDER [--rounds 11] [--tokenizers FOLDER]

WordPiece, byte-level BPE (the expressions of GPT-2 and of Llama 3), sentencepiece BPE and Unigram of a real size, trained by
tests/data/tokenizers/make_tokenizers.py --full unless FOLDER has its output; long English texts, Chinese paragraphs, and the
sources of core/. One pass over all texts by the one, one by the other.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def corpora(data):
    english = (data / "lm_text" / "tinyshakespeare.txt").read_text(encoding="utf-8")
    chinese = json.loads((data / "cmrc2018_zh" / "cmrc2018_dev.json").read_text(encoding="utf-8"))
    yield "English", [english[at:at + 20_000] for at in range(0, len(english), 20_000)]
    yield "Chinese", [paragraph["context"] for article in chinese["data"] for paragraph in article["paragraphs"]]
    yield "code", [path.read_text(encoding="utf-8") for path in sorted((ROOT / "core").rglob("*.cpp"))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--tokenizers", type=pathlib.Path)
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or ROOT / "build/release/bin")
    python = os.environ.get("TRIPTYCH_PEER_PYTHON") or sys.executable
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "tokenizer_speed"], check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tokenizers = args.tokenizers or folder
        if not args.tokenizers:
            maker = ROOT / "tests" / "data" / "tokenizers" / "make_tokenizers.py"
            subprocess.run([python, str(maker), "--data", str(args.data), "--out", str(folder), "--full"], check=True, stdout=sys.stderr)
        for language, texts in corpora(args.data):
            file = folder / f"{language}.jsonl"
            file.write_text("\n".join(map(json.dumps, texts)) + "\n")
            for name in ("bert", "gpt2", "llama3", "llama2", "xlmr"):
                print(f"{name:<8}{language:<9}", end="", flush=True)
                subprocess.run([str(binaries / "tokenizer_speed"), str(tokenizers / name), str(file), str(args.rounds),
                                python, str(HERE / "peers" / "encode_texts.py"), str(tokenizers / name), str(file)], check=True)


if __name__ == "__main__":
    sys.exit(main())
