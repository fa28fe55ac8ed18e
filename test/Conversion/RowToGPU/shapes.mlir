// Which threads compute a row, and how they read it.
// RUN: braid-opt %s --convert-row-to-gpu | FileCheck %s
// RUN: braid-opt %s --convert-row-to-nvvm | FileCheck %s --check-prefix=NVVM
// RUN: braid-opt %s --convert-row-to-nvvm -o %t.mlir && braid compile %t.mlir --target sm_80 --emit ptx | FileCheck %s --check-prefix=PTX
// DEFINE: %{check} = braid run --function row-kernels --device emulator
// RUN: %{check} %s --rows 6 | FileCheck %s --check-prefix=EMU
// RUN: %{check} %s --rows 1 --blocks 3 --seed 7 | FileCheck %s --check-prefix=EMU
// RUN: %{check} %s --kernel thread --rows 300 --seed 3 | FileCheck %s --check-prefix=ONE
// RUN: %{check} %s --rows 4 --entries 1 | FileCheck %s --check-prefix=EMU
// RUN: %{check} %s --kernel history --rows 4 --entries 40 | FileCheck %s --check-prefix=ONE

// A short row belongs to a thread: nothing is exchanged.
// CHECK-LABEL: gpu.func @thread
// CHECK-SAME: rows_per_block = 128 : i64
// CHECK-SAME: threads_per_row = 1 : i64
// CHECK-NOT: gpu.barrier
// CHECK-NOT: gpu.shuffle
row.kernel @thread token dynamic [] {
^bb0(%x: !row.buffer<rows, [lane: 4], f32>, %y: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [lane: 4], f32> -> !row.value<[lane: 4]>
  %1 = row.reduce sum %0 over ["lane"] : !row.value<[lane: 4]> -> !row.value<[]>
  row.store %1 to %y : !row.value<[]>, !row.buffer<rows, [], f32>
}

// A medium row belongs to a warp: shuffles and no barrier.
// CHECK-LABEL: gpu.func @warp
// CHECK-SAME: rows_per_block = 4 : i64
// CHECK-SAME: threads_per_row = 32 : i64
// CHECK-NOT: gpu.barrier
// CHECK: llvm.load {{.*}}alignment = 16{{.*}} vector<4xf32>
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK-NOT: gpu.barrier
// NVVM-LABEL: llvm.func @warp
// NVVM-SAME: nvvm.kernel
// NVVM-SAME: nvvm.maxntid = array<i32: 128, 1, 1>
// NVVM-COUNT-5: nvvm.shfl.sync{{ +}}bfly
// PTX-LABEL: .entry thread(
// PTX-LABEL: .entry warp(
// PTX: ld.global.v4.f32
// PTX-COUNT-5: shfl.sync.bfly.b32
// PTX: st.global.v4.f32
row.kernel @warp token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 768], f32>, %y: !row.buffer<rows, [dim: 768], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 768], f32> -> !row.value<[dim: 768]>
  %1 = row.map mul(%0, %0) : (!row.value<[dim: 768]>, !row.value<[dim: 768]>) -> !row.value<[dim: 768]>
  %2 = row.reduce sum %1 over ["dim"] : !row.value<[dim: 768]> -> !row.value<[]>
  %3 = row.map rsqrt(%2) : (!row.value<[]>) -> !row.value<[]>
  %4 = row.map mul(%0, %3) : (!row.value<[dim: 768]>, !row.value<[]>) -> !row.value<[dim: 768]>
  row.store %4 to %y : !row.value<[dim: 768]>, !row.buffer<rows, [dim: 768], f32>
}

