// RUN: braid-opt %s --mark-reuse --host-plan-memory --braid-verify-stage | FileCheck %s

// The tokens' arena holds two buffers at any time; the last kernel writes over what it reads.
row.kernel @copy token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
// Reads all of its input for each element of the output: never in place.
row.kernel @turn token dynamic [] {
^bb0(%x: !row.buffer<rows, [a: 2, b: 4], f32>, %y: !row.buffer<rows, [b: 4, a: 2], f32>):
  %0 = row.load %x : <rows, [a: 2, b: 4], f32> -> <[a: 2, b: 4]>
  %1 = row.transpose %0 : <[a: 2, b: 4]> -> <[b: 4, a: 2]>
  row.store %1 to %y : <[b: 4, a: 2]>, <rows, [b: 4, a: 2], f32>
}
// Uses its input again after the store.
row.kernel @later token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>, %z: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  %1 = row.map exp(%0) : (!row.value<[dim: 8]>) -> !row.value<[dim: 8]>
  row.store %1 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
  %2 = row.map neg(%0) : (!row.value<[dim: 8]>) -> !row.value<[dim: 8]>
  row.store %2 to %z : <[dim: 8]>, <rows, [dim: 8], f32>
}
// A finished sum of the input does not count.
row.kernel @scaled token dynamic ["depth"] {
^bb0(%x: !row.list<depth, [dim: 8], f32>, %y: !row.list<depth, [dim: 8], f32>):
  %0 = row.stack %x : <depth, [dim: 8], f32> -> <[depth: ?, dim: 8]>
  %1 = row.reduce sum %0 over ["dim"] : <[depth: ?, dim: 8]> -> <[depth: ?]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 8]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?, dim: 8]>
  row.unstack %2 to %y : <[depth: ?, dim: 8]>, <depth, [dim: 8], f32>
}

// CHECK-LABEL: host.func @f attributes {fixed_bytes = 64 : i64, token_bytes = 64 : i64}
host.func @f {
  %x = host.external input "x" : <token, 8, f32>
  %out = host.external output "y" : <token, 8, f32>
  // CHECK: host.buffer "a" "activation" at [[A:[0-9]+]]
  %a = host.buffer "a" "activation" : <token, 8, f32>
  // CHECK: host.buffer "b" "activation" at [[A]]
  %b = host.buffer "b" "activation" : <token, 8, f32>
  // CHECK: host.buffer "c" "activation" at [[C:[0-9]+]]
  %c = host.buffer "c" "activation" : <token, 8, f32>
  // CHECK: host.buffer "d" "activation" at
  %d = host.buffer "d" "activation" : <token, 8, f32>
  // CHECK: host.buffer "e"
  %e = host.buffer "e" "activation" : <token, 8, f32>
  // CHECK: host.buffer "f" "activation" at
  %f = host.buffer "f" "activation" : <token, 8, f32>
  // CHECK-NOT: host.buffer "g"
  %g = host.buffer "g" "activation" : <token, 8, f32>
  // CHECK: host.buffer "h"
  %h = host.buffer "h" "activation" : <token, 8, f32>
  // CHECK: host.buffer "w" "weights" at 0
  %w = host.buffer "w" "weights" : <fixed, 3, f32>
  %v = host.external parameter "v" : <fixed, 3, f32>
  // CHECK-NOT: unused
  %unused = host.buffer "unused" "workspace" : <token, 800, f32>
  // CHECK: host.launch @copy token sizes [](%{{.*}}, %{{.*}}) {reuse = array<i64: 1, 0>}
  host.launch @copy token sizes [] (%x, %a) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @copy token sizes [] (%a, %b) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  // CHECK: host.launch @turn token sizes [](%{{[0-9]+}}, %{{[0-9]+}}) :
  host.launch @turn token sizes [] (%b, %c) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  // CHECK: host.launch @later token sizes [](%{{.*}}) {reuse = array<i64: 2, 0>}
  host.launch @later token sizes [] (%c, %d, %e) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @copy token sizes [] (%d, %f) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  // CHECK: host.launch @scaled token sizes [2]({{.*}}) {reuse = array<i64: 2, 0, 3, 1>}
  host.launch @scaled token sizes [2] (%f, %e, %g, %h) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @copy token sizes [] (%g, %out) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.matmul %h, %w to %out dims [1, 1, 1, 3] tokens "m" strides [8, 8, 1], [3, 1, 1], [8, 8, 1] : <token, 8, f32>, <fixed, 3, f32>, <token, 8, f32>
}

// What the last launch may overwrite lies in the caller's memory from the start.
// CHECK-LABEL: host.func @out attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64}
// CHECK-NEXT: %[[OUT:.*]] = host.external output "y"
// CHECK-NEXT: %[[X:.*]] = host.external input "x"
// CHECK-NEXT: host.launch @copy token sizes [](%[[X]], %[[OUT]])
// CHECK-NEXT: host.launch @copy token sizes [](%[[OUT]], %[[OUT]])
host.func @out {
  %x = host.external input "x" : <token, 8, f32>
  %a = host.buffer "a" "activation" : <token, 8, f32>
  host.launch @copy token sizes [] (%x, %a) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  %y = host.external output "y" : <token, 8, f32>
  host.launch @copy token sizes [] (%a, %y) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// Declines: there is nothing to place.
// CHECK-LABEL: host.func @callers
// CHECK-NOT: = host.buffer
host.func @callers attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %x = host.external input "x" : <token, 8, f32>
  %y = host.external output "y" : <token, 8, f32>
  host.launch @turn_into token sizes [] (%x, %y) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}
row.kernel @turn_into token dynamic [] {
^bb0(%x: !row.buffer<rows, [a: 2, b: 4], f32>, %y: !row.buffer<rows, [b: 4, a: 2], f32>):
  %0 = row.load %x : <rows, [a: 2, b: 4], f32> -> <[a: 2, b: 4]>
  %1 = row.transpose %0 : <[a: 2, b: 4]> -> <[b: 4, a: 2]>
  row.store %1 to %y : <[b: 4, a: 2]>, <rows, [b: 4, a: 2], f32>
}
