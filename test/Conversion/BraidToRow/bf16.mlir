// RUN: braid-opt %s --prepare-calls --narrow-calls --convert-braid-to-row --share-kernels --braid-verify-stage | FileCheck %s

// A value that is rounded takes two bytes; a product whose result is only rounded writes bf16
// itself; the history's list is bf16 as all its entries are.
!t = !braid.value<token, [dim: 64]>
!w = !braid.value<static, [dim: 64, out: 64]>

// CHECK-LABEL: row.kernel @row_0 fixed dynamic []
// CHECK:         row.round {{.*}} to bf16 : <[out: 64]>
// CHECK:         row.store {{.*}} : <[out: 64]>, <rows, [out: 64], bf16>
// CHECK-LABEL: row.kernel @row_1 token
// CHECK-LABEL: row.kernel @row_2 token dynamic ["depth"]
// CHECK:         row.store {{.*}} : <[dim: 64]>, <rows, [dim: 64], bf16>
// CHECK:         row.stack {{.*}} : <depth, [dim: 64], bf16>
// CHECK-LABEL: host.func @logits
// CHECK:         host.launch @row_0 fixed rows 64
// CHECK:         host.matmul {{.*}} : <token, 64, bf16>, <fixed, 4096, bf16>, <token, 64, bf16>
// CHECK:         %[[L:.*]] = host.external output "logits" : <token, 64, f32>
// CHECK:         host.launch @row_2 token sizes [2]
braid.func @logits {
  %x = braid.input "x" : !t
  %y = braid.input "y" : !t
  %w = braid.input "w" : !w
  %wr = braid.round %w to bf16 : !w -> !w
  %xr = braid.round %x to bf16 : !t -> !t
  %p = braid.dot %xr, %wr over ["dim"] : !t, !w -> !braid.value<token, [out: 64]>
  %pr = braid.round %p to bf16 : !braid.value<token, [out: 64]> -> !braid.value<token, [out: 64]>
  %e = braid.rename %pr ["out"] to ["dim"] : !braid.value<token, [out: 64]> -> !t
  %n = braid.map add(%y, %e) : (!t, !t) -> !t
  %nr = braid.round %n to bf16 : !t -> !t
  %r = braid.read "depth" groups 1 entries(%e, %nr : !t, !t) captures() unstack [] -> !t {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 64]>):
    %s = braid.reduce max %v over ["depth"] : !braid.value<token, [depth: 2, dim: 64]> -> !t
    braid.yield %s : !t
  }
  braid.output "logits", %r : !t
}

// An output is fp32: the rounding stays an op.
// CHECK-LABEL: host.func @direct
// CHECK:         %[[L:.*]] = host.external output "logits" : <token, 64, f32>
// CHECK:         host.launch {{.*}} token
braid.func @direct {
  %x = braid.input "x" : !t
  %w = braid.input "w" : !w
  %p = braid.dot %x, %w over ["dim"] : !t, !w -> !braid.value<token, [out: 64]>
  %pr = braid.round %p to bf16 : !braid.value<token, [out: 64]> -> !braid.value<token, [out: 64]>
  braid.output "logits", %pr : !braid.value<token, [out: 64]>
}
