// Every input is loaded once and every output stored once, with 16-byte accesses: from rows to PTX, and counted on the
// emulator. What several walks over a history read is in shared memory, in its own storage.
// RUN: braid-opt %s --merge-reads --convert-row-to-gpu | FileCheck %s
// RUN: braid-opt %s --merge-reads --convert-row-to-gpu=shared=32768 | FileCheck %s --check-prefix=LITTLE
// RUN: braid-opt %s --merge-reads --convert-row-to-gpu=few | FileCheck %s --check-prefix=FEW
// RUN: braid-opt %s --merge-reads --convert-row-to-nvvm -o %t.mlir && braid compile %t.mlir --target sm_90a --emit ptx -o %t.ptx
// RUN: FileCheck %s --check-prefix=PTX < %t.ptx
// RUN: FileCheck %s --check-prefix=STORE < %t.ptx
// RUN: FileCheck %s --check-prefix=NONE --implicit-check-not=atom. "--implicit-check-not={{[^a-z]red[.]}}" < %t.ptx
// DEFINE: %{check} = braid run %s --function row-kernels --device emulator --traffic
// RUN: %{check} --rows 3 --entries 9 | FileCheck %s --check-prefix=EMU
// RUN: %{check} --rows 7 --entries 2 --blocks 3 --seed 5 | FileCheck %s --check-prefix=ALL
// NONE: .target sm_90a

// The history is the only thing that is copied; the mix, which two nests need, stays in registers.
// CHECK-LABEL: gpu.func @read
// CHECK-SAME: kept = {registers = 1 : i64, shared = 2 : i64, workspace = 0 : i64}
// CHECK-SAME: staged = array<i64: 0>
// CHECK-SAME: braid.traffic = [{argument = 0 : i64, loads = [array<i64: 14336, 1, 0>], needed = [array<i64: 14336, 1, 0>], stores = [], what = "input", wide}
// CHECK: nvvm.cp.async.shared.global {{.*}} 16, cache = cg
// CHECK: nvvm.cp.async.wait.group 1
// Eight entries do not fit into 32 KiB: they are read again, and the attribute says so.
// LITTLE-LABEL: gpu.func @read
// LITTLE-SAME: staged = array<i64>
// LITTLE-SAME: braid.traffic = [{argument = 0 : i64, loads = [array<i64: 28672, 1, 0>], needed = [array<i64: 14336, 1, 0>]
// LITTLE-NOT: nvvm.cp.async
// FEW-LABEL: gpu.func @read(
// FEW-SAME: braid.few = @read_few
// FEW-SAME: threads_per_row = 448 : i64
// FEW-LABEL: gpu.func @read_few(
// FEW-SAME: threads_per_row = 512 : i64
// Loads of whole pieces, then shuffles, then shared memory.
// PTX-LABEL: .entry read(
// PTX: cp.async.cg.shared.global [{{.*}}], [{{.*}}], 16;
// PTX: ld.global.v4.f32
// PTX: cp.async.wait_group 1
// PTX: ld.shared.v4.b32
// PTX: shfl.sync.bfly.b32
// PTX: st.shared
// PTX: bar.sync
// STORE-LABEL: .entry read(
// STORE: st.global.v4.b32
// EMU: read {{.*}} bound 430080 bytes, parameters 57344, tables 288; sectors 1.00 loading, 1.00 storing
row.kernel @read token dynamic ["depth"] attributes {aliases = []} {
^bb0(%h: !row.list<depth, [dim: 7168], bf16>, %q: !row.buffer<shared, [dim: 7168], f32>, %y: !row.buffer<rows, [dim: 7168], bf16>):
  %0 = row.stack %h : !row.list<depth, [dim: 7168], bf16> -> !row.value<[depth: ?, dim: 7168]>
  %1 = row.load %q : !row.buffer<shared, [dim: 7168], f32> -> !row.value<[dim: 7168]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 7168]>, !row.value<[dim: 7168]>) -> !row.value<[depth: ?, dim: 7168]>
  %3 = row.reduce sum %2 over ["dim"] : !row.value<[depth: ?, dim: 7168]> -> !row.value<[depth: ?]>
  %c = row.constant 0.001 : !row.value<[]>
  %m = row.map mul(%3, %c) : (!row.value<[depth: ?]>, !row.value<[]>) -> !row.value<[depth: ?]>
  %4 = row.map sigmoid(%m) : (!row.value<[depth: ?]>) -> !row.value<[depth: ?]>
  %5 = row.map mul(%4, %0) : (!row.value<[depth: ?]>, !row.value<[depth: ?, dim: 7168]>) -> !row.value<[depth: ?, dim: 7168]>
  %6 = row.reduce sum %5 over ["depth"] : !row.value<[depth: ?, dim: 7168]> -> !row.value<[dim: 7168]>
  %7 = row.map mul(%6, %6) : (!row.value<[dim: 7168]>, !row.value<[dim: 7168]>) -> !row.value<[dim: 7168]>
  %8 = row.reduce sum %7 over ["dim"] : !row.value<[dim: 7168]> -> !row.value<[]>
  %9 = row.map rsqrt(%8) : (!row.value<[]>) -> !row.value<[]>
  %10 = row.map mul(%6, %9) : (!row.value<[dim: 7168]>, !row.value<[]>) -> !row.value<[dim: 7168]>
  %11 = row.round %10 to bf16 : !row.value<[dim: 7168]> -> !row.value<[dim: 7168]>
  row.store %11 to %y : !row.value<[dim: 7168]>, !row.buffer<rows, [dim: 7168], bf16>
}

