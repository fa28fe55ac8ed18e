// RUN: braid-opt %s --split-input-file --prepare-calls --narrow-calls --convert-braid-to-row --share-kernels | FileCheck %s
// The smallest table that an input or the position indexes bounds it, wherever the id has been moved.

// CHECK-LABEL: host.func @f attributes {positions = 6 : i64}
// CHECK-DAG:   host.external input "tokens" ids 5 : <token, 1, i32>
// CHECK-DAG:   host.external input "segment" : <token, 1, i32>
braid.parameter @small : !braid.value<static, [few: 5, dim: 8]> init {
  %0 = braid.constant 1.0 : !braid.value<static, []>
  %1 = braid.broadcast %0 : <static, []> -> <static, [few: 5, dim: 8]>
  braid.yield %1 : !braid.value<static, [few: 5, dim: 8]>
}
braid.parameter @place : !braid.value<static, [places: 6, dim: 8]> init {
  %0 = braid.constant 1.0 : !braid.value<static, []>
  %1 = braid.broadcast %0 : <static, []> -> <static, [places: 6, dim: 8]>
  braid.yield %1 : !braid.value<static, [places: 6, dim: 8]>
}
braid.func @f {
  %id = braid.input "tokens" : <token, [], id 16>
  %segment = braid.input "segment" : <token, [], id 0>
  %position = braid.position : !braid.value<token, [], id 0>
  %small = braid.param @small : !braid.value<static, [few: 5, dim: 8]>
  %place = braid.param @place : !braid.value<static, [places: 6, dim: 8]>
  %a = braid.gather %small[%id] along "few" : !braid.value<static, [few: 5, dim: 8]>, !braid.value<token, [], id 16> -> !braid.value<token, [dim: 8]>
  %s = braid.map real(%segment) : (!braid.value<token, [], id 0>) -> !braid.value<token, []>
  %b = braid.map mul(%a, %s) : (!braid.value<token, [dim: 8]>, !braid.value<token, []>) -> !braid.value<token, [dim: 8]>
  %r = braid.read "depth" groups 1 entries(%a, %b : !braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) captures(%place, %position : !braid.value<static, [places: 6, dim: 8]>, !braid.value<token, [], id 0>) unstack [] -> !braid.value<token, [dim: 8]> {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 8]>, %table: !braid.value<static, [places: 6, dim: 8]>, %p: !braid.value<token, [], id 0>):
    %0 = braid.gather %table[%p] along "places" : !braid.value<static, [places: 6, dim: 8]>, !braid.value<token, [], id 0> -> !braid.value<token, [dim: 8]>
    %1 = braid.map mul(%v, %0) : (!braid.value<token, [depth: 2, dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [depth: 2, dim: 8]>
    %2 = braid.reduce sum %1 over ["depth"] : !braid.value<token, [depth: 2, dim: 8]> -> !braid.value<token, [dim: 8]>
    braid.yield %2 : !braid.value<token, [dim: 8]>
  }
  braid.output "logits", %r : <token, [dim: 8]>
}

// -----
// A class is bounded by the logits that it chooses from; without a table there is no bound.
// CHECK-LABEL: host.func @loss
// CHECK-NOT:   positions
// CHECK-DAG:   host.external input "targets" ids 8 : <token, 1, i32>
braid.func @loss {
  %x = braid.input "x" : <token, [vocab: 8]>
  %id = braid.input "targets" : <token, [], id 8>
  %position = braid.position : !braid.value<token, [], id 0>
  %p = braid.map real(%position) : (!braid.value<token, [], id 0>) -> !braid.value<token, []>
  %a = braid.gather %x[%id] along "vocab" : !braid.value<token, [vocab: 8]>, !braid.value<token, [], id 8> -> !braid.value<token, []>
  %b = braid.map mul(%a, %p) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, []>
  braid.output "y", %b : <token, []>
}
