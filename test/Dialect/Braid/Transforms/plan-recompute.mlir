// RUN: braid-opt %s --braid-plan-recompute | FileCheck %s
// RUN: braid-opt %s --braid-plan-recompute -o %t.once
// RUN: braid-opt %t.once --braid-plan-recompute -o %t.twice
// RUN: diff %t.once %t.twice

// `e` is cheap to compute again from the product's result; `r`, one number a token, is
// stored although its leaf would do.
// CHECK-LABEL: braid.func @activation
braid.func @activation {
  %x = braid.input "x" : <token, [dim: 64]>
  %w = braid.input "w" : <static, [dim: 64, inner: 64]>
  %u = braid.input "u" : <static, [inner: 64, dim: 64]>
  // CHECK: %[[H:.*]] = braid.dot
  %h = braid.dot %x, %w over ["dim"] : <token, [dim: 64]>, <static, [dim: 64, inner: 64]> -> <token, [inner: 64]>
  // CHECK-NEXT: %[[E:.*]] = braid.map exp(%[[H]]) :
  %e = braid.map exp(%h) : (!braid.value<token, [inner: 64]>) -> !braid.value<token, [inner: 64]>
  // CHECK-NEXT: %[[T:.*]] = braid.map tanh(%[[E]]) :
  %t = braid.map tanh(%e) : (!braid.value<token, [inner: 64]>) -> !braid.value<token, [inner: 64]>
  // CHECK-NEXT: %[[Y:.*]] = braid.dot %[[T]]
  %y = braid.dot %t, %u over ["inner"] : <token, [inner: 64]>, <static, [inner: 64, dim: 64]> -> <token, [dim: 64]>
  // CHECK-NEXT: %[[R:.*]] = braid.reduce sum %[[E]]
  %r = braid.reduce sum %e over ["inner"] : <token, [inner: 64]> -> <token, []>
  // CHECK-NEXT: %[[O:.*]] = braid.map mul(%[[Y]], %[[R]]) :
  %o = braid.map mul(%y, %r) : (!braid.value<token, [dim: 64]>, !braid.value<token, []>) -> !braid.value<token, [dim: 64]>
  // CHECK-NEXT: %[[AGAIN:.*]] = braid.map exp(%[[H]]) {recomputed}
  // CHECK-NEXT: braid.map mul(%[[O]], %[[AGAIN]]) :
  %k = braid.map mul(%o, %e) : (!braid.value<token, [dim: 64]>, !braid.value<token, [inner: 64]>) -> !braid.value<token, [dim: 64, inner: 64]>
  braid.output "o", %o : <token, [dim: 64]>
  braid.output "k", %k : <token, [dim: 64, inner: 64]>
}

// Declines: a residual; reading both summands again is no cheaper than writing and reading the sum.
// CHECK-LABEL: braid.func @residual
// CHECK-NOT: recomputed
braid.func @residual {
  %x = braid.input "x" : <token, [dim: 64]>
  %w = braid.input "w" : <static, [dim: 64, dim2: 64]>
  %v = braid.input "v" : <static, [dim2: 64, dim: 64]>
  %h = braid.dot %x, %w over ["dim"] : <token, [dim: 64]>, <static, [dim: 64, dim2: 64]> -> <token, [dim2: 64]>
  %y = braid.dot %h, %v over ["dim2"] : <token, [dim2: 64]>, <static, [dim2: 64, dim: 64]> -> <token, [dim: 64]>
  %s = braid.map add(%x, %y) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %n = braid.map tanh(%s) : (!braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %h2 = braid.dot %n, %w over ["dim"] : <token, [dim: 64]>, <static, [dim: 64, dim2: 64]> -> <token, [dim2: 64]>
  %y2 = braid.dot %h2, %v over ["dim2"] : <token, [dim2: 64]>, <static, [dim2: 64, dim: 64]> -> <token, [dim: 64]>
  %s2 = braid.map add(%s, %y2) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  braid.output "s", %s2 : <token, [dim: 64]>
}

// Computed from a table's row, which is read again where it is used; a position costs nothing.
// CHECK-LABEL: braid.func @table
braid.func @table {
  %id = braid.input "tokens" : <token, [], id 16>
  %t = braid.input "t" : <static, [vocab: 16, dim: 64]>
  %w = braid.input "w" : <static, [dim: 64, dim2: 64]>
  // CHECK: %[[X:.*]] = braid.gather
  %x = braid.gather %t[%id] along "vocab" : <static, [vocab: 16, dim: 64]>, <token, [], id 16> -> <token, [dim: 64]>
  // CHECK-NEXT: %[[E:.*]] = braid.map tanh(%[[X]])
  %e = braid.map tanh(%x) : (!braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  // CHECK-NEXT: %[[H:.*]] = braid.dot
  %h = braid.dot %e, %w over ["dim"] : <token, [dim: 64]>, <static, [dim: 64, dim2: 64]> -> <token, [dim2: 64]>
  // CHECK-NEXT: %[[X2:.*]] = braid.gather {{.*}} {recomputed}
  // CHECK-NEXT: braid.dot %[[X2]], %[[H]]
  %y = braid.dot %x, %h over [] : <token, [dim: 64]>, <token, [dim2: 64]> -> <token, [dim: 64, dim2: 64]>
  braid.output "y", %y : <token, [dim: 64, dim2: 64]>
}

// A sum is stored, although its leaf is read again anyway: another kernel may add in another order. An extreme,
// whose bits no order changes, may be copied.
// CHECK-LABEL: braid.func @sums
// CHECK-NOT: braid.reduce sum %{{.*}} over ["lane"] {recomputed
braid.func @sums {
  %x = braid.input "x" : <token, [lane: 4, dim: 64]>
  %w = braid.input "w" : <static, [dim: 64, dim2: 64]>
  %s = braid.reduce sum %x over ["lane"] : <token, [lane: 4, dim: 64]> -> <token, [dim: 64]>
  %t = braid.map tanh(%s) : (!braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %h = braid.dot %t, %w over ["dim"] : <token, [dim: 64]>, <static, [dim: 64, dim2: 64]> -> <token, [dim2: 64]>
  %p = braid.map mul(%x, %s) : (!braid.value<token, [lane: 4, dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [lane: 4, dim: 64]>
  %k = braid.dot %p, %h over [] : <token, [lane: 4, dim: 64]>, <token, [dim2: 64]> -> <token, [lane: 4, dim: 64, dim2: 64]>
  braid.output "k", %k : <token, [lane: 4, dim: 64, dim2: 64]>
}
// CHECK-LABEL: braid.func @extremes
// CHECK: braid.reduce max %{{.*}} over ["lane"] {recomputed}
braid.func @extremes {
  %x = braid.input "x" : <token, [lane: 4, dim: 64]>
  %w = braid.input "w" : <static, [dim: 64, dim2: 64]>
  %s = braid.reduce max %x over ["lane"] : <token, [lane: 4, dim: 64]> -> <token, [dim: 64]>
  %t = braid.map tanh(%s) : (!braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %h = braid.dot %t, %w over ["dim"] : <token, [dim: 64]>, <static, [dim: 64, dim2: 64]> -> <token, [dim2: 64]>
  %y = braid.map mul(%x, %s) : (!braid.value<token, [lane: 4, dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [lane: 4, dim: 64]>
  %k = braid.dot %y, %h over [] : <token, [lane: 4, dim: 64]>, <token, [dim2: 64]> -> <token, [lane: 4, dim: 64, dim2: 64]>
  braid.output "k", %k : <token, [lane: 4, dim: 64, dim2: 64]>
}
