#!/usr/bin/env python3
"""Makes the tiny random BERT of this folder and its reference outputs.

    python make.py OUT_FOLDER

Writes OUT_FOLDER/encoder/, OUT_FOLDER/classifier/ and OUT_FOLDER/expected.json.
Needs torch, transformers, sentence-transformers and tokenizers.
"""
import argparse
import json
import os
import platform

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = (
    "the a is of to and in what how do i my you it for on can me card bank money account balance order "
    "food weather time play music book flight hotel call send help where who when red green blue play cat dog"
).split()
PIECES = ["ing", "ed", "er", "es", "ly", "tion", "able"]
TEXTS = [
    "What is my bank balance?",
    "play the red music",
    "Can you book a flight to the green hotel and call me when it is ordered, please!",
    "",
    "é 天 zzz playing cards 42 \u2603",
]


def vocabulary():
    vocab = list(SPECIAL)
    vocab += list("!?.,'-:;()")
    vocab += list("0123456789")
    vocab += list("abcdefghijklmnopqrstuvwxyz")
    vocab += ["##" + c for c in "0123456789abcdefghijklmnopqrstuvwxyz"]
    vocab += ["##" + p for p in PIECES]
    vocab += ["天", "中"]
    for word in WORDS:
        if word not in vocab:
            vocab.append(word)
    while len(vocab) < 200:
        vocab.append("[unused%d]" % (len(vocab) - 1))
    assert len(vocab) == len(set(vocab)) == 200, len(vocab)
    return {token: i for i, token in enumerate(vocab)}


