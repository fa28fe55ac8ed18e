// Requests and sectors of global memory: a column of a matrix costs a sector per lane; lanes that read the same bytes share them.
// RUN: split-file %s %t
// RUN: braid-emulate %t/column.mlir --block 32 --arg f32[32x32]=iota --arg f32[32] --counters | FileCheck %s --check-prefix=COLUMN
// COLUMN: global loads: 128 bytes, 1 requests, 32 sectors (ideal 4)
// COLUMN: global stores: 128 bytes, 1 requests, 4 sectors (ideal 4)
// COLUMN: argument 0 loads: 128 bytes, 1 requests, 32 sectors (ideal 4)
// COLUMN: argument 1 stores: 128 bytes, 1 requests, 4 sectors (ideal 4)
// RUN: braid-emulate %t/broadcast.mlir --grid 2,3 --block 8,4,2 --arg f32[1]=5 --arg f32[384] --counters --print | FileCheck %s --check-prefix=SAME
// SAME: argument 1 f32[384]: 0 5 10 15
// SAME-SAME: 1910 1915{{$}}
// SAME: global loads: 1536 bytes (48 distinct), 12 requests, 12 sectors (ideal 12)
// SAME: global stores: 1536 bytes, 12 requests, 48 sectors (ideal 48)
// SAME: argument 0 loads: 1536 bytes (48 distinct), 12 requests, 12 sectors (ideal 12)
// A loop: every turn is a request of its own, and a lane that leaves early is missing from the later ones.
// RUN: braid-emulate %t/loop.mlir --block 32 --arg i32[32] --counters --print --seed 9 | FileCheck %s --check-prefix=LOOP
// LOOP: argument 0 i32[32]: ? 1 2 3
// LOOP: global stores: 1984 bytes, 31 requests, 76 sectors (ideal 76)
// RUN: braid-emulate %t/spaces.mlir --block 4 --arg f32[4] --counters --print | FileCheck %s --check-prefix=SPACES
// SPACES: argument 0 f32[4]: 10 21 32 43
// SPACES: shared memory: 16 bytes loaded, 16 bytes stored

//--- column.mlir
llvm.func @column(%in: !llvm.ptr<1>, %out: !llvm.ptr<1>) attributes {nvvm.kernel} {
  %c32 = llvm.mlir.constant(32 : i32) : i32
  %t = nvvm.read.ptx.sreg.tid.x : i32
  %i = llvm.mul %t, %c32 : i32
  %from = llvm.getelementptr %in[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
  %v = llvm.load %from : !llvm.ptr<1> -> f32
  %to = llvm.getelementptr %out[%t] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
  llvm.store %v, %to : f32, !llvm.ptr<1>
  llvm.return
}

//--- broadcast.mlir
gpu.module @kernels {
  gpu.func @scale(%in: !llvm.ptr, %out: !llvm.ptr) kernel {
    %tx = gpu.thread_id x
    %ty = gpu.thread_id y
    %tz = gpu.thread_id z
    %bx = gpu.block_id x
    %by = gpu.block_id y
    %nx = gpu.grid_dim x
    %sx = gpu.block_dim x
    %sy = gpu.block_dim y
    %sz = gpu.block_dim z
    %b0 = arith.muli %by, %nx : index
    %b = arith.addi %b0, %bx : index
    %i0 = arith.muli %b, %sz : index
    %i1 = arith.addi %i0, %tz : index
    %i2 = arith.muli %i1, %sy : index
    %i3 = arith.addi %i2, %ty : index
    %i4 = arith.muli %i3, %sx : index
    %i = arith.addi %i4, %tx : index
    %k = arith.index_cast %i : index to i64
    %v = llvm.load %in : !llvm.ptr -> f32
    %f = arith.sitofp %k : i64 to f32
    %w = arith.mulf %v, %f : f32
    %to = llvm.getelementptr %out[%k] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    llvm.store %w, %to : f32, !llvm.ptr
    gpu.return
  }
}

//--- loop.mlir
// Lane t stores t times.
llvm.func @loop(%out: !llvm.ptr) attributes {nvvm.kernel} {
  %c0 = llvm.mlir.constant(0 : i32) : i32
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %t = nvvm.read.ptx.sreg.tid.x : i32
  %to = llvm.getelementptr %out[%t] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  llvm.br ^head(%c0 : i32)
^head(%i: i32):
  %more = llvm.icmp "slt" %i, %t : i32
  llvm.cond_br %more, ^body, ^end
^body:
  %j = llvm.add %i, %c1 : i32
  llvm.store %j, %to : i32, !llvm.ptr
  llvm.br ^head(%j : i32)
^end:
  llvm.return
}

//--- spaces.mlir
// Constant, shared and local memory; a generic pointer to shared memory.
gpu.module @kernels {
  llvm.mlir.global internal constant @table(dense<[10.0, 20.0, 30.0, 40.0]> : tensor<4xf32>) {addr_space = 4 : i32} : !llvm.array<4 x f32>
  llvm.mlir.global internal @slots() {addr_space = 3 : i32} : !llvm.array<4 x f32>
  llvm.func @spaces(%out: !llvm.ptr) attributes {nvvm.kernel} {
    %table = llvm.mlir.addressof @table : !llvm.ptr<4>
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %generic = llvm.addrspacecast %slots : !llvm.ptr<3> to !llvm.ptr
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %local = llvm.alloca %c1 x f32 : (i32) -> !llvm.ptr
    %f = llvm.sitofp %t : i32 to f32
    llvm.store %f, %local : f32, !llvm.ptr
    %from = llvm.getelementptr %table[%t] : (!llvm.ptr<4>, i32) -> !llvm.ptr<4>, f32
    %v = llvm.load %from : !llvm.ptr<4> -> f32
    %slot = llvm.getelementptr %generic[%t] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    llvm.store %v, %slot : f32, !llvm.ptr
    %w = llvm.load %slot : !llvm.ptr -> f32
    %x = llvm.load %local : !llvm.ptr -> f32
    %y = llvm.fadd %w, %x : f32
    %to = llvm.getelementptr %out[%t] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    llvm.store %y, %to : f32, !llvm.ptr
    llvm.return
  }
}
