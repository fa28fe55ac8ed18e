// RUN: braid-opt %s --prepare-calls --narrow-calls --convert-braid-to-row --share-kernels | FileCheck %s
// RUN: braid-opt %s --prepare-calls --narrow-calls --convert-braid-to-row --share-kernels | braid-opt | FileCheck %s

// Between two products everything is one kernel, and the second layer uses the kernels of the
// first; its end differs, as nobody wants the last sum.
// CHECK-LABEL: row.kernel @row_0 token dynamic []
// CHECK:         %[[X:.*]] = row.gather
// CHECK-NEXT:    row.store %[[X]]
// CHECK:         row.reduce sum {{.*}} over ["dim"]
// CHECK:         row.store
// CHECK-LABEL: row.kernel @row_1 token
// CHECK:         row.map tanh
// CHECK-LABEL: row.kernel @row_2 token
// CHECK-COUNT-2: row.store
// CHECK-LABEL: row.kernel @row_4 token
// CHECK-COUNT-1: row.store
// CHECK-NOT:   row.kernel
// CHECK-LABEL: host.func @logits
// CHECK:         host.launch @row_0 token sizes []
// CHECK:         host.matmul {{.*}} dims [1, 1, 256, 64] tokens "m" strides [64, 64, 1], [16384, 256, 1], [256, 256, 1] {level = 0
// CHECK:         host.launch @row_1 token
// CHECK:         host.matmul {{.*}} dims [1, 1, 64, 256]
// CHECK:         host.launch @row_2 token
// CHECK:         host.matmul
// CHECK:         host.launch @row_1 token
// CHECK:         host.matmul
// CHECK:         host.launch @row_4 token
// CHECK:         %[[OUT:.*]] = host.external output "logits" : <token, 128, f32>
// The readout contracts the embedding's last axis: strides, no copy.
// CHECK:         host.matmul {{.*}} to %[[OUT]] dims [1, 1, 128, 64] tokens "m" strides [64, 64, 1], [8192, 1, 64], [128, 128, 1]

braid.parameter @embed : !braid.value<static, [vocab: 128, dim: 64]> init {
  %0 = braid.constant 1.0 : !braid.value<static, [vocab: 128, dim: 64]>
  braid.yield %0 : !braid.value<static, [vocab: 128, dim: 64]>
}
braid.parameter @up : !braid.value<static, [dim: 64, inner: 256]> decay init {
  %0 = braid.constant 1.0 : !braid.value<static, [dim: 64, inner: 256]>
  braid.yield %0 : !braid.value<static, [dim: 64, inner: 256]>
}
braid.parameter @down : !braid.value<static, [inner: 256, dim: 64]> decay init {
  %0 = braid.constant 1.0 : !braid.value<static, [inner: 256, dim: 64]>
  braid.yield %0 : !braid.value<static, [inner: 256, dim: 64]>
}
braid.func @logits {
  %tokens = braid.input "tokens" : !braid.value<token, [], id 128>
  %embed = braid.param @embed : !braid.value<static, [vocab: 128, dim: 64]>
  %up = braid.param @up : !braid.value<static, [dim: 64, inner: 256]>
  %down = braid.param @down : !braid.value<static, [inner: 256, dim: 64]>
  %eps = braid.constant 1.0e-6 : !braid.value<static, []>
  %n = braid.constant 0.015625 : !braid.value<static, []>
  %x = braid.gather %embed[%tokens] along "vocab" : !braid.value<static, [vocab: 128, dim: 64]>, !braid.value<token, [], id 128> -> !braid.value<token, [dim: 64]>
  %s0 = braid.dot %x, %x over ["dim"] : !braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]> -> !braid.value<token, []>
  %m0 = braid.map mul(%s0, %n) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %e0 = braid.map add(%m0, %eps) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %r0 = braid.map rsqrt(%e0) : (!braid.value<token, []>) -> !braid.value<token, []>
  %h0 = braid.map mul(%x, %r0) : (!braid.value<token, [dim: 64]>, !braid.value<token, []>) -> !braid.value<token, [dim: 64]>
  %u0 = braid.dot %h0, %up over ["dim"] : !braid.value<token, [dim: 64]>, !braid.value<static, [dim: 64, inner: 256]> -> !braid.value<token, [inner: 256]>
  %a0 = braid.map tanh(%u0) : (!braid.value<token, [inner: 256]>) -> !braid.value<token, [inner: 256]>
  %d0 = braid.dot %a0, %down over ["inner"] : !braid.value<token, [inner: 256]>, !braid.value<static, [inner: 256, dim: 64]> -> !braid.value<token, [dim: 64]>
  %y = braid.map add(%x, %d0) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %s1 = braid.dot %y, %y over ["dim"] : !braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]> -> !braid.value<token, []>
  %m1 = braid.map mul(%s1, %n) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %e1 = braid.map add(%m1, %eps) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %r1 = braid.map rsqrt(%e1) : (!braid.value<token, []>) -> !braid.value<token, []>
  %h1 = braid.map mul(%y, %r1) : (!braid.value<token, [dim: 64]>, !braid.value<token, []>) -> !braid.value<token, [dim: 64]>
  %u1 = braid.dot %h1, %up over ["dim"] : !braid.value<token, [dim: 64]>, !braid.value<static, [dim: 64, inner: 256]> -> !braid.value<token, [inner: 256]>
  %a1 = braid.map tanh(%u1) : (!braid.value<token, [inner: 256]>) -> !braid.value<token, [inner: 256]>
  %d1 = braid.dot %a1, %down over ["inner"] : !braid.value<token, [inner: 256]>, !braid.value<static, [inner: 256, dim: 64]> -> !braid.value<token, [dim: 64]>
  %z = braid.map add(%y, %d1) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %s2 = braid.dot %z, %z over ["dim"] : !braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]> -> !braid.value<token, []>
  %m2 = braid.map mul(%s2, %n) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %e2 = braid.map add(%m2, %eps) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %r2 = braid.map rsqrt(%e2) : (!braid.value<token, []>) -> !braid.value<token, []>
  %h2 = braid.map mul(%z, %r2) : (!braid.value<token, [dim: 64]>, !braid.value<token, []>) -> !braid.value<token, [dim: 64]>
  %l = braid.dot %h2, %embed over ["dim"] : !braid.value<token, [dim: 64]>, !braid.value<static, [vocab: 128, dim: 64]> -> !braid.value<token, [vocab: 128]>
  braid.output "logits", %l : !braid.value<token, [vocab: 128]>
}
