// Threads exchange values through static shared memory: right with its barrier, a race without.
// RUN: split-file %s %t
// RUN: braid-emulate %t/reverse.mlir --grid 2 --block 64 --arg f32[128]=iota --arg f32[128] --print --seed 7 | FileCheck %s
// CHECK: argument 1 f32[128]: 63 62 61
// CHECK-SAME: 2 1 0 127 126
// CHECK-SAME: 65 64{{$}}

// RUN: not braid-emulate %t/no-barrier.mlir --block 64 --arg f32[64]=iota --arg f32[64] 2>&1 | FileCheck %s --check-prefix=RACE --match-full-lines --implicit-check-not=error:
// RACE: {{.*}}no-barrier.mlir:13:10: error: uninitialised read: load of float: byte 252 of shared variable slots was not written before
// RACE-NEXT: {{.*}}in kernel reverse, block (0, 0, 0), thread (0, 0, 0)
// RACE-NEXT: {{.*}}no-barrier.mlir:11:5: error: race: store of float: shared memory: thread (31, 0, 0) read the same byte (load of float at {{.*}}no-barrier.mlir:13:10) with nothing in between to order them
// RACE-NEXT: {{.*}}in kernel reverse, block (0, 0, 0), thread (32, 0, 0)
// RACE-NEXT: {{.*}}no-barrier.mlir:13:10: error: race: load of float: shared memory: thread (31, 0, 0) wrote the same byte (store of float at {{.*}}no-barrier.mlir:11:5) with nothing in between to order them
// RACE-NEXT: {{.*}}in kernel reverse, block (0, 0, 0), thread (32, 0, 0)

// One check alone finds one kind; none finds nothing.
// RUN: not braid-emulate %t/no-barrier.mlir --check=uninit --block 64 --arg f32[64]=iota --arg f32[64] 2>&1 | FileCheck %s --check-prefix=UNINIT --implicit-check-not=race
// UNINIT: error: uninitialised read
// RUN: braid-emulate %t/no-barrier.mlir --check=none --block 64 --arg f32[64]=iota --arg f32[64]
// RUN: not braid-emulate %t/no-barrier.mlir --check=all,speed 2>&1 | FileCheck %s --check-prefix=CHECKS
// CHECKS: no check is called 'speed'

//--- reverse.mlir
gpu.module @kernels {
  llvm.mlir.global internal @slots() {addr_space = 3 : i32} : !llvm.array<64 x f32>
  llvm.func @reverse(%in: !llvm.ptr<1>, %out: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %c63 = llvm.mlir.constant(63 : i32) : i32
    %c64 = llvm.mlir.constant(64 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %b = nvvm.read.ptx.sreg.ctaid.x : i32
    %base = llvm.mul %b, %c64 : i32
    %i = llvm.add %base, %t : i32
    %from = llvm.getelementptr %in[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %v = llvm.load %from : !llvm.ptr<1> -> f32
    %slot = llvm.getelementptr %slots[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    llvm.store %v, %slot : f32, !llvm.ptr<3>
    nvvm.barrier0
    %other = llvm.sub %c63, %t : i32
    %there = llvm.getelementptr %slots[%other] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    %w = llvm.load %there : !llvm.ptr<3> -> f32
    %to = llvm.getelementptr %out[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    llvm.store %w, %to : f32, !llvm.ptr<1>
    llvm.return
  }
}

//--- no-barrier.mlir
gpu.module @kernels {
  llvm.mlir.global internal @slots() {addr_space = 3 : i32} : !llvm.array<64 x f32>
  llvm.func @reverse(%in: !llvm.ptr, %out: !llvm.ptr) attributes {nvvm.kernel} {
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %c63 = llvm.mlir.constant(63 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %from = llvm.getelementptr %in[%t] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %v = llvm.load %from : !llvm.ptr -> f32
    %other = llvm.sub %c63, %t : i32
    %slot = llvm.getelementptr %slots[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    llvm.store %v, %slot : f32, !llvm.ptr<3>
    %there = llvm.getelementptr %slots[%other] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    %w = llvm.load %there : !llvm.ptr<3> -> f32
    %to = llvm.getelementptr %out[%t] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    llvm.store %w, %to : f32, !llvm.ptr
    llvm.return
  }
}
