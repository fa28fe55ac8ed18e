// RUN: braid-opt %s --convert-row-to-llvm | FileCheck %s

// CHECK-LABEL: llvm.func @braid_kernel_double(
// CHECK-NOT:   scf.
// CHECK:       %[[X:.*]] = llvm.load {{.*}} vector<16xf32>
// CHECK:       llvm.fadd %[[X]], %[[X]] {{.*}}vector<16xf32>
// CHECK-NOT:   arith.
row.kernel @double token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 96], f32>, %y: !row.buffer<rows, [dim: 96], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 96], f32> -> !row.value<[dim: 96]>
  %1 = row.map add(%0, %0) : (!row.value<[dim: 96]>, !row.value<[dim: 96]>) -> !row.value<[dim: 96]>
  row.store %1 to %y : !row.value<[dim: 96]>, !row.buffer<rows, [dim: 96], f32>
}

// Loops that were there before become branches as well.
// CHECK-LABEL: llvm.func @loop
// CHECK-NOT:   scf.
// CHECK:       llvm.cond_br
llvm.func @loop(%from: i64, %to: i64, %p: !llvm.ptr) {
  %one = arith.constant 1 : i64
  scf.for %i = %from to %to step %one : i64 {
    llvm.store %i, %p : i64, !llvm.ptr
  }
  llvm.return
}

// Declines: programs.
// CHECK-LABEL: host.func @f
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %x = host.external input "x" : <token, 96, f32>
  %y = host.external output "y" : <token, 96, f32>
  %w = host.external parameter "w" : <fixed, 96, f32>
  host.matmul %x, %w to %y dims [1, 1, 1, 96] tokens "m" strides [96, 96, 1], [96, 1, 1], [96, 96, 1] : <token, 96, f32>, <fixed, 96, f32>, <token, 96, f32>
}
