// RUN: braid-opt %s --mark-aliases | FileCheck %s

// In one launch the output lies where the input lies: noted for all.
// CHECK: row.kernel @copy token dynamic [] attributes {aliases = [array<i64: 0, 1>]}
row.kernel @copy token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
// Places that overlap by half; an entry of a list that is another argument.
// CHECK: row.kernel @mix token dynamic ["n"] attributes {aliases = [array<i64: 0, 2>, array<i64: 1, 2>]}
row.kernel @mix token dynamic ["n"] {
^bb0(%l: !row.list<n, [dim: 8], f32>, %x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.stack %l : <n, [dim: 8], f32> -> <[n: ?, dim: 8]>
  %1 = row.reduce sum %0 over ["n"] : <[n: ?, dim: 8]> -> <[dim: 8]>
  %2 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  %3 = row.map add(%1, %2) : (!row.value<[dim: 8]>, !row.value<[dim: 8]>) -> !row.value<[dim: 8]>
  row.store %3 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
// Both inputs are one buffer, but nobody writes to it; the output is elsewhere.
// CHECK: row.kernel @read_twice token dynamic [] attributes {aliases = []} {
row.kernel @read_twice token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>, %z: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  %1 = row.load %y : <rows, [dim: 8], f32> -> <[dim: 8]>
  %2 = row.map mul(%0, %1) : (!row.value<[dim: 8]>, !row.value<[dim: 8]>) -> !row.value<[dim: 8]>
  row.store %2 to %z : <[dim: 8]>, <rows, [dim: 8], f32>
}
// What was true of an earlier plan is forgotten.
// CHECK: row.kernel @stale token dynamic [] attributes {aliases = []} {
row.kernel @stale token dynamic [] attributes {aliases = [array<i64: 0, 1>]} {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}

// Declines: nothing launches it, so that any two arguments may be one memory.
// CHECK: row.kernel @alone token dynamic [] {
row.kernel @alone token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}

host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 112 : i64} {
  %x = host.external input "x" : <token, 8, f32>
  %again = host.external input "x" : <token, 8, f32>
  %a = host.buffer "a" "activation" at 0 : <token, 8, f32>
  %b = host.buffer "b" "activation" at 32 : <token, 8, f32>
  %half = host.buffer "half" "activation" at 48 : <token, 8, f32>
  %c = host.buffer "c" "activation" at 80 : <token, 8, f32>
  host.launch @copy token sizes [] (%x, %a) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @copy token sizes [] (%x, %again) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @mix token sizes [2] (%a, %b, %half, %half) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @read_twice token sizes [] (%a, %a, %c) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @stale token sizes [] (%a, %c) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}
