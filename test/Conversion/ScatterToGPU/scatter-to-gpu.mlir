// Sums of rows by id as GPU kernels: a stable sort without atomics, then sums in a fixed order.
// RUN: split-file %s %t
// RUN: braid-opt %t/bytes.mlir --convert-row-to-gpu | FileCheck %s
// RUN: braid-opt %t/bytes.mlir --convert-row-to-nvvm | FileCheck %s --check-prefix=NVVM --implicit-check-not=atomic
// RUN: braid-opt %t/bytes.mlir --convert-row-to-nvvm -o %t/bytes.nvvm.mlir && braid compile %t/bytes.nvvm.mlir --target sm_80 --emit ptx | FileCheck %s --check-prefix=PTX --implicit-check-not=atom. --implicit-check-not=red.global

// A program without a scatter has none of it.
// RUN: braid-opt %t/none.mlir --convert-row-to-gpu | FileCheck %s --check-prefix=NONE --implicit-check-not=braid_scatter
// NONE: gpu.func @copy

// On the emulator with all checks, against sums in double precision; the input is read once and the table written once.
// No token, some of them, a whole number of tiles and chunks or not, one digit and two; two orders of threads give the same bits.
// DEFINE: %{check} = braid run --function row-kernels --device emulator
// RUN: %{check} %t/bytes.mlir --kernel scatter --traffic --tokens 1 | FileCheck %s --check-prefix=RIGHT
// RUN: %{check} %t/bytes.mlir --kernel scatter --traffic --tokens 37 --seed 2 | FileCheck %s --check-prefix=RIGHT
// RUN: %{check} %t/bytes.mlir --kernel scatter --traffic --tokens 512 --seed 3 | FileCheck %s --check-prefix=RIGHT
// RUN: %{check} %t/bytes.mlir --kernel scatter --traffic --tokens 2049 --seed 4 | FileCheck %s --check-prefix=RIGHT
// RUN: %{check} %t/words.mlir --kernel scatter --traffic --tokens 700 --seed 5 | FileCheck %s --check-prefix=RIGHT
// RUN: %{check} %t/odd.mlir --kernel scatter --traffic --tokens 100 --seed 6 | FileCheck %s --check-prefix=RIGHT
// RIGHT: 1 kernels on emulator, 0 wrong

// A missing barrier in the prefix sums is found, and so is a missing wait for the warp.
// RUN: braid-opt %t/bytes.mlir --convert-row-to-nvvm > %t/nvvm.mlir
// RUN: sed '0,/nvvm.barrier0/{/nvvm.barrier0/d}' %t/nvvm.mlir > %t/barrier.mlir
// RUN: not %{check} %t/bytes.mlir --kernel scatter --tokens 300 --code %t/barrier.mlir 2>&1 | FileCheck %s --check-prefix=BARRIER
// BARRIER: error: kernel `scatter` {{.*}}barrier.mlir:[[#]]:[[#]]: error: {{race|uninitialised read}}: load of i32: {{.*}}shared memory
// BARRIER-NEXT: in kernel braid_scatter_offsets, block (0, 0, 0), thread
// RUN: sed '/nvvm.bar.warp.sync/d' %t/nvvm.mlir > %t/warp.mlir
// RUN: not %{check} %t/bytes.mlir --kernel scatter --tokens 300 --code %t/warp.mlir 2>&1 | FileCheck %s --check-prefix=WARP
// WARP: error: {{race|uninitialised read}}:
// WARP-NEXT: in kernel braid_scatter_count, block

// CHECK-LABEL: gpu.func @braid_scatter_count(
// CHECK-SAME: kernel attributes {{.*}}known_block_size = array<i32: 128, 1, 1>
// CHECK: llvm.call_intrinsic "llvm.nvvm.match.any.sync.i32"
// CHECK-LABEL: gpu.func @braid_scatter_offsets(
// CHECK-COUNT-19: gpu.barrier
// CHECK-LABEL: gpu.func @braid_scatter_place(
// Four rows are loaded before the first of them is added.
// CHECK-LABEL: gpu.func @braid_scatter_tiles_64_bf16(
// CHECK-COUNT-4: llvm.load {{.*}} {alignment = 8 : i64} : !llvm.ptr -> vector<4xbf16>
// CHECK-COUNT-4: arith.addf
// CHECK-LABEL: gpu.func @braid_scatter_rows_64(
// NVVM-LABEL: llvm.func @braid_scatter_rows_64(
// NVVM-SAME: nvvm.maxntid = array<i32: 128, 1, 1>
// PTX-LABEL: .entry braid_scatter_count(
// PTX: match.any.sync.b32
// PTX-LABEL: .entry braid_scatter_tiles_64_bf16(
// PTX: ld.global.v{{[24]}}

//--- bytes.mlir
row.kernel @copy token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 4], f32>, %y: !row.buffer<rows, [dim: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 4], f32> -> !row.value<[dim: 4]>
  row.store %0 to %y : !row.value<[dim: 4]>, !row.buffer<rows, [dim: 4], f32>
}
host.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 64, bf16>
  %i = host.external input "ids" : !host.buffer<token, 1, i32>
  %t = host.external output "t" : !host.buffer<fixed, 16384, f32>
  host.scatter %x, %i to %t rows 256 : <token, 64, bf16>, <token, 1, i32>, <fixed, 16384, f32>
}

//--- words.mlir
row.kernel @copy token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 4], f32>, %y: !row.buffer<rows, [dim: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 4], f32> -> !row.value<[dim: 4]>
  row.store %0 to %y : !row.value<[dim: 4]>, !row.buffer<rows, [dim: 4], f32>
}
host.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 16, f32>
  %i = host.external input "ids" : !host.buffer<token, 1, i32>
  %t = host.external output "t" : !host.buffer<fixed, 16000, f32>
  host.scatter %x, %i to %t rows 1000 : <token, 16, f32>, <token, 1, i32>, <fixed, 16000, f32>
}

//--- odd.mlir
row.kernel @copy token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 4], f32>, %y: !row.buffer<rows, [dim: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 4], f32> -> !row.value<[dim: 4]>
  row.store %0 to %y : !row.value<[dim: 4]>, !row.buffer<rows, [dim: 4], f32>
}
host.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 5, bf16>
  %i = host.external input "ids" : !host.buffer<token, 1, i32>
  %t = host.external output "t" : !host.buffer<fixed, 35, f32>
  host.scatter %x, %i to %t rows 7 : <token, 5, bf16>, <token, 1, i32>, <fixed, 35, f32>
}

//--- none.mlir
row.kernel @copy token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 4], f32>, %y: !row.buffer<rows, [dim: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 4], f32> -> !row.value<[dim: 4]>
  row.store %0 to %y : !row.value<[dim: 4]>, !row.buffer<rows, [dim: 4], f32>
}
