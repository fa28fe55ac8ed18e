"""observed-mean.py DATA NAME [--ignore ID] [--windows I,J]: the means on standard input, of `braid eval --json --tokens 16`, are those of the tokens."""
import json
import struct
import sys

tokens = struct.unpack("<101H", open(sys.argv[1], "rb").read())
options = dict(zip(sys.argv[3::2], sys.argv[4::2]))
windows = [int(i) for i in options["--windows"].split(",")] if "--windows" in options else range(7)
counted = [i for w in windows for i in range(16 * w, min(16 * w + 16, 100)) if tokens[i + 1] != int(options.get("--ignore", -1))]
result = json.load(sys.stdin)
assert result["tokens"] == len(counted), (result, len(counted))
((found,),) = result[sys.argv[2]].values()
wanted = sum(tokens[i] for i in counted) / len(counted)
assert abs(found - wanted) < 1e-9 * wanted, (found, wanted)
