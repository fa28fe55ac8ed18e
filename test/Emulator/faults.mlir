// What ends a launch without a check: faults, full stacks, endless waits, traps. And what kernels print.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/wild.mlir --check=none --block 1 --arg i64:64 2>&1 | FileCheck %s --check-prefix=WILD
// WILD: wild.mlir:4:10: error: fault: load of i32: an access to address 0x40 after this place; the check of bounds would name it
// RUN: not braid-emulate %t/stack.mlir --block 1 --arg i32[1] --arg i32:1048576 2>&1 | FileCheck %s --check-prefix=STACK
// STACK: error: stack overflow: {{.*}}: the thread needs more than 262144 bytes of local memory
// RUN: not braid-emulate %t/spin.mlir --block 2 --arg i32[1]=0 2>&1 | FileCheck %s --check-prefix=SPIN
// SPIN: spin.mlir:9:10: error: endless wait: load of i32: the thread spins on memory that nothing changes
// Where another thread sets the flag, the wait ends.
// RUN: braid-emulate %t/spin.mlir --check=bounds,uninit --block 3 --arg i32[1]=0 --seed 3
// RUN: not braid-emulate %t/trap.mlir 2>&1 | FileCheck %s --check-prefix=TRAP
// TRAP: trap.mlir:3:5: error: trap: llvm.trap: the kernel stopped itself
// RUN: braid-emulate %t/print.mlir --block 2 | FileCheck %s --check-prefix=PRINT
// PRINT: thread 0 of 2: 0.5
// PRINT-NEXT: thread 1 of 2: 1.5

//--- wild.mlir
gpu.module @kernels {
  llvm.func @k(%n: i64) attributes {nvvm.kernel} {
    %p = llvm.inttoptr %n : i64 to !llvm.ptr
    %v = llvm.load volatile %p : !llvm.ptr -> i32
    llvm.return
  }
}

//--- stack.mlir
gpu.module @kernels {
  llvm.func @k(%out: !llvm.ptr, %n: i32) attributes {nvvm.kernel} {
    %c0 = llvm.mlir.constant(0 : i8) : i8
    %one = llvm.mlir.constant(1 : i32) : i32
    llvm.store %one, %out : i32, !llvm.ptr
    %p = llvm.alloca %n x i8 : (i32) -> !llvm.ptr
    llvm.store volatile %c0, %p : i8, !llvm.ptr
    llvm.return
  }
}

//--- spin.mlir
// The third thread sets the flag; the others wait for it.
gpu.module @kernels {
  llvm.func @k(%flag: !llvm.ptr) attributes {nvvm.kernel} {
    %c2 = llvm.mlir.constant(2 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %setter = llvm.icmp "eq" %t, %c2 : i32
    llvm.cond_br %setter, ^set, ^wait
  ^wait:
    %v = llvm.load volatile %flag : !llvm.ptr -> i32
    %done = llvm.icmp "eq" %v, %c2 : i32
    llvm.cond_br %done, ^end, ^wait
  ^set:
    llvm.store volatile %c2, %flag : i32, !llvm.ptr
    llvm.br ^end
  ^end:
    llvm.return
  }
}

//--- trap.mlir
gpu.module @kernels {
  llvm.func @k() attributes {nvvm.kernel} {
    "llvm.intr.trap"() : () -> ()
    llvm.return
  }
}

//--- print.mlir
gpu.module @kernels {
  gpu.func @k() kernel {
    %t = gpu.thread_id x
    %n = gpu.block_dim x
    %half = arith.constant 0.5 : f32
    %i = arith.index_cast %t : index to i32
    %f = arith.sitofp %i : i32 to f32
    %x = arith.addf %f, %half : f32
    gpu.printf "thread %d of %lld: %g\n" %i, %n, %x : i32, index, f32
    gpu.return
  }
}
