// RUN: braid-opt %s --split-input-file --convert-row-to-gpu | FileCheck %s

// Which threads there are is in shapes.mlir.
// CHECK:       gpu.module @braid_kernels
// CHECK:       gpu.func @double({{.*}}) kernel attributes {braid.launch = {
// CHECK:       gpu.thread_id
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

// -----
// Declines: a module without row kernels.
// CHECK-NOT: gpu.module
// CHECK: host.func @f
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %x = host.external input "x" : <token, 96, f32>
  %y = host.external output "y" : <token, 96, f32>
  %w = host.external parameter "w" : <fixed, 96, f32>
  host.matmul %x, %w to %y dims [1, 1, 1, 96] tokens "m" strides [96, 96, 1], [96, 1, 1], [96, 96, 1] : <token, 96, f32>, <fixed, 96, f32>, <token, 96, f32>
}
