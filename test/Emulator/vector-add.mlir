// A vector sum whose last block is not full. The kernel is at the nvvm stage: it runs as it stands.
// RUN: braid-emulate %s --grid 3 --block 32 --arg f32[70]=iota --arg f32[70]=100 --arg f32[70] --arg i32:70 --print --counters | FileCheck %s
// RUN: braid-emulate %s --list | FileCheck %s --check-prefix=LIST
// LIST: add(ptr, ptr, ptr, i32)

// CHECK: argument 2 f32[70]: 100 101 102
// CHECK-SAME: 168 169{{$}}
// CHECK: global loads: 560 bytes, 6 requests, 18 sectors (ideal 18)
// CHECK: global stores: 280 bytes, 3 requests, 9 sectors (ideal 9)
// CHECK: argument 0 loads: 280 bytes, 3 requests, 9 sectors (ideal 9)
// CHECK-NOT: argument 0 stores
// CHECK: argument 2 stores: 280 bytes, 3 requests, 9 sectors (ideal 9)

// A block too many threads wide and an argument too few.
// RUN: not braid-emulate %s --block 1025 --arg null --arg null --arg null --arg i32:0 2>&1 | FileCheck %s --check-prefix=WIDE
// WIDE: braid-emulate: kernel add: a block of (1025, 1, 1) threads: at most 1024
// RUN: not braid-emulate %s --arg null 2>&1 | FileCheck %s --check-prefix=FEW
// FEW: braid-emulate: kernel add: 1 arguments for 4 parameters

// Sizes beyond any machine.
// RUN: not braid-emulate %s --arg f32[9223372036854775807x4] 2>&1 | FileCheck %s --check-prefix=COUNT
// COUNT: braid-emulate: argument 'f32[9223372036854775807x4]': more numbers than 64 bits count
// RUN: not braid-emulate %s --arg f32[9223372036854775807]=1 2>&1 | FileCheck %s --check-prefix=BYTES
// BYTES: braid-emulate: argument 'f32[9223372036854775807]=1': more bytes than this machine has
// RUN: not braid-emulate %s --grid 65535,65535,65535 --arg null --arg null --arg null --arg i32:0 2>&1 | FileCheck %s --check-prefix=GRID
// GRID: braid-emulate: kernel add: a grid of (65535, 65535, 65535) blocks: the emulator runs at most 268435456

// Without the guard the tail is found: the launch has more threads than elements.
// RUN: not braid-emulate %s --grid 3 --block 32 --arg f32[70]=iota --arg f32[70]=100 --arg f32[70] --arg i32:96 2>&1 | FileCheck %s --check-prefix=TAIL
// TAIL: vector-add.mlir:[[@LINE+16]]:{{[0-9]+}}: error: out of bounds: load of float: 4 bytes 0 bytes after the end of argument 0 of 280 bytes
// TAIL-NEXT: in kernel add, block (2, 0, 0), thread (6, 0, 0)
module attributes {gpu.container_module} {
  gpu.module @kernels {
    llvm.func @add(%a: !llvm.ptr, %b: !llvm.ptr, %out: !llvm.ptr, %n: i32) attributes {gpu.kernel, nvvm.kernel} {
      %block = nvvm.read.ptx.sreg.ctaid.x : i32
      %size = nvvm.read.ptx.sreg.ntid.x : i32
      %thread = nvvm.read.ptx.sreg.tid.x : i32
      %first = llvm.mul %block, %size : i32
      %i = llvm.add %first, %thread : i32
      %inside = llvm.icmp "slt" %i, %n : i32
      llvm.cond_br %inside, ^body, ^end
    ^body:
      %pa = llvm.getelementptr %a[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %pb = llvm.getelementptr %b[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %po = llvm.getelementptr %out[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %va = llvm.load %pa : !llvm.ptr -> f32
      %vb = llvm.load %pb : !llvm.ptr -> f32
      %sum = llvm.fadd %va, %vb : f32
      llvm.store %sum, %po : f32, !llvm.ptr
      llvm.br ^end
    ^end:
      llvm.return
    }
  }
}
