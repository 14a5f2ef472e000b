#!/usr/bin/env python3
"""An exported model in the programs that it was written for, held against its proof.

    export_check.py PATH [--threads 2]

PATH: a folder or a GGUF file that `triptych-cli model export` wrote. transformers or llama.cpp opens it and gets the prompts of the
proof beside it: token ids of the texts, the chat template's texts (folders), logits of the last position, greedy tokens. Prints one
JSON line; exit code 1 if ids or texts differ. GGUF files need llama-cpp-python, folders torch and transformers.
"""
import argparse
import datetime
import json
import pathlib
import sys

import numpy as np


def expected_outputs(prompt):
    outputs = prompt["outputs"]
    if isinstance(outputs, list):
        return np.arange(len(outputs)), np.array(outputs)
    return np.array(outputs["at"]), np.array(outputs["values"])


class Folder:
    def __init__(self, path, threads):
        import torch
        import transformers

        torch.set_num_threads(threads)
        self.torch = torch
        config = transformers.AutoConfig.from_pretrained(path)
        kind = "AutoModelForCausalLM"
        if config.model_type in ("t5", "mt5"):
            kind = "AutoModelForSeq2SeqLM"
        elif any(name.endswith("ForSequenceClassification") for name in config.architectures or []):
            kind = "AutoModelForSequenceClassification"
        elif config.model_type in ("bert", "roberta", "xlm-roberta", "distilbert"):
            kind = "AutoModel"
        self.kind = kind
        # The values that the file holds, computed in float32 as the proof has it.
        self.model, loading = getattr(transformers, kind).from_pretrained(path, dtype=torch.float32, output_loading_info=True)
        self.model.eval()
        self.loading = {key: sorted(map(str, value)) for key, value in loading.items() if value}
        self.tokenizer = None
        if (path / "tokenizer.json").exists() or (path / "vocab.txt").exists() or (path / "vocab.json").exists():
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(path)

    def ids(self, text):
        return self.tokenizer(text)["input_ids"]

    def chat(self, messages):
        if not self.tokenizer or not self.tokenizer.chat_template:
            return None
        try:
            return self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception:
            return {"refused": True}

    def outputs(self, ids):
        torch = self.torch
        with torch.no_grad():
            ids = torch.tensor([ids])
            if self.kind == "AutoModelForCausalLM":
                return self.model(ids).logits[0, -1].numpy()
            if self.kind == "AutoModelForSeq2SeqLM":
                start = torch.tensor([[self.model.config.decoder_start_token_id]])
                return self.model(input_ids=ids, decoder_input_ids=start).logits[0, -1].numpy()
            if self.kind == "AutoModelForSequenceClassification":
                return self.model(ids).logits[0].numpy()
            return self.model(ids).last_hidden_state[0].flatten().numpy()


    def greedy(self, ids, count):
        torch = self.torch
        prompt = torch.tensor([ids])
        with torch.no_grad():
            out = self.model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, min_new_tokens=count, max_new_tokens=count,
                                      eos_token_id=None, pad_token_id=0, repetition_penalty=1.0)
        return out[0, len(ids):].tolist()


class Gguf:
    def __init__(self, path, threads):
        import llama_cpp

        self.loading = {}
        self.kind = "llama.cpp"
        self.model = llama_cpp.Llama(str(path), n_ctx=256, n_batch=256, n_threads=threads, n_threads_batch=threads, logits_all=True, verbose=False)
        self.tokenizer = self.model

    def ids(self, text):
        return self.model.tokenize(text.encode(), add_bos=True, special=True)

    def chat(self, messages):
        return None  # llama-cpp-python renders with jinja2, not with what llama.cpp has

    def outputs(self, ids):
        self.model.reset()
        self.model.eval(ids)
        return np.array(self.model.scores[len(ids) - 1])

    def greedy(self, ids, count):
        answer = [int(np.argmax(self.outputs(ids)))]
        while len(answer) < count:
            self.model.eval(answer[-1:])
            answer.append(int(np.argmax(self.model.scores[self.model.n_tokens - 1])))
        return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    folder = args.path.is_dir()
    proof = json.loads((args.path / "export_proof.json" if folder else pathlib.Path(str(args.path) + ".proof.json")).read_text())
    reader = (Folder if folder else Gguf)(args.path, args.threads)
    questions, expected = proof["questions"], proof["expected"]
    result = {"path": args.path.name, "reader": reader.kind, "type": proof["type"], "texts": 0, "chats": 0, "prompts": 0, "greedy": 0}
    different = []
    if reader.tokenizer is not None:
        for text, want in zip(questions["texts"], expected["texts"]):
            got = list(reader.ids(text))
            result["texts"] += 1
            if got != want["ids"]:
                different.append({"text": text, "got": got, "want": want["ids"]})
    for messages, want in zip(questions["chats"], expected["chats"]):
        got = reader.chat(messages)
        if got is None:
            continue
        result["chats"] += 1
        if got != want.get("text") and not ("refused" in want and isinstance(got, dict)):
            different.append({"chat": messages, "got": got, "want": want})
    off, agree, tokens = 0.0, 0, 0
    for ids, want in zip(questions["prompts"], expected["prompts"]):
        outputs = reader.outputs(ids)
        places, values = expected_outputs(want)
        off = max(off, float(np.abs(outputs[places] - values).max() / max(1e-3, np.abs(values).max())))
        result["prompts"] += 1
        if not questions["greedy"] or reader.kind == "AutoModelForSeq2SeqLM":
            continue
        tokens += len(want["greedy"])
        agree += sum(a == b for a, b in zip(reader.greedy(ids, len(want["greedy"])), want["greedy"]))
    result.update(largest_difference=float("%.3g" % off), greedy="%d of %d" % (agree, tokens), loading=reader.loading, different=different,
                  at=datetime.date.today().isoformat())
    print(json.dumps(result, ensure_ascii=False))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
