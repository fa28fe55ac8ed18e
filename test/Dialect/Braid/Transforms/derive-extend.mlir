// RUN: braid-opt %s --split-input-file --braid-derive-extend | FileCheck %s
// RUN: braid-opt %s --split-input-file --braid-derive-extend --braid-derive-extend | FileCheck %s

// The program is that of the logits, asked for at the newest token.
// CHECK-LABEL: braid.func @logits
// CHECK:         braid.observe "x"
// CHECK:         braid.output "logits", %{{.*}} : <token, [vocab: 16]>
// CHECK-LABEL: braid.func @extend
// CHECK-NEXT:    %[[X:.*]] = braid.input "x"
// CHECK-NEXT:    %[[O:.*]], %{{.*}} = braid.attend %[[X]], keys(%[[X]])
// CHECK-NEXT:    braid.output "logits", %[[O]] {newest} : <token, [vocab: 16]>
// CHECK-NEXT:  }
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  %o, %lse = braid.attend %x, keys(%x), values(%x) over "vocab" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [vocab: 16]>, (!braid.value<token, [vocab: 16]>), (!braid.value<token, [vocab: 16]>) -> <token, [vocab: 16]>, <token, []>
  braid.observe "x", %x : <token, [vocab: 16]>
  braid.aux_loss %lse : <token, []>
  braid.output "logits", %o : <token, [vocab: 16]>
}

// -----
// Declines: the model's own @extend.
// CHECK-LABEL: braid.func @extend
// CHECK-NEXT:    braid.input "mine"
// CHECK-NOT:   braid.func @extend
braid.func @extend {
  %x = braid.input "mine" : <token, [vocab: 16]>
  braid.output "logits", %x : <token, [vocab: 16]>
}
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.output "logits", %x : <token, [vocab: 16]>
}
