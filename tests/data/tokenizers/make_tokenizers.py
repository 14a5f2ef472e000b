#!/usr/bin/env python3
"""Trains small tokenizers of every kind and writes what the reference makes of 300 texts.

Usage: make_tokenizers.py --data SHARED_DATA_FOLDER [--out FOLDER] [--full]     (tokenizers 0.23.3, sentencepiece 0.2.3)

Vocabularies are learned from The Tragedies of Shakespeare and The Wizard of Oz (public domain) and from the Chinese
paragraphs of XQuAD; no text of these is copied. The normalization rules of `unigram` are a part of nmt_nfkc, small
enough to commit; --full takes the whole of nmt_nfkc and larger vocabularies and is for a folder outside the tree.

FOLDER/NAME/tokenizer.json is a tokenizer; FOLDER/NAME/expected.jsonl has a line for each text of texts.jsonl:
  ids, ends (begin and end of each token, one after another), types: with special tokens
  digests: FNV-1a of the same for [without special tokens, a pair with the next text, that pair without]
  texts: FNV-1a of what the ids (with special tokens) decode to, [special tokens left out, all]
FOLDER/stages.json has normalizers, pre-tokenizers and decoders one by one over one model.
"""

import argparse
import json
import pathlib
import tempfile
import unicodedata

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from nasty_texts import texts as nasty_texts

HERE = pathlib.Path(__file__).resolve().parent
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
GPT4O = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def flat(encoding):
    ends = [end for offset in encoding.offsets for end in offset]
    return {"ids": encoding.ids, "ends": ends, "types": encoding.type_ids}


def digest(encoding):
    parts = flat(encoding)
    return fnv(" ".join(",".join(map(str, parts[key])) for key in ("ids", "ends", "types")))


def expected_lines(tokenizer, texts):
    for i, text in enumerate(texts):
        pair = texts[(i + 1) % len(texts)]
        whole = tokenizer.encode(text)
        line = flat(whole)
        line["digests"] = [digest(tokenizer.encode(text, add_special_tokens=False)), digest(tokenizer.encode(text, pair)),
                           digest(tokenizer.encode(text, pair, add_special_tokens=False))]
        line["texts"] = [fnv(tokenizer.decode(whole.ids, skip_special_tokens=skip)) for skip in (True, False)]
        yield json.dumps(line, separators=(",", ":"))


def write(out, name, tokenizer, texts, edit=None):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    value = json.loads(tokenizer.to_str())
    if edit:
        edit(value)
    (folder / "tokenizer.json").write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    (folder / "expected.jsonl").write_text("\n".join(expected_lines(tokenizer, texts)) + "\n", encoding="utf-8")


def specials(*tokens, **options):
    return [AddedToken(token, special=True, normalized=False, **options) for token in tokens]


def bpe(corpus, size, pre_tokenizer, normalizer=None, special=(), alphabet=None, model=None, **options):
    tokenizer = Tokenizer(model or models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=size, special_tokens=list(special), show_progress=False,
                                                              initial_alphabet=alphabet or [], **options))
    return tokenizer


