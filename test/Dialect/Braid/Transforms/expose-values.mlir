// RUN: braid-opt %s --braid-expose-values | FileCheck %s
// RUN: braid-opt %s --braid-expose-values --braid-expose-values | FileCheck %s
// RUN: braid-opt %s --braid-expose-values="first=4 count=1" | FileCheck %s --check-prefix=ONE
// RUN: braid-opt %s --braid-expose-values="first=8" | FileCheck %s --check-prefix=NONE
// RUN: not braid-opt %s --braid-expose-values="function=grad" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not braid-opt %s --braid-expose-values="first=-1" 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// MISSING: error: there is no braid.func @grad
// NEGATIVE: error: values are numbered from 0

// What it makes is computed as before, on the CPU and by the oracle.
// RUN: braid-opt %s --braid-expose-values --braid-to-host | FileCheck %s --check-prefix=HOST
// HOST-DAG: host.external output "value:0"
// HOST-DAG: host.external output "value:3"
// HOST-DAG: host.external output "value:7"

module attributes {braid.model = "m"} {
  braid.parameter @w : !braid.value<static, [dim: 4]> init {
    %0 = braid.constant 1.0 : <static, [dim: 4]>
    braid.yield %0 : !braid.value<static, [dim: 4]>
  }
  // CHECK-LABEL: braid.func @logits
  // ONE-LABEL: braid.func @logits
  // NONE-LABEL: braid.func @logits
  braid.func @logits {
    // Given or constant: no number.
    %t = braid.input "tokens" : <token, [], id 4>
    %w = braid.param @w : <static, [dim: 4]>
    %two = braid.constant 2.0 : <static, []>
    // CHECK: %[[A:.*]] = braid.map mul
    %a = braid.map mul(%w, %two) : (!braid.value<static, [dim: 4]>, !braid.value<static, []>) -> !braid.value<static, [dim: 4]>
    // CHECK: %[[B:.*]] = braid.broadcast %[[A]]
    %b = braid.broadcast %a : <static, [dim: 4]> -> <token, [dim: 4]>
    // A truth is not a real number.
    %less = braid.map lt(%b, %two) : (!braid.value<token, [dim: 4]>, !braid.value<static, []>) -> !braid.value<token, [dim: 4], bool>
    // CHECK: %[[C:.*]] = braid.map select
    %c = braid.map select(%less, %b, %two) : (!braid.value<token, [dim: 4], bool>, !braid.value<token, [dim: 4]>, !braid.value<static, []>) -> !braid.value<token, [dim: 4]>
    // The values of the region come out behind the read's own results.
    // CHECK: %[[R:.*]]:5 = braid.read "depth"
    // CHECK: %[[E:.*]] = braid.map exp
    // CHECK: %[[S:.*]] = braid.reduce sum
    // CHECK: braid.yield %[[S]], %[[E]], %[[E]], %[[S]]
    // ONE: %[[R:.*]]:4 = braid.read "depth"
    // ONE: %[[E:.*]] = braid.map exp
    // ONE: %[[S:.*]] = braid.reduce sum
    // ONE: braid.yield %[[S]], %[[E]], %[[S]]
    // NONE: :3 = braid.read
    %r:3 = braid.read "depth" groups 1 entries(%b, %c : !braid.value<token, [dim: 4]>, !braid.value<token, [dim: 4]>) captures() unstack [1] -> !braid.value<token, [dim: 4]>, !braid.value<token, [dim: 4]>, !braid.value<token, [dim: 4]> {
    ^bb0(%v: !braid.value<token, [depth: 2, dim: 4]>):
      %e = braid.map exp(%v) : (!braid.value<token, [depth: 2, dim: 4]>) -> !braid.value<token, [depth: 2, dim: 4]>
      %s = braid.reduce sum %e over ["depth"] : <token, [depth: 2, dim: 4]> -> <token, [dim: 4]>
      braid.yield %s, %e : !braid.value<token, [dim: 4]>, !braid.value<token, [depth: 2, dim: 4]>
    }
    // CHECK: braid.output "logits", %[[R]]#0
    // CHECK: braid.output "value:0", %[[A]]
    // CHECK: braid.output "value:1", %[[B]]
    // CHECK: braid.output "value:2", %[[C]]
    // CHECK: braid.output "value:3", %[[R]]#3 : <token, [depth: 2, dim: 4]>
    // CHECK: braid.output "value:4", %[[R]]#4
    // CHECK: braid.output "value:5", %[[R]]#0
    // CHECK: braid.output "value:6", %[[R]]#1
    // CHECK: braid.output "value:7", %[[R]]#2
    // CHECK-NOT: braid.output
    // ONE: braid.output "logits"
    // ONE-NEXT: braid.output "value:4", %[[R]]#3
    // ONE-NOT: braid.output
    // NONE-NOT: "value:
    braid.output "logits", %r#0 : <token, [dim: 4]>
  }
}
