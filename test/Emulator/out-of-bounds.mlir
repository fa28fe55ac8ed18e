// Bounds of static and dynamic shared memory, of buffers, and addresses that are none.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/static.mlir --block 40 2>&1 | FileCheck %s --check-prefix=STATIC
// STATIC: static.mlir:8:5: error: out of bounds: store of i32: 4 bytes of which one is 0 bytes after the end of shared variable slots of 128 bytes
// STATIC-NEXT: in kernel fill, block (0, 0, 0), thread (32, 0, 0)
// RUN: braid-emulate %t/static.mlir --block 32

// RUN: braid-emulate %t/dynamic.mlir --block 32 --shared 128 --arg memref:i32[32] --print | FileCheck %s --check-prefix=DYNAMIC
// DYNAMIC: argument 0 i32[32]: 31 30 29
// RUN: not braid-emulate %t/dynamic.mlir --block 32 --shared 124 --arg memref:i32[32] 2>&1 | FileCheck %s --check-prefix=SMALL
// SMALL: error: out of bounds: store of i32: 4 bytes of which one is 0 bytes after the end of dynamic shared memory of 124 bytes
// SMALL-NEXT: thread (31, 0, 0)
// RUN: not braid-emulate %t/dynamic.mlir --block 32 --shared 999999 --arg memref:i32[32] 2>&1 | FileCheck %s --check-prefix=LARGE
// LARGE: kernel reverse: 999999 bytes of shared memory, of which a block has 232448

// RUN: not braid-emulate %t/pointer.mlir --block 1 --arg null 2>&1 | FileCheck %s --check-prefix=NULL
// NULL: error: out of bounds: load of i32: 4 bytes at address 0x{{.*}}, which belongs to no buffer
// RUN: not braid-emulate %t/pointer.mlir --block 1 --arg i32[1]=0 2>&1 | FileCheck %s --check-prefix=BEFORE
// BEFORE: error: out of bounds: load of i32: 4 bytes 4 bytes before the start of argument 0 of 4 bytes

//--- static.mlir
gpu.module @kernels {
  llvm.mlir.global internal @slots() {addr_space = 3 : i32} : !llvm.array<32 x i32>
  llvm.mlir.global internal @others() {addr_space = 3 : i32} : !llvm.array<32 x i32>
  llvm.func @fill() attributes {nvvm.kernel} {
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %slot = llvm.getelementptr %slots[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    llvm.store %t, %slot : i32, !llvm.ptr<3>
    llvm.return
  }
}

//--- dynamic.mlir
gpu.module @kernels {
  gpu.func @reverse(%out: memref<32xi32>) kernel {
    %c0 = arith.constant 0 : index
    %c31 = arith.constant 31 : index
    %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %slots = memref.view %bytes[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<32xi32, #gpu.address_space<workgroup>>
    %t = gpu.thread_id x
    %v = arith.index_cast %t : index to i32
    memref.store %v, %slots[%t] : memref<32xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %other = arith.subi %c31, %t : index
    %w = memref.load %slots[%other] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %w, %out[%t] : memref<32xi32>
    gpu.return
  }
}

//--- pointer.mlir
gpu.module @kernels {
  llvm.func @read(%p: !llvm.ptr) attributes {nvvm.kernel} {
    %before = llvm.getelementptr %p[-1] : (!llvm.ptr) -> !llvm.ptr, i32
    %v = llvm.load volatile %before : !llvm.ptr -> i32
    llvm.return
  }
}
