// Shuffles whose masks name lanes that do not take part, or not their own lane.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/exited.mlir --block 32 2>&1 | FileCheck %s --check-prefix=EXITED
// EXITED: exited.mlir:12:10: error: wrong shuffle mask: nvvm.shfl.sync.bfly.i32: mask 0xffffffff names lane 20, which does not take part: it has exited
// EXITED-NEXT: in kernel k, block (0, 0, 0), thread (0, 0, 0)

// RUN: not braid-emulate %t/own.mlir --block 32 2>&1 | FileCheck %s --check-prefix=OWN
// OWN: own.mlir:7:10: error: wrong shuffle mask: nvvm.shfl.sync.bfly.i32: mask 0xffff does not name lane 16, which executes it

// A lane waits at a barrier while the others wait for it at a shuffle.
// RUN: not braid-emulate %t/barrier.mlir --block 32 2>&1 | FileCheck %s --check-prefix=BARRIER
// BARRIER: barrier.mlir:13:10: error: wrong shuffle mask: nvvm.shfl.sync.bfly.i32: mask 0xffffffff names lane 31, which does not take part: it waits at nvvm.barrier0 at {{.*}}barrier.mlir:9:5

// A block of 16 threads: lanes 16 to 31 do not exist and cannot be read.
// RUN: not braid-emulate %t/read.mlir --block 16 2>&1 | FileCheck %s --check-prefix=READ
// READ: error: wrong shuffle mask: nvvm.shfl.sync.bfly.i32: lane 0 reads a lane that does not take part
// RUN: braid-emulate %t/read.mlir --block 32

//--- exited.mlir
gpu.module @kernels {
  llvm.func @k() attributes {nvvm.kernel} {
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %c20 = llvm.mlir.constant(20 : i32) : i32
    %c31 = llvm.mlir.constant(31 : i32) : i32
    %full = llvm.mlir.constant(-1 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %out = llvm.icmp "eq" %t, %c20 : i32
    llvm.cond_br %out, ^end, ^go
  ^go:
    // Lane 20 is not here.
    %v = nvvm.shfl.sync bfly %full, %t, %c1, %c31 : i32 -> i32
    llvm.br ^end
  ^end:
    llvm.return
  }
}

//--- own.mlir
gpu.module @kernels {
  llvm.func @k() attributes {nvvm.kernel} {
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %c31 = llvm.mlir.constant(31 : i32) : i32
    %half = llvm.mlir.constant(65535 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %v = nvvm.shfl.sync bfly %half, %t, %c1, %c31 : i32 -> i32
    llvm.return
  }
}

//--- barrier.mlir
gpu.module @kernels {
  llvm.func @k() attributes {nvvm.kernel} {
    %c31 = llvm.mlir.constant(31 : i32) : i32
    %full = llvm.mlir.constant(-1 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %last = llvm.icmp "eq" %t, %c31 : i32
    llvm.cond_br %last, ^wait, ^go
  ^wait:
    nvvm.barrier0
    llvm.br ^end
  ^go:
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %v = nvvm.shfl.sync bfly %full, %t, %c1, %c31 : i32 -> i32
    llvm.br ^end
  ^end:
    llvm.return
  }
}

//--- read.mlir
gpu.module @kernels {
  llvm.func @k() attributes {nvvm.kernel} {
    %c16 = llvm.mlir.constant(16 : i32) : i32
    %c31 = llvm.mlir.constant(31 : i32) : i32
    %full = llvm.mlir.constant(-1 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %v = nvvm.shfl.sync bfly %full, %t, %c16, %c31 : i32 -> i32
    llvm.return
  }
}
