// Atomics in shared and global memory. The order of threads depends on the seed, sums do not.
// RUN: split-file %s %t
// RUN: braid-emulate %t/tickets.mlir --grid 2 --block 32 --arg i32[2]=0 --arg i32[64] --print | FileCheck %s
// CHECK: argument 0 i32[2]: 64 2016
// CHECK: argument 1 i32[64]: 0 1 2 3 4 5
// RUN: braid-emulate %t/tickets.mlir --grid 2 --block 32 --arg i32[2]=0 --arg i32[64] --print --seed 1 > %t/one
// RUN: braid-emulate %t/tickets.mlir --grid 2 --block 32 --arg i32[2]=0 --arg i32[64] --print --seed 2 > %t/two
// RUN: FileCheck %s --check-prefix=SEED < %t/one
// RUN: FileCheck %s --check-prefix=SEED < %t/two
// SEED: argument 0 i32[2]: 64 2016
// SEED-NOT: i32[64]: 0 1 2 3 4 5
// RUN: not diff %t/one %t/two
// The same seed gives the same order.
// RUN: braid-emulate %t/tickets.mlir --grid 2 --block 32 --arg i32[2]=0 --arg i32[64] --print --seed 2 | diff - %t/two

// A plain store where others add: a race.
// RUN: not braid-emulate %t/mixed.mlir --block 32 --arg i32[1]=0 2>&1 | FileCheck %s --check-prefix=MIXED
// MIXED: error: race: atomic add of i32: argument 0: thread (0, 0, 0) wrote the same byte (store of i32

// Blocks hand over through a fence and an atomic: the last one reads what the others wrote.
// RUN: braid-emulate %t/last-block.mlir --grid 8 --block 32 --arg i32[1]=0 --arg i32[8] --arg i32[1] --print --seed 4 | FileCheck %s --check-prefix=LAST
// LAST: argument 2 i32[1]: 28
// Without the fence that is a race between blocks.
// RUN: grep -v membar %t/last-block.mlir > %t/no-fence.mlir
// RUN: not braid-emulate %t/no-fence.mlir --grid 8 --block 32 --arg i32[1]=0 --arg i32[8] --arg i32[1] 2>&1 | FileCheck %s --check-prefix=FENCE
// FENCE: error: race: load of i32: argument 1: thread (0, 0, 0) of block (0, 0, 0) wrote the same byte
// FENCE-NEXT: in kernel last, block (7, 0, 0), thread (0, 0, 0)
// Nor is it enough that the writers have one: what the reader's cache holds may be stale.
// RUN: sed '/READER/d' %t/last-block.mlir > %t/no-acquire.mlir
// RUN: not braid-emulate %t/no-acquire.mlir --grid 8 --block 32 --arg i32[1]=0 --arg i32[8] --arg i32[1] 2>&1 | FileCheck %s --check-prefix=FENCE
// Volatile loads go past it, and a fence of LLVM is one. What an atomic says of its order does not reach PTX.
// RUN: sed 's/llvm.load %%part/llvm.load volatile %%part/' %t/no-acquire.mlir > %t/volatile.mlir
// RUN: braid-emulate %t/volatile.mlir --grid 8 --block 32 --arg i32[1]=0 --arg i32[8] --arg i32[1] --print --seed 4 | FileCheck %s --check-prefix=LAST
// RUN: sed 's/monotonic/acq_rel/' %t/no-fence.mlir > %t/acquire.mlir
// RUN: not braid-emulate %t/acquire.mlir --grid 8 --block 32 --arg i32[1]=0 --arg i32[8] --arg i32[1] 2>&1 | FileCheck %s --check-prefix=FENCE
// RUN: sed 's/llvm.call @llvm.nvvm.membar.gl.*/llvm.fence seq_cst/' %t/last-block.mlir > %t/llvm-fence.mlir
// RUN: braid-emulate %t/llvm-fence.mlir --grid 8 --block 32 --arg i32[1]=0 --arg i32[8] --arg i32[1] --print --seed 4 | FileCheck %s --check-prefix=LAST

//--- tickets.mlir
gpu.module @kernels {
  llvm.func @tickets(%counts: !llvm.ptr, %order: !llvm.ptr) attributes {nvvm.kernel} {
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %block = nvvm.read.ptx.sreg.ctaid.x : i32
    %size = nvvm.read.ptx.sreg.ntid.x : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %first = llvm.mul %block, %size : i32
    %i = llvm.add %first, %t : i32
    %ticket = llvm.atomicrmw add %counts, %c1 monotonic : !llvm.ptr, i32
    %sum = llvm.getelementptr %counts[1] : (!llvm.ptr) -> !llvm.ptr, i32
    %old = llvm.atomicrmw add %sum, %i monotonic : !llvm.ptr, i32
    %place = llvm.getelementptr %order[%ticket] : (!llvm.ptr, i32) -> !llvm.ptr, i32
    llvm.store %i, %place : i32, !llvm.ptr
    llvm.return
  }
}

//--- mixed.mlir
gpu.module @kernels {
  llvm.func @mixed(%count: !llvm.ptr) attributes {nvvm.kernel} {
    %c0 = llvm.mlir.constant(0 : i32) : i32
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %first = llvm.icmp "eq" %t, %c0 : i32
    llvm.cond_br %first, ^set, ^add
  ^set:
    llvm.store %c1, %count : i32, !llvm.ptr
    llvm.br ^end
  ^add:
    %old = llvm.atomicrmw add %count, %c1 monotonic : !llvm.ptr, i32
    llvm.br ^end
  ^end:
    llvm.return
  }
}

//--- last-block.mlir
llvm.func @llvm.nvvm.membar.gl()
llvm.func @last(%count: !llvm.ptr, %parts: !llvm.ptr, %total: !llvm.ptr) attributes {nvvm.kernel} {
  %c0 = llvm.mlir.constant(0 : i32) : i32
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %t = nvvm.read.ptx.sreg.tid.x : i32
  %b = nvvm.read.ptx.sreg.ctaid.x : i32
  %n = nvvm.read.ptx.sreg.nctaid.x : i32
  %first = llvm.icmp "eq" %t, %c0 : i32
  llvm.cond_br %first, ^write, ^end
^write:
  %mine = llvm.getelementptr %parts[%b] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  llvm.store %b, %mine : i32, !llvm.ptr
  llvm.call @llvm.nvvm.membar.gl() : () -> ()
  %before = llvm.atomicrmw add %count, %c1 monotonic : !llvm.ptr, i32
  llvm.call @llvm.nvvm.membar.gl() : () -> () // READER
  %done = llvm.add %before, %c1 : i32
  %isLast = llvm.icmp "eq" %done, %n : i32
  llvm.cond_br %isLast, ^loop(%c0, %c0 : i32, i32), ^end
^loop(%i: i32, %sum: i32):
  %part = llvm.getelementptr %parts[%i] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  %v = llvm.load %part : !llvm.ptr -> i32
  %sum2 = llvm.add %sum, %v : i32
  %i2 = llvm.add %i, %c1 : i32
  %more = llvm.icmp "slt" %i2, %n : i32
  llvm.cond_br %more, ^loop(%i2, %sum2 : i32, i32), ^store
^store:
  llvm.store %sum2, %total : i32, !llvm.ptr
  llvm.br ^end
^end:
  llvm.return
}