def make_tokenizer():
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece(vocabulary(), unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    return tokenizer


def write_json(path, value, indent=2):
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        json.dump(value, f, indent=indent, ensure_ascii=False)
        f.write("\n")


def scatter(model, torch):
    """Larger, fully random weights, so that no bias is 0 and no gain 1."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "LayerNorm.weight" in name:
                p.copy_(1.0 + 0.2 * torch.randn_like(p))
            elif p.dim() == 1:
                p.copy_(0.1 * torch.randn_like(p))
            else:
                p.copy_(0.15 * torch.randn_like(p))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    args = parser.parse_args()

    import sentence_transformers
    import tokenizers
    import torch
    import transformers
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    torch.set_num_threads(1)
    torch.manual_seed(20240229)
    tokenizer = make_tokenizer()
    common = dict(
        vocab_size=200, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=64, type_vocab_size=2, pad_token_id=0, hidden_act="gelu", layer_norm_eps=1e-12,
    )
    labels = {0: "alpha", 1: "beta", 2: "gamma"}

    encoder = BertModel(BertConfig(**common), add_pooling_layer=True)
    scatter(encoder, torch)
    encoder.eval()
    classifier = BertForSequenceClassification(
        BertConfig(**common, num_labels=3, id2label=labels, label2id={v: k for k, v in labels.items()})
    )
    scatter(classifier, torch)
    classifier.eval()

    folders = {}
    for name, model in (("encoder", encoder), ("classifier", classifier)):
        folder = folders[name] = os.path.join(args.out, name)
        os.makedirs(folder, exist_ok=True)
        model.save_pretrained(folder)
        tokenizer.save(os.path.join(folder, "tokenizer.json"), pretty=False)
        write_json(os.path.join(folder, "tokenizer_config.json"), {
            "tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 64, "unk_token": "[UNK]",
            "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]",
        })

    # what sentence-transformers reads besides
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    write_json(os.path.join(folders["encoder"], "modules.json"), modules)
    write_json(os.path.join(folders["encoder"], "sentence_bert_config.json"),
               {"max_seq_length": 48, "do_lower_case": False})
    os.makedirs(os.path.join(folders["encoder"], "1_Pooling"), exist_ok=True)
    write_json(os.path.join(folders["encoder"], "1_Pooling", "config.json"), {
        "word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False,
    })

    def run(ids, mask, types):
        ids, mask, types = (torch.tensor(x) for x in (ids, mask, types))
        with torch.no_grad():
            out = encoder(input_ids=ids, attention_mask=mask, token_type_ids=types)
            logits = classifier(input_ids=ids, attention_mask=mask, token_type_ids=types).logits
        hidden = out.last_hidden_state
        m = mask.unsqueeze(-1).float()
        mean = (hidden * m).sum(1) / m.sum(1).clamp(min=1e-9)
        embedding = torch.nn.functional.normalize(mean, p=2, dim=1)
        # A padded position's own hidden state means nothing: left out as null.
        rows = [[h if keep else None for h, keep in zip(hs, ms)]
                for hs, ms in zip(hidden.tolist(), mask.tolist())]
        return {
            "input_ids": ids.tolist(), "attention_mask": mask.tolist(), "token_type_ids": types.tolist(),
            "last_hidden_state": rows, "pooler_output": out.pooler_output.tolist(),
            "sentence_embedding": embedding.tolist(), "logits": logits.tolist(),
        }

    g = torch.Generator().manual_seed(7)
    def rand(n):
        return [2] + torch.randint(5, 200, (n - 2,), generator=g).tolist() + [3]

    cases = {}
    one = rand(9)
    cases["single"] = run([one], [[1] * 9], [[0] * 9])
    cases["two_segments"] = run([one], [[1] * 9], [[0] * 4 + [1] * 5])
    lengths = [12, 5, 2, 9]
    batch = [rand(n) for n in lengths]
    cases["right_padded_batch"] = run(
        [row + [0] * (12 - len(row)) for row in batch],
        [[1] * n + [0] * (12 - n) for n in lengths], [[0] * 12] * 4)
    cases["same_length_batch"] = run([rand(6) for _ in range(3)], [[1] * 6] * 3, [[0] * 6] * 3)
    long = rand(64)
    full = run([long], [[1] * 64], [[0] * 64])
    del full["last_hidden_state"]
    cases["longest"] = full

    encoded = []
    for text in TEXTS:
        e = tokenizer.encode(text)
        encoded.append({"text": text, "ids": e.ids, "offsets": [list(o) for o in e.offsets], "type_ids": e.type_ids})
    st = sentence_transformers.SentenceTransformer(folders["encoder"], device="cpu")
    embeddings = st.encode(TEXTS, batch_size=1, convert_to_numpy=True, show_progress_bar=False)
    for row, vector in zip(encoded, embeddings):
        row["sentence_embedding"] = [float(x) for x in vector]
        again = run([row["ids"]], [[1] * len(row["ids"])], [row["type_ids"]])
        row["logits"] = again["logits"][0]
        worst = max(abs(a - b) for a, b in zip(row["sentence_embedding"], again["sentence_embedding"][0]))
        assert worst < 1e-6, worst

    # The folders, read back by the library, give the same.
    back = BertModel.from_pretrained(folders["encoder"]).eval()
    with torch.no_grad():
        h = back(input_ids=torch.tensor([one])).last_hidden_state[0].tolist()
    assert h == cases["single"]["last_hidden_state"][0]
    back = BertForSequenceClassification.from_pretrained(folders["classifier"]).eval()
    with torch.no_grad():
        assert back(input_ids=torch.tensor([one])).logits.tolist() == cases["single"]["logits"]

    def shorten(x):
        if isinstance(x, float):
            return float("%.9g" % x)      # enough to give back the same float32
        if isinstance(x, dict):
            return {k: shorten(v) for k, v in x.items()}
        return [shorten(v) for v in x] if isinstance(x, list) else x

    expected = {
        "versions": {"python": platform.python_version(), "torch": torch.__version__,
                     "transformers": transformers.__version__, "tokenizers": tokenizers.__version__,
                     "sentence_transformers": sentence_transformers.__version__},
        "note": "last_hidden_state, pooler_output and sentence_embedding are of encoder/, logits of classifier/ "
                "(whose body has other weights); null stands for a padded position.",
        "labels": ["alpha", "beta", "gamma"],
        "cases": shorten(cases),
        "texts": shorten(encoded),
    }
    with open(os.path.join(args.out, "expected.json"), "w", encoding="utf-8", newline="\n") as f:
        json.dump(expected, f, ensure_ascii=False, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
