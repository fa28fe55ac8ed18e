// Reads of what nobody wrote: global buffers and shared memory, which keeps nothing between blocks.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/global.mlir --block 4 --arg f32[4] --arg f32[4] 2>&1 | FileCheck %s --check-prefix=GLOBAL --implicit-check-not=error:
// GLOBAL: global.mlir:5:10: error: uninitialised read: load of float: byte 0 of argument 0 was not written before
// GLOBAL-NEXT: in kernel copy, block (0, 0, 0), thread (0, 0, 0)
// RUN: braid-emulate %t/global.mlir --block 4 --arg f32[4]=3 --arg f32[6] --print | FileCheck %s --check-prefix=PRINT
// PRINT: argument 1 f32[6]: 3 3 3 3 ? ?

// RUN: not braid-emulate %t/shared.mlir --grid 2 --block 32 --arg i32[2] 2>&1 | FileCheck %s --check-prefix=SHARED
// SHARED: shared.mlir:17:10: error: uninitialised read: load of i32: byte 0 of shared variable slot was not written before
// SHARED-NEXT: in kernel k, block (1, 0, 0), thread (0, 0, 0)

//--- global.mlir
llvm.func @copy(%in: !llvm.ptr, %out: !llvm.ptr) attributes {nvvm.kernel} {
  %t = nvvm.read.ptx.sreg.tid.x : i32
  %from = llvm.getelementptr %in[%t] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  %to = llvm.getelementptr %out[%t] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %v = llvm.load %from : !llvm.ptr -> f32
  llvm.store %v, %to : f32, !llvm.ptr
  llvm.return
}

//--- shared.mlir
// Only the first block writes the slot that every block reads.
gpu.module @kernels {
  llvm.mlir.global internal @slot() {addr_space = 3 : i32} : i32
  llvm.func @k(%out: !llvm.ptr) attributes {nvvm.kernel} {
    %slot = llvm.mlir.addressof @slot : !llvm.ptr<3>
    %c0 = llvm.mlir.constant(0 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %b = nvvm.read.ptx.sreg.ctaid.x : i32
    %both = llvm.or %t, %b : i32
    %first = llvm.icmp "eq" %both, %c0 : i32
    llvm.cond_br %first, ^write, ^read
  ^write:
    llvm.store %t, %slot : i32, !llvm.ptr<3>
    llvm.br ^read
  ^read:
    nvvm.barrier0
    %v = llvm.load volatile %slot : !llvm.ptr<3> -> i32
    llvm.return
  }
}
