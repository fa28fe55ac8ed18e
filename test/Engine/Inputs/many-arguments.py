#!/usr/bin/env python3
"""A kernel of 301 buffers and 299 sums over rows, and its launch."""
rows, shared = "!row.buffer<rows, [], f32>", "!row.buffer<shared, [], f32>"
types = [rows] * 301 + [shared] * 299
print("row.kernel @k token dynamic [] {\n^bb0(" + ", ".join(f"%a{i}: {type}" for i, type in enumerate(types)) + "):")
print(f"  %0 = row.load %a0 : {rows} -> !row.value<[]>")
for i in range(1, 600):
    print(f"  row.store %0 to %a{i} : !row.value<[]>, {rows}" if i < 301 else f"  row.accumulate %0 to %a{i} : !row.value<[]>, {shared}")
print("}\nhost.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {")
hosts = [f"!host.buffer<{'token' if i < 301 else 'fixed'}, 1, f32>" for i in range(600)]
for i, type in enumerate(hosts):
    print(f'  %b{i} = host.external {"output" if i else "input"} "{i}" : {type}')
print("  host.launch @k token sizes [] (" + ", ".join(f"%b{i}" for i in range(600)) + ") : " + ", ".join(hosts))
print("}")
