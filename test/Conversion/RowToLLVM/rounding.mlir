// What has been rounded to bf16 is not rounded again when it is stored; a bf16 that was read, which may be a NaN that is not quiet, is.
// RUN: braid-opt %s --convert-row-to-loops | FileCheck %s

// CHECK-LABEL: llvm.func @braid_kernel_round(
// CHECK:       %[[ROUNDED:.*]] = arith.trunci {{.*}} to vector<16xi16>
// CHECK:       arith.extui %[[ROUNDED]]
// CHECK-NOT:   arith.ori
// CHECK:       llvm.store %[[ROUNDED]],
// CHECK:       arith.addf
// CHECK:       arith.ori
row.kernel @round token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 96], f32>, %y: !row.buffer<rows, [dim: 96], bf16>, %z: !row.buffer<rows, [dim: 96], bf16>):
  %0 = row.load %x : !row.buffer<rows, [dim: 96], f32> -> !row.value<[dim: 96]>
  %1 = row.round %0 to bf16 : !row.value<[dim: 96]> -> !row.value<[dim: 96]>
  row.store %1 to %y : !row.value<[dim: 96]>, !row.buffer<rows, [dim: 96], bf16>
  %2 = row.map add(%1, %1) : (!row.value<[dim: 96]>, !row.value<[dim: 96]>) -> !row.value<[dim: 96]>
  row.store %2 to %z : !row.value<[dim: 96]>, !row.buffer<rows, [dim: 96], bf16>
}

// CHECK-LABEL: llvm.func @braid_kernel_copy(
// CHECK:       llvm.load {{.*}} -> vector<16xi16>
// CHECK:       arith.ori
// CHECK:       llvm.store
row.kernel @copy token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 96], bf16>, %y: !row.buffer<rows, [dim: 96], bf16>):
  %0 = row.load %x : !row.buffer<rows, [dim: 96], bf16> -> !row.value<[dim: 96]>
  row.store %0 to %y : !row.value<[dim: 96]>, !row.buffer<rows, [dim: 96], bf16>
}
