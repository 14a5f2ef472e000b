"""Knowledge bases through the command line, for the measurements that go that way."""

import json
import os
import pathlib
import random
import re
import subprocess
import sys

from lexical_speed import beir, squad

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binaries():
    return pathlib.Path(os.environ.get("TRIPTYCH_BIN") or ROOT / "build/release/bin")


class CommandLine:
    def __init__(self, workspace):
        self.workspace = str(workspace)

    def command(self, *words):
        return [str(binaries() / "triptych-cli"), "--workspace", self.workspace, "--json", *map(str, words)]

    def run(self, *words):
        """The document that the command prints; ends the program with its message if it fails."""
        code, document = self.attempt(*words)
        if code != 0:
            sys.exit(f"{' '.join(map(str, words))}: {document}")
        return document

    def attempt(self, *words, **options):
        result = subprocess.run(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **options)
        try:
            return result.returncode, json.loads(result.stdout)
        except ValueError:
            return result.returncode, {"error": {"code": "", "message": result.stdout, "hint": ""}}


def sentences_of(data):
    sources = [beir(data / "cranfield"), beir(data / "cisi"), squad(data / "xquad_en_zh" / "xquad.en.json")]
    return [s.strip() for documents, _ in sources for document in documents for s in re.split(r"(?<=[.!?])\s+", document) if len(s.strip()) > 30]


def write_documents(folder, sentences, count, characters, seed=1):
    """Text files of about so many characters, sentences of real documents in new order, a hundred to a folder."""
    draw = random.Random(seed)
    for i in range(count):
        path = folder / f"part{i // 100:03}" / f"document{i:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"Document number {i}."
        while len(text) < characters:
            text += " " + draw.choice(sentences)
        path.write_text(text + "\n", encoding="utf-8")