// A width that ends in the middle of a round: 146 pieces for 32 threads, in five rounds. The last is guarded, and
// the row stays in registers all the same. The sum across rows is in shared memory until the block's last row.
// CHECK-LABEL: gpu.func @norm
// CHECK-SAME: staged = array<i64>
// CHECK-SAME: sums = [array<i64: 2, 1168>]
// CHECK-SAME: threads_per_row = 32 : i64
// CHECK-NOT: nvvm.cp.async
// CHECK: scf.if {{.*}} -> (vector<8xi16>)
// PTX-LABEL: .entry norm(
// PTX: ld.global.v4.b32
// PTX: shfl.sync.bfly.b32
// STORE-LABEL: .entry norm(
// STORE: ld.shared.v4.f32
// STORE: st.shared.v4.f32
// STORE: st.global.v4.b32
// EMU: norm {{.*}} bound 14016 bytes, parameters 14016, partial sums 9344; sectors 1.00 loading, 1.00 storing
row.kernel @norm token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [dim: 1168], bf16>, %g: !row.buffer<shared, [dim: 1168], f32>, %s: !row.buffer<shared, [dim: 1168], f32>, %y: !row.buffer<rows, [dim: 1168], bf16>):
  %0 = row.load %x : !row.buffer<rows, [dim: 1168], bf16> -> !row.value<[dim: 1168]>
  %1 = row.map mul(%0, %0) : (!row.value<[dim: 1168]>, !row.value<[dim: 1168]>) -> !row.value<[dim: 1168]>
  %2 = row.reduce sum %1 over ["dim"] : !row.value<[dim: 1168]> -> !row.value<[]>
  %3 = row.map rsqrt(%2) : (!row.value<[]>) -> !row.value<[]>
  %4 = row.map mul(%0, %3) : (!row.value<[dim: 1168]>, !row.value<[]>) -> !row.value<[dim: 1168]>
  row.accumulate %4 to %s : !row.value<[dim: 1168]>, !row.buffer<shared, [dim: 1168], f32>
  %5 = row.load %g : !row.buffer<shared, [dim: 1168], f32> -> !row.value<[dim: 1168]>
  %6 = row.map mul(%4, %5) : (!row.value<[dim: 1168]>, !row.value<[dim: 1168]>) -> !row.value<[dim: 1168]>
  %7 = row.round %6 to bf16 : !row.value<[dim: 1168]> -> !row.value<[dim: 1168]>
  row.store %7 to %y : !row.value<[dim: 1168]>, !row.buffer<rows, [dim: 1168], bf16>
}

