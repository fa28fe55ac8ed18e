// A row that fills a multiprocessor's shared memory: the entries of the next rows are loaded while it is computed.
// RUN: braid-opt %s --convert-row-to-gpu=target=sm_90a | FileCheck %s
// DEFINE: %{check} = braid run %s --function row-kernels --device emulator --target sm_90a --traffic
// All entries of the next row fit, some, none; more blocks than rows, a block with one row, and with many.
// RUN: %{check} --rows 5 --blocks 1 --entries 3 | FileCheck %s --check-prefix=EMU
// RUN: %{check} --rows 4 --blocks 1 --entries 9 --seed 5 | FileCheck %s --check-prefix=EMU
// RUN: %{check} --rows 5 --blocks 2 --entries 12 --seed 6 | FileCheck %s --check-prefix=EMU
// RUN: %{check} --rows 2 --blocks 1 --entries 15 | FileCheck %s --check-prefix=EMU
// RUN: %{check} --rows 2 --blocks 3 --entries 1 | FileCheck %s --check-prefix=EMU
// EMU: 3 kernels on emulator, 0 wrong
// RUN: not %{check} --kernel read --rows 2 --entries 16 2>&1 | FileCheck %s --check-prefix=MANY
// MANY: error: {{.*}}the kernel has room for 15 entries of a history in shared memory, 16 are given: compile it for a program with as many
// Where two rows fit, one block loads while the other computes, and there is no ring.
// RUN: braid-opt %s --convert-row-to-gpu=shared=300000 | FileCheck %s --check-prefix=TWO
// TWO-LABEL: gpu.func @read
// TWO-SAME: ring = array<i64>
// TWO-LABEL: gpu.func @gradient
// Where not even one row fits, it is read twice.
// RUN: braid-opt %s --convert-row-to-gpu=shared=100000 | FileCheck %s --check-prefix=NONE
// NONE-LABEL: gpu.func @read
// NONE-SAME: ring = array<i64>
// NONE-SAME: staged = array<i64>
// NONE-LABEL: gpu.func @gradient

// 15 entries fit. The first rows are issued before the loop over rows; the query stays in registers.
// CHECK-LABEL: gpu.func @read
// CHECK-SAME: ring = array<i64: 14848, 15, 0>
// CHECK-SAME: staged = array<i64: 0>
// CHECK: nvvm.cp.async.commit.group
// CHECK: nvvm.cp.async.commit.group
// CHECK: llvm.load %{{.*}} : !llvm.ptr -> vector<8xf32>
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (i64)
// CHECK-NEXT: nvvm.cp.async.wait.group 1
// CHECK-NOT: llvm.load %{{.*}} : !llvm.ptr -> vector<8xf32>
// CHECK: nvvm.cp.async.shared.global
// CHECK: nvvm.cp.async.commit.group
// CHECK: nvvm.cp.async.shared.global
// CHECK: nvvm.cp.async.commit.group
// CHECK: gpu.barrier
row.kernel @read token dynamic ["depth"] {
^bb0(%h: !row.list<depth, [dim: 7424], bf16>, %q: !row.buffer<shared, [dim: 7424], f32>, %y: !row.buffer<rows, [dim: 7424], bf16>):
  %0 = row.stack %h : !row.list<depth, [dim: 7424], bf16> -> !row.value<[depth: ?, dim: 7424]>
  %1 = row.load %q : !row.buffer<shared, [dim: 7424], f32> -> !row.value<[dim: 7424]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 7424]>, !row.value<[dim: 7424]>) -> !row.value<[depth: ?, dim: 7424]>
  %3 = row.reduce sum %2 over ["dim"] : !row.value<[depth: ?, dim: 7424]> -> !row.value<[depth: ?]>
  %4 = row.map mul(%0, %3) : (!row.value<[depth: ?, dim: 7424]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?, dim: 7424]>
  %5 = row.reduce sum %4 over ["depth"] : !row.value<[depth: ?, dim: 7424]> -> !row.value<[dim: 7424]>
  %6 = row.round %5 to bf16 : !row.value<[dim: 7424]> -> !row.value<[dim: 7424]>
  row.store %6 to %y : !row.value<[dim: 7424]>, !row.buffer<rows, [dim: 7424], bf16>
}

// A width of which the threads' last round is not full, entries written one by one, and a sum across rows.
// CHECK-LABEL: gpu.func @gradient
// CHECK-SAME: ring = array<i64: 14640, {{[0-9]+}}, 0>
row.kernel @gradient token dynamic ["depth"] {
^bb0(%h: !row.list<depth, [dim: 3660], f32>, %q: !row.buffer<shared, [dim: 3660], f32>, %d: !row.list<depth, [dim: 3660], f32>, %g: !row.buffer<shared, [], f32>):
  %0 = row.stack %h : !row.list<depth, [dim: 3660], f32> -> !row.value<[depth: ?, dim: 3660]>
  %1 = row.load %q : !row.buffer<shared, [dim: 3660], f32> -> !row.value<[dim: 3660]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 3660]>, !row.value<[dim: 3660]>) -> !row.value<[depth: ?, dim: 3660]>
  %3 = row.reduce sum %2 over ["dim"] : !row.value<[depth: ?, dim: 3660]> -> !row.value<[depth: ?]>
  %4 = row.map mul(%0, %3) : (!row.value<[depth: ?, dim: 3660]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?, dim: 3660]>
  row.unstack %4 to %d : !row.value<[depth: ?, dim: 3660]>, !row.list<depth, [dim: 3660], f32>
  %5 = row.reduce sum %3 over ["depth"] : !row.value<[depth: ?]> -> !row.value<[]>
  row.accumulate %5 to %g : !row.value<[]>, !row.buffer<shared, [], f32>
}

// Numbers that lie elsewhere than where they are needed: staged as before, since another thread reads what one has copied.
// CHECK-LABEL: gpu.func @other
// CHECK-SAME: ring = array<i64>
// CHECK-SAME: staged = array<i64: 0>
row.kernel @other token dynamic ["depth"] {
^bb0(%h: !row.list<depth, [dim: 7424], bf16>, %y: !row.buffer<rows, [half: 3712], f32>):
  %0 = row.stack %h : !row.list<depth, [dim: 7424], bf16> -> !row.value<[depth: ?, dim: 7424]>
  %1 = row.reduce sum %0 over ["dim"] : !row.value<[depth: ?, dim: 7424]> -> !row.value<[depth: ?]>
  %2 = row.slice %0 "dim" at 0 size 3712 as "half" : !row.value<[depth: ?, dim: 7424]> -> !row.value<[depth: ?, half: 3712]>
  %3 = row.map mul(%2, %1) : (!row.value<[depth: ?, half: 3712]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?, half: 3712]>
  %4 = row.reduce sum %3 over ["depth"] : !row.value<[depth: ?, half: 3712]> -> !row.value<[half: 3712]>
  row.store %4 to %y : !row.value<[half: 3712]>, !row.buffer<rows, [half: 3712], f32>
}
