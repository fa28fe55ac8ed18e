// RUN: braid-opt %s --split-input-file --braid-form-recurrences=keep=16 -o %t.once --verify-diagnostics
// RUN: FileCheck %s < %t.once
// RUN: braid-opt %t.once --split-input-file --braid-form-recurrences=keep=16 -o %t.twice
// RUN: diff %t.once %t.twice

// A matrix spread out of rows is wide: the outer product that makes it and the query that reads it are taken in, and so is the factor
// that nothing else wants; the sum over the heads is finished outside. The zero that it begins with needs no operand.
// CHECK-LABEL: braid.func @matrix
// CHECK-DAG:     %[[Q:.*]] = braid.input "q"
// CHECK-DAG:     %[[K:.*]] = braid.input "k"
// CHECK:         %[[Y:.*]]:2 = braid.recur captures(%[[K]], %{{.*}}, %[[Q]] :
// CHECK-NEXT:    ^bb0(%[[A:[^:]*]]: {{.*}}, %[[B:[^:]*]]: !braid.value<token, [heads: 2, head: 8]>):
// CHECK:           %[[TWICE:.*]] = braid.map add(%[[A]], %[[A]])
// CHECK:           %[[S:.*]] = braid.carry "S" : <token, [heads: 2, head: 8, value: 8]>
// CHECK:           braid.dot %{{.*}}, %{{.*}} over []
// CHECK:           braid.next "S"
// CHECK:           %[[READ:.*]] = braid.dot %[[B]], %{{.*}} over ["head"]
// CHECK:           %[[PART:.*]] = braid.dot %{{.*}}, %{{.*}} over ["head"] : {{.*}} -> <token, [heads: 2, value: 8]>
// CHECK:           braid.yield %[[READ]], %[[PART]]
// CHECK:         braid.reduce sum %[[Y]]#1 over ["heads"]
// CHECK:         braid.map exp(%[[Y]]#0)
braid.func @matrix {
  %q = braid.input "q" : <token, [heads: 2, head: 8]>
  %k = braid.input "k" : <token, [heads: 2, head: 8]>
  %zero = braid.constant 0.0 : <static, [heads: 2, head: 8, value: 8]>
  %twice = braid.map add(%k, %k) : (!braid.value<token, [heads: 2, head: 8]>, !braid.value<token, [heads: 2, head: 8]>) -> !braid.value<token, [heads: 2, head: 8]>
  %v = braid.rename %k ["head"] to ["value"] : <token, [heads: 2, head: 8]> -> <token, [heads: 2, value: 8]>
  %s = braid.carry "S" init(%zero : !braid.value<static, [heads: 2, head: 8, value: 8]>) : <token, [heads: 2, head: 8, value: 8]>
  %kv = braid.dot %twice, %v over [] : <token, [heads: 2, head: 8]>, <token, [heads: 2, value: 8]> -> <token, [heads: 2, head: 8, value: 8]>
  %n = braid.map add(%s, %kv) : (!braid.value<token, [heads: 2, head: 8, value: 8]>, !braid.value<token, [heads: 2, head: 8, value: 8]>) -> !braid.value<token, [heads: 2, head: 8, value: 8]>
  braid.next "S", %n : <token, [heads: 2, head: 8, value: 8]>
  %y = braid.dot %q, %n over ["head"] : <token, [heads: 2, head: 8]>, <token, [heads: 2, head: 8, value: 8]> -> <token, [heads: 2, value: 8]>
  %all = braid.dot %q, %n over ["heads", "head"] : <token, [heads: 2, head: 8]>, <token, [heads: 2, head: 8, value: 8]> -> <token, [value: 8]>
  %e = braid.map exp(%y) : (!braid.value<token, [heads: 2, value: 8]>) -> !braid.value<token, [heads: 2, value: 8]>
  braid.output "e", %e : <token, [heads: 2, value: 8]>
  braid.output "all", %all : <token, [value: 8]>
}

