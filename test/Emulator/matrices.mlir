// Products of tensor cores: rows through cp.async and ldmatrix into mma.sync, against numbers that are easy to know.
// RUN: split-file %s %t
// A holds 16 row + column, B is the identity on its first eight rows and twice that on the others: D[r][c] = A[r][c] + 2 A[r][c + 8].
// RUN: %python %t/identity.py %t/b.bin
// RUN: braid-emulate %t/mma.mlir --block 32 --arg memref:f16[16x16]=iota --arg memref:f16[16x8]=@%t/b.bin --arg memref:f32[16x8] --print --seed 5 | FileCheck %s
// CHECK: argument 2 f32[16x8]:
// CHECK-NEXT: {{^}}  16 19 22 25 28 31 34 37{{$}}
// CHECK-NEXT: {{^}}  64 67 70 73 76 79 82 85{{$}}
// CHECK: {{^}}  736 739 742 745 748 751 754 757{{$}}

// Without its barrier the product reads what other lanes are about to write.
// RUN: grep -v gpu.barrier %t/mma.mlir > %t/race.mlir
// RUN: not braid-emulate %t/race.mlir --block 32 --arg memref:f16[16x16]=iota --arg memref:f16[16x8]=@%t/b.bin --arg memref:f32[16x8] 2>&1 | FileCheck %s --check-prefix=RACE
// RACE: error: race: nvvm.ldmatrix.sync.aligned.m8n8.x4.b16: shared memory: thread
// Half a warp cannot multiply.
// RUN: not braid-emulate %t/small.mlir --block 16 --arg i32[16] 2>&1 | FileCheck %s --check-prefix=HALF
// HALF: error: wrong shuffle mask: nvvm.mma.m16n8k8.row.col.bf16: lane 0 reads a lane that does not take part
// 1 + 8 · 1.5 · 2 in bf16.
// RUN: braid-emulate %t/small.mlir --block 32 --arg f32[32] --print | FileCheck %s --check-prefix=SMALL
// SMALL: argument 0 f32[32]: 25 25 25

//--- identity.py
import struct, sys
rows = [[(1 if k < 8 else 2) * (k % 8 == c) for c in range(8)] for k in range(16)]
open(sys.argv[1], "wb").write(b"".join(struct.pack("<e", x) for row in rows for x in row))

//--- mma.mlir
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @mma(%a: memref<16x16xf16>, %b: memref<16x8xf16>, %c: memref<16x8xf32>)
        workgroup(%sa: memref<16x16xf16, #gpu.address_space<workgroup>>, %sb: memref<16x8xf16, #gpu.address_space<workgroup>>) kernel {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %t = gpu.thread_id x
      %row = arith.divui %t, %c2 : index
      %half = arith.remui %t, %c2 : index
      %col = arith.muli %half, %c8 : index
      %token = nvgpu.device_async_copy %a[%row, %col], %sa[%row, %col], 8 : memref<16x16xf16> to memref<16x16xf16, #gpu.address_space<workgroup>>
      %group = nvgpu.device_async_create_group %token
      nvgpu.device_async_wait %group
      %r16 = arith.remui %t, %c16 : index
      %h16 = arith.divui %t, %c16 : index
      %first = arith.muli %h16, %c4 : index
      scf.for %j = %c0 to %c4 step %c1 {
        %k = arith.addi %first, %j : index
        %v = memref.load %b[%r16, %k] : memref<16x8xf16>
        memref.store %v, %sb[%r16, %k] : memref<16x8xf16, #gpu.address_space<workgroup>>
      }
      gpu.barrier
      %lc = arith.muli %h16, %c8 : index
      %fa = nvgpu.ldmatrix %sa[%r16, %lc] {numTiles = 4 : i32, transpose = false} : memref<16x16xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
      %fb = nvgpu.ldmatrix %sb[%r16, %c0] {numTiles = 2 : i32, transpose = true} : memref<16x8xf16, #gpu.address_space<workgroup>> -> vector<2x2xf16>
      %z = arith.constant dense<0.0> : vector<2x2xf32>
      %d = nvgpu.mma.sync (%fa, %fb, %z) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      %gr = arith.divui %t, %c4 : index
      %gc = arith.remui %t, %c4 : index
      %gr8 = arith.addi %gr, %c8 : index
      %k0 = arith.muli %gc, %c2 : index
      %top = vector.extract %d[0] : vector<2xf32> from vector<2x2xf32>
      %bottom = vector.extract %d[1] : vector<2xf32> from vector<2x2xf32>
      vector.store %top, %c[%gr, %k0] : memref<16x8xf32>, vector<2xf32>
      vector.store %bottom, %c[%gr8, %k0] : memref<16x8xf32>, vector<2xf32>
      gpu.return
    }
  }
}

//--- small.mlir
llvm.func @llvm.nvvm.mma.m16n8k8.row.col.bf16(i32, i32, i32, f32, f32, f32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
llvm.func @small(%out: !llvm.ptr) attributes {nvvm.kernel} {
  // 1.5 and 1.5; 2 and 2.
  %a = llvm.mlir.constant(0x3FC03FC0 : i32) : i32
  %b = llvm.mlir.constant(0x40004000 : i32) : i32
  %one = llvm.mlir.constant(1.0 : f32) : f32
  %d = llvm.call @llvm.nvvm.mma.m16n8k8.row.col.bf16(%a, %a, %b, %one, %one, %one, %one) : (i32, i32, i32, f32, f32, f32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
  %v = llvm.extractvalue %d[3] : !llvm.struct<(f32, f32, f32, f32)>
  %t = nvvm.read.ptx.sreg.tid.x : i32
  %to = llvm.getelementptr %out[%t] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  llvm.store %v, %to : f32, !llvm.ptr
  llvm.return
}
