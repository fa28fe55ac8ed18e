"""not-finite.py BRAID FOLDER DTYPE PROGRAM…: NaN and infinity in the embedding of one token leave the logits of the positions before it as they were, bit by bit."""
import json
import struct
import subprocess
import sys

braid, folder, dtype, *programs = sys.argv[1:]
SIZES = ["--set", "vocab=24", "--set", "dim=32", "--set", "heads=2", "--set", "layers=2"]
time, place, bad = 13, 8, 23
tokens = [(5 * t + 1) % 22 for t in range(time)]
tokens[place] = bad


def tensors(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    return bytearray(data), 8 + length, json.loads(data[8 : 8 + length])


def logits(program, params):
    out = f"{folder}/out.safetensors"
    subprocess.run([braid, "run", program, *SIZES, "--function", "logits", "--dtype", dtype, "--params", params, "--inputs", f"{folder}/in.safetensors",
                    "-o", out], check=True, capture_output=True)
    data, start, header = tensors(out)
    begin, end = header["logits"]["data_offsets"]
    return bytes(data[start + begin : start + end])


body = struct.pack(f"<{time}i", *tokens)
text = json.dumps({"tokens": {"dtype": "I32", "shape": [1, time], "data_offsets": [0, len(body)]}}).encode()
open(f"{folder}/in.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + body)
for program in programs:
    params, damaged = f"{folder}/params.safetensors", f"{folder}/damaged.safetensors"
    subprocess.run([braid, "init", program, *SIZES, "-o", params], check=True, capture_output=True)
    data, start, header = tensors(params)
    begin, end = header["embed"]["data_offsets"]
    row = (end - begin) // 24
    right = logits(program, params)
    for number in (float("nan"), float("inf"), float("-inf")):
        for i in range(0, row, 4):
            struct.pack_into("<f", data, start + begin + bad * row + i, number)
        open(damaged, "wb").write(data)
        found = logits(program, damaged)
        # The logit of the damaged token is a product with its embedding, at every position.
        rows = lambda text: [[text[4 * (24 * t + v) : 4 * (24 * t + v) + 4] for v in range(24) if v != bad] for t in range(time)]
        assert rows(found)[:place] == rows(right)[:place], f"{program}: {number} of position {place} reaches positions before it"
        assert rows(found)[place:] != rows(right)[place:], f"{program}: {number} is not seen"
print(f"{len(programs)} programs keep their bits")