def byte_level(corpus, texts, out, size):
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    t = bpe(corpus, size, pre_tokenizers.ByteLevel(add_prefix_space=False), special=["<|endoftext|>"], alphabet=alphabet)
    t.post_processor, t.decoder = processors.ByteLevel(trim_offsets=True, add_prefix_space=False), decoders.ByteLevel()

    def strings(value):
        value["model"]["merges"] = [" ".join(pair) for pair in value["model"]["merges"]]

    write(out, "gpt2", t, texts, strings)

    t = bpe(corpus, size, pre_tokenizers.ByteLevel(add_prefix_space=True), special=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], alphabet=alphabet)
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True, normalized=False)])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=True)
    t.decoder = decoders.ByteLevel()
    write(out, "roberta", t, texts)

    split = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])
    t = bpe(corpus, size, split, alphabet=alphabet)
    t.add_special_tokens(specials("<|begin_of_text|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    begin = t.token_to_id("<|begin_of_text|>")
    t.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing("<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|>:1 $B:1", [("<|begin_of_text|>", begin)])])
    t.decoder = decoders.ByteLevel()
    write(out, "llama3", t, texts, lambda value: value["model"].update(ignore_merges=True))

    split = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])
    t = bpe(corpus, size, split, normalizers.NFC(), alphabet=alphabet)
    t.add_special_tokens(specials("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    t.add_tokens([AddedToken("<tool>", normalized=True, lstrip=True, rstrip=True), AddedToken("Lower", single_word=True, normalized=True)])
    t.post_processor, t.decoder = processors.ByteLevel(trim_offsets=False, add_prefix_space=False), decoders.ByteLevel()
    write(out, "qwen2", t, texts)

    split = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    t = bpe(corpus, size, split, special=["<|endoftext|>", "<|im_start|>", "<|im_end|>"], alphabet=alphabet)
    t.decoder = decoders.ByteLevel()
    write(out, "smollm", t, texts)


def character_bpe(corpus, texts, out, size):
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    template = dict(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])

    def model():
        return models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True)

    escape = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    words = [" ".join(line.split()) for line in corpus]
    t = bpe(words, size, pre_tokenizers.Metaspace(), special=["<unk>", "<s>", "</s>"] + bytes_, model=model(), limit_alphabet=300)
    added = {"<unk>", "<s>", "</s>"}

    def llama(value):
        value["normalizer"] = json.loads(escape.__getstate__())
        value["pre_tokenizer"] = None
        value["added_tokens"] = [token for token in value["added_tokens"] if token["content"] in added]

    t.post_processor, t.decoder = processors.TemplateProcessing(**template), decoder
    write(out, "llama2", t, texts, llama)

    def metaspace(value):
        value["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
        value["model"].update(ignore_merges=True, fuse_unk=False)
        value["added_tokens"] = [dict(token, normalized=True) for token in value["added_tokens"] if token["content"] in added]

    write(out, "mistral", t, texts, metaspace)

    def gaps(value):
        """Unknown characters and half of the byte tokens: what is left out shifts offsets."""
        llama(value)
        value["model"].update(byte_fallback=False, unk_token=None)

    write(out, "no_unknown", t, texts, gaps)

    t = bpe(words, size, pre_tokenizers.BertPreTokenizer(), normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()]),
            special=["<|endoftext|>"], model=models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"), end_of_word_suffix="</w>", limit_alphabet=200)
    t.decoder = decoders.BPEDecoder(suffix="</w>")
    write(out, "clip", t, texts)

    t = bpe(words, size, pre_tokenizers.Whitespace(), special=["[UNK]"],
            model=models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"), continuing_subword_prefix="##", limit_alphabet=200)
    t.decoder = decoders.WordPiece()
    write(out, "prefixed", t, texts)


def rules(path):
    """A part of nmt_nfkc: what the texts meet and can be written in one rule."""
    lines = {}
    for code in list(range(1, 9)) + [0xB] + list(range(0xE, 0x20)) + [0x7F, 0x8F, 0x9F]:
        lines[(code,)] = ()
    for code in [9, 0xA, 0xC, 0xD, 0x1680, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD]:
        lines[(code,)] = (0x20,)
    for code in list(range(0xA0, 0x180)) + list(range(0x300, 0x400)) + list(range(0x2000, 0x2200)) + list(range(0x2460, 0x2500)) + \
            list(range(0xFB00, 0xFB50)) + list(range(0xFF00, 0xFFF0)) + [0xFDFA, 0x338F, 0x337F, 0x1E9B, 0x212B, 0x3000, 0x1D7D9]:
        normal = unicodedata.normalize("NFKC", chr(code))
        if normal != chr(code):
            lines[(code,)] = tuple(map(ord, normal))
    for base in "aeiouAEIOUеЕかキ":
        for mark in "\u0300\u0301\u0308\u0307\u3099":
            composed = unicodedata.normalize("NFKC", base + mark)
            if len(composed) == 1:
                lines[(ord(base), ord(mark))] = (ord(composed),)
    hexes = lambda codes: " ".join(f"{code:X}" for code in codes)
    path.write_text("\n".join(f"{hexes(key)}\t{hexes(value)}" for key, value in sorted(lines.items())) + "\n")


def unigram(corpus, texts, out, size, full):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "corpus.txt").write_text("\n".join(corpus), encoding="utf-8")
        rules(folder / "rules.tsv")
        for name, options in (("xlmr", {}), ("t5", {"byte_fallback": True})):
            normalization = {"normalization_rule_name": "nmt_nfkc"} if full else {"normalization_rule_tsv": str(folder / "rules.tsv")}
            sentencepiece.SentencePieceTrainer.train(
                input=str(folder / "corpus.txt"), model_prefix=str(folder / name), vocab_size=size, model_type="unigram", minloglevel=2,
                character_coverage=0.995, **normalization, **options)
            processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.model"))
            pieces = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(processor.get_piece_size())]
            charsmap = charsmap_of((folder / f"{name}.model").read_bytes())
            t = Tokenizer(models.Unigram(pieces, processor.unk_id(), bool(options)))
            t.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap), normalizers.Replace(Regex(" {2,}"), " ")])
            t.add_special_tokens(specials("<s>", "</s>", "<unk>"))
            t.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True, normalized=False)])
            if name == "xlmr":
                t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
                t.post_processor = processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> </s> $B </s>", [("<s>", 1), ("</s>", 2)])
            else:
                t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
                t.post_processor = processors.TemplateProcessing("$A </s>", "$A </s> $B </s>", [("</s>", 2)])
            t.decoder = decoders.Metaspace()
            write(out, name, t, texts)


