// Host code of `async.execute`, as upstream lowers it: an event that two regions wait for is destroyed by each of them, which is said and does
// no harm.
// RUN: mlir-opt %s --gpu-kernel-outlining | mlir-opt --pass-pipeline='builtin.module(gpu.module(strip-debuginfo,convert-gpu-to-nvvm,reconcile-unrealized-casts),nvvm-attach-target)' | mlir-opt --gpu-async-region --gpu-to-llvm --gpu-module-to-binary=format=llvm | mlir-opt --async-to-async-runtime --async-runtime-ref-counting | mlir-opt --convert-async-to-llvm --convert-func-to-llvm -o %t.mlir
// RUN: mlir-cpu-runner %t.mlir -O0 -e main -entry-point-result=void --shared-libs=%build/lib/libbraid_mgpu.so,/usr/lib/llvm-19/lib/libmlir_async_runtime.so,/usr/lib/llvm-19/lib/libmlir_runner_utils.so > %t.out 2> %t.err
// RUN: FileCheck %s < %t.out
// CHECK: [10, 10]
// RUN: FileCheck %s --check-prefix=TWICE < %t.err
// TWICE: mgpuEventDestroy: there is no such handle, or it was destroyed before
// TWICE-NOT: {{.}}

func.func private @printMemrefI32(memref<*xi32>)
func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %size = arith.constant 2 : index
  %five = arith.constant 5 : i32
  %host = memref.alloc(%size) : memref<?xi32>
  %any = memref.cast %host : memref<?xi32> to memref<*xi32>
  gpu.host_register %any : memref<*xi32>
  memref.store %five, %host[%c0] : memref<?xi32>
  memref.store %five, %host[%c1] : memref<?xi32>
  %t0, %f0 = async.execute () -> !async.value<memref<?xi32>> {
    %b = gpu.alloc(%size) : memref<?xi32>
    gpu.memcpy %b, %host : memref<?xi32>, memref<?xi32>
    async.yield %b : memref<?xi32>
  }
  // Two regions that wait for the first.
  %t1, %f1 = async.execute [%t0] (%f0 as %from: !async.value<memref<?xi32>>) -> !async.value<memref<?xi32>> {
    %b = gpu.alloc(%size) : memref<?xi32>
    gpu.memcpy %b, %from : memref<?xi32>, memref<?xi32>
    async.yield %b : memref<?xi32>
  }
  %t2, %f2 = async.execute [%t0] (%f0 as %from: !async.value<memref<?xi32>>) -> !async.value<memref<?xi32>> {
    %b = gpu.alloc(%size) : memref<?xi32>
    gpu.memcpy %b, %from : memref<?xi32>, memref<?xi32>
    async.yield %b : memref<?xi32>
  }
  %t3 = async.execute [%t1, %t2] (%f1 as %x: !async.value<memref<?xi32>>, %f2 as %y: !async.value<memref<?xi32>>) {
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
               threads(%tx, %ty, %tz) in (%sx = %size, %sy = %c1, %sz = %c1) {
      %v = memref.load %x[%tx] : memref<?xi32>
      %w = memref.load %y[%tx] : memref<?xi32>
      %sum = arith.addi %v, %w : i32
      memref.store %sum, %host[%tx] : memref<?xi32>
      gpu.terminator
    }
    async.yield
  }
  async.await %t3 : !async.token
  call @printMemrefI32(%any) : (memref<*xi32>) -> ()
  return
}
