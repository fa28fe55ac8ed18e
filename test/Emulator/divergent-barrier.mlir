// Barriers that some threads of the block miss.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/exit.mlir --block 64 2>&1 | FileCheck %s --check-prefix=EXIT
// EXIT: exit.mlir:8:5: error: divergent barrier: nvvm.barrier0: reached by 32 of 64 threads; thread (32, 0, 0) has exited
// EXIT-NEXT: in kernel k, block (0, 0, 0), thread (0, 0, 0)
// As on a GPU, threads that have exited are not waited for; it is the check that minds.
// RUN: braid-emulate %t/exit.mlir --block 64 --check=bounds,races,uninit,shuffles

// RUN: not braid-emulate %t/two.mlir --block 64 --grid 2 --seed 5 2>&1 | FileCheck %s --check-prefix=TWO
// TWO: two.mlir:{{7|10}}:5: error: divergent barrier: nvvm.barrier0: not all lanes of the warp are here: thread ({{[0-9]+}}, 0, 0) waits at {{.*}}two.mlir:{{7|10}}:5
// Lanes may do so at a barrier that is not `.aligned`.
// RUN: sed 's/nvvm.barrier0/llvm.inline_asm has_side_effects "barrier.sync 0;", "" : () -> ()/' %t/two.mlir > %t/lanes.mlir
// RUN: braid-emulate %t/lanes.mlir --block 64 --grid 2 --seed 5
// Whole warps may reach a barrier at different places: arrivals are counted. It orders what they do.
// RUN: braid-emulate %t/warps.mlir --block 64 --arg i32[1] --print --seed 3 | FileCheck %s --check-prefix=PLACES
// PLACES: argument 0 i32[1]: 7
// Not if one of the warps never comes, or if one asks for a reduction.
// RUN: sed '/HERE/d' %t/warps.mlir > %t/missed.mlir
// RUN: not braid-emulate %t/missed.mlir --block 64 --arg i32[1] 2>&1 | FileCheck %s --check-prefix=MISSED
// MISSED: error: divergent barrier: nvvm.barrier0: reached by 32 of 64 threads; thread (32, 0, 0) has exited
// RUN: not braid-emulate %t/kinds.ll --block 64 2>&1 | FileCheck %s --check-prefix=KINDS
// KINDS: error: wrong barrier: nvvm.barrier0{{.*}}: barrier 0 is another kind of barrier at another place

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

//--- warps.mlir
// The second warp writes before its barrier, the first reads after its own.
gpu.module @kernels {
  llvm.mlir.global internal @slot() {addr_space = 3 : i32} : i32
  llvm.func @k(%out: !llvm.ptr) attributes {nvvm.kernel} {
    %slot = llvm.mlir.addressof @slot : !llvm.ptr<3>
    %c0 = llvm.mlir.constant(0 : i32) : i32
    %c7 = llvm.mlir.constant(7 : i32) : i32
    %c32 = llvm.mlir.constant(32 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %second = llvm.icmp "sge" %t, %c32 : i32
    llvm.cond_br %second, ^a, ^b
  ^a:
    %writer = llvm.icmp "eq" %t, %c32 : i32
    llvm.cond_br %writer, ^write, ^sync
  ^write:
    llvm.store %c7, %slot : i32, !llvm.ptr<3>
    llvm.br ^sync
  ^sync:
    nvvm.barrier0 // HERE
    llvm.br ^end
  ^b:
    nvvm.barrier0
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

//--- kinds.ll
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare void @llvm.nvvm.barrier0()
declare i32 @llvm.nvvm.barrier0.popc(i32)
define void @k() {
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %first = icmp ult i32 %t, 32
  br i1 %first, label %plain, label %count
plain:
  call void @llvm.nvvm.barrier0()
  ret void
count:
  %n = call i32 @llvm.nvvm.barrier0.popc(i32 1)
  ret void
}
!nvvm.annotations = !{!0}
!0 = !{ptr @k, !"kernel", i32 1}

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
