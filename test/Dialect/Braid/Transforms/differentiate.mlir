// RUN: braid-opt %s --split-input-file --braid-differentiate | FileCheck %s

// Adjoints op by op, against the oracle's tape, are in differentiate-*.test; here: one output for each
// parameter, in order, and zeros for what the loss does not depend on.
// CHECK-LABEL: braid.func @loss
// CHECK-LABEL: braid.func @grad
// CHECK:       %[[W:.*]] = braid.param @w
// CHECK:       braid.output "loss"
// CHECK:       braid.output "grad:w", %{{.*}} : <static, [dim: 8]>
// CHECK:       %[[ZERO:.*]] = braid.constant 0.000000e+00
// CHECK:       braid.output "grad:unused", %[[ZERO]] : <static, [dim: 4]>
braid.parameter @w : !braid.value<static, [dim: 8]> init {
  %0 = braid.constant 1.0 : !braid.value<static, [dim: 8]>
  braid.yield %0 : !braid.value<static, [dim: 8]>
}
braid.parameter @unused : !braid.value<static, [dim: 4]> init {
  %0 = braid.constant 1.0 : !braid.value<static, [dim: 4]>
  braid.yield %0 : !braid.value<static, [dim: 4]>
}
braid.func @loss {
  %w = braid.param @w : <static, [dim: 8]>
  %x = braid.input "x" : <token, [dim: 8]>
  %p = braid.map mul(%x, %w) : (!braid.value<token, [dim: 8]>, !braid.value<static, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %s = braid.reduce sum %p over ["dim"] : <token, [dim: 8]> -> <token, []>
  %l = braid.token_sum %s : <token, []> -> <static, []>
  braid.output "loss", %l : <static, []>
}

// -----
// Declines: gradients that are there already.
// CHECK-LABEL: braid.func @grad
// CHECK-NEXT:  braid.input "mine"
// CHECK-NOT:   braid.func @grad
braid.func @grad {
  %x = braid.input "mine" : <static, []>
  braid.output "loss", %x : <static, []>
}
braid.func @loss {
  %x = braid.input "mine" : <static, []>
  braid.output "loss", %x : <static, []>
}
