// RUN: braid-opt %s --braid-drop-observe | FileCheck %s

// CHECK-LABEL: braid.func @logits
// CHECK-NOT:   braid.observe
// CHECK-NOT:   braid.aux_loss
// CHECK:       braid.output "logits"
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  %a = braid.input "aux" : <token, []>
  braid.observe "site.w", %x : <token, [vocab: 16]>
  braid.aux_loss %a : <token, []>
  braid.output "logits", %x : <token, [vocab: 16]>
}

// Declines: outputs are no observed values.
// CHECK-LABEL: braid.func @observe
// CHECK:       braid.output "observe:site.w"
braid.func @observe {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.output "observe:site.w", %x : <token, [vocab: 16]>
}
