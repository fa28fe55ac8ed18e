// Barriers that some threads of the block miss.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/exit.mlir --block 64 2>&1 | FileCheck %s --check-prefix=EXIT
// EXIT: exit.mlir:8:5: error: divergent barrier: nvvm.barrier0: reached by 32 of 64 threads; thread (32, 0, 0) has exited
// EXIT-NEXT: in kernel k, block (0, 0, 0), thread (0, 0, 0)
// As on a GPU, threads that have exited are not waited for; it is the check that minds.
// RUN: braid-emulate %t/exit.mlir --block 64 --check=bounds,races,uninit,shuffles

// RUN: not braid-emulate %t/two.mlir --block 64 --grid 2 --seed 5 2>&1 | FileCheck %s --check-prefix=TWO
// TWO: two.mlir:{{7|10}}:5: error: divergent barrier: nvvm.barrier0: reached by {{32|31}} of 64 threads; thread ({{[0-9]+}}, 0, 0) waits at another barrier, at {{.*}}two.mlir:{{7|10}}:5

// RUN: braid-emulate %t/named.mlir --block 64 --arg i32[1]=0 --print | FileCheck %s --check-prefix=NAMED
// NAMED: argument 0 i32[1]: 7

//--- exit.mlir
gpu.module @kernels {
  llvm.func @k() attributes {nvvm.kernel} {
    %c32 = llvm.mlir.constant(32 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %first = llvm.icmp "slt" %t, %c32 : i32
    llvm.cond_br %first, ^wait, ^end
  ^wait:
    nvvm.barrier0
    llvm.br ^end
  ^end:
    llvm.return
  }
}

//--- two.mlir
gpu.module @kernels {
  llvm.func @k() attributes {nvvm.kernel} {
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %odd = llvm.trunc %t : i32 to i1
    llvm.cond_br %odd, ^a, ^b
  ^a:
    nvvm.barrier0
    llvm.br ^end
  ^b:
    nvvm.barrier0
    llvm.br ^end
  ^end:
    llvm.return
  }
}

//--- named.mlir
// The second warp writes, the first reads: barrier 1 orders them, for 64 threads.
gpu.module @kernels {
  llvm.mlir.global internal @slot() {addr_space = 3 : i32} : i32
  llvm.func @k(%out: !llvm.ptr) attributes {nvvm.kernel} {
    %slot = llvm.mlir.addressof @slot : !llvm.ptr<3>
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %c7 = llvm.mlir.constant(7 : i32) : i32
    %c32 = llvm.mlir.constant(32 : i32) : i32
    %c64 = llvm.mlir.constant(64 : i32) : i32
    %c0 = llvm.mlir.constant(0 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %writer = llvm.icmp "eq" %t, %c32 : i32
    llvm.cond_br %writer, ^write, ^sync
  ^write:
    llvm.store %c7, %slot : i32, !llvm.ptr<3>
    llvm.br ^sync
  ^sync:
    nvvm.barrier id = %c1 number_of_threads = %c64
    %reader = llvm.icmp "eq" %t, %c0 : i32
    llvm.cond_br %reader, ^read, ^end
  ^read:
    %v = llvm.load %slot : !llvm.ptr<3> -> i32
    llvm.store %v, %out : i32, !llvm.ptr
    llvm.br ^end
  ^end:
    llvm.return
  }
}
