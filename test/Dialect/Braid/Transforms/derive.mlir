// RUN: braid-opt %s --braid-derive-observe --braid-derive-loss --braid-drop-observe | FileCheck %s
// RUN: braid-opt %s --braid-derive-observe --braid-derive-loss --braid-drop-observe --braid-derive-observe --braid-derive-loss | FileCheck %s
// RUN: not braid-opt %s --braid-differentiate 2>&1 | FileCheck %s --check-prefix=NOLOSS
// NOLOSS: error: there is no braid.func @loss to differentiate

module {
  // CHECK-LABEL: braid.func @logits
  // CHECK-NOT: braid.observe
  // CHECK-NOT: braid.aux_loss
  // CHECK: braid.output "logits"
  // CHECK-LABEL: braid.func @loss
  // CHECK: %[[X:.*]] = braid.input "logits_in"
  // CHECK: %[[A:.*]] = braid.input "aux"
  // CHECK: %[[T:.*]] = braid.input "targets" : <token, [], id 16>
  // CHECK: %[[SCALE:.*]] = braid.input "loss_scale" : <static, []>
  // What a token without a target has for logits goes nowhere.
  // CHECK: %[[ABSENT:.*]] = braid.map lt
  // CHECK: %[[KEPT:.*]] = braid.map select(%[[ABSENT]], %{{.*}}, %[[X]])
  // CHECK: %[[M:.*]] = braid.reduce max %[[KEPT]] over ["vocab"]
  // CHECK: %[[D:.*]] = braid.detach %[[M]]
  // CHECK: braid.map sub(%[[KEPT]], %[[D]])
  // CHECK: braid.map exp
  // CHECK: braid.reduce sum
  // CHECK: braid.map log
  // CHECK: braid.gather %[[X]][%[[T]]] along "vocab"
  // CHECK: %[[CE:.*]] = braid.map sub
  // CHECK: %[[SUM:.*]] = braid.map add(%[[CE]], %[[A]])
  // CHECK: %[[C:.*]] = braid.map select(%[[ABSENT]], %{{.*}}, %[[SUM]])
  // CHECK: %[[S:.*]] = braid.map mul(%[[C]], %[[SCALE]])
  // CHECK: %[[L:.*]] = braid.token_sum %[[S]]
  // CHECK: braid.output "loss", %[[L]]
  // CHECK-NOT: braid.output
  // CHECK-LABEL: braid.func @observe
  // CHECK: braid.output "observe:site.w"
  // CHECK-NOT: braid.output
  braid.func @logits {
    %x = braid.input "logits_in" : <token, [vocab: 16]>
    %a = braid.input "aux" : <token, []>
    braid.observe "site.w", %a : <token, []>
    braid.aux_loss %a : <token, []>
    braid.output "logits", %x : <token, [vocab: 16]>
  }
}