def charsmap_of(model):
    """ModelProto.normalizer_spec (field 3) . precompiled_charsmap (field 2) of a sentencepiece model."""
    def fields(data):
        at = 0

        def varint():
            nonlocal at
            value = shift = 0
            while True:
                byte = data[at]
                at += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    return value

        while at < len(data):
            key = varint()
            if key & 7 == 0:
                yield key >> 3, varint()
            else:
                size = {1: 8, 5: 4}.get(key & 7) or varint()
                yield key >> 3, data[at:at + size]
                at += size

    spec = next(value for number, value in fields(model) if number == 3)
    return next(value for number, value in fields(spec) if number == 2)


def words(corpus, texts, out, size):
    for name, lower in (("bert", True), ("bert_cased", False)):
        t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        t.normalizer = normalizers.BertNormalizer(lowercase=lower)
        t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        t.train_from_iterator(corpus, trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False, limit_alphabet=400))
        t.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)])
        t.decoder = decoders.WordPiece(cleanup=lower)
        if lower:
            t.enable_truncation(16)
            t.enable_padding(length=16)

        def untouched(value):
            value["truncation"] = value["padding"] = None

        write(out, name, t, texts, untouched)
    t = Tokenizer(models.WordLevel(unk_token="<unk>"))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.train_from_iterator(corpus, trainers.WordLevelTrainer(vocab_size=size, special_tokens=["<unk>", "<pad>"], show_progress=False))
    write(out, "word_level", t, texts)