// A long row belongs to a block, whose warps exchange their sums in shared memory.
// CHECK-LABEL: gpu.func @block
// CHECK-SAME: exchange = 896 : i64
// CHECK-SAME: rows_per_block = 1 : i64
// CHECK-SAME: threads_per_row = 224 : i64
// CHECK: gpu.shuffle xor
// CHECK: gpu.barrier
// CHECK: gpu.barrier
// PTX-LABEL: .entry block(
// PTX: bar.sync
row.kernel @block token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 7168], f32>, %y: !row.buffer<rows, [dim: 7168], bf16>):
  %0 = row.load %x : !row.buffer<rows, [dim: 7168], f32> -> !row.value<[dim: 7168]>
  %1 = row.reduce max %0 over ["dim"] : !row.value<[dim: 7168]> -> !row.value<[]>
  %2 = row.map sub(%0, %1) : (!row.value<[dim: 7168]>, !row.value<[]>) -> !row.value<[dim: 7168]>
  %3 = row.map exp(%2) : (!row.value<[dim: 7168]>) -> !row.value<[dim: 7168]>
  %4 = row.reduce sum %3 over ["dim"] : !row.value<[dim: 7168]> -> !row.value<[]>
  %5 = row.map div(%3, %4) : (!row.value<[dim: 7168]>, !row.value<[]>) -> !row.value<[dim: 7168]>
  row.store %5 to %y : !row.value<[dim: 7168]>, !row.buffer<rows, [dim: 7168], bf16>
}

// A width that is no multiple of 4 is read number by number.
// CHECK-LABEL: gpu.func @odd
// CHECK-NOT: vector<
row.kernel @odd token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 1171], f32>, %y: !row.buffer<rows, [dim: 1171], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 1171], f32> -> !row.value<[dim: 1171]>
  %1 = row.reduce max %0 over ["dim"] : !row.value<[dim: 1171]> -> !row.value<[]>
  %2 = row.map sub(%0, %1) : (!row.value<[dim: 1171]>, !row.value<[]>) -> !row.value<[dim: 1171]>
  row.store %2 to %y : !row.value<[dim: 1171]>, !row.buffer<rows, [dim: 1171], f32>
}

// A history: entries in buffers of their own, their number an argument; a sum across rows in two stages.
// CHECK-LABEL: gpu.func @history
// CHECK-SAME: (%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[DEPTH:.*]]: i64, %[[ROWS:.*]]: i64, %[[TIME:.*]]: i64, %[[WORKSPACE:.*]]: !llvm.ptr)
// CHECK-SAME: block_shared = [array<i64: 16, 0>]
// CHECK-SAME: shared = [array<i64: 4, 0>
// CHECK-SAME: sums = [array<i64: 3, 100>]
// CHECK-LABEL: gpu.func @braid_sum_partials
// PTX-LABEL: .entry history(
// PTX-LABEL: .entry braid_sum_partials(
row.kernel @history token dynamic ["depth"] {
^bb0(%h: !row.list<depth, [dim: 100], bf16>, %q: !row.buffer<shared, [dim: 100], f32>, %y: !row.buffer<rows, [dim: 100], f32>, %g: !row.buffer<shared, [dim: 100], f32>):
  %0 = row.stack %h : !row.list<depth, [dim: 100], bf16> -> !row.value<[depth: ?, dim: 100]>
  %1 = row.load %q : !row.buffer<shared, [dim: 100], f32> -> !row.value<[dim: 100]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 100]>, !row.value<[dim: 100]>) -> !row.value<[depth: ?, dim: 100]>
  %3 = row.reduce sum %2 over ["dim"] : !row.value<[depth: ?, dim: 100]> -> !row.value<[depth: ?]>
  %4 = row.reduce max %3 over ["depth"] : !row.value<[depth: ?]> -> !row.value<[]>
  %5 = row.map sub(%3, %4) : (!row.value<[depth: ?]>, !row.value<[]>) -> !row.value<[depth: ?]>
  %6 = row.map exp(%5) : (!row.value<[depth: ?]>) -> !row.value<[depth: ?]>
  %7 = row.reduce sum %6 over ["depth"] : !row.value<[depth: ?]> -> !row.value<[]>
  %8 = row.map div(%6, %7) : (!row.value<[depth: ?]>, !row.value<[]>) -> !row.value<[depth: ?]>
  %9 = row.map mul(%0, %8) : (!row.value<[depth: ?, dim: 100]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?, dim: 100]>
  %10 = row.reduce sum %9 over ["depth"] : !row.value<[depth: ?, dim: 100]> -> !row.value<[dim: 100]>
  row.store %10 to %y : !row.value<[dim: 100]>, !row.buffer<rows, [dim: 100], f32>
  row.accumulate %10 to %g : !row.value<[dim: 100]>, !row.buffer<shared, [dim: 100], f32>
}
// EMU: 5 kernels on emulator, 0 wrong
// ONE: 1 kernels on emulator, 0 wrong
