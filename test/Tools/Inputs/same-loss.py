"""same-loss.py JSON TENSORS: the loss of `braid eval --json` and that of a file of tensors, to 1e-5."""
import json
import struct
import sys

data = open(sys.argv[2], "rb").read()
(size,) = struct.unpack_from("<Q", data)
info = json.loads(data[8:8 + size])["loss"]
(loss,) = struct.unpack_from({"F32": "<f", "F64": "<d"}[info["dtype"]], data, 8 + size + info["data_offsets"][0])
evaluated = json.load(open(sys.argv[1]))["loss"]
print(evaluated, loss)
sys.exit(abs(evaluated - loss) > 1e-5 * abs(loss))
