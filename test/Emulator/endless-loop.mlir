// A loop that does not end is a finding: who runs it, and where.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/forever.mlir --grid 2 --block 4 --arg i32[1]=3 --limit 100000 2>&1 | FileCheck %s
// CHECK: forever.mlir:9:13: error: endless loop: loop: the thread has run more than 100000 instructions in loops
// CHECK-NEXT: in kernel k, block (1, 0, 0), thread (3, 0, 0)
// The barrier in the loop changes nothing.
// RUN: sed 's/.*HERE/nvvm.barrier0/; s/llvm.and %%both, %%last/llvm.and %%waits, %%waits/' %t/forever.mlir > %t/barrier.mlir
// RUN: not braid-emulate %t/barrier.mlir --block 4 --arg i32[1]=3 --limit 1000 2>&1 | FileCheck %s --check-prefix=BARRIER
// BARRIER: barrier.mlir:9:13: error: endless loop: loop: the thread has run more than 1000 instructions in loops
// A loop that ends may take its time: the limit counts a thread's own instructions.
// RUN: braid-emulate %t/sum.mlir --block 64 --arg i32:1000 --arg i32[1] --limit 10000 --print | FileCheck %s --check-prefix=SUM
// SUM: argument 1 i32[1]: 499500
// RUN: not braid-emulate %t/sum.mlir --block 64 --arg i32:1000 --arg i32[1] --limit 2000 2>&1 | FileCheck %s --check-prefix=SHORT
// SHORT: error: endless loop
// RUN: not braid-emulate %t/sum.mlir --limit many 2>&1 | FileCheck %s --check-prefix=BAD
// BAD: many

//--- forever.mlir
// The last thread of the last block waits for a number that nobody writes.
llvm.func @k(%a: !llvm.ptr) attributes {nvvm.kernel} {
  %c0 = llvm.mlir.constant(0 : i32) : i32
  %c3 = llvm.mlir.constant(3 : i32) : i32
  %t = nvvm.read.ptx.sreg.tid.x : i32
  %b = nvvm.read.ptx.sreg.ctaid.x : i32
  llvm.br ^head
^head:
    %seen = llvm.load %a : !llvm.ptr -> i32
  // HERE
  %waits = llvm.icmp "eq" %seen, %c3 : i32
  %last = llvm.icmp "eq" %t, %c3 : i32
  %second = llvm.icmp "ne" %b, %c0 : i32
  %both = llvm.and %waits, %second : i1
  %again = llvm.and %both, %last : i1
  llvm.cond_br %again, ^head, ^end
^end:
  llvm.return
}

//--- sum.mlir
llvm.func @sum(%n: i32, %out: !llvm.ptr) attributes {nvvm.kernel} {
  %c0 = llvm.mlir.constant(0 : i32) : i32
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %t = nvvm.read.ptx.sreg.tid.x : i32
  llvm.br ^head(%c0, %c0 : i32, i32)
^head(%i: i32, %s: i32):
  %more = llvm.icmp "slt" %i, %n : i32
  llvm.cond_br %more, ^body, ^end
^body:
  %u = llvm.add %s, %i : i32
  %j = llvm.add %i, %c1 : i32
  llvm.br ^head(%j, %u : i32, i32)
^end:
  %first = llvm.icmp "eq" %t, %c0 : i32
  llvm.cond_br %first, ^store, ^done
^store:
  llvm.store %s, %out : i32, !llvm.ptr
  llvm.br ^done
^done:
  llvm.return
}
