// What orders accesses: barriers order a block's global memory but not other blocks; bar.warp.sync orders a warp; a shuffle does not
// order a write with a read.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/shift.mlir --block 32 --arg i32[65]=iota 2>&1 | FileCheck %s --check-prefix=SHIFT
// SHIFT: shift.mlir:[[#]]:{{[0-9]+}}: error: race: store of i32: argument 0: thread (0, 0, 0) read the same byte (load of i32 at
// SHIFT-NEXT: in kernel shift, block (0, 0, 0), thread (1, 0, 0)
// RUN: sed 's/.*HERE/nvvm.barrier0/' %t/shift.mlir > %t/barrier.mlir
// RUN: braid-emulate %t/barrier.mlir --block 64 --arg i32[65]=iota --print --seed 2 | FileCheck %s --check-prefix=BARRIER
// BARRIER: argument 0 i32[65]: 1 2 3
// BARRIER-SAME: 63 64 64{{$}}
// RUN: not braid-emulate %t/barrier.mlir --grid 2 --block 32 --arg i32[65]=iota 2>&1 | FileCheck %s --check-prefix=BLOCKS
// BLOCKS: error: race: store of i32: argument 0: thread (31, 0, 0) of block (0, 0, 0) read the same byte (load of i32 at
// BLOCKS-NEXT: in kernel shift, block (1, 0, 0), thread (0, 0, 0)

// RUN: sed 's/.*HERE/nvvm.bar.warp.sync %%full : i32/' %t/neighbour.mlir > %t/warp.mlir
// RUN: braid-emulate %t/warp.mlir --block 32 --arg i32[32] --print --seed 6 | FileCheck %s --check-prefix=WARP
// WARP: argument 0 i32[32]: 1 0 3 2 5 4
// RUN: not braid-emulate %t/warp.mlir --block 64 --arg i32[32] 2>&1 | FileCheck %s --check-prefix=WARPS
// WARPS: error: race: load of i32: shared memory: thread (33, 0, 0) wrote the same byte
// RUN: sed 's/.*HERE/%%s = nvvm.shfl.sync bfly %%full, %%t, %%one, %%last : i32 -> i32/' %t/neighbour.mlir > %t/shuffle.mlir
// RUN: not braid-emulate %t/shuffle.mlir --block 32 --arg i32[32] 2>&1 | FileCheck %s --check-prefix=SHUFFLE
// SHUFFLE: error: race: load of i32: shared memory: thread (1, 0, 0) wrote the same byte
// SHUFFLE-NEXT: in kernel neighbour, block (0, 0, 0), thread (0, 0, 0)

// A barrier of half a warp orders nothing between the halves, whatever the order of lanes; within a half it does.
// RUN: sed 's/%%one = llvm.mlir.constant(1 /%%one = llvm.mlir.constant(16 /' %t/halves.mlir > %t/across.mlir
// RUN: not braid-emulate %t/across.mlir --block 32 --arg i32[32] --check=races --seed 0 2>&1 | FileCheck %s --check-prefix=ACROSS
// RUN: not braid-emulate %t/across.mlir --block 32 --arg i32[32] --check=races --seed 1 2>&1 | FileCheck %s --check-prefix=ACROSS
// RUN: not braid-emulate %t/across.mlir --block 32 --arg i32[32] --check=races --seed 2 2>&1 | FileCheck %s --check-prefix=ACROSS
// RUN: not braid-emulate %t/across.mlir --block 32 --arg i32[32] --check=races --seed 3 2>&1 | FileCheck %s --check-prefix=ACROSS
// ACROSS: error: race: {{load|store}} of i32: shared memory: thread ([[#]], 0, 0) {{wrote|read}} the same byte
// RUN: braid-emulate %t/halves.mlir --block 32 --arg i32[32] --seed 0
// RUN: braid-emulate %t/halves.mlir --block 32 --arg i32[32] --seed 1
// RUN: braid-emulate %t/halves.mlir --block 32 --arg i32[32] --seed 2
// RUN: braid-emulate %t/halves.mlir --block 32 --arg i32[32] --seed 3
// Nor does a shuffle of half a warp order a read of the other half with a later write.
// RUN: sed 's/.*AFTER.*/%%s = nvvm.shfl.sync bfly %%mask, %%t, %%one, %%last : i32 -> i32/; s/.*MINE/llvm.store %%v, %%mine : i32, !llvm.ptr<3>/' %t/halves.mlir > %t/shuffled.mlir
// RUN: braid-emulate %t/shuffled.mlir --block 32 --arg i32[32] --seed 1
// RUN: sed 's/%%one = llvm.mlir.constant(1 /%%one = llvm.mlir.constant(16 /; s/nvvm.shfl.sync bfly %%mask, %%t, %%one/nvvm.shfl.sync bfly %%mask, %%t, %%c1/; s/nvvm.bar.warp.sync %%mask/nvvm.bar.warp.sync %%all/' %t/shuffled.mlir > %t/shuffled-across.mlir
// RUN: not braid-emulate %t/shuffled-across.mlir --block 32 --arg i32[32] --check=races --seed 0 2>&1 | FileCheck %s --check-prefix=ACROSS
// RUN: not braid-emulate %t/shuffled-across.mlir --block 32 --arg i32[32] --check=races --seed 1 2>&1 | FileCheck %s --check-prefix=ACROSS
// RUN: not braid-emulate %t/shuffled-across.mlir --block 32 --arg i32[32] --check=races --seed 2 2>&1 | FileCheck %s --check-prefix=ACROSS
// RUN: not braid-emulate %t/shuffled-across.mlir --block 32 --arg i32[32] --check=races --seed 3 2>&1 | FileCheck %s --check-prefix=ACROSS

