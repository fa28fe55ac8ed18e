// RUN: braid-opt %s --convert-row-to-loops | FileCheck %s

// Which loops there are is in schedule.mlir.
// CHECK-LABEL: llvm.func @braid_kernel_double(
// CHECK:       scf.for
// CHECK:       scf.for
// CHECK:       %[[X:.*]] = llvm.load {{.*}} vector<16xf32>
// CHECK:       arith.addf %[[X]], %[[X]] {{.*}}vector<16xf32>
// CHECK:       llvm.store
// CHECK-NOT:   row.
row.kernel @double token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 96], f32>, %y: !row.buffer<rows, [dim: 96], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 96], f32> -> !row.value<[dim: 96]>
  %1 = row.map add(%0, %0) : (!row.value<[dim: 96]>, !row.value<[dim: 96]>) -> !row.value<[dim: 96]>
  row.store %1 to %y : !row.value<[dim: 96]>, !row.buffer<rows, [dim: 96], f32>
}

// Declines: programs.
// CHECK-LABEL: host.func @f
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %x = host.external input "x" : <token, 96, f32>
  %y = host.external output "y" : <token, 96, f32>
  %w = host.external parameter "w" : <fixed, 96, f32>
  host.matmul %x, %w to %y dims [1, 1, 1, 96] tokens "m" strides [96, 96, 1], [96, 1, 1], [96, 96, 1] : <token, 96, f32>, <fixed, 96, f32>, <token, 96, f32>
}
