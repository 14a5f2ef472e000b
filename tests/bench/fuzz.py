#!/usr/bin/env python3
# Readers of hostile files under libFuzzer with address and undefined sanitizers; exit code 1 if one of them falls.
# needs no build
"""Usage: fuzz.py [--seconds 600] [READER...]

Builds the preset `fuzz` with clang-16, then runs every reader (safetensors, safetensors_index, gguf, gguf_model,
tokenizer_json, config_json, model_config, adapter_config, chat_template) that long, from the seeds in tests/data/fuzz and what earlier runs found in build/fuzz/corpus. An input that
crashes a reader, hangs it for 10 s or takes it above 1 GB lies in build/fuzz/findings afterwards.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
SEEDS = ROOT / "tests" / "data" / "fuzz"


def build():
    if not shutil.which("clang++-16"):
        sys.exit("fuzz: clang-16 and its run-time library are missing; as root: apt-get install clang-16 libclang-rt-16-dev")
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "fuzz"], cwd=ROOT, check=True, stdout=sys.stderr)
    subprocess.run(["ninja", "-C", str(BUILD)], check=True, stdout=sys.stderr)


def run(reader, seconds):
    """The findings of one reader and the line of libFuzzer that says how far it came."""
    corpus, findings = BUILD / "corpus" / reader, BUILD / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(findings.iterdir())
    log = BUILD / f"{reader}.log"
    with open(log, "w") as output:
        code = subprocess.run(["nice", "-n", "15", str(BUILD / "bin" / f"fuzz_{reader}"), f"-max_total_time={seconds}", "-timeout=10",
                               "-rss_limit_mb=1024", "-max_len=16384", f"-artifact_prefix={findings}/{reader}-", "-print_final_stats=1",
                               str(corpus), str(SEEDS / reader)], stdout=output, stderr=subprocess.STDOUT).returncode
    text = log.read_text(errors="replace")
    steps = re.findall(r"^#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)", text, re.MULTILINE)
    summary = "inputs {}, edges {}, features {}, corpus {}".format(*steps[-1]) if steps else "no input was run"
    new = sorted(set(findings.iterdir()) - before)
    if code != 0 and not new:
        new = [log]
    return new, summary


def main():
    readers = sorted(folder.name for folder in SEEDS.iterdir() if folder.is_dir())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", nargs="*", metavar="READER", help="all if none is named")
    parser.add_argument("--seconds", type=int, default=600, help="for each reader")
    args = parser.parse_args()
    for reader in args.readers:
        if reader not in readers:
            parser.error(f"no reader '{reader}'; there are {', '.join(readers)}")
    build()
    found = False
    for reader in args.readers or readers:
        findings, summary = run(reader, args.seconds)
        print(f"{reader:20} {len(findings)} findings; {summary}", flush=True)
        for finding in findings:
            found = True
            print(f"    {finding}   (run {BUILD / 'bin' / ('fuzz_' + reader)} with it; log in {BUILD / (reader + '.log')})", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