// Several findings, and no more than asked for.
// RUN: not braid-emulate %t/shuffle.mlir --block 64 --arg i32[32] --max-findings 1 2>&1 | FileCheck %s --check-prefix=ONE --implicit-check-not=error:
// ONE: error: race

//--- shift.mlir
llvm.func @shift(%a: !llvm.ptr) attributes {nvvm.kernel} {
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %t = nvvm.read.ptx.sreg.tid.x : i32
  %b = nvvm.read.ptx.sreg.ctaid.x : i32
  %n = nvvm.read.ptx.sreg.ntid.x : i32
  %first = llvm.mul %b, %n : i32
  %i = llvm.add %first, %t : i32
  %j = llvm.add %i, %c1 : i32
  %from = llvm.getelementptr %a[%j] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  %to = llvm.getelementptr %a[%i] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  %v = llvm.load %from : !llvm.ptr -> i32
  // HERE
  llvm.store %v, %to : i32, !llvm.ptr
  llvm.return
}

//--- halves.mlir
// Each half of the warp exchanges values of its own.
gpu.module @kernels {
  llvm.mlir.global internal @slots() {addr_space = 3 : i32} : !llvm.array<32 x i32>
  llvm.func @halves(%out: !llvm.ptr) attributes {nvvm.kernel} {
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %one = llvm.mlir.constant(1 : i32) : i32
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %c16 = llvm.mlir.constant(16 : i32) : i32
    %last = llvm.mlir.constant(31 : i32) : i32
    %all = llvm.mlir.constant(-1 : i32) : i32
    %low = llvm.mlir.constant(65535 : i32) : i32
    %t = nvvm.read.ptx.sreg.laneid : i32
    %upper = llvm.and %t, %c16 : i32
    %mask = llvm.shl %low, %upper : i32
    %mine = llvm.getelementptr %slots[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    llvm.store %t, %mine : i32, !llvm.ptr<3>
    nvvm.bar.warp.sync %mask : i32
    %other = llvm.xor %t, %one : i32
    %there = llvm.getelementptr %slots[%other] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    %v = llvm.load %there : !llvm.ptr<3> -> i32
    // AFTER
    // MINE
    %to = llvm.getelementptr %out[%t] : (!llvm.ptr, i32) -> !llvm.ptr, i32
    llvm.store %v, %to : i32, !llvm.ptr
    llvm.return
  }
}

//--- neighbour.mlir
gpu.module @kernels {
  llvm.mlir.global internal @slots() {addr_space = 3 : i32} : !llvm.array<32 x i32>
  llvm.func @neighbour(%out: !llvm.ptr) attributes {nvvm.kernel} {
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %one = llvm.mlir.constant(1 : i32) : i32
    %last = llvm.mlir.constant(31 : i32) : i32
    %full = llvm.mlir.constant(-1 : i32) : i32
    %t = nvvm.read.ptx.sreg.laneid : i32
    %mine = llvm.getelementptr %slots[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    llvm.store %t, %mine : i32, !llvm.ptr<3>
    // HERE
    %other = llvm.xor %t, %one : i32
    %there = llvm.getelementptr %slots[%other] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    %v = llvm.load %there : !llvm.ptr<3> -> i32
    %to = llvm.getelementptr %out[%t] : (!llvm.ptr, i32) -> !llvm.ptr, i32
    llvm.store %v, %to : i32, !llvm.ptr
    llvm.return
  }
}
