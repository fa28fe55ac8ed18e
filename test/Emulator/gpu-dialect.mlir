// Kernels of the gpu dialect: upstream's passes lower them, reductions included.
// RUN: braid-emulate %s --kernel rms --grid 2 --block 128 --arg memref:f32[256]=2 --arg memref:f32[256] --print --counters --seed 11 | FileCheck %s --check-prefix=RMS
// RMS: argument 1 f32[256]: 0.5 0.5
// RMS-SAME: 0.5 0.5{{$}}
// RMS: global loads: 1024 bytes, 8 requests, 32 sectors (ideal 32)
// RUN: braid-emulate %s --kernel warps --block 64 --arg memref:f32[64]=iota --arg memref:f32[2] --print | FileCheck %s --check-prefix=WARPS
// WARPS: argument 1 f32[2]: 496 1520
// RUN: braid-emulate %s --list | FileCheck %s --check-prefix=LIST
// LIST: rms(ptr, ptr, i64, i64, i64, ptr, ptr, i64, i64, i64)
// LIST: warps(
// RUN: not braid-emulate %s 2>&1 | FileCheck %s --check-prefix=MANY
// MANY: braid-emulate: --kernel is needed: there are 2 kernels (--list shows them)
// RUN: not braid-emulate %s --kernel rmsnorm 2>&1 | FileCheck %s --check-prefix=NAME
// NAME: braid-emulate: no kernel is called 'rmsnorm'; there are: rms, warps
// Every thread of a warp stores the block's sum to one place: the same value, so a note and no race.
// RUN: braid-emulate %s --kernel rms --block 128 --arg memref:f32[128]=2 --arg memref:f32[128] 2>&1 | FileCheck %s --check-prefix=NOTE
// NOTE: gpu-dialect.mlir:[[@LINE+14]]:{{[0-9]+}}: note: same value: store of float: shared memory: {{.*}}; both wrote the same value
// With three warps upstream's gpu.all_reduce is wrong: lanes 0 to 2 store to one place, and only lane 0 has the sum.
// RUN: not braid-emulate %s --kernel rms --block 96 --arg memref:f32[96]=2 --arg memref:f32[96] 2>&1 | FileCheck %s --check-prefix=THREE
// THREE: error: race: store of float: shared memory: thread (0, 0, 0) wrote the same byte
// THREE-NEXT: in kernel rms, block (0, 0, 0), thread (1, 0, 0)
// The module as it is executed.
// RUN: braid-emulate %s --emit-nvvm | FileCheck %s --check-prefix=NVVM
// NVVM: nvvm.shfl.sync
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @rms(%a: memref<?xf32>, %o: memref<?xf32>) kernel {
      %t = gpu.global_id x
      %v = memref.load %a[%t] : memref<?xf32>
      %sq = arith.mulf %v, %v : f32
      %sum = gpu.all_reduce add %sq uniform {} : (f32) -> f32
      %size = gpu.block_dim x
      %n = arith.index_cast %size : index to i32
      %nf = arith.sitofp %n : i32 to f32
      %mean = arith.divf %sum, %nf : f32
      %r = math.rsqrt %mean : f32
      memref.store %r, %o[%t] : memref<?xf32>
      gpu.return
    }
    gpu.func @warps(%a: memref<?xf32>, %o: memref<?xf32>) kernel {
      %c0 = arith.constant 0 : index
      %c32 = arith.constant 32 : index
      %t = gpu.thread_id x
      %v = memref.load %a[%t] : memref<?xf32>
      %sum = gpu.subgroup_reduce add %v : (f32) -> f32
      %lane = arith.remui %t, %c32 : index
      %warp = arith.divui %t, %c32 : index
      %first = arith.cmpi eq, %lane, %c0 : index
      scf.if %first {
        memref.store %sum, %o[%warp] : memref<?xf32>
      }
      gpu.return
    }
  }
}
