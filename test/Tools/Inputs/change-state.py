"""change-state.py FROM TO CHANGE: a state with one thing wrong: `NAME nan`, `position=N`, `-NAME`, `NAME:OTHER`."""
import json
import struct
import sys

source, target, *change = sys.argv[1:]
data = open(source, "rb").read()
(size,) = struct.unpack("<Q", data[:8])
header, body = json.loads(data[8 : 8 + size]), bytearray(data[8 + size :])
name = change[0]
if change[-1] == "nan":
    begin = header[name]["data_offsets"][0]
    body[begin : begin + 4] = struct.pack("<f", float("nan"))
elif name.startswith("position="):
    begin, end = header["position"]["data_offsets"]
    body[begin:end] = struct.pack("<q", int(name[9:])) * ((end - begin) // 8)
elif name.startswith("-"):
    # What is left lies without a gap.
    tensors = {key: (info, body[info["data_offsets"][0] : info["data_offsets"][1]]) for key, info in header.items() if "data_offsets" in info and key != name[1:]}
    body = bytearray()
    header = {"__metadata__": header["__metadata__"]}
    for key, (info, numbers) in tensors.items():
        header[key] = {**info, "data_offsets": [len(body), len(body) + len(numbers)]}
        body += numbers
else:
    old, new = name.split(":")
    header[new] = header.pop(old)
text = json.dumps(header).encode()
open(target, "wb").write(struct.pack("<Q", len(text)) + text + body)