// Two reads of one argument are one.
// CHECK-LABEL: gpu.func @twice
// CHECK-SAME: loads = [array<i64: 2048, 1>], needed = [array<i64: 2048, 1>]
row.kernel @twice token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [dim: 512], f32>, %s: !row.buffer<shared, [], f32>, %y: !row.buffer<rows, [dim: 512], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 512], f32> -> !row.value<[dim: 512]>
  %1 = row.reduce max %0 over ["dim"] : !row.value<[dim: 512]> -> !row.value<[]>
  row.accumulate %1 to %s : !row.value<[]>, !row.buffer<shared, [], f32>
  %2 = row.load %x : !row.buffer<rows, [dim: 512], f32> -> !row.value<[dim: 512]>
  %3 = row.map sub(%2, %1) : (!row.value<[dim: 512]>, !row.value<[]>) -> !row.value<[dim: 512]>
  row.store %3 to %y : !row.value<[dim: 512]>, !row.buffer<rows, [dim: 512], f32>
}

// Points of a small matrix are lanes of a warp: sums over an axis are shuffles, nothing goes through memory between.
// CHECK-LABEL: gpu.func @tiny
// CHECK-SAME: kept = {registers = 4 : i64, shared = 0 : i64, workspace = 0 : i64}
// CHECK-COUNT-2: gpu.shuffle xor
// PTX-LABEL: .entry tiny(
// PTX-NOT: st.shared
// PTX-COUNT-4: shfl.sync.bfly.b32
// PTX-LABEL: .entry flat(
row.kernel @tiny token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [to: 4, from: 4], f32>, %v: !row.buffer<rows, [dim: 64], f32>, %y: !row.buffer<rows, [to: 4, from: 4], f32>, %z: !row.buffer<rows, [dim: 64], f32>):
  %0 = row.load %x : !row.buffer<rows, [to: 4, from: 4], f32> -> !row.value<[to: 4, from: 4]>
  %1 = row.map exp(%0) : (!row.value<[to: 4, from: 4]>) -> !row.value<[to: 4, from: 4]>
  %2 = row.reduce sum %1 over ["from"] : !row.value<[to: 4, from: 4]> -> !row.value<[to: 4]>
  %3 = row.map div(%1, %2) : (!row.value<[to: 4, from: 4]>, !row.value<[to: 4]>) -> !row.value<[to: 4, from: 4]>
  %4 = row.reduce sum %3 over ["to"] : !row.value<[to: 4, from: 4]> -> !row.value<[from: 4]>
  %5 = row.map div(%3, %4) : (!row.value<[to: 4, from: 4]>, !row.value<[from: 4]>) -> !row.value<[to: 4, from: 4]>
  row.store %5 to %y : !row.value<[to: 4, from: 4]>, !row.buffer<rows, [to: 4, from: 4], f32>
  %6 = row.load %v : !row.buffer<rows, [dim: 64], f32> -> !row.value<[dim: 64]>
  row.store %6 to %z : !row.value<[dim: 64]>, !row.buffer<rows, [dim: 64], f32>
}

// Along a dynamic axis: whole pieces where the row begins at one, then what is left.
// PTX: ld.global.v4.f32
// PTX: ld.global.f32
row.kernel @flat fixed dynamic ["n"] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [n: ?], f32>, %y: !row.buffer<rows, [n: ?], f32>):
  %0 = row.load %x : !row.buffer<rows, [n: ?], f32> -> !row.value<[n: ?]>
  %1 = row.map neg(%0) : (!row.value<[n: ?]>) -> !row.value<[n: ?]>
  row.store %1 to %y : !row.value<[n: ?]>, !row.buffer<rows, [n: ?], f32>
}
// EMU: 5 kernels on emulator, 0 wrong
// ALL: 5 kernels on emulator, 0 wrong
