#!/usr/bin/env python3
"""Makes the reference files of this folder.

    python make.py OUT_FOLDER

Needs numpy, gguf and safetensors.

quantized.safetensors   per type blocks of random bytes, scales kept finite, and what gguf makes of them ("TYPE.blocks",
                        "TYPE.values"); per written type values and what gguf makes of those ("TYPE.given", "TYPE.quantized")
tiny.gguf               a whole file from gguf's own writer: metadata of every type, a tensor of every type
tiny.safetensors        the values of its tensors as gguf reads them
versions.json
"""
import argparse
import json
import os
import platform
from importlib.metadata import version

import gguf
import numpy as np
import safetensors
from gguf import GGMLQuantizationType as Type
from safetensors.numpy import save_file

# Where the half-precision scales of a block stand.
SCALES = {Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
          Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208]}
WRITTEN = [Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0]


def halves(random, count):
    """Any half-precision numbers but infinity and NaN."""
    bits = random.integers(0, 1 << 16, count, dtype=np.uint16)
    return np.where((bits & 0x7C00) == 0x7C00, bits & 0x83FF, bits).astype(np.uint16)


def blocks_of(random, kind, count):
    size = gguf.GGML_QUANT_SIZES[kind][1]
    blocks = random.integers(0, 256, (count, size), dtype=np.uint8)
    for at in SCALES[kind]:
        blocks[:, at:at + 2] = halves(random, count).reshape(count, 1).view(np.uint8)
    return blocks


def values_to_quantize(random):
    """Rows of 32 that meet the corners of the quantisers."""
    rows = [random.standard_normal(32) * 10.0 ** power for power in range(-6, 5)]
    rows += [np.zeros(32), -np.zeros(32), np.full(32, -3.25), np.arange(32) - 16, np.arange(32) / 127, np.arange(-127, 128, 8)[:32]]
    rows += [np.where(np.arange(32) == 5, 1.0, 0.0), np.where(np.arange(32) == 30, -1.0, 0.5)]
    rows += [np.where(np.arange(32) % 2 == 0, 7.0, -7.0), np.where(np.arange(32) == 9, 127.0, np.arange(32) + 0.5)]
    rows += [random.standard_normal(32) * 1e-42, random.standard_normal(32) * 1e-38, random.standard_normal(32) * 1e6]
    return np.array(rows, dtype=np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    out = parser.parse_args().out
    os.makedirs(out, exist_ok=True)
    random = np.random.default_rng(5)
    tensors = {}
    for kind in SCALES:
        count = 12 if kind.name.endswith("K") else 48
        blocks = blocks_of(random, kind, count)
        tensors[kind.name + ".blocks"] = blocks
        tensors[kind.name + ".values"] = gguf.dequantize(blocks, kind)
    # Every seventh finite half.
    every = np.arange(1 << 16, dtype=np.uint16)
    every = every[(every & 0x7C00) != 0x7C00][::7].copy()
    tensors["F16.blocks"] = every.view(np.uint8)
    tensors["F16.values"] = gguf.dequantize(every.view(np.uint8), Type.F16)
    tensors["BF16.blocks"] = random.integers(0, 256, 512, dtype=np.uint8)
    tensors["BF16.values"] = gguf.dequantize(tensors["BF16.blocks"], Type.BF16)
    given = values_to_quantize(random)
    for kind in WRITTEN:
        values = given
        if kind in (Type.F16, Type.BF16):
            # Halfway cases, the ends of the range, infinity and NaN.
            bits = random.integers(0, 1 << 32, 2048, dtype=np.uint32)
            bits[:512] = (bits[:512] & 0xC7FFE000) | 0x38001000 | (bits[:512] & 1)
            bits[512:640] = (bits[512:640] & 0xFFFF0000) | 0x8000
            values = bits.view(np.float32)
            if kind is Type.F16:
                values = np.concatenate([values, np.array([65504, 65519.99, 65520, 2.0**-24, 2.0**-25, 1.5 * 2.0**-25, np.inf, -np.inf], np.float32)])
                values = values[~np.isnan(values)]
        with np.errstate(all="ignore"):
            tensors[kind.name + ".quantized"] = np.ascontiguousarray(gguf.quantize(values, kind)).view(np.uint8)
        tensors[kind.name + ".given"] = values
    save_file({name: np.ascontiguousarray(tensor.ravel()) for name, tensor in tensors.items()}, os.path.join(out, "quantized.safetensors"))

    writer = gguf.GGUFWriter(os.path.join(out, "tiny.gguf"), "llama")
    for name, value in (("uint8", 200), ("int8", -100), ("uint16", 60000), ("int16", -30000), ("uint32", 4000000000), ("int32", -2000000000),
                        ("uint64", 1 << 63), ("int64", -(1 << 62)), ("float32", 0.5), ("float64", 1e300), ("bool", True)):
        getattr(writer, "add_" + name)("test." + name, value)
    writer.add_string("test.string", "Größe 大小")
    writer.add_array("test.strings", ["<s>", "", "Ġ世界", "\n"])
    writer.add_array("test.integers", [-1, 0, 1 << 30])
    writer.add_array("test.numbers", [0.0, -1.5, 3.25])
    writer.add_array("test.booleans", [True, False])
    writer.add_tensor("scalar", np.array([42.0], dtype=np.float32))
    writer.add_tensor("matrix", np.arange(6, dtype=np.float32).reshape(2, 3))
    writer.add_tensor("cube", np.arange(24, dtype=np.float16).reshape(2, 3, 4))
    writer.add_tensor("counts", np.arange(5, dtype=np.int32))
    writer.add_tensor("bf16", gguf.quantize(np.arange(8, dtype=np.float32), Type.BF16).reshape(2, 8), raw_dtype=Type.BF16)
    for kind in SCALES:
        values = 256 if kind.name.endswith("K") else 64
        size = gguf.GGML_QUANT_SIZES[kind]
        writer.add_tensor(kind.name.lower(), blocks_of(random, kind, 2 * values // size[0]).reshape(2, -1), raw_dtype=kind)
    writer.add_tensor("iq4_nl", random.integers(0, 256, (1, 18), dtype=np.uint8), raw_dtype=Type.IQ4_NL)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    # What gguf reads out of it.
    reader = gguf.GGUFReader(os.path.join(out, "tiny.gguf"))
    read = {t.name: gguf.dequantize(t.data, t.tensor_type).ravel().astype(np.float32) for t in reader.tensors if t.name not in ("counts", "iq4_nl")}
    save_file(read, os.path.join(out, "tiny.safetensors"))
    for name in ("quantized.safetensors", "tiny.safetensors"):
        os.chmod(os.path.join(out, name), 0o644)
    with open(os.path.join(out, "versions.json"), "w", encoding="utf-8", newline="\n") as file:
        json.dump({"python": platform.python_version(), "gguf": version("gguf"), "numpy": np.__version__, "safetensors": safetensors.__version__},
                  file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
