// Kernels of a module that has other functions, which they may call, stay together with them.
// RUN: braid compile %s --target sm_80 --emit ptx --no-cache -o %t.ptx
// RUN: FileCheck %s --input-file %t.ptx
// CHECK:     .func {{.*}} twice(
// CHECK:     .entry a(
// CHECK:     twice,
// CHECK:     .entry b(
// CHECK:     twice,
// CHECK-NOT: .func
module attributes {gpu.container_module} {
  gpu.module @braid_kernels {
    llvm.func @twice(%x: f32) -> f32 attributes {passthrough = ["noinline"]} {
      %0 = llvm.fadd %x, %x : f32
      llvm.return %0 : f32
    }
    llvm.func @a(%p: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
      %0 = llvm.load %p : !llvm.ptr -> f32
      %1 = llvm.call @twice(%0) : (f32) -> f32
      llvm.store %1, %p : f32, !llvm.ptr
      llvm.return
    }
    llvm.func @b(%p: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
      %0 = llvm.load %p : !llvm.ptr -> f32
      %1 = llvm.call @twice(%0) : (f32) -> f32
      llvm.store %1, %p : f32, !llvm.ptr
      llvm.return
    }
  }
}
