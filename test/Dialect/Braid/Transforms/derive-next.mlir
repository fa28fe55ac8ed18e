// RUN: braid-opt %s --split-input-file --braid-derive-next | FileCheck %s
// RUN: braid-opt %s --split-input-file --braid-derive-next --braid-derive-next | FileCheck %s

// The tail begins behind what other tokens look at: `x` is a key, so its row is picked.
// CHECK-LABEL: braid.func @logits
// CHECK:       braid.output "logits", %{{.*}} : <token, [vocab: 16]>
// CHECK-LABEL: braid.func @next
// CHECK:         %[[CHOSEN:.*]] = braid.input "token.chosen" : <token, [], id 1>
// CHECK:         %[[X:.*]] = braid.map mul
// CHECK-NEXT:    %[[XS:.*]] = braid.scatter %[[X]][%[[CHOSEN]]] along "token.chosen" : <token, [dim: 8]>, <token, [], id 1> -> <static, [token.chosen: 1, dim: 8]>
// CHECK-NEXT:    %[[XROW:.*]] = braid.slice %[[XS]] "token.chosen" at 0 size 1 : <static, [token.chosen: 1, dim: 8]> -> <static, [dim: 8]>
// CHECK:         %[[O:.*]], %{{.*}} = braid.attend %[[X]], keys(%[[X]])
// CHECK-NEXT:    %[[OS:.*]] = braid.scatter %[[O]][%[[CHOSEN]]]
// CHECK-NEXT:    %[[OROW:.*]] = braid.slice %[[OS]]
// CHECK-NOT:     braid.observe
// CHECK-NOT:     braid.aux_loss
// CHECK:         %[[R:.*]] = braid.read "depth" groups 1 entries(%[[XROW]], %[[OROW]] : !braid.value<static, [dim: 8]>, !braid.value<static, [dim: 8]>)
// CHECK-SAME:    -> !braid.value<static, [dim: 8]> {
// CHECK-NEXT:    ^bb0(%{{.*}}: !braid.value<static, [depth: 2, dim: 8]>):
// CHECK:         braid.dot %[[R]], %{{.*}} over ["dim"] : <static, [dim: 8]>, <static, [vocab: 16, dim: 8]> -> <static, [vocab: 16]>
// CHECK:         braid.output "logits", %{{.*}} : <static, [vocab: 16]>
braid.func @logits {
  %i = braid.input "x" : <token, [dim: 8]>
  %w = braid.input "w" : <static, [vocab: 16, dim: 8]>
  %x = braid.map mul(%i, %i) : (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %o, %lse = braid.attend %x, keys(%x), values(%x) over "dim" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [dim: 8]>, (!braid.value<token, [dim: 8]>), (!braid.value<token, [dim: 8]>) -> <token, [dim: 8]>, <token, []>
  braid.observe "lse", %lse : <token, []>
  braid.aux_loss %lse : <token, []>
  %r = braid.read "depth" groups 1 entries(%x, %o : !braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) captures() unstack [] -> !braid.value<token, [dim: 8]> {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 8]>):
    %0 = braid.reduce sum %v over ["depth"] : <token, [depth: 2, dim: 8]> -> <token, [dim: 8]>
    braid.yield %0 : !braid.value<token, [dim: 8]>
  }
  %l = braid.dot %r, %w over ["dim"] : <token, [dim: 8]>, <static, [vocab: 16, dim: 8]> -> <token, [vocab: 16]>
  braid.output "logits", %l : <token, [vocab: 16]>
}

// -----
// Ids, positions and draws stay per token, and with a truth value that is made of them everything that takes it: here the choice.
// CHECK-LABEL: braid.func @next
// CHECK:         braid.gather {{.*}} -> <token, [vocab: 16]>
// CHECK:         braid.random {{.*}} : <token, [vocab: 16]>
// CHECK:         %[[C:.*]] = braid.map lt({{.*}}) : (!braid.value<token, [], id 0>, !braid.value<token, [], id 16>) -> !braid.value<token, [], bool>
// CHECK:         %[[S:.*]] = braid.map select(%[[C]], {{.*}}) : {{.*}} -> !braid.value<token, [vocab: 16]>
// CHECK-NEXT:    braid.scatter %[[S]]
// CHECK:         braid.map exp({{.*}}) : (!braid.value<static, [vocab: 16]>) -> !braid.value<static, [vocab: 16]>
braid.func @logits {
  %id = braid.input "tokens" : <token, [], id 16>
  %t = braid.input "t" : <static, [row: 16, vocab: 16]>
  %p = braid.position : <token, [], id 0>
  %g = braid.gather %t[%id] along "row" : <static, [row: 16, vocab: 16]>, <token, [], id 16> -> <token, [vocab: 16]>
  %n = braid.random normal scale 1.0 stream "n" : <token, [vocab: 16]>
  %e = braid.map exp(%g) : (!braid.value<token, [vocab: 16]>) -> !braid.value<token, [vocab: 16]>
  %c = braid.map lt(%p, %id) : (!braid.value<token, [], id 0>, !braid.value<token, [], id 16>) -> !braid.value<token, [], bool>
  %s = braid.map select(%c, %e, %n) : (!braid.value<token, [], bool>, !braid.value<token, [vocab: 16]>, !braid.value<token, [vocab: 16]>) -> !braid.value<token, [vocab: 16]>
  %l = braid.map exp(%s) : (!braid.value<token, [vocab: 16]>) -> !braid.value<token, [vocab: 16]>
  braid.output "logits", %l : <token, [vocab: 16]>
}

// -----
// Declines: the module's own @next.
// CHECK-LABEL: braid.func @next
// CHECK:       braid.output "mine"
// CHECK-NOT:   braid.func @next
braid.func @next {
  %x = braid.input "x" : <token, []>
  braid.output "mine", %x : <token, []>
}
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.output "logits", %x : <token, [vocab: 16]>
}
