// Blocks that do not meet in memory run side by side; nothing that can be seen depends on how many do.
// RUN: split-file %s %t
// RUN: braid-emulate %t/apart.mlir --grid 40 --block 64 --arg f32[2560]=iota --arg f32[2560] --print --counters --seed 3 --jobs 1 > %t/one
// RUN: braid-emulate %t/apart.mlir --grid 40 --block 64 --arg f32[2560]=iota --arg f32[2560] --print --counters --seed 3 --jobs 4 > %t/four
// RUN: diff %t/one %t/four
// RUN: FileCheck %s --input-file %t/four
// CHECK: argument 1 f32[2560]: 0 2 4 6
// CHECK: global loads: 10240 bytes, 80 requests, 320 sectors (ideal 320)
// CHECK: argument 1 stores: 10240 bytes, 80 requests, 320 sectors (ideal 320)

// Notes are those of the first block, whoever ran it.
// RUN: braid-emulate %t/same.mlir --grid 30 --block 32 --arg i32[30] --print --jobs 1 > %t/one 2>&1
// RUN: braid-emulate %t/same.mlir --grid 30 --block 32 --arg i32[30] --print --jobs 3 > %t/three 2>&1
// RUN: diff %t/one %t/three
// RUN: FileCheck %s --input-file %t/three --check-prefix=SAME
// SAME: note: same value: store of i32: argument 0: thread (0, 0, 0) wrote the same byte

// Blocks that meet are run again, in order, on memory as it was: every block adds one to what the one before left.
// RUN: braid-emulate %t/chain.mlir --grid 50 --block 1 --arg i32[51]=0 --check none --print --jobs 4 | FileCheck %s --check-prefix=CHAIN
// CHAIN: argument 0 i32[51]: 0 1 2 3 4
// CHAIN-SAME: 49 50{{$}}
// RUN: not braid-emulate %t/chain.mlir --grid 50 --block 1 --arg i32[51]=0 --print --jobs 1 > %t/one 2>&1
// RUN: not braid-emulate %t/chain.mlir --grid 50 --block 1 --arg i32[51]=0 --print --jobs 4 > %t/four 2>&1
// RUN: diff %t/one %t/four
// RUN: FileCheck %s --input-file %t/four --check-prefix=RACE
// RACE: error: race: load of i32: argument 0: thread (0, 0, 0) of block (0, 0, 0) wrote the same byte
// RACE-NEXT: in kernel chain, block (1, 0, 0), thread (0, 0, 0)
// So are blocks of which one reads what was never written, prints, or counts with atomics.
// RUN: not braid-emulate %t/apart.mlir --grid 2 --block 64 --arg f32[128] --arg f32[128] --jobs 2 2>&1 | FileCheck %s --check-prefix=UNINIT
// UNINIT: error: uninitialised read: load of float: byte 0 of argument 0 was not written before
// UNINIT-NEXT: in kernel apart, block (0, 0, 0), thread (0, 0, 0)
// RUN: braid-emulate %t/count.mlir --grid 20 --block 2 --arg i32[1]=0 --print --jobs 4 | FileCheck %s --check-prefix=COUNT
// COUNT: block 0
// COUNT-NEXT: block 1
// COUNT: block 19
// COUNT-NEXT: argument 0 i32[1]: 40

//--- apart.mlir
llvm.func @apart(%in: !llvm.ptr, %out: !llvm.ptr) attributes {nvvm.kernel} {
  %t = nvvm.read.ptx.sreg.tid.x : i32
  %b = nvvm.read.ptx.sreg.ctaid.x : i32
  %n = nvvm.read.ptx.sreg.ntid.x : i32
  %first = llvm.mul %b, %n : i32
  %i = llvm.add %first, %t : i32
  %from = llvm.getelementptr %in[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  %to = llvm.getelementptr %out[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  %v = llvm.load %from : !llvm.ptr -> f32
  %w = llvm.fadd %v, %v : f32
  llvm.store %w, %to : f32, !llvm.ptr
  llvm.return
}

//--- same.mlir
llvm.func @same(%out: !llvm.ptr) attributes {nvvm.kernel} {
  %b = nvvm.read.ptx.sreg.ctaid.x : i32
  %to = llvm.getelementptr %out[%b] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  llvm.store %b, %to : i32, !llvm.ptr
  llvm.return
}

//--- chain.mlir
llvm.func @chain(%a: !llvm.ptr) attributes {nvvm.kernel} {
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %b = nvvm.read.ptx.sreg.ctaid.x : i32
  %next = llvm.add %b, %c1 : i32
  %from = llvm.getelementptr %a[%b] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  %to = llvm.getelementptr %a[%next] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  %v = llvm.load %from : !llvm.ptr -> i32
  %w = llvm.add %v, %c1 : i32
  llvm.store %w, %to : i32, !llvm.ptr
  llvm.return
}

//--- count.mlir
gpu.module @kernels {
  gpu.func @count(%n: !llvm.ptr) kernel {
    %c0 = arith.constant 0 : i32
    %c1 = arith.constant 1 : i32
    %old = llvm.atomicrmw add %n, %c1 monotonic : !llvm.ptr, i32
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %i = arith.index_cast %t : index to i32
    %first = arith.cmpi eq, %i, %c0 : i32
    scf.if %first {
      gpu.printf "block %lld\n" %b : index
    }
    gpu.return
  }
}
