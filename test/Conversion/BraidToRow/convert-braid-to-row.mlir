// RUN: braid-opt %s --split-input-file --prepare-calls --narrow-calls --convert-braid-to-row --share-kernels | FileCheck %s

// The work between two products is one kernel; which one that is follows from levels (mlp.mlir, read.mlir, share.mlir).
// CHECK-LABEL: row.kernel @row_0
// CHECK:         row.map exp
// CHECK:         row.map add
// CHECK:         row.store
// CHECK-NOT:   row.kernel
// CHECK-LABEL: host.func @f
// CHECK-COUNT-1: host.launch @row_0
// CHECK-NOT:   braid.func
braid.func @f {
  %x = braid.input "x" : <token, [dim: 8]>
  %y = braid.input "y" : <token, [dim: 8]>
  %e = braid.map exp(%x) : (!braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %s = braid.map add(%e, %y) : (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.output "s", %s : <token, [dim: 8]>
}
// Declines: the declaration of a parameter, which later steps still want.
// CHECK: braid.parameter @w
braid.parameter @w : !braid.value<static, [dim: 8]> init {
  %0 = braid.constant 1.0 : !braid.value<static, [dim: 8]>
  braid.yield %0 : !braid.value<static, [dim: 8]>
}
