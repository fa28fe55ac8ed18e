// Rows of bf16, eight numbers per load, fp32 inside: rounding is to nearest, ties to even, also for subnormal results and infinities.
// RUN: braid-emulate %s --kernel square --block 32 --arg bf16[256]=iota --arg bf16[256] --print --counters | FileCheck %s
// CHECK: argument 1 bf16[256]: 0 1 4 9 16 25 36 49 64 81 100 121 144 169 196 225 256 288 324 360
// CHECK: global loads: 512 bytes, 1 requests, 16 sectors (ideal 16)
// RUN: braid-emulate %s --kernel round --block 8 --arg f32[8]=1.00390625 --arg bf16[8] --print | FileCheck %s --check-prefix=TIE
// 1 + 1/256 is half way between 1 and 1 + 1/128.
// TIE: argument 1 bf16[8]: 1 1
// RUN: braid-emulate %s --kernel round --block 8 --arg f32[8]=1.01171875 --arg bf16[8] --print | FileCheck %s --check-prefix=UP
// UP: argument 1 bf16[8]: 1.015625
// RUN: braid-emulate %s --kernel round --block 8 --arg f32[8]=1e-39 --arg bf16[8] --print | FileCheck %s --check-prefix=SUBNORMAL
// SUBNORMAL: argument 1 bf16[8]: 1.01019e-39
// RUN: braid-emulate %s --kernel round --block 8 --arg f32[8]=3.4e38 --arg bf16[8] --print | FileCheck %s --check-prefix=LARGE
// LARGE: argument 1 bf16[8]: inf
gpu.module @kernels {
  llvm.func @square(%in: !llvm.ptr<1>, %out: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %c8 = llvm.mlir.constant(8 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %i = llvm.mul %t, %c8 : i32
    %from = llvm.getelementptr inbounds %in[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, bf16
    %v = llvm.load %from {alignment = 16 : i64} : !llvm.ptr<1> -> vector<8xbf16>
    %f = llvm.fpext %v : vector<8xbf16> to vector<8xf32>
    %zero = llvm.mlir.constant(dense<0.0> : vector<8xf32>) : vector<8xf32>
    %s = llvm.intr.fma(%f, %f, %zero) : (vector<8xf32>, vector<8xf32>, vector<8xf32>) -> vector<8xf32>
    %b = llvm.fptrunc %s : vector<8xf32> to vector<8xbf16>
    %to = llvm.getelementptr inbounds %out[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, bf16
    llvm.store %b, %to {alignment = 16 : i64} : vector<8xbf16>, !llvm.ptr<1>
    llvm.return
  }
  llvm.func @round(%in: !llvm.ptr, %out: !llvm.ptr) attributes {nvvm.kernel} {
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %from = llvm.getelementptr %in[%t] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %v = llvm.load %from : !llvm.ptr -> f32
    %b = llvm.fptrunc %v : f32 to bf16
    %to = llvm.getelementptr %out[%t] : (!llvm.ptr, i32) -> !llvm.ptr, bf16
    llvm.store %b, %to : bf16, !llvm.ptr
    llvm.return
  }
}
