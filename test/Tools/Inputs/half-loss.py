"""half-loss.py A B: the evaluation on standard input has A targets of logit 1 and B of logit 0, among 255 others of 0."""
import json
import math
import sys

ones, zeros = int(sys.argv[1]), int(sys.argv[2])
result = json.load(sys.stdin)
wanted = math.log(255 + math.e) - ones / (ones + zeros)
assert result["tokens"] == ones + zeros and abs(result["loss"] - wanted) < 1e-5, (result, wanted)
