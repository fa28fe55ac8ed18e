// Functions of libdevice, approximate functions, inline PTX, bf16.
// RUN: split-file %s %t
// RUN: braid-emulate %t/functions.mlir --block 1 --arg f32:2.5 --arg f32[8] --print | FileCheck %s
// exp, rsqrt, tanh, exp2 of the hardware, reciprocal, square root, bf16 of 2.5078125 (a tie, to even), minimum with NaN
// CHECK: argument 1 f32[8]: 12.18249 0.6324555 0.9866143 5.656854 0.4 1.581139 2.5 2.5
// RUN: braid-emulate %t/assembly.mlir --block 32 --arg f32[128]=iota --arg f32[128] --print --counters | FileCheck %s --check-prefix=PTX
// PTX: argument 1 f32[128]: 1 2 4 8 16
// PTX: global loads: 512 bytes, 1 requests, 16 sectors (ideal 16)
// PTX: global stores: 512 bytes, 1 requests, 16 sectors (ideal 16)
// Inline PTX is checked as loads are.
// RUN: not braid-emulate %t/assembly.mlir --block 33 --arg f32[128]=iota --arg f32[132] 2>&1 | FileCheck %s --check-prefix=BOUNDS
// BOUNDS: assembly.mlir:8:10: error: out of bounds: ld.global.nc.L1::no_allocate.v4.f32: 16 bytes 0 bytes after the end of argument 0 of 512 bytes

//--- functions.mlir
gpu.module @kernels {
  llvm.func @__nv_expf(f32) -> f32
  llvm.func @__nv_rsqrtf(f32) -> f32
  llvm.func @__nv_tanhf(f32) -> f32
  llvm.func @__nv_fminf(f32, f32) -> f32
  llvm.func @k(%x: f32, %out: !llvm.ptr) attributes {nvvm.kernel} {
    %0 = llvm.call @__nv_expf(%x) : (f32) -> f32
    %1 = llvm.call @__nv_rsqrtf(%x) : (f32) -> f32
    %2 = llvm.call @__nv_tanhf(%x) : (f32) -> f32
    %3 = llvm.inline_asm "ex2.approx.ftz.f32 $0, $1;", "=f,f" %x : (f32) -> f32
    %4 = nvvm.rcp.approx.ftz.f %x : f32
    %5 = llvm.intr.sqrt(%x) : (f32) -> f32
    %tie = llvm.mlir.constant(2.5078125 : f32) : f32
    %short = llvm.fptrunc %tie : f32 to bf16
    %6 = llvm.fpext %short : bf16 to f32
    %nan = llvm.mlir.constant(0x7FC00000 : f32) : f32
    %7 = llvm.call @__nv_fminf(%nan, %x) : (f32, f32) -> f32
    %p1 = llvm.getelementptr %out[1] : (!llvm.ptr) -> !llvm.ptr, f32
    %p2 = llvm.getelementptr %out[2] : (!llvm.ptr) -> !llvm.ptr, f32
    %p3 = llvm.getelementptr %out[3] : (!llvm.ptr) -> !llvm.ptr, f32
    %p4 = llvm.getelementptr %out[4] : (!llvm.ptr) -> !llvm.ptr, f32
    %p5 = llvm.getelementptr %out[5] : (!llvm.ptr) -> !llvm.ptr, f32
    %p6 = llvm.getelementptr %out[6] : (!llvm.ptr) -> !llvm.ptr, f32
    %p7 = llvm.getelementptr %out[7] : (!llvm.ptr) -> !llvm.ptr, f32
    llvm.store %0, %out : f32, !llvm.ptr
    llvm.store %1, %p1 : f32, !llvm.ptr
    llvm.store %2, %p2 : f32, !llvm.ptr
    llvm.store %3, %p3 : f32, !llvm.ptr
    llvm.store %4, %p4 : f32, !llvm.ptr
    llvm.store %5, %p5 : f32, !llvm.ptr
    llvm.store %6, %p6 : f32, !llvm.ptr
    llvm.store %7, %p7 : f32, !llvm.ptr
    llvm.return
  }
}

//--- assembly.mlir
gpu.module @kernels {
  llvm.func @k(%in: !llvm.ptr, %out: !llvm.ptr) attributes {nvvm.kernel} {
    %c4 = llvm.mlir.constant(4 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %i = llvm.mul %t, %c4 : i32
    %from = llvm.getelementptr %in[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %to = llvm.getelementptr %out[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %v = llvm.inline_asm has_side_effects "ld.global.nc.L1::no_allocate.v4.f32 {$0, $1, $2, $3}, [$4];", "=f,=f,=f,=f,l" %from : (!llvm.ptr) -> !llvm.struct<(f32, f32, f32, f32)>
    %a = llvm.extractvalue %v[0] : !llvm.struct<(f32, f32, f32, f32)>
    %b = llvm.extractvalue %v[1] : !llvm.struct<(f32, f32, f32, f32)>
    %c = llvm.extractvalue %v[2] : !llvm.struct<(f32, f32, f32, f32)>
    %d = llvm.extractvalue %v[3] : !llvm.struct<(f32, f32, f32, f32)>
    %a2 = llvm.inline_asm "ex2.approx.ftz.f32 $0, $1;", "=f,f" %a : (f32) -> f32
    %b2 = llvm.inline_asm "ex2.approx.ftz.f32 $0, $1;", "=f,f" %b : (f32) -> f32
    %c2 = llvm.inline_asm "ex2.approx.ftz.f32 $0, $1;", "=f,f" %c : (f32) -> f32
    %d2 = llvm.inline_asm "ex2.approx.ftz.f32 $0, $1;", "=f,f" %d : (f32) -> f32
    llvm.inline_asm has_side_effects "st.global.v4.f32 [$0], {$1, $2, $3, $4};", "l,f,f,f,f" %to, %a2, %b2, %c2, %d2 : (!llvm.ptr, f32, f32, f32, f32) -> ()
    llvm.return
  }
}
