// How a wide row's history is read: the warps of a block don't wait for each other at every entry.
// RUN: braid-opt %s --convert-row-to-gpu=target=sm_90a | FileCheck %s
// DEFINE: %{check} = braid run --function row-kernels --device emulator --target sm_90a --traffic
// RUN: %{check} %s --rows 5 --blocks 1 --entries 3 | FileCheck %s --check-prefix=EMU
// RUN: %{check} %s --rows 5 --blocks 2 --entries 9 --seed 5 | FileCheck %s --check-prefix=EMU
// RUN: %{check} %s --rows 2 --blocks 3 --entries 1 | FileCheck %s --check-prefix=EMU

// Each warp's leader stores what its warp has of an entry; after the loop all of it is combined.
// CHECK-LABEL: gpu.func @read
// CHECK-SAME: partials = [array<i64: [[BYTES:[0-9]+]], 0>, array<i64: [[BYTES]], 0>]
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[ROWS:.*]] step
// CHECK: nvvm.cp.async.commit.group
// CHECK-NEXT: nvvm.cp.async.wait.group 0
// CHECK: scf.for
// CHECK-NOT: gpu.barrier
// CHECK: gpu.shuffle
// CHECK-NOT: gpu.barrier
// CHECK: scf.if
// CHECK-NOT: gpu.barrier
// CHECK: }
// CHECK: gpu.barrier
// CHECK: scf.for
// CHECK-COUNT-2: llvm.load
row.kernel @read token dynamic ["depth"] {
^bb0(%h: !row.list<depth, [dim: 2336], bf16>, %q: !row.buffer<shared, [dim: 2336], f32>, %y: !row.buffer<rows, [dim: 2336], bf16>):
  %0 = row.stack %h : !row.list<depth, [dim: 2336], bf16> -> !row.value<[depth: ?, dim: 2336]>
  %1 = row.load %q : !row.buffer<shared, [dim: 2336], f32> -> !row.value<[dim: 2336]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 2336]>, !row.value<[dim: 2336]>) -> !row.value<[depth: ?, dim: 2336]>
  %3 = row.reduce sum %2 over ["dim"] : !row.value<[depth: ?, dim: 2336]> -> !row.value<[depth: ?]>
  %4 = row.reduce max %0 over ["dim"] : !row.value<[depth: ?, dim: 2336]> -> !row.value<[depth: ?]>
  %5 = row.map mul(%3, %4) : (!row.value<[depth: ?]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?]>
  %6 = row.map mul(%0, %5) : (!row.value<[depth: ?, dim: 2336]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?, dim: 2336]>
  %7 = row.reduce sum %6 over ["depth"] : !row.value<[depth: ?, dim: 2336]> -> !row.value<[dim: 2336]>
  %8 = row.round %7 to bf16 : !row.value<[dim: 2336]> -> !row.value<[dim: 2336]>
  row.store %8 to %y : !row.value<[dim: 2336]>, !row.buffer<rows, [dim: 2336], bf16>
}
// EMU: {{[12]}} kernels on emulator, 0 wrong
