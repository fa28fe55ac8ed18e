// RUN: braid-opt %s --split-input-file --convert-row-to-nvvm | FileCheck %s
// RUN: braid-opt %s --split-input-file --convert-row-to-gpu -o %t.gpu
// RUN: braid-opt %s --split-input-file --convert-row-to-nvvm -o %t.once
// RUN: braid-opt %t.gpu --split-input-file --convert-row-to-nvvm -o %t.twice
// RUN: diff %t.once %t.twice

// CHECK:       gpu.module @braid_kernels
// CHECK:       llvm.func @double({{.*}}nvvm.kernel
// CHECK:       nvvm.read.ptx.sreg.tid.x
// CHECK-NOT:   gpu.thread_id
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

// -----
// Declines: a module without kernels.
// CHECK-NOT: gpu.module
// CHECK: host.func @f
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %x = host.external input "x" : <token, 96, f32>
  %y = host.external output "y" : <token, 96, f32>
  %w = host.external parameter "w" : <fixed, 96, f32>
  host.matmul %x, %w to %y dims [1, 1, 1, 96] tokens "m" strides [96, 96, 1], [96, 1, 1], [96, 96, 1] : <token, 96, f32>, <fixed, 96, f32>, <token, 96, f32>
}
