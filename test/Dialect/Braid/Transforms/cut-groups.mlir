// RUN: braid-opt %s --braid-cut-groups=largest=4 | FileCheck %s
// RUN: braid-opt %s --braid-cut-groups=largest=4 -o %t.once
// RUN: braid-opt %t.once --braid-cut-groups=largest=4 -o %t.twice
// RUN: diff %t.once %t.twice

// Of the places where the first piece may end, least is alive behind the sum: one number.
// CHECK-LABEL: braid.func @narrow
braid.func @narrow {
  %x = braid.input "x" : <token, [dim: 96]>
  %a = braid.map mul(%x, %x) : (!braid.value<token, [dim: 96]>, !braid.value<token, [dim: 96]>) -> !braid.value<token, [dim: 96]>
  %b = braid.map exp(%a) : (!braid.value<token, [dim: 96]>) -> !braid.value<token, [dim: 96]>
  // CHECK: %[[SUM:.*]] = braid.reduce sum
  // CHECK-NEXT: %[[M:.*]] = braid.materialize %[[SUM]] : <token, []> -> <token, []>
  // CHECK-NEXT: braid.broadcast %[[M]]
  // CHECK-NOT: materialize
  %r = braid.reduce sum %b over ["dim"] : <token, [dim: 96]> -> <token, []>
  %c = braid.broadcast %r : <token, []> -> <token, [dim: 96]>
  %d = braid.map tanh(%c) : (!braid.value<token, [dim: 96]>) -> !braid.value<token, [dim: 96]>
  %e = braid.map exp(%d) : (!braid.value<token, [dim: 96]>) -> !braid.value<token, [dim: 96]>
  braid.output "e", %e : <token, [dim: 96]>
}

// What is in memory anyway costs half: an output is alive at the cut, not the value of as many numbers before it. Whoever uses
// it behind the cut through a view takes the view from memory, and a product of a later level takes the value itself.
// CHECK-LABEL: braid.func @stored
braid.func @stored {
  %x = braid.input "x" : <token, [dim: 96]>
  %w = braid.input "w" : <static, [half: 96, inner: 96]>
  %a = braid.map exp(%x) : (!braid.value<token, [dim: 96]>) -> !braid.value<token, [dim: 96]>
  // CHECK: %[[B:.*]] = braid.map tanh
  %b = braid.map tanh(%a) : (!braid.value<token, [dim: 96]>) -> !braid.value<token, [dim: 96]>
  // CHECK-NEXT: %[[V:.*]] = braid.rename %[[B]]
  // CHECK-NEXT: %[[M:.*]] = braid.materialize %[[V]]
  %v = braid.rename %b ["dim"] to ["half"] : <token, [dim: 96]> -> <token, [half: 96]>
  // CHECK-NEXT: braid.map neg(%[[M]])
  %c = braid.map neg(%v) : (!braid.value<token, [half: 96]>) -> !braid.value<token, [half: 96]>
  %d = braid.map exp(%c) : (!braid.value<token, [half: 96]>) -> !braid.value<token, [half: 96]>
  %e = braid.map tanh(%d) : (!braid.value<token, [half: 96]>) -> !braid.value<token, [half: 96]>
  // CHECK: braid.dot %[[V]]
  %p = braid.dot %v, %w over ["half"] : <token, [half: 96]>, <static, [half: 96, inner: 96]> -> <token, [inner: 96]>
  braid.output "b", %b : <token, [dim: 96]>
  braid.output "e", %e : <token, [half: 96]>
  braid.output "p", %p : <token, [inner: 96]>
}

// Declines: groups of four ops; of ops on at most 64 numbers, eight count as one. A product between two groups makes two of them.
// CHECK-LABEL: braid.func @small
// CHECK-NOT: materialize
braid.func @small {
  %x = braid.input "x" : <token, [dim: 96]>
  %n = braid.input "n" : <token, [lane: 4]>
  %w = braid.input "w" : <static, [dim: 96, inner: 96]>
  %a = braid.map exp(%x) : (!braid.value<token, [dim: 96]>) -> !braid.value<token, [dim: 96]>
  %b = braid.map tanh(%a) : (!braid.value<token, [dim: 96]>) -> !braid.value<token, [dim: 96]>
  %y = braid.dot %b, %w over ["dim"] : <token, [dim: 96]>, <static, [dim: 96, inner: 96]> -> <token, [inner: 96]>
  %c = braid.map exp(%y) : (!braid.value<token, [inner: 96]>) -> !braid.value<token, [inner: 96]>
  %d = braid.map tanh(%c) : (!braid.value<token, [inner: 96]>) -> !braid.value<token, [inner: 96]>
  %e = braid.map exp(%d) : (!braid.value<token, [inner: 96]>) -> !braid.value<token, [inner: 96]>
  %p = braid.map exp(%n) : (!braid.value<token, [lane: 4]>) -> !braid.value<token, [lane: 4]>
  %q = braid.map tanh(%p) : (!braid.value<token, [lane: 4]>) -> !braid.value<token, [lane: 4]>
  %r = braid.map exp(%q) : (!braid.value<token, [lane: 4]>) -> !braid.value<token, [lane: 4]>
  %s = braid.map tanh(%r) : (!braid.value<token, [lane: 4]>) -> !braid.value<token, [lane: 4]>
  %t = braid.map exp(%s) : (!braid.value<token, [lane: 4]>) -> !braid.value<token, [lane: 4]>
  braid.output "e", %e : <token, [inner: 96]>
  braid.output "t", %t : <token, [lane: 4]>
}
