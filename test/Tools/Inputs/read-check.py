import json
import sys

check = json.load(open(sys.argv[1]))
parameters = check["parameters"]
print("parameters", len(parameters), check["parameter_count"])
first = parameters[0]
print("first", first["path"], first["shape"], first["axes"])
programs = check["programs"]
print("positive", all(programs[p][k] > 0 for p in ("loss", "grad") for k in ("flops", "bytes_loaded", "token_arena_bytes")))
