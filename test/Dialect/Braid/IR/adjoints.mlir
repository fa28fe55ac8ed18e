// RUN: braid-opt %s --braid-differentiate --braid-canonicalize --split-input-file --verify-diagnostics | FileCheck %s
// What the adjoints look like; that they are right is checked by the tests of differentiate-*.

// A history read: one read over the entries and the gradients gathered so far gives the new ones.
// CHECK-LABEL: braid.func @grad
// CHECK: %[[A:.*]] = braid.map tanh
// CHECK: %[[B:.*]] = braid.map exp
// The second read is the first one differentiated; nothing has been gathered yet.
// CHECK: %[[SECOND:.*]]:3 = braid.read "d2" groups 1 entries(%[[A]], %[[B]] :
// CHECK-SAME: unstack [0]
// The first read takes what the second found as its second list.
// CHECK: braid.read "d1" groups 2 entries(%[[A]], %[[B]], %[[SECOND]]#0, %[[SECOND]]#1 :
// CHECK-SAME: unstack [0]
// CHECK: ^bb0(%[[V:.*]]: !braid.value<token, [d1: 2]>, %[[SUM:.*]]: !braid.value<token, [d1: 2]>,
// CHECK: %[[NEW:.*]] = braid.map add(%[[SUM]],
// CHECK-NEXT: braid.yield %[[NEW]],
// The gradient of the static capture varies per token in the region and is summed outside.
// CHECK: braid.token_sum
module {
  braid.parameter @w : !braid.value<static, []> init {
    %0 = braid.constant 1.0 : <static, []>
    braid.yield %0 : !braid.value<static, []>
  }
  braid.func @loss {
    %x = braid.input "x" : <token, []>
    %w = braid.param @w : <static, []>
    %wx = braid.map mul(%x, %w) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
    %a = braid.map tanh(%wx) : (!braid.value<token, []>) -> !braid.value<token, []>
    %b = braid.map exp(%wx) : (!braid.value<token, []>) -> !braid.value<token, []>
    %r = braid.read "d1" groups 1 entries(%a, %b : !braid.value<token, []>, !braid.value<token, []>) captures(%w : !braid.value<static, []>) unstack [] -> !braid.value<token, []> {
    ^bb0(%v: !braid.value<token, [d1: 2]>, %q: !braid.value<static, []>):
      %s = braid.map mul(%v, %q) : (!braid.value<token, [d1: 2]>, !braid.value<static, []>) -> !braid.value<token, [d1: 2]>
      %t = braid.reduce sum %s over ["d1"] : <token, [d1: 2]> -> <token, []>
      braid.yield %t : !braid.value<token, []>
    }
    %r2 = braid.read "d2" groups 1 entries(%a, %b : !braid.value<token, []>, !braid.value<token, []>) captures(%r : !braid.value<token, []>) unstack [] -> !braid.value<token, []> {
    ^bb0(%v: !braid.value<token, [d2: 2]>, %q: !braid.value<token, []>):
      %s = braid.map mul(%v, %v) : (!braid.value<token, [d2: 2]>, !braid.value<token, [d2: 2]>) -> !braid.value<token, [d2: 2]>
      %t = braid.reduce sum %s over ["d2"] : <token, [d2: 2]> -> <token, []>
      %u = braid.map mul(%t, %q) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, []>
      braid.yield %u : !braid.value<token, []>
    }
    %l = braid.token_sum %r2 : <token, []> -> <static, []>
    braid.output "loss", %l : <static, []>
  }
}

// -----

// Products sum over the tokens themselves; tables scatter; a parameter that is not used has gradient zero.
// CHECK-LABEL: braid.func @grad
// CHECK: %[[ID:.*]] = braid.input "id"
// CHECK: %[[T:.*]] = braid.param @table
// CHECK: %[[X:.*]] = braid.gather %[[T]][%[[ID]]]
// CHECK: %[[W:.*]] = braid.param @w
// CHECK: %[[DX:.*]] = braid.dot %[[G:.*]], %[[W]] over ["out"]
// CHECK: %[[DW:.*]] = braid.dot %[[G]], %[[X]] over [] tokens
// CHECK: %[[DT:.*]] = braid.scatter %[[DX]][%[[ID]]] along "v"
// CHECK: braid.output "grad:table", %[[DT]]
// CHECK: braid.output "grad:w", %[[DW]]
// CHECK: %[[Z:.*]] = braid.constant 0.0{{.*}} [some: 3]
// CHECK: braid.output "grad:unused", %[[Z]]
module {
  braid.parameter @table : !braid.value<static, [v: 4, dim: 2]> init {
    %0 = braid.constant 1.0 : <static, [v: 4, dim: 2]>
    braid.yield %0 : !braid.value<static, [v: 4, dim: 2]>
  }
  braid.parameter @w : !braid.value<static, [dim: 2, out: 3]> init {
    %0 = braid.constant 1.0 : <static, [dim: 2, out: 3]>
    braid.yield %0 : !braid.value<static, [dim: 2, out: 3]>
  }
  braid.parameter @unused : !braid.value<static, [some: 3]> init {
    %0 = braid.constant 1.0 : <static, [some: 3]>
    braid.yield %0 : !braid.value<static, [some: 3]>
  }
  braid.func @loss {
    %id = braid.input "id" : <token, [], id 4>
    %t = braid.param @table : <static, [v: 4, dim: 2]>
    %x = braid.gather %t[%id] along "v" : <static, [v: 4, dim: 2]>, <token, [], id 4> -> <token, [dim: 2]>
    %w = braid.param @w : <static, [dim: 2, out: 3]>
    %y = braid.dot %x, %w over ["dim"] : <token, [dim: 2]>, <static, [dim: 2, out: 3]> -> <token, [out: 3]>
    %z = braid.map sin(%y) : (!braid.value<token, [out: 3]>) -> !braid.value<token, [out: 3]>
    %s = braid.reduce sum %z over ["out"] : <token, [out: 3]> -> <token, []>
    %l = braid.token_sum %s : <token, []> -> <static, []>
    braid.output "loss", %l : <static, []>
  }
}

// -----

// Attention has a first derivative only.
module {
  braid.parameter @w : !braid.value<static, [head: 2]> init {
    %0 = braid.constant 1.0 : <static, [head: 2]>
    braid.yield %0 : !braid.value<static, [head: 2]>
  }
  braid.func @loss {
    %x = braid.input "x" : <token, [head: 2]>
    %w = braid.param @w : <static, [head: 2]>
    %q = braid.map mul(%x, %w) : (!braid.value<token, [head: 2]>, !braid.value<static, [head: 2]>) -> !braid.value<token, [head: 2]>
    %o, %lse = braid.attend %q, keys(%q), values(%q) over "head" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [head: 2]>, (!braid.value<token, [head: 2]>), (!braid.value<token, [head: 2]>) -> <token, [head: 2]>, <token, []>
    // expected-error @below {{second derivatives of attention are not available}}
    %a, %b, %c = braid.attend_grad %q, keys(%q), values(%q), output(%o, %lse, %o) over "head" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [head: 2]>, (!braid.value<token, [head: 2]>), (!braid.value<token, [head: 2]>), <token, [head: 2]>, <token, []>, <token, [head: 2]> -> <token, [head: 2]>, (!braid.value<token, [head: 2]>), (!braid.value<token, [head: 2]>)
    %s = braid.reduce sum %a over ["head"] : <token, [head: 2]> -> <token, []>
    %l = braid.token_sum %s : <token, []> -> <static, []>
    braid.output "loss", %l : <static, []>
  }
}
