// Accesses whose address is no multiple of what they need: a GPU traps, so this is found without any check, too.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/global.mlir --block 1 --arg i32:1 --arg f32[8]=0 2>&1 | FileCheck %s --check-prefix=GLOBAL
// GLOBAL: global.mlir:5:10: error: misaligned access: load of <4 x float>: address 0x{{[0-9A-F]*}}4 (byte 4 of argument 1) is not a multiple of 16
// GLOBAL-NEXT: in kernel k, block (0, 0, 0), thread (0, 0, 0)
// RUN: not braid-emulate %t/global.mlir --check=none --block 1 --arg i32:2 --arg f32[8]=0 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: misaligned access: load of <4 x float>: address 0x{{[0-9A-F]*}}8 (byte 8 of argument 1) is not a multiple of 16
// RUN: braid-emulate %t/global.mlir --block 1 --arg i32:4 --arg f32[8]=0
// An access that says it needs less is split by the compiler.
// RUN: sed 's/volatile %%p/& {alignment = 4 : i64}/' %t/global.mlir > %t/scalars.mlir
// RUN: braid-emulate %t/scalars.mlir --block 1 --arg i32:1 --arg f32[8]=0

// Shared memory: its real address, and the place in the variable.
// RUN: not braid-emulate %t/shared.mlir --block 1 --arg i32:3 2>&1 | FileCheck %s --check-prefix=SHARED
// SHARED: shared.mlir:7:5: error: misaligned access: store of <2 x i32>: address 0x{{[1-9A-F][0-9A-F]*}} (byte 12 of shared variable slots) is not a multiple of 8
// RUN: not braid-emulate %t/shared.mlir --check=none --block 1 --arg i32:3 2>&1 | FileCheck %s --check-prefix=SHARED
// RUN: braid-emulate %t/shared.mlir --block 1 --arg i32:2
// Atomics, and PTX.
// RUN: not braid-emulate %t/atomic.mlir --block 1 --arg i32:2 --arg i32[2]=0 2>&1 | FileCheck %s --check-prefix=ATOMIC
// ATOMIC: error: misaligned access: atomic add of i32: address 0x{{.*}} (byte 2 of argument 1) is not a multiple of 4
// RUN: braid-emulate %t/atomic.mlir --block 1 --arg i32:4 --arg i32[2]=0
// RUN: not braid-emulate %t/ptx.mlir --block 1 --arg i32:1 --arg f32[4]=0 2>&1 | FileCheck %s --check-prefix=PTX
// PTX: error: misaligned access: ld.global.v2.f32: address 0x{{.*}} (byte 4 of argument 1) is not a multiple of 8
// RUN: braid-emulate %t/ptx.mlir --block 1 --arg i32:2 --arg f32[4]=0

//--- global.mlir
gpu.module @kernels {
  llvm.func @k(%i: i32, %in: !llvm.ptr) attributes {nvvm.kernel} {
    %p = llvm.getelementptr %in[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    // Volatile, so that it stays.
    %v = llvm.load volatile %p : !llvm.ptr -> vector<4xf32>
    llvm.return
  }
}

//--- shared.mlir
gpu.module @kernels {
  llvm.mlir.global internal @slots() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<8 x i32>
  llvm.func @k(%i: i32) attributes {nvvm.kernel} {
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %two = llvm.mlir.constant(dense<2> : vector<2xi32>) : vector<2xi32>
    %p = llvm.getelementptr %slots[%i] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    llvm.store %two, %p : vector<2xi32>, !llvm.ptr<3>
    llvm.return
  }
}

//--- atomic.mlir
gpu.module @kernels {
  llvm.func @k(%i: i32, %out: !llvm.ptr) attributes {nvvm.kernel} {
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %p = llvm.getelementptr %out[%i] : (!llvm.ptr, i32) -> !llvm.ptr, i8
    %old = llvm.atomicrmw add %p, %c1 monotonic : !llvm.ptr, i32
    llvm.return
  }
}

//--- ptx.mlir
gpu.module @kernels {
  llvm.func @k(%i: i32, %in: !llvm.ptr) attributes {nvvm.kernel} {
    %p = llvm.getelementptr %in[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %v = llvm.inline_asm has_side_effects "ld.global.v2.f32 {$0, $1}, [$2];", "=f,=f,l" %p : (!llvm.ptr) -> !llvm.struct<(f32, f32)>
    llvm.return
  }
}
