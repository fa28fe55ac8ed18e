// An elementwise op rounds once: nothing permits LLVM to fuse. A sum takes the factors of the products that it alone uses.
// RUN: braid-opt %s --convert-row-to-loops | FileCheck %s --implicit-check-not=fastmath
// RUN: braid-opt %s --convert-row-to-loops --convert-row-to-llvm | FileCheck %s --check-prefix=LLVM
// LLVM-NOT: contract

// CHECK-LABEL: llvm.func @braid_kernel_elementwise(
// CHECK:       %[[P:.*]] = arith.mulf
// CHECK:       arith.addf %[[P]]
// CHECK-NOT:   llvm.intr.fma
// CHECK:       llvm.return
row.kernel @elementwise token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 16], f32>, %y: !row.buffer<rows, [dim: 16], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 16], f32> -> !row.value<[dim: 16]>
  %1 = row.map mul(%0, %0) : (!row.value<[dim: 16]>, !row.value<[dim: 16]>) -> !row.value<[dim: 16]>
  %2 = row.map add(%1, %0) : (!row.value<[dim: 16]>, !row.value<[dim: 16]>) -> !row.value<[dim: 16]>
  row.store %2 to %y : !row.value<[dim: 16]>, !row.buffer<rows, [dim: 16], f32>
}

// CHECK-LABEL: llvm.func @braid_kernel_fused(
// CHECK-NOT:   arith.mulf
// CHECK:       llvm.intr.fma
// CHECK:       llvm.return
row.kernel @fused token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 16], f32>, %y: !row.buffer<rows, [dim: 16], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 16], f32> -> !row.value<[dim: 16]>
  %1 = row.map fma(%0, %0, %0) : (!row.value<[dim: 16]>, !row.value<[dim: 16]>, !row.value<[dim: 16]>) -> !row.value<[dim: 16]>
  row.store %1 to %y : !row.value<[dim: 16]>, !row.buffer<rows, [dim: 16], f32>
}

// CHECK-LABEL: llvm.func @braid_kernel_sum(
// CHECK-NOT:   arith.mulf
// CHECK:       llvm.intr.fma
// CHECK:       llvm.return
row.kernel @sum token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 64], f32>, %y: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 64], f32> -> !row.value<[dim: 64]>
  %1 = row.map mul(%0, %0) : (!row.value<[dim: 64]>, !row.value<[dim: 64]>) -> !row.value<[dim: 64]>
  %2 = row.reduce sum %1 over ["dim"] : !row.value<[dim: 64]> -> !row.value<[]>
  row.store %2 to %y : !row.value<[]>, !row.buffer<rows, [], f32>
}

// The product is a value of its own: it is rounded, for the sum too.
// CHECK-LABEL: llvm.func @braid_kernel_shared(
// CHECK:       %[[Q:.*]] = arith.mulf
// CHECK-NOT:   llvm.intr.fma
// CHECK:       llvm.return
row.kernel @shared token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 64], f32>, %y: !row.buffer<rows, [], f32>, %z: !row.buffer<rows, [dim: 64], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 64], f32> -> !row.value<[dim: 64]>
  %1 = row.map mul(%0, %0) : (!row.value<[dim: 64]>, !row.value<[dim: 64]>) -> !row.value<[dim: 64]>
  %2 = row.reduce sum %1 over ["dim"] : !row.value<[dim: 64]> -> !row.value<[]>
  row.store %2 to %y : !row.value<[]>, !row.buffer<rows, [], f32>
  row.store %1 to %z : !row.value<[dim: 64]>, !row.buffer<rows, [dim: 64], f32>
}

// The terms of a short sum are added where the result is needed; the first is rounded.
// CHECK-LABEL: llvm.func @braid_kernel_short(
// CHECK:       arith.mulf
// CHECK-COUNT-3: llvm.intr.fma
// CHECK:       llvm.return
row.kernel @short token dynamic [] {
^bb0(%x: !row.buffer<rows, [lane: 4, dim: 64], f32>, %w: !row.buffer<rows, [lane: 4], f32>, %y: !row.buffer<rows, [dim: 64], f32>):
  %0 = row.load %x : !row.buffer<rows, [lane: 4, dim: 64], f32> -> !row.value<[lane: 4, dim: 64]>
  %1 = row.load %w : !row.buffer<rows, [lane: 4], f32> -> !row.value<[lane: 4]>
  %2 = row.map mul(%0, %1) : (!row.value<[lane: 4, dim: 64]>, !row.value<[lane: 4]>) -> !row.value<[lane: 4, dim: 64]>
  %3 = row.reduce sum %2 over ["lane"] : !row.value<[lane: 4, dim: 64]> -> !row.value<[dim: 64]>
  row.store %3 to %y : !row.value<[dim: 64]>, !row.buffer<rows, [dim: 64], f32>
}
