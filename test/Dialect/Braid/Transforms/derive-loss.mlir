// RUN: braid-opt %s --split-input-file --braid-derive-loss | FileCheck %s

// The formula itself is in derive.mlir.
// CHECK-LABEL: braid.func @logits
// CHECK:       braid.observe "site.w"
// CHECK:       braid.output "logits"
// CHECK-LABEL: braid.func @loss
// CHECK:       braid.input "targets" : <token, [], id 16>
// CHECK-NOT:   braid.observe
// CHECK:       braid.output "loss"
// CHECK-NOT:   braid.output
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.observe "site.w", %x : <token, [vocab: 16]>
  braid.output "logits", %x : <token, [vocab: 16]>
}

// -----
// Declines: the model's own loss.
// CHECK-LABEL: braid.func @loss
// CHECK-NEXT:  braid.input "mine"
// CHECK-NEXT:  braid.output "loss"
// CHECK-NOT:   braid.func @loss
braid.func @loss {
  %x = braid.input "mine" : <static, []>
  braid.output "loss", %x : <static, []>
}
braid.func @logits {
  %x = braid.input "x" : <token, [vocab: 16]>
  braid.output "logits", %x : <token, [vocab: 16]>
}
