#!/usr/bin/env python3
"""Makes the reference files of this folder.

    python make.py MODEL_FOLDER OUT_FOLDER

MODEL_FOLDER  the all-MiniLM-L6-v2 folder (config.json, tokenizer.json,
              model.safetensors, modules.json, 1_Pooling/ ...)
OUT_FOLDER    where texts.jsonl, embeddings.f32, encodings.jsonl and
              versions.json are written

Needs torch, transformers, sentence-transformers, tokenizers and numpy.
"""
import argparse
import hashlib
import json
import os
import platform

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

LOREM = (
    "The reservoir above the village was built in the winter of 1931, when the railway still "
    "carried stone down from the quarry twice a day, and nobody remembers any more who drew the "
    "first plans. "
)

TEXTS = [
    # plain English, short to medium
    "What is the capital of France?",
    "How do I transfer 250 dollars from checking to savings?",
    "A retrieval-augmented generator looks documents up before it answers.",
    "the quick brown fox jumps over the lazy dog",
    "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG",
    "i can't believe it's not butter; they're we'll don't o'clock rock'n'roll",
    # accents: precomposed, decomposed, stacked
    "Le garçon a mangé une crème brûlée à l'Hôtel du Nord, où naît l'été.",
    "Cre\u0300me bru\u0302le\u0301e, Zu\u0308rich, A\u030angstro\u0308m, n\u0303andu\u0301",
    "Tiếng Việt: Trường Đại học Bách khoa Hà Nội, phở, đường Nguyễn Huệ",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e"
    "a\u0320\u034d\u034d\u035alg\u0362\u0357o\u0321\u0328 stacked a\u0323\u0307\u0304\u0301 \u0301leading mark",
    # casing that is not one to one, or not ASCII
    "İstanbul ve Iğdır; STRAẞE, Straße, ΣΊΣΥΦΟΣ, ὈΔΥΣΣΕΎΣ, ǅungla, \u212aelvin \u212bngstrom \u2126hm",
    "Привет, мир! Ёлка и йод: ЁЛКА И ЙОД. Съешь же ещё этих мягких французских булок.",
    "Ꭰ ꭰ Ა ა Ա ա Ⰰ ⰰ 𐐀 𐐨 Ⓐ ⓐ Ⅷ ⅷ",
    # emoji
    "I love this 😀😀 so much ❤️ 👍🏽",
    "👨‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 🇨🇭🇫🇷, keycap 1️⃣, ☕️ and ☕\ufe0e",
    # Chinese, Japanese, Korean
    "今天天气很好,我们去公园散步吧。",
    "深度学习(deep learning)在2024年的NLP任务里被广泛使用,比如BERT和GPT-4。",
    "臺灣的繁體中文:資料檢索與微調的比較。「引號」、頓號、《書名》……",
    "rare ideographs \u3400\u4db5 \U00020000\U0002a6d6 \uf900\uf90a \U0002f800 \u3007 \u30fb \U0002b740",
    "東京タワーは東京都港区にあります。がぎぐげご パピプペポ ガギグ",
    "안녕하세요, 한국어 문장입니다. 대한민국 서울특별시 각설탕",
    # other scripts, right to left included
    "السَّلَامُ عَلَيْكُمْ، كيف حالك؟ ١٢٣٤٥",
    "שָׁלוֹם עוֹלָם — שלום עולם, \u202bRTL\u202c \u200fmark\u200e",
    "नमस्ते दुनिया, हिन्दी में एक वाक्य। १२३",
    "ภาษาไทยไม่มีช่องว่างระหว่างคำ น้ำใจ",
    # full width, compatibility characters
    "Ｆｕｌｌ　Ｗｉｄｔｈ　ＡＢＣ　１２３!?()~",
    "ﬁne ﬂow oﬃce, x² + y³ = z⁴, H₂O, ½ cup, ™ © ®, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝐛𝐨𝐥𝐝 №5 ㎏ ㍿",
    # controls, odd spaces, formats (no NUL)
    "tab\there\nnew line\r\ncarriage\rreturn\x0bvertical\x0cform",
    "bell\x07 escape\x1b[31mred\x1b[0m delete\x7f unit\x1f nel\x85 c1\x9b end",
    "zero\u200bwidth\u200cjoin\u200der soft\u00adhyphen \ufeffbom word\u2060joiner \ufffdreplaced\ufffd",
    "no\u00a0break\u202fnarrow\u2003em\u2009thin\u3000ideographic\u2028line\u2029para\u1680ogham\u180emongol",
    "private \ue000\uf8ff\U000f0000 unassigned \u0378\U0003ffff noncharacter \ufdd0 tag\U000e0041\U000e007f",
    # URLs, mail, numbers
    "See https://example.org/a/b_c?q=r%C3%A9sum%C3%A9&x=1#top or mail first.last+tag@mail.example.com",
    "3.14159 1,000,000 -42 +7 1e-12 0xDEADBEEF 192.168.0.1 2024-02-29T23:59:59Z 50% $9.99 €5 £6 ¥700",
    # code
    "for (int i = 0; i < n; ++i) { sum += a[i] * b[i]; }  // O(n)\n#include <vector>",
    "def f(x: list[int]) -> dict:\n\treturn {k: v**2 for k, v in enumerate(x) if v != 0}  # \"done\"",
    "SELECT `id`, COUNT(*) FROM t WHERE a<>'b' AND c LIKE '%d\\_e%' GROUP BY 1;",
    # punctuation
    "!!!!!!!!!! ?????????? .......... ---------- ________ ~~~~ ^^^^ ```` |||| $$$$ ++++ <<<< ====",
    "“curly” ‘quotes’ – en — em … ellipsis • bullet ¿qué? ¡hola! «guillemets» † ‡ § ¶ 、。〈〉",
    # special tokens written in the text
    "a [MASK] in the text, [SEP] too, [CLS][PAD][UNK] and [mask] [ SEP ] [SEP",
    # words over the limit of 100 characters, and just at it
    "word " + "a" * 100 + " " + "b" * 101 + " " + "é" * 100 + " end",
    "ab" * 200 + " supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis",
    # empty and blank
    "",
    "   \t \n \u3000 \u00a0 ",
    "\u0301\u200b\x01",
    ".",
    "   leading and trailing space   ",
    # long: more than 256 pieces, more than 512 pieces, long without a space
    LOREM * 8,
    LOREM * 6 + "最后一段是中文,用来检验截断的位置。" * 12 + LOREM * 6,
    "检索增强生成与微调" * 70 + "x" * 3,
]


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("out")
    args = parser.parse_args()

    import numpy as np
    import sentence_transformers
    import tokenizers
    import torch
    import transformers

    torch.set_num_threads(2)
    assert len(TEXTS) == 50 and len(set(TEXTS)) == 50 and not any("\0" in t for t in TEXTS)
    os.makedirs(args.out, exist_ok=True)

    with open(os.path.join(args.out, "texts.jsonl"), "w", encoding="utf-8", newline="\n") as f:
        for text in TEXTS:
            f.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")

    tokenizer = tokenizers.Tokenizer.from_file(os.path.join(args.model, "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encodings = [tokenizer.encode(text, add_special_tokens=True) for text in TEXTS]
    with open(os.path.join(args.out, "encodings.jsonl"), "w", encoding="utf-8", newline="\n") as f:
        for enc in encodings:
            row = {"ids": enc.ids, "offsets": [list(o) for o in enc.offsets], "type_ids": enc.type_ids}
            f.write(json.dumps(row, separators=(",", ":")) + "\n")

    model = sentence_transformers.SentenceTransformer(args.model, device="cpu", model_kwargs={"dtype": torch.float32})
    model.eval()
    limit = model.max_seq_length
    assert limit == 256, limit
    # What the model sees is the same token ids, cut to the limit with the last one [SEP].
    for text, enc in zip(TEXTS, encodings):
        want = enc.ids if len(enc.ids) <= limit else enc.ids[: limit - 1] + [enc.ids[-1]]
        got = (model.preprocess if hasattr(model, "preprocess") else model.tokenize)([text])["input_ids"][0].tolist()
        assert got == want, (text, got, want)

    # One text a batch: no padding takes part. The difference to larger batches is rounding.
    single = model.encode(TEXTS, batch_size=1, convert_to_numpy=True, show_progress_bar=False)
    batched = model.encode(TEXTS, batch_size=32, convert_to_numpy=True, show_progress_bar=False)
    assert single.shape == (50, 384) and single.dtype == np.float32
    assert np.isfinite(single).all()
    single.astype("<f4").tofile(os.path.join(args.out, "embeddings.f32"))

    versions = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "sentence_transformers": sentence_transformers.__version__,
        "tokenizers": tokenizers.__version__,
        "numpy": np.__version__,
        "max_seq_length": limit,
        "modules": [type(m).__name__ for m in model],
        "model_safetensors_sha256": sha256(os.path.join(args.model, "model.safetensors")),
        "tokenizer_json_sha256": sha256(os.path.join(args.model, "tokenizer.json")),
        "longest_encoding": max(len(e.ids) for e in encodings),
        "max_abs_difference_batch_1_to_32": float(np.abs(single - batched).max()),
        "norm_min": float(np.linalg.norm(single, axis=1).min()),
        "norm_max": float(np.linalg.norm(single, axis=1).max()),
    }
    with open(os.path.join(args.out, "versions.json"), "w", encoding="utf-8", newline="\n") as f:
        json.dump(versions, f, indent=2)
        f.write("\n")
    print(json.dumps(versions, indent=2))


if __name__ == "__main__":
    main()
