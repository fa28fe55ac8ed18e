// A host text that nobody has marked: its launch puts @twice's first result where its input lies, and the kernel reads that input again after
// it has been overwritten. Every way to code for GPUs notes it from the launch.
// RUN: braid-opt %s --convert-row-to-gpu -o %t.gpu.mlir
// RUN: braid-opt %s --mark-aliases --convert-row-to-gpu | diff - %t.gpu.mlir
// RUN: braid compile %s --target sm_80 --emit nvvm --locations never -o %t.nvvm.mlir
// RUN: braid-opt %s --convert-row-to-nvvm -o %t.direct.mlir
// RUN: FileCheck %s < %t.gpu.mlir
// RUN: braid run %s --function row-kernels --device emulator | FileCheck %s --check-prefix=EMU
// RUN: braid run %s --function row-kernels --device emulator --code %t.nvvm.mlir | FileCheck %s --check-prefix=EMU
// RUN: braid run %s --function row-kernels --device emulator --code %t.direct.mlir | FileCheck %s --check-prefix=EMU
// RUN: braid bench %s --function row-kernels --device emulator --tokens 4 --reps 1

// Code that does not know it takes what it has loaded before for what lies there after the store; the check, which has one
// memory for both, says so.
// RUN: sed 's/^  %2 = row.reduce sum %0/%9 = row.load %x : <rows, [n: ?], f32> -> <[n: ?]>\n  %2 = row.reduce sum %9/' %s > %t.again.mlir
// RUN: braid run %t.again.mlir --function row-kernels --device emulator | FileCheck %s --check-prefix=EMU
// RUN: sed 's/%x, %x, %w/%x, %z, %w/' %t.again.mlir | braid-opt --convert-row-to-nvvm -o %t.apart.mlir
// RUN: not braid run %t.again.mlir --function row-kernels --device emulator --code %t.apart.mlir 2>&1 | FileCheck %s --check-prefix=APART
// APART: error: kernel `twice` ({{.*}}): argument 2 differs by

// CHECK-LABEL: gpu.func @twice
// CHECK-SAME: kept = {registers = 0 : i64, shared = 1 : i64, workspace = 0 : i64}
// EMU: twice {{.*}} ok
// EMU: 1 kernels on emulator, 0 wrong
row.kernel @twice fixed dynamic ["n"] {
^bb0(%x: !row.buffer<rows, [n: ?], f32>, %z: !row.buffer<rows, [n: ?], f32>, %w: !row.buffer<rows, [n: ?], f32>):
  %0 = row.load %x : <rows, [n: ?], f32> -> <[n: ?]>
  %1 = row.map add(%0, %0) : (!row.value<[n: ?]>, !row.value<[n: ?]>) -> !row.value<[n: ?]>
  row.store %1 to %z : <[n: ?]>, <rows, [n: ?], f32>
  %2 = row.reduce sum %0 over ["n"] : <[n: ?]> -> <[]>
  %3 = row.map mul(%0, %2) : (!row.value<[n: ?]>, !row.value<[]>) -> !row.value<[n: ?]>
  row.store %3 to %w : <[n: ?]>, <rows, [n: ?], f32>
}
host.func @f attributes {fixed_bytes = 4096 : i64, token_bytes = 0 : i64} {
  %x = host.external input "x" : <fixed, 1024, f32>
  %z = host.external output "z" : <fixed, 1024, f32>
  %w = host.buffer "w" "activation" at 0 : <fixed, 1024, f32>
  host.launch @twice fixed rows 2 sizes [512] (%x, %x, %w) : !host.buffer<fixed, 1024, f32>, !host.buffer<fixed, 1024, f32>, !host.buffer<fixed, 1024, f32>
}
