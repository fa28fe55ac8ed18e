// RUN: braid-opt %s --share-kernels | FileCheck %s
// RUN: braid-opt %s --share-kernels -o %t.once && braid-opt %t.once --share-kernels -o %t.twice && diff %t.once %t.twice

// Names and sizes of axes aside they are the same: one is left, and each launch says the size. (From whole programs: shared-sites.mlir.)
// CHECK: row.kernel @small {{ ?}}token dynamic ["a"] {
// CHECK-NEXT: ^bb0(%arg0: !row.buffer<rows, [a: ?], f32>, %arg1: !row.buffer<rows, [a: ?], f32>)
// CHECK-NOT: row.kernel @large
// CHECK: row.kernel @other
// CHECK: host.launch @small {{ ?}}token sizes [8]
// CHECK: host.launch @small {{ ?}}token sizes [12]
// CHECK: host.launch @other {{ ?}}token sizes []
row.kernel @small token dynamic [] {
^bb0(%x: !row.buffer<rows, [a: 8], f32>, %y: !row.buffer<rows, [a: 8], f32>):
  %0 = row.load %x : !row.buffer<rows, [a: 8], f32> -> !row.value<[a: 8]>
  %1 = row.map exp(%0) : (!row.value<[a: 8]>) -> !row.value<[a: 8]>
  row.store %1 to %y : !row.value<[a: 8]>, !row.buffer<rows, [a: 8], f32>
}
row.kernel @large token dynamic [] {
^bb0(%x: !row.buffer<rows, [b: 12], f32>, %y: !row.buffer<rows, [b: 12], f32>):
  %0 = row.load %x : !row.buffer<rows, [b: 12], f32> -> !row.value<[b: 12]>
  %1 = row.map exp(%0) : (!row.value<[b: 12]>) -> !row.value<[b: 12]>
  row.store %1 to %y : !row.value<[b: 12]>, !row.buffer<rows, [b: 12], f32>
}
// Declines: another function of the same shape.
row.kernel @other token dynamic [] {
^bb0(%x: !row.buffer<rows, [a: 8], f32>, %y: !row.buffer<rows, [a: 8], f32>):
  %0 = row.load %x : !row.buffer<rows, [a: 8], f32> -> !row.value<[a: 8]>
  %1 = row.map log(%0) : (!row.value<[a: 8]>) -> !row.value<[a: 8]>
  row.store %1 to %y : !row.value<[a: 8]>, !row.buffer<rows, [a: 8], f32>
}
host.func @f {
  %x = host.external input "x" : !host.buffer<token, 8, f32>
  %y = host.external output "y" : !host.buffer<token, 8, f32>
  host.launch @small token sizes [] (%x, %y) {level = 0 : i64} : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}
host.func @g {
  %x = host.external input "x" : !host.buffer<token, 12, f32>
  %y = host.external output "y" : !host.buffer<token, 12, f32>
  host.launch @large token sizes [] (%x, %y) {level = 0 : i64} : !host.buffer<token, 12, f32>, !host.buffer<token, 12, f32>
}
host.func @h {
  %x = host.external input "x" : !host.buffer<token, 8, f32>
  %y = host.external output "y" : !host.buffer<token, 8, f32>
  host.launch @other token sizes [] (%x, %y) {level = 0 : i64} : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}
