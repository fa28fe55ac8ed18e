// What the emulator does not know is named with its place before anything runs.
// RUN: split-file %s %t
// RUN: not braid-emulate %t/intrinsic.mlir 2>&1 | FileCheck %s --check-prefix=INTRINSIC
// INTRINSIC: intrinsic.mlir:4:5: error: the emulator does not know the instruction nvvm.setmaxnreg.inc.sync.aligned.u32 (in k); docs/emulator.md lists the instructions that can take its place, and where one is added
// RUN: not braid-emulate %t/assembly.mlir 2>&1 | FileCheck %s --check-prefix=ASSEMBLY
// ASSEMBLY: assembly.mlir:4:10: error: the emulator does not know the inline assembly "brev.b32 $0, $1;" (in k)
// RUN: not braid-emulate %t/function.mlir 2>&1 | FileCheck %s --check-prefix=FUNCTION
// FUNCTION: function.mlir:5:5: error: the emulator does not know the function help (in k)
// RUN: not braid-emulate %t/dialect.mlir 2>&1 | FileCheck %s --check-prefix=DIALECT
// DIALECT: dialect.mlir:3:10: error: the emulator does not know the function malloc (in k)
// RUN: echo "define void" > %t/broken.ll
// RUN: not braid-emulate %t/broken.ll 2>&1 | FileCheck %s --check-prefix=BROKEN
// BROKEN: broken.ll:2: neither LLVM bitcode nor LLVM IR: expected function name
// RUN: not braid-emulate %t/function.mlir --arg f33:1 2>&1 | FileCheck %s --check-prefix=FUNCTION
// RUN: not braid-emulate %t/nothing.mlir 2>&1 | FileCheck %s --check-prefix=NOTHING
// NOTHING: --kernel is needed: there are 0 kernels

//--- intrinsic.mlir
gpu.module @kernels {
  llvm.func @k(%p: !llvm.ptr<3>) attributes {nvvm.kernel} {
    %c = llvm.mlir.constant(1 : i32) : i32
    nvvm.setmaxregister increase 40
    llvm.return
  }
}

//--- assembly.mlir
gpu.module @kernels {
  llvm.func @k() attributes {nvvm.kernel} {
    %c = llvm.mlir.constant(1 : i32) : i32
    %r = llvm.inline_asm "brev.b32 $0, $1;", "=r,r" %c : (i32) -> i32
    llvm.return
  }
}

//--- function.mlir
gpu.module @kernels {
  llvm.func @help()
  llvm.func @k() attributes {nvvm.kernel} {
    // Defined nowhere.
    llvm.call @help() : () -> ()
    llvm.return
  }
}

//--- dialect.mlir
gpu.module @kernels {
  gpu.func @k(%x: f32, %i: index) kernel {
    %s = memref.alloc() : memref<4xf32>
    memref.store %x, %s[%i] : memref<4xf32>
    gpu.return
  }
}

//--- nothing.mlir
gpu.module @kernels {
}
