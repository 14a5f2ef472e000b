#!/usr/bin/env python3
# Tokens a second of SmolLM2, 512 in and 128 out, in turns with llama.cpp on the same file.
# needs the peers
# needs llama.cpp
"""Usage: decode_speed.py [--model NAME] [--rounds 7] [--threads 2] [--in 512] [--out 128]

llama.cpp by its Python package, compiled for this processor (tests/bench/peers/README.md). Both read the same random tokens and
write the likeliest one each time; the figure is the median over the rounds.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys

from turns import Program

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--in", type=int, default=512, dest="tokens_in")
    parser.add_argument("--out", type=int, default=128, dest="tokens_out")
    args = parser.parse_args()
    binaries = pathlib.Path(os.environ.get("TRIPTYCH_BIN") or HERE.parents[1] / "build/release/bin")
    python = os.environ.get("TRIPTYCH_PEER_PYTHON") or sys.executable
    file = next((pathlib.Path(os.environ["TRIPTYCH_DATA_DIR"]) / "models" / args.model).glob("*.gguf"))
    subprocess.run(["cmake", "--build", str(binaries.parent), "--target", "decode_speed"], check=True, stdout=sys.stderr)
    sizes = [str(args.threads), str(args.tokens_in), str(args.tokens_out)]
    def ours(precision):
        return Program(f"ours, {precision}", [str(binaries / "decode_speed"), str(file), precision] + sizes)

    alone = ours("exact")  # memory shared with another process would count half
    alone.close()
    programs = [ours("exact"), ours("fast")]
    programs.append(Program("llama.cpp", [python, str(HERE / "peers" / "decode_llama_cpp.py"), str(file)] + sizes))
    figures = {program.name: [] for program in programs}
    for _ in range(args.rounds):
        for program in programs:
            figures[program.name].append(program.ask("go"))

    def median(name, what):
        return statistics.median(answer[what] for answer in figures[name])

    for program in programs:
        name = program.name
        print(f"{name:<12} opened in {program.ready['open_s']:.2f} s; prefill {median(name, 'prefill'):7.1f}, decode {median(name, 'decode'):6.1f} tokens/s; "
              f"ratios {median(name, 'prefill') / median('llama.cpp', 'prefill'):.2f}, {median(name, 'decode') / median('llama.cpp', 'decode'):.2f}")
        reference = figures["ours, exact"][0]["ids"]
        same = next((i for i, (a, b) in enumerate(zip(figures[name][0]["ids"], reference)) if a != b), len(reference))
        print(f"             first {same} of {len(reference)} tokens as ours, exact")
    bytes_read = file.stat().st_size
    reading, writing = alone.ready["reading_mb"], alone.ready["writing_mb"]
    print(f"memory of ours, exact, less that before it was opened: writing {writing:.0f} MB, {1e6 * writing / bytes_read:.2f} times the file, "
          f"reading the prompt {reading:.0f} MB; first token after {median('ours, exact', 'first_s'):.2f} s")
    print(f"reading the file for every token: {median('ours, exact', 'decode') * bytes_read / 1e9:.1f} GB/s")
    for program in programs:
        program.close()


if __name__ == "__main__":
    sys.exit(main())
