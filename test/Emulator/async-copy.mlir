// Asynchronous copies in two stages, and the same without a wait: the copy happens as late as it may.
// RUN: split-file %s %t
// RUN: braid-emulate %t/pipeline.mlir --block 32 --arg f32[256]=iota --arg f32[256] --print | FileCheck %s
// CHECK: argument 1 f32[256]: 0 2 4 6
// CHECK-SAME: 508 510{{$}}

// RUN: sed 's/nvvm.cp.async.wait.group 0/llvm.fence acquire/' %t/pipeline.mlir > %t/no-wait.mlir
// RUN: not braid-emulate %t/no-wait.mlir --block 32 --arg f32[256]=iota --arg f32[256] --print 2>&1 | FileCheck %s --check-prefix=WAIT
// WAIT: error: race: load of <4 x float>: byte 512 of shared variable stages is the target of an asynchronous copy of thread (0, 0, 0) that nothing has waited for

// RUN: not braid-emulate %t/misaligned.mlir --block 1 --arg f32[8]=0 2>&1 | FileCheck %s --check-prefix=ALIGN
// ALIGN: error: misaligned access: nvvm.cp.async.cg.shared.global.16: an asynchronous copy of 16 bytes needs addresses that are multiples of 16
// ALIGN-SAME: : address 0x{{[0-9A-F]*}}4 (byte 4 of argument 0)

// Nobody may write the source of a copy before it was waited for: not the thread itself, nor another after a barrier.
// RUN: not braid-emulate %t/source.mlir --block 32 --arg i32[64]=iota 2>&1 | FileCheck %s --check-prefix=SOURCE
// SOURCE: {{source|same}}.mlir:12:5: error: race: nvvm.cp.async.ca.shared.global.4: thread (0, 0, 0) wrote the source of the asynchronous copy before anything waited for it (store of i32 at {{.*}}.mlir:17:5)
// SOURCE-NEXT: in kernel k, block (0, 0, 0), thread (0, 0, 0)
// RUN: sed 's/%%from : i32/%%across : i32/; s/.*HERE/nvvm.barrier0/' %t/source.mlir > %t/across.mlir
// RUN: not braid-emulate %t/across.mlir --block 64 --arg i32[64]=iota --seed 2 2>&1 | FileCheck %s --check-prefix=ACROSS
// ACROSS: error: race: nvvm.cp.async.ca.shared.global.4: thread ([[#]], 0, 0) wrote the source of the asynchronous copy before anything waited for it
// The same after the wait.
// RUN: sed 's/.*HERE/nvvm.cp.async.wait.group 0/' %t/source.mlir > %t/waited.mlir
// RUN: braid-emulate %t/waited.mlir --block 32 --arg i32[64]=iota
// The same value again is a race, too.
// RUN: sed 's/llvm.store %%c7/llvm.store %%t/' %t/source.mlir > %t/same.mlir
// RUN: not braid-emulate %t/same.mlir --block 32 --arg i32[64]=iota 2>&1 | FileCheck %s --check-prefix=SOURCE
// The rest of a copy with fewer bytes of source is zeros.
// RUN: braid-emulate %t/fill.mlir --block 1 --arg i32[4]=7 --arg i32[4] --print | FileCheck %s --check-prefix=FILL
// FILL: argument 1 i32[4]: 7 7 0 0

//--- pipeline.mlir
gpu.module @kernels {
  llvm.mlir.global internal @stages() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<256 x f32>
  llvm.func @double(%in: !llvm.ptr<1>, %out: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %stages = llvm.mlir.addressof @stages : !llvm.ptr<3>
    %c4 = llvm.mlir.constant(4 : i32) : i32
    %c128 = llvm.mlir.constant(128 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %i = llvm.mul %t, %c4 : i32
    %j = llvm.add %i, %c128 : i32
    %in0 = llvm.getelementptr %in[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %in1 = llvm.getelementptr %in[%j] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %stage0 = llvm.getelementptr %stages[%i] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    %stage1 = llvm.getelementptr %stages[%j] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    nvvm.cp.async.shared.global %stage0, %in0, 16, cache = cg : !llvm.ptr<3>, !llvm.ptr<1>
    nvvm.cp.async.commit.group
    nvvm.cp.async.shared.global %stage1, %in1, 16, cache = cg : !llvm.ptr<3>, !llvm.ptr<1>
    nvvm.cp.async.commit.group
    nvvm.cp.async.wait.group 1
    %a = llvm.load %stage0 : !llvm.ptr<3> -> vector<4xf32>
    %a2 = llvm.fadd %a, %a : vector<4xf32>
    %out0 = llvm.getelementptr %out[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    llvm.store %a2, %out0 : vector<4xf32>, !llvm.ptr<1>
    nvvm.cp.async.wait.group 0
    %b = llvm.load %stage1 : !llvm.ptr<3> -> vector<4xf32>
    %b2 = llvm.fadd %b, %b : vector<4xf32>
    %out1 = llvm.getelementptr %out[%j] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    llvm.store %b2, %out1 : vector<4xf32>, !llvm.ptr<1>
    llvm.return
  }
}

//--- misaligned.mlir
gpu.module @kernels {
  llvm.mlir.global internal @slot() {addr_space = 3 : i32} : !llvm.array<8 x f32>
  llvm.func @k(%in: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %slot = llvm.mlir.addressof @slot : !llvm.ptr<3>
    %from = llvm.getelementptr %in[1] : (!llvm.ptr<1>) -> !llvm.ptr<1>, f32
    nvvm.cp.async.shared.global %slot, %from, 16, cache = cg : !llvm.ptr<3>, !llvm.ptr<1>
    llvm.return
  }
}

//--- source.mlir
gpu.module @kernels {
  llvm.mlir.global internal @slots() {addr_space = 3 : i32} : !llvm.array<64 x i32>
  llvm.func @k(%in: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %c7 = llvm.mlir.constant(7 : i32) : i32
    %c32 = llvm.mlir.constant(32 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %from = llvm.getelementptr %in[%t] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    %other = llvm.xor %t, %c32 : i32
    %across = llvm.getelementptr %in[%other] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    %slot = llvm.getelementptr %slots[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    nvvm.cp.async.shared.global %slot, %from, 4, cache = ca : !llvm.ptr<3>, !llvm.ptr<1>
    nvvm.cp.async.commit.group
    // Here it is waited for, or not.
    // In the source below the copy is still under way.
    // HERE
    llvm.store %c7, %from : i32, !llvm.ptr<1>
    nvvm.cp.async.wait.group 0
    llvm.return
  }
}

//--- fill.mlir
gpu.module @kernels {
  llvm.mlir.global internal @slot() {addr_space = 3 : i32} : !llvm.array<4 x i32>
  llvm.func @k(%in: !llvm.ptr<1>, %out: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %slot = llvm.mlir.addressof @slot : !llvm.ptr<3>
    %c8 = llvm.mlir.constant(8 : i32) : i32
    nvvm.cp.async.shared.global %slot, %in, 16, cache = cg, %c8 : !llvm.ptr<3>, !llvm.ptr<1>, i32
    nvvm.cp.async.commit.group
    nvvm.cp.async.wait.group 0
    %v = llvm.load %slot : !llvm.ptr<3> -> vector<4xi32>
    llvm.store %v, %out : vector<4xi32>, !llvm.ptr<1>
    llvm.return
  }
}
