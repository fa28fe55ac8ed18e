// RUN: braid-opt %s --mark-reuse | FileCheck %s
// RUN: braid-opt %s --mark-reuse -o %t.once
// RUN: braid-opt %t.once --mark-reuse -o %t.twice
// RUN: diff %t.once %t.twice

row.kernel @double token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  %1 = row.map add(%0, %0) : (!row.value<[dim: 8]>, !row.value<[dim: 8]>) -> !row.value<[dim: 8]>
  row.store %1 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
// A sum over the entries is finished before any entry's place is written, so each output may take its entry's place.
row.kernel @scores token dynamic ["depth"] {
^bb0(%x: !row.list<depth, [dim: 8], f32>, %y: !row.list<depth, [dim: 8], f32>):
  %0 = row.stack %x : <depth, [dim: 8], f32> -> <[depth: ?, dim: 8]>
  %1 = row.reduce sum %0 over ["dim"] : <[depth: ?, dim: 8]> -> <[depth: ?]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 8]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?, dim: 8]>
  row.unstack %2 to %y : <[depth: ?, dim: 8]>, <depth, [dim: 8], f32>
}
// Another index, another type, a use after the store.
row.kernel @turn token dynamic [] {
^bb0(%x: !row.buffer<rows, [a: 2, b: 4], f32>, %y: !row.buffer<rows, [b: 4, a: 2], f32>):
  %0 = row.load %x : <rows, [a: 2, b: 4], f32> -> <[a: 2, b: 4]>
  %1 = row.transpose %0 : <[a: 2, b: 4]> -> <[b: 4, a: 2]>
  row.store %1 to %y : <[b: 4, a: 2]>, <rows, [b: 4, a: 2], f32>
}
row.kernel @narrow token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], bf16>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], bf16>
}
row.kernel @late token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>, %z: !row.buffer<rows, [], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
  %1 = row.reduce sum %0 over ["dim"] : <[dim: 8]> -> <[]>
  row.store %1 to %z : <[]>, <rows, [], f32>
}

// CHECK-LABEL: host.func @fires
// CHECK: host.launch @double token sizes []({{.*}}) {reuse = array<i64: 1, 0>}
// CHECK: host.launch @scores token sizes [2]({{.*}}) {reuse = array<i64: 2, 0, 3, 1>}
// What was noted of another kernel is forgotten.
// CHECK: host.launch @turn token sizes [](%{{[0-9]+}}, %{{[0-9]+}}) :
host.func @fires {
  %x = host.external input "x" : <token, 8, f32>
  %a = host.buffer "a" "activation" : <token, 8, f32>
  %b = host.buffer "b" "activation" : <token, 8, f32>
  %c = host.buffer "c" "activation" : <token, 8, f32>
  host.launch @double token sizes [] (%x, %a) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @scores token sizes [2] (%x, %a, %b, %c) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @turn token sizes [] (%b, %c) {reuse = array<i64: 1, 0>} : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// Declines: none of these kernels reads all of an element before its place is written.
// CHECK-LABEL: host.func @declines
// CHECK-NOT: reuse
host.func @declines {
  %x = host.external input "x" : <token, 8, f32>
  %a = host.buffer "a" "activation" : <token, 8, f32>
  %b = host.buffer "b" "activation" : <token, 8, bf16>
  %c = host.buffer "c" "activation" : <token, 1, f32>
  host.launch @turn token sizes [] (%x, %a) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @narrow token sizes [] (%x, %b) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, bf16>
  host.launch @late token sizes [] (%x, %a, %c) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 1, f32>
}
