// RUN: braid-opt %s --braid-canonicalize | FileCheck %s
// RUN: braid-opt %s --braid-canonicalize -o %t.once
// RUN: braid-opt %t.once --braid-canonicalize -o %t.twice
// RUN: diff %t.once %t.twice

// CHECK-LABEL: braid.func @neutral
braid.func @neutral {
  // CHECK-NEXT: %[[X:.*]] = braid.input "x"
  %x = braid.input "x" : <token, [dim: 8]>
  %0 = braid.constant 0.0 : <static, []>
  %1 = braid.constant 1.0 : <static, [dim: 8]>
  %a = braid.map mul(%1, %x) : (!braid.value<static, [dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %b = braid.map add(%a, %0) : (!braid.value<token, [dim: 8]>, !braid.value<static, []>) -> !braid.value<token, [dim: 8]>
  // CHECK: braid.output "same", %[[X]]
  braid.output "same", %b : <token, [dim: 8]>
  // 0 · x is not 0 where x is not finite.
  // CHECK: %[[Z:.*]] = braid.map mul(%[[X]],
  // CHECK-NEXT: braid.output "zero", %[[Z]]
  %z = braid.map mul(%x, %0) : (!braid.value<token, [dim: 8]>, !braid.value<static, []>) -> !braid.value<token, [dim: 8]>
  braid.output "zero", %z : <token, [dim: 8]>
}

// Where zero wins, it is exact: a product with 0 goes, one with another number is an ordinary one.
// CHECK-LABEL: braid.func @zero_wins
braid.func @zero_wins {
  // CHECK-NEXT: %[[X:.*]] = braid.input "x"
  // CHECK-DAG: %[[Z:.*]] = braid.constant 0.0
  // CHECK-DAG: %[[THREE:.*]] = braid.constant 3.0
  // CHECK-DAG: %[[INF:.*]] = braid.constant 0x7FF0000000000000
  // CHECK-DAG: %[[ZERO:.*]] = braid.broadcast %[[Z]]
  // CHECK-DAG: braid.output "zero", %[[ZERO]]
  // CHECK-DAG: braid.output "one", %[[X]]
  // CHECK-DAG: %[[T:.*]] = braid.map mul(%[[X]], %[[THREE]])
  // CHECK-DAG: braid.output "three", %[[T]]
  // CHECK-DAG: %[[I:.*]] = braid.map mulz(%[[X]], %[[INF]])
  // CHECK-DAG: braid.output "infinite", %[[I]]
  // CHECK-DAG: %[[S:.*]] = braid.map mulz(%[[X]], %[[X]])
  // CHECK-DAG: braid.output "square", %[[S]]
  %x = braid.input "x" : <token, [dim: 8]>
  %0 = braid.constant 0.0 : <static, []>
  %1 = braid.constant 1.0 : <static, [dim: 8]>
  %3 = braid.constant 3.0 : <static, []>
  %inf = braid.constant 0x7FF0000000000000 : <static, []>
  %a = braid.map mulz(%0, %x) : (!braid.value<static, []>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.output "zero", %a : <token, [dim: 8]>
  %b = braid.map mulz(%1, %x) : (!braid.value<static, [dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.output "one", %b : <token, [dim: 8]>
  %c = braid.map mulz(%3, %x) : (!braid.value<static, []>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.output "three", %c : <token, [dim: 8]>
  %d = braid.map mulz(%x, %inf) : (!braid.value<token, [dim: 8]>, !braid.value<static, []>) -> !braid.value<token, [dim: 8]>
  braid.output "infinite", %d : <token, [dim: 8]>
  %e = braid.map mulz(%x, %x) : (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.output "square", %e : <token, [dim: 8]>
}

// CHECK-LABEL: braid.func @constants
braid.func @constants {
  %x = braid.input "x" : <token, [dim: 8]>
  %0 = braid.constant 4.0 : <static, []>
  %1 = braid.constant 2.0 : <static, []>
  %a = braid.map div(%x, %0) : (!braid.value<token, [dim: 8]>, !braid.value<static, []>) -> !braid.value<token, [dim: 8]>
  %b = braid.map mul(%a, %1) : (!braid.value<token, [dim: 8]>, !braid.value<static, []>) -> !braid.value<token, [dim: 8]>
  // CHECK: %[[X:.*]] = braid.input "x"
  // CHECK: %[[C:.*]] = braid.constant 5.000000e-01
  // CHECK: %[[H:.*]] = braid.map mul(%[[X]], %[[C]])
  // CHECK-NEXT: braid.output "half", %[[H]]
  braid.output "half", %b : <token, [dim: 8]>
  // CHECK: %[[S:.*]] = braid.map mul(%[[X]], %[[X]])
  // CHECK-NEXT: braid.output "square", %[[S]]
  %s = braid.map pow(%x, %1) : (!braid.value<token, [dim: 8]>, !braid.value<static, []>) -> !braid.value<token, [dim: 8]>
  braid.output "square", %s : <token, [dim: 8]>
  // CHECK: %[[E:.*]] = braid.constant 1.600000e+01
  // CHECK-NEXT: braid.output "power", %[[E]]
  %p = braid.map pow(%0, %1) : (!braid.value<static, []>, !braid.value<static, []>) -> !braid.value<static, []>
  braid.output "power", %p : <static, []>
}

// CHECK-LABEL: braid.func @signs
braid.func @signs {
  // CHECK: %[[X:.*]] = braid.input "x"
  // CHECK: %[[Y:.*]] = braid.input "y"
  %x = braid.input "x" : <token, []>
  %y = braid.input "y" : <token, []>
  %n = braid.map neg(%y) : (!braid.value<token, []>) -> !braid.value<token, []>
  // CHECK: %[[D:.*]] = braid.map sub(%[[X]], %[[Y]])
  // CHECK-NEXT: braid.output "d", %[[D]]
  %d = braid.map add(%x, %n) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, []>
  braid.output "d", %d : <token, []>
  // CHECK-NEXT: braid.output "y", %[[Y]]
  %nn = braid.map neg(%n) : (!braid.value<token, []>) -> !braid.value<token, []>
  braid.output "y", %nn : <token, []>
}

// CHECK-LABEL: braid.func @views
braid.func @views {
  // CHECK: %[[X:.*]] = braid.input "x"
  %x = braid.input "x" : <token, [a: 2, b: 4]>
  %s = braid.input "s" : <token, []>
  %b = braid.broadcast %s : <token, []> -> <token, [b: 4]>
  %b2 = braid.broadcast %b : <token, [b: 4]> -> <token, [b: 4, a: 2]>
  %t = braid.transpose %x : <token, [a: 2, b: 4]> -> <token, [b: 4, a: 2]>
  // An order of axes that an output shows stays; elementwise ops need none.
  // CHECK: %[[T:.*]] = braid.transpose %[[X]]
  // CHECK: %[[M:.*]] = braid.map mul(%[[X]], %{{.*}}) : (!braid.value<token, [a: 2, b: 4]>, !braid.value<token, []>) -> !braid.value<token, [b: 4, a: 2]>
  // CHECK-NEXT: braid.output "m", %[[M]]
  %m = braid.map mul(%t, %b2) : (!braid.value<token, [b: 4, a: 2]>, !braid.value<token, [b: 4, a: 2]>) -> !braid.value<token, [b: 4, a: 2]>
  braid.output "m", %m : <token, [b: 4, a: 2]>
  // A sum of equal numbers.
  // CHECK: %[[E:.*]] = braid.constant 8.0
  // CHECK: %[[R:.*]] = braid.map mul(%{{.*}}, %[[E]])
  // CHECK-NEXT: braid.output "sum", %[[R]]
  %r = braid.reduce sum %b2 over ["a", "b"] : <token, [b: 4, a: 2]> -> <token, []>
  braid.output "sum", %r : <token, []>
  %j = braid.join %x "c" : <token, [a: 2, b: 4]> -> <token, [c: 8]>
  %sp = braid.split %j "c" : <token, [c: 8]> -> <token, [a: 2, b: 4]>
  // CHECK-NEXT: braid.output "x", %[[X]]
  braid.output "x", %sp : <token, [a: 2, b: 4]>
  // CHECK-NEXT: braid.output "t", %[[T]]
  braid.output "t", %t : <token, [b: 4, a: 2]>
}

// A swap of two names of equal sizes is no identity; two swaps are.
// CHECK-LABEL: braid.func @swap
braid.func @swap {
  // CHECK: %[[X:.*]] = braid.input "x"
  %x = braid.input "x" : <token, [a: 2, b: 2]>
  // CHECK: %[[Y:.*]] = braid.rename %[[X]] ["a", "b"] to ["b", "a"]
  %y = braid.rename %x ["a", "b"] to ["b", "a"] : <token, [a: 2, b: 2]> -> <token, [b: 2, a: 2]>
  // CHECK-NEXT: braid.output "y", %[[Y]]
  braid.output "y", %y : <token, [b: 2, a: 2]>
  %z = braid.rename %y ["b", "a"] to ["a", "b"] : <token, [b: 2, a: 2]> -> <token, [a: 2, b: 2]>
  // CHECK-NEXT: braid.output "x", %[[X]]
  braid.output "x", %z : <token, [a: 2, b: 2]>
}

// CHECK-LABEL: braid.func @reads
braid.func @reads {
  %x = braid.input "x" : <token, []>
  // CHECK: %[[Q:.*]] = braid.input "q"
  %q = braid.input "q" : <static, []>
  %one = braid.constant 1.0 : <static, []>
  // Left: one result, one capture, no list that nobody reads.
  // CHECK: braid.read "depth" groups 1 entries({{.*}}) captures(%[[Q]] : !braid.value<static, []>) unstack [] -> !braid.value<token, []> {
  // CHECK-NEXT: ^bb0(%[[V:.*]]: !braid.value<token, [depth: 2]>, %[[C:.*]]: !braid.value<static, []>):
  // CHECK-NEXT: %[[T:.*]] = braid.map mul(%[[V]], %[[C]])
  // CHECK-NEXT: %[[S:.*]] = braid.reduce sum %[[T]]
  // CHECK-NEXT: braid.yield %[[S]] : !braid.value<token, []>
  %r:4 = braid.read "depth" groups 2 entries(%x, %x, %x, %x : !braid.value<token, []>, !braid.value<token, []>, !braid.value<token, []>, !braid.value<token, []>) captures(%q, %one, %q, %x : !braid.value<static, []>, !braid.value<static, []>, !braid.value<static, []>, !braid.value<token, []>) unstack [0] -> !braid.value<token, []>, !braid.value<token, []>, !braid.value<token, []>, !braid.value<token, []> {
  ^bb0(%v: !braid.value<token, [depth: 2]>, %w: !braid.value<token, [depth: 2]>, %a: !braid.value<static, []>, %o: !braid.value<static, []>, %b: !braid.value<static, []>, %t: !braid.value<token, []>):
    %u = braid.map mul(%v, %w) : (!braid.value<token, [depth: 2]>, !braid.value<token, [depth: 2]>) -> !braid.value<token, [depth: 2]>
    %l = braid.map mul(%v, %b) : (!braid.value<token, [depth: 2]>, !braid.value<static, []>) -> !braid.value<token, [depth: 2]>
    %n = braid.map mul(%l, %o) : (!braid.value<token, [depth: 2]>, !braid.value<static, []>) -> !braid.value<token, [depth: 2]>
    %s = braid.reduce sum %n over ["depth"] : <token, [depth: 2]> -> <token, []>
    %m = braid.reduce max %v over ["depth"] : <token, [depth: 2]> -> <token, []>
    braid.yield %u, %s, %m : !braid.value<token, [depth: 2]>, !braid.value<token, []>, !braid.value<token, []>
  }
  braid.output "r", %r#2 : <token, []>
}

// Carries that nothing but themselves looks at are dead, and all that led to them; one that another carry needs is not.
// CHECK-LABEL: braid.func @carries
// CHECK-NOT: "dead"
// CHECK: braid.carry "needed"
// CHECK-NOT: braid.map exp
// CHECK: braid.carry "live"
// CHECK-NOT: "dead"
braid.func @carries {
  %x = braid.input "x" : <token, [dim: 8]>
  %d = braid.carry "dead" : <token, [dim: 8]>
  %e = braid.map exp(%d) : (!braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.next "dead", %e : <token, [dim: 8]>
  %n = braid.carry "needed" : <token, [dim: 8]>
  braid.next "needed", %x : <token, [dim: 8]>
  %l = braid.carry "live" : <token, [dim: 8]>
  %s = braid.map sub(%l, %n) : (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.next "live", %s : <token, [dim: 8]>
  braid.output "l", %l : <token, [dim: 8]>
}

// Declines: nothing is constant, neutral, double or dead; what has an effect stays.
// CHECK-LABEL: braid.func @nothing
// CHECK: braid.map div
// CHECK: braid.observe "o"
braid.func @nothing {
  %x = braid.input "x" : <token, [dim: 8]>
  %q = braid.input "q" : <token, []>
  %d = braid.map div(%x, %q) : (!braid.value<token, [dim: 8]>, !braid.value<token, []>) -> !braid.value<token, [dim: 8]>
  braid.observe "o", %d : <token, [dim: 8]>
  braid.output "x", %x : <token, [dim: 8]>
}
