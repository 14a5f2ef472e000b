#!/usr/bin/env python3
"""The peer for full fine-tuning: transformers' Trainer on BertForSequenceClassification.

Train and test (prints one JSON line):
    train_full.py --model FOLDER --train train.jsonl --test test.jsonl [--seed 1] [--epochs 3]

Speed alone, N steps after the warm-up (prints one JSON line):
    train_full.py --model FOLDER --train train.jsonl --steps N

Steps on demand, to interleave them with another program's in one run:
    train_full.py --model FOLDER --train train.jsonl --steps N --serve
    prints {"ready":true,...} once warm, then for each line "go K" (or "go": N steps) read from standard input
    does K steps and prints {"steps":K,"seconds":S,...}; ends at "quit" or at the end of the input.

Rows are JSON lines {"text": ..., "label": ...}. Each step is the Trainer's own: the callback only
holds the Trainer's loop before a step until it is told to go on. The time runs from the order to the
moment the loop asks for the step after the last one, so that it holds K steps (forward, backward,
clipping, optimizer, schedule, zero_grad) and the making of K batches.
Standard output carries the JSON lines and nothing else.
"""
import argparse
import json
import os
import sys
import time


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder of the pretrained encoder")
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", help="not needed with --steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--warmup", type=float, default=0.1, help="share of the steps")
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--optim", help="the Trainer's name of an optimizer; its own default if not given")
    parser.add_argument("--steps", type=int, help="measure speed over so many steps")
    parser.add_argument("--serve", action="store_true", help="do steps when told through standard input")
    parser.add_argument("--warmup-steps", type=int, default=10, help="untimed steps before --steps or --serve")
    parser.add_argument("--in-order", action="store_true", help="batches in file order instead of shuffled")
    args = parser.parse_args()
    if args.serve and not args.steps:
        parser.error("--serve needs --steps")
    if not args.steps and not args.test:
        parser.error("--test is needed without --steps")
    return args


ARGS = parse()
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(ARGS.threads)
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
OUT = os.fdopen(os.dup(1), "w")          # the JSON lines
os.dup2(2, 1)                            # whatever a library prints goes to standard error

import psutil  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import (  # noqa: E402
    AutoTokenizer,
    BertForSequenceClassification,
    DataCollatorWithPadding,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)


def emit(row):
    OUT.write(json.dumps(row) + "\n")
    OUT.flush()


