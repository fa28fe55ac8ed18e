// RUN: braid-opt %s --split-input-file --braid-derive-observe | FileCheck %s

// CHECK-LABEL: braid.func @logits
// CHECK:       braid.observe "site.w"
// CHECK-LABEL: braid.func @observe
// CHECK:       %[[W:.*]] = braid.map exp
// CHECK:       braid.output "observe:site.w", %[[W]] : <token, [vocab: 16]>
// CHECK-NOT:   braid.output
// CHECK-NOT:   braid.observe
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  %w = braid.map exp(%x) : (!braid.value<token, [vocab: 16]>) -> !braid.value<token, [vocab: 16]>
  braid.observe "site.w", %w : <token, [vocab: 16]>
  braid.output "logits", %x : <token, [vocab: 16]>
}

// -----
// Declines: the model's own @observe.
// CHECK-LABEL: braid.func @observe
// CHECK:       braid.output "observe:mine"
// CHECK-NOT:   braid.func @observe
braid.func @observe {
  %x = braid.input "x" : <token, []>
  braid.output "observe:mine", %x : <token, []>
}
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.observe "site.w", %x : <token, [vocab: 16]>
  braid.output "logits", %x : <token, [vocab: 16]>
}
