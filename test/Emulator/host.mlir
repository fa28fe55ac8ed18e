// A host program written for MLIR's GPU runner: device memory, copies, launches, on the emulator.
// RUN: braid-emulate %s --entry main --shared-libs=libmlir_c_runner_utils.so,libmlir_runner_utils.so --counters | FileCheck %s
// CHECK-DAG: [0, 2, 4, 6, 8, 10, 12, 14]
// CHECK-DAG: kernel main_kernel
// CHECK-DAG: global loads: 32 bytes, 1 requests
// One thread too many.
// RUN: sed 's/%n = arith.constant 8/%n = arith.constant 9/' %s > %t.mlir
// RUN: not braid-emulate %t.mlir --entry main --shared-libs=libmlir_c_runner_utils.so,libmlir_runner_utils.so 2>&1 | FileCheck %s --check-prefix=BOUNDS
// BOUNDS: host.mlir.tmp.mlir:[[@LINE+25]]:{{[0-9]+}}: error: out of bounds: load of float: 4 bytes 0 bytes after the end of buffer 0 of 32 bytes
// BOUNDS-NEXT: in kernel main_kernel, block (0, 0, 0), thread (8, 0, 0)
// RUN: not braid-emulate %s --entry start 2>&1 | FileCheck %s --check-prefix=ENTRY
// ENTRY: braid-emulate: no function is called 'start'

module attributes {gpu.container_module} {
  func.func private @printMemrefF32(memref<*xf32>)
  func.func @main() {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %n = arith.constant 8 : index
    %host = memref.alloc() : memref<8xf32>
    scf.for %i = %c0 to %c8 step %c1 {
      %k = arith.index_cast %i : index to i32
      %x = arith.sitofp %k : i32 to f32
      memref.store %x, %host[%i] : memref<8xf32>
    }
    %stream = gpu.wait async
    %in, %s1 = gpu.alloc async [%stream] () : memref<8xf32>
    %out, %s2 = gpu.alloc async [%s1] () : memref<8xf32>
    %s3 = gpu.memcpy async [%s2] %in, %host : memref<8xf32>, memref<8xf32>
    gpu.wait [%s3]
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
               threads(%tx, %ty, %tz) in (%sx = %n, %sy = %c1, %sz = %c1) {
      %v = memref.load %in[%tx] : memref<8xf32>
      %w = arith.addf %v, %v : f32
      memref.store %w, %out[%tx] : memref<8xf32>
      gpu.terminator
    }
    %s4 = gpu.wait async
    %s5 = gpu.memcpy async [%s4] %host, %out : memref<8xf32>, memref<8xf32>
    %s6 = gpu.dealloc async [%s5] %in : memref<8xf32>
    %s7 = gpu.dealloc async [%s6] %out : memref<8xf32>
    gpu.wait [%s7]
    %any = memref.cast %host : memref<8xf32> to memref<*xf32>
    call @printMemrefF32(%any) : (memref<*xf32>) -> ()
    memref.dealloc %host : memref<8xf32>
    return
  }
}
