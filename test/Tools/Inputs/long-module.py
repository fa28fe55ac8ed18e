"""Writes a module with an error: `type` in a very long line, about a very long type; `name` about a name with control characters."""
import sys

axes = ", ".join(f"axis_{i}: 1" for i in range(3000))
value = f"!braid.value<token, [{axes}]>"
with open(sys.argv[1], "w") as out:
    if sys.argv[2] == "type":
        out.write(f'braid.func @f {{\n  %0 = braid.input "x" : {value}\n')
        out.write(f"  %1 = braid.token_sum %0 : {value} -> !braid.value<static, [a: 1]>\n}}\n")
    else:
        out.write('braid.func @f {\n  %0 = braid.input "x" : <token, []>\n')
        out.write('  braid.output "y\x1b[31m", %0 : <token, []>\n  braid.output "y\x1b[31m", %0 : <token, []>\n}\n')