def stages(texts, out):
    """Every stage alone: a word's first character and its others have ids of their own, so that ids and offsets show
    the normalized text and where it was cut."""
    characters = sorted({c for text in texts for form in ("NFC", "NFD", "NFKC", "NFKD") for c in unicodedata.normalize(form, text)} |
                        set(pre_tokenizers.ByteLevel.alphabet()) | set("▁_XYZ"))[:900]
    vocab = {"<unk>": 0}
    for c in characters:
        vocab[c] = len(vocab)
        vocab["##" + c] = len(vocab)
    model = {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": "##", "vocab": vocab, "merges": []}
    split = lambda pattern, behavior, invert=False: {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}
    variants = [("normalizer", value) for value in (
        {"type": "NFC"}, {"type": "NFD"}, {"type": "NFKC"}, {"type": "NFKD"}, {"type": "Lowercase"}, {"type": "StripAccents"}, {"type": "Nmt"},
        {"type": "ByteLevel"}, {"type": "Prepend", "prepend": "XY"}, {"type": "Strip", "strip_left": True, "strip_right": True},
        {"type": "Strip", "strip_left": True, "strip_right": False}, {"type": "Strip", "strip_left": False, "strip_right": True},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "Replace", "pattern": {"String": "."}, "content": ""},
        {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": "XYZ"}, {"type": "Replace", "pattern": {"Regex": "a*"}, "content": "X"},
        {"type": "Replace", "pattern": {"Regex": "^|$"}, "content": "_"}, {"type": "Replace", "pattern": {"Regex": "(?i)the|[[:punct:]]"}, "content": "Z"},
        {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True})]
    behaviors = ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")
    variants += [("pre_tokenizer", value) for value in (
        [split({"Regex": "\\d+|\\s"}, behavior, invert) for behavior in behaviors for invert in (False, True)] +
        [split({"String": "'"}, behavior) for behavior in behaviors] +
        [split({"Regex": regex}, "Isolated") for regex in (
            GPT4O, r"\s+$", r"\w+|[^\w\s]+", r"\p{Han}+|\p{Hiragana}", r"[^(\s|.,!?…。，、।۔،)]+", r"\b", r"(?<=a)b|\W", r"\p{P}|\p{S}|\p{M}+", r"\h+")] +
        [{"type": "Punctuation", "behavior": behavior} for behavior in behaviors] +
        [{"type": "Digits", "individual_digits": individual} for individual in (False, True)] +
        [{"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut} for scheme in ("always", "first", "never") for cut in (True, False)] +
        [{"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex} for prefix in (True, False) for regex in (True, False)] +
        [{"type": "CharDelimiterSplit", "delimiter": "a"}, {"type": "UnicodeScripts"}, {"type": "Whitespace"}, {"type": "WhitespaceSplit"},
         {"type": "BertPreTokenizer"},
         {"type": "Sequence", "pretokenizers": [{"type": "UnicodeScripts"}, {"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": True},
                                                {"type": "Digits", "individual_digits": True}]}])]
    variants += [("decoder", value) for value in (
        {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}, {"type": "WordPiece", "prefix": "##", "cleanup": True}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": True}, {"type": "BPEDecoder", "suffix": "a"}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Replace", "pattern": {"String": "##"}, "content": "_"}, {"type": "Replace", "pattern": {"Regex": "#+|e"}, "content": ""},
        {"type": "Strip", "content": "e", "start": 0, "stop": 1}, {"type": "Strip", "content": "#", "start": 5, "stop": 0},
        {"type": "CTC", "pad_token": "a", "word_delimiter_token": "#", "cleanup": True}, {"type": "CTC", "pad_token": "e", "word_delimiter_token": "#", "cleanup": False},
        {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "##"}, "content": ""}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 2, "stop": 0}]})]
    result = []
    for stage, value in variants:
        whole = {"version": "1.0", "added_tokens": [], "model": model, stage: value}
        tokenizer = Tokenizer.from_str(json.dumps(whole))
        digests = []
        for text in texts:
            encoding = tokenizer.encode(text)
            digests.append((digest(encoding) if stage != "decoder" else fnv(tokenizer.decode(encoding.ids)))[:8])
        result.append({"stage": stage, "value": value, "digests": " ".join(digests)})
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in result)
    (out / "stages.json").write_text('{"model":' + json.dumps(model, ensure_ascii=False, separators=(",", ":")) + ',\n"variants":[\n' + lines + "]}\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--out", default=HERE, type=pathlib.Path)
    parser.add_argument("--full", action="store_true")
    args = parser.parse_args()
    chinese = json.loads((args.data / "xquad_en_zh" / "xquad.zh.json").read_text(encoding="utf-8"))
    corpus = [(args.data / "lm_text" / name).read_text(encoding="utf-8")[:250_000] for name in ("tinyshakespeare.txt", "wizard_of_oz_opening.txt")]
    corpus = [line for text in corpus for line in text.split("\n") if line]
    corpus += [paragraph["context"] for article in chinese["data"] for paragraph in article["paragraphs"]]
    size = 20_000 if args.full else 1100
    texts = nasty_texts()
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "texts.jsonl").write_text("\n".join(json.dumps(text) for text in texts) + "\n")
    byte_level(corpus, texts, args.out, size)
    character_bpe(corpus, texts, args.out, size)
    unigram(corpus, texts, args.out, 8000 if args.full else 1500, args.full)
    words(corpus, texts, args.out, size)
    stages(texts, args.out)


if __name__ == "__main__":
    main()