def read_rows(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


class Rows(torch.utils.data.Dataset):
    def __init__(self, rows, tokenizer, label_ids, max_tokens):
        encoded = tokenizer([r["text"] for r in rows], truncation=True, max_length=max_tokens)
        self.items = [
            {"input_ids": i, "attention_mask": m, "token_type_ids": t, "labels": label_ids[str(r["label"])]}
            for r, i, m, t in zip(rows, encoded["input_ids"], encoded["attention_mask"], encoded["token_type_ids"])
        ]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


class Peer(Trainer):
    """The Trainer, counting what it is given."""

    tokens = padded = examples = 0

    def training_step(self, model, inputs, *rest, **named):
        self.tokens += int(inputs["attention_mask"].sum())
        self.padded += inputs["attention_mask"].numel()
        self.examples += inputs["attention_mask"].shape[0]
        return super().training_step(model, inputs, *rest, **named)

    def _get_train_sampler(self, *rest, **named):
        if ARGS.in_order:
            return torch.utils.data.SequentialSampler(self.train_dataset)
        return super()._get_train_sampler(*rest, **named)


class Gate(TrainerCallback):
    """Holds the Trainer's loop before a step until the next order."""

    def __init__(self, warm, orders):
        self.left, self.orders, self.count, self.start = warm, orders, None, None
        self.trainer = None

    def totals(self):
        return self.trainer.tokens, self.trainer.padded, self.trainer.examples

    def on_step_begin(self, args, state, control, **named):
        if self.left == 0:
            now = time.perf_counter()
            if self.count is None:
                emit({"ready": True, "torch": torch.__version__, "transformers": transformers.__version__,
                      "optim": str(args.optim), "threads": torch.get_num_threads()})
            else:
                tokens, padded, examples = (a - b for a, b in zip(self.totals(), self.before))
                seconds = now - self.start
                emit({"steps": self.count, "seconds": seconds, "ms_per_step": 1000 * seconds / self.count,
                      "examples_per_s": examples / seconds, "tokens": tokens, "padded_tokens": padded,
                      "seed": ARGS.seed})
            self.left = next(self.orders, 0)
            if self.left == 0:
                OUT.flush()
                os._exit(0)              # the Trainer has no clean way out of the middle of a step
            self.count, self.before = self.left, self.totals()
            self.start = time.perf_counter()
        self.left -= 1


def orders():
    if not ARGS.serve:
        yield ARGS.steps
        return
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        if words[0] == "quit":
            return
        if words[0] == "go":
            yield max(1, int(words[1]) if len(words) > 1 else ARGS.steps)


def main():
    torch.set_num_threads(ARGS.threads)
    transformers.set_seed(ARGS.seed)
    tokenizer = AutoTokenizer.from_pretrained(ARGS.model)
    train_rows = read_rows(ARGS.train)
    test_rows = read_rows(ARGS.test) if ARGS.test else []
    labels = sorted({str(r["label"]) for r in train_rows + test_rows})
    label_ids = {name: i for i, name in enumerate(labels)}
    train = Rows(train_rows, tokenizer, label_ids, ARGS.max_tokens)
    test = Rows(test_rows, tokenizer, label_ids, ARGS.max_tokens) if test_rows else None

    model = BertForSequenceClassification.from_pretrained(ARGS.model, num_labels=len(labels), dtype=torch.float32)
    more = {"optim": ARGS.optim} if ARGS.optim else {}
    if ARGS.steps:
        more["max_steps"] = 1_000_000
    targs = TrainingArguments(
        output_dir=os.path.join(os.environ.get("TMPDIR", "/tmp"), "train_full_unused"),
        per_device_train_batch_size=ARGS.batch, per_device_eval_batch_size=64, num_train_epochs=ARGS.epochs,
        learning_rate=ARGS.lr, warmup_steps=0 if ARGS.steps else ARGS.warmup, lr_scheduler_type="linear",
        weight_decay=0.0, max_grad_norm=1.0, seed=ARGS.seed, data_seed=ARGS.seed, use_cpu=True,
        bf16=False, fp16=False, eval_strategy="no", save_strategy="no", logging_strategy="no",
        report_to="none", disable_tqdm=True, dataloader_pin_memory=False, **more,
    )
    gate = Gate(ARGS.warmup_steps, orders()) if ARGS.steps else None
    trainer = Peer(model=model, args=targs, train_dataset=train, processing_class=tokenizer,
                   data_collator=DataCollatorWithPadding(tokenizer), callbacks=[gate] if gate else None)
    trainer.remove_callback(PrinterCallback)
    if gate:
        gate.trainer = trainer
    start = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - start

    from sklearn.metrics import accuracy_score, f1_score

    start = time.perf_counter()
    predicted = trainer.predict(test).predictions.argmax(-1).tolist()
    test_seconds = time.perf_counter() - start
    truth = [item["labels"] for item in test.items]
    peak = psutil.Process().memory_info()
    emit({
        "accuracy": accuracy_score(truth, predicted),
        "macro_f1": f1_score(truth, predicted, average="macro", labels=range(len(labels)), zero_division=0),
        "examples_per_s": trainer.examples / seconds, "seconds": seconds, "seed": ARGS.seed,
        "epochs": ARGS.epochs, "steps": trainer.state.global_step, "train_rows": len(train), "test_rows": len(test),
        "labels": len(labels), "tokens": trainer.tokens, "padded_tokens": trainer.padded,
        "test_seconds": test_seconds, "optim": str(targs.optim), "rss_mb": peak.rss / 2**20,
        "torch": torch.__version__, "transformers": transformers.__version__,
    })


if __name__ == "__main__":
    main()