// -----
// A vector as wide as what is in memory anyway is not: what uses it stays outside.
// CHECK-LABEL: braid.func @vector
// CHECK:         %[[H:.*]] = braid.recur captures(
// CHECK:           braid.carry "h" init(%{{.*}} : !braid.value<static, [d: 64]>)
// CHECK:           braid.yield
// CHECK:         braid.map exp(%[[H]])
braid.func @vector {
  %x = braid.input "x" : <token, [d: 64]>
  %i = braid.input "i" : <static, [d: 64]>
  %h = braid.carry "h" init(%i : !braid.value<static, [d: 64]>) : <token, [d: 64]>
  %n = braid.map mul(%h, %x) : (!braid.value<token, [d: 64]>, !braid.value<token, [d: 64]>) -> !braid.value<token, [d: 64]>
  braid.next "h", %n : <token, [d: 64]>
  %e = braid.map exp(%n) : (!braid.value<token, [d: 64]>) -> !braid.value<token, [d: 64]>
  braid.output "e", %e : <token, [d: 64]>
}

// -----
// The reverse recurrence computes wide values again; what is narrow is stored. What the first tokens leave is a result of it.
// CHECK-LABEL: braid.func @backward
// CHECK:         %[[F:.*]]:2 = braid.recur captures({{.*}}) keep 16 -> !braid.value<token, [b: 8]>, !braid.value<token, [kept: 4]>
// CHECK:         %[[G:.*]]:2 = braid.recur reverse captures({{.*}}) tapes(%[[F]]#1 : !braid.value<token, [kept: 4]>) keep 16 -> !braid.value<token, [a: 8]>, !braid.value<static, [a: 8, b: 8]>
// CHECK-NEXT:    ^bb0({{.*}}, %[[AGAIN:.*]]: !braid.value<token, [a: 8, b: 8]>):
// CHECK:           braid.carry "S.grad" reverse
// CHECK:           braid.dot %{{.*}}, %[[AGAIN]] over ["b"]
// CHECK:           braid.final "S.grad"
// CHECK:         } replay {
// CHECK:           braid.carry "S" init
// CHECK:           braid.yield %{{.*}} : !braid.value<token, [a: 8, b: 8]>
// CHECK:         }
braid.func @backward {
  %q = braid.input "q" : <token, [a: 8]>
  %v = braid.input "v" : <token, [b: 8]>
  %i = braid.input "i" : <static, [a: 8, b: 8]>
  %s = braid.carry "S" init(%i : !braid.value<static, [a: 8, b: 8]>) : <token, [a: 8, b: 8]>
  %kv = braid.dot %q, %v over [] : <token, [a: 8]>, <token, [b: 8]> -> <token, [a: 8, b: 8]>
  %n = braid.map add(%s, %kv) : (!braid.value<token, [a: 8, b: 8]>, !braid.value<token, [a: 8, b: 8]>) -> !braid.value<token, [a: 8, b: 8]>
  braid.next "S", %n : <token, [a: 8, b: 8]>
  %y = braid.dot %q, %n over ["a"] : <token, [a: 8]>, <token, [a: 8, b: 8]> -> <token, [b: 8]>
  braid.output "y", %y : <token, [b: 8]>
  %g = braid.delay %y by -1 : !braid.value<token, [b: 8]> -> !braid.value<token, [b: 8]>
  %gs = braid.carry "S.grad" reverse : <token, [a: 8, b: 8]>
  %gy = braid.dot %q, %g over [] : <token, [a: 8]>, <token, [b: 8]> -> <token, [a: 8, b: 8]>
  %sum = braid.map add(%gs, %gy) : (!braid.value<token, [a: 8, b: 8]>, !braid.value<token, [a: 8, b: 8]>) -> !braid.value<token, [a: 8, b: 8]>
  braid.next "S.grad", %sum : <token, [a: 8, b: 8]>
  %gq = braid.dot %g, %n over ["b"] : <token, [b: 8]>, <token, [a: 8, b: 8]> -> <token, [a: 8]>
  %first = braid.final "S.grad" : <static, [a: 8, b: 8]>
  braid.output "gq", %gq : <token, [a: 8]>
  braid.output "first", %first : <static, [a: 8, b: 8]>
}

// -----
// Declines: no carry, nothing changes.
// CHECK-LABEL: braid.func @plain
// CHECK-NEXT:    %[[X:.*]] = braid.input "x"
// CHECK-NEXT:    braid.output "x", %[[X]]
braid.func @plain {
  %x = braid.input "x" : <token, [d: 64]>
  braid.output "x", %x : <token, [d: 64]>
}
