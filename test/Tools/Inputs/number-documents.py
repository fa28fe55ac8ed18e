"""number-documents.py TEXT TIME SEPARATOR OUT ZERO: the first window of a text with its documents numbered, and all numbered 0."""
import json
import struct
import sys

text, time, separator = open(sys.argv[1], "rb").read(), int(sys.argv[2]), int(sys.argv[3])
documents = [text[1:t + 1].count(separator) for t in range(time)]
for path, numbers in (sys.argv[4], documents), (sys.argv[5], [0] * time):
    header = json.dumps({name: {"dtype": "I32", "shape": [1, time], "data_offsets": [4 * time * i, 4 * time * (i + 1)]}
                         for i, name in enumerate(("tokens", "targets", "document"))}).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + struct.pack(f"<{3 * time}i", *text[:time], *text[1:time + 1], *numbers))
