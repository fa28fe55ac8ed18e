"""damage.py FOLDER flip|cut|empty|replace [TEXT]: changes the one entry of a compile cache; `replace` with a right header."""
import glob
import hashlib
import json
import sys

(file,) = glob.glob(sys.argv[1] + "/*.entry")
data = open(file, "rb").read()
if sys.argv[2] == "flip":
    data = data[:-10] + bytes([data[-10] ^ 1]) + data[-9:]
elif sys.argv[2] == "cut":
    data = data[:-100]
elif sys.argv[2] == "empty":
    data = b""
else:
    head, _ = data.split(b"\n", 1)
    content = sys.argv[3].encode()
    header = json.loads(head)
    header["bytes"] = len(content)
    header["sha256"] = hashlib.sha256(content).hexdigest()
    data = json.dumps(header).encode() + b"\n" + content
open(file, "wb").write(data)
