// Reads of a history: stacks of token and static entries, captures, several groups,
// results that are unstacked again.
// RUN: braid-reference %s --function values --random-inputs 1,2 --print | FileCheck %s
// RUN: braid-reference %s --function loss --tape --random-inputs 2,3 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function loss --tape --random-inputs 2,5 -o %t.tape
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,5 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass
// DIFF: e: gradient rms {{[0-9.]*[1-9]}}
// DIFF: q: gradient rms {{[0-9.]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS

braid.parameter @q : !braid.value<static, [d: 3]> init {
  %0 = braid.random normal scale 1.0 stream "q" : !braid.value<static, [d: 3]>
  braid.yield %0 : !braid.value<static, [d: 3]>
}
braid.parameter @e : !braid.value<static, [d: 3]> init {
  %0 = braid.random normal scale 1.0 stream "e" : !braid.value<static, [d: 3]>
  braid.yield %0 : !braid.value<static, [d: 3]>
}

braid.func @values {
  %i = braid.iota : !braid.value<static, [d: 3]>
  %p = braid.position : !braid.value<token, [], id 0>
  %r = braid.map real(%p) : (!braid.value<token, [], id 0>) -> !braid.value<token, []>
  %t = braid.map add(%i, %r) : (!braid.value<static, [d: 3]>, !braid.value<token, []>) -> !braid.value<token, [d: 3]>
  // The static entry stands for itself at every token: 10 · (0 1 2) and then the token's own.
  // CHECK: a-weighted [1, 2, 3] 0 11 22 1 12 23
  // CHECK: b-first [1, 2, 3] 0 1 2 0 1 2
  // CHECK: c-second [1, 2, 3] 0 2 4 2 4 6
  %ten = braid.constant 10.0 : !braid.value<static, []>
  %0, %1, %2 = braid.read "depth" groups 1 entries(%i, %t : !braid.value<static, [d: 3]>, !braid.value<token, [d: 3]>) captures(%ten : !braid.value<static, []>) unstack [1] -> !braid.value<token, [d: 3]>, !braid.value<token, [d: 3]>, !braid.value<token, [d: 3]> {
  ^bb0(%v: !braid.value<token, [depth: 2, d: 3]>, %k: !braid.value<static, []>):
    %n = braid.iota : !braid.value<static, [depth: 2]>
    %one = braid.constant 1.0 : !braid.value<static, []>
    %w = braid.map sub(%one, %n) : (!braid.value<static, []>, !braid.value<static, [depth: 2]>) -> !braid.value<static, [depth: 2]>
    %u = braid.map pow(%k, %w) : (!braid.value<static, []>, !braid.value<static, [depth: 2]>) -> !braid.value<static, [depth: 2]>
    %s = braid.dot %v, %u over ["depth"] : !braid.value<token, [depth: 2, d: 3]>, !braid.value<static, [depth: 2]> -> !braid.value<token, [d: 3]>
    %m = braid.map add(%n, %one) : (!braid.value<static, [depth: 2]>, !braid.value<static, []>) -> !braid.value<static, [depth: 2]>
    %x = braid.map mul(%v, %m) : (!braid.value<token, [depth: 2, d: 3]>, !braid.value<static, [depth: 2]>) -> !braid.value<token, [depth: 2, d: 3]>
    braid.yield %s, %x : !braid.value<token, [d: 3]>, !braid.value<token, [depth: 2, d: 3]>
  }
  braid.output "a-weighted", %0 : !braid.value<token, [d: 3]>
  braid.output "b-first", %1 : !braid.value<token, [d: 3]>
  braid.output "c-second", %2 : !braid.value<token, [d: 3]>
}

braid.func @loss {
  %q = braid.param @q : !braid.value<static, [d: 3]>
  %e = braid.param @e : !braid.value<static, [d: 3]>
  %x = braid.input "x" : !braid.value<token, [d: 3]>
  %a = braid.map mul(%x, %e) : (!braid.value<token, [d: 3]>, !braid.value<static, [d: 3]>) -> !braid.value<token, [d: 3]>
  %b = braid.map sin(%a) : (!braid.value<token, [d: 3]>) -> !braid.value<token, [d: 3]>
  // A softmax over the entries, then the same entries and others zipped; a static entry with a gradient.
  %h = braid.read "depth" groups 1 entries(%a, %b, %e : !braid.value<token, [d: 3]>, !braid.value<token, [d: 3]>, !braid.value<static, [d: 3]>) captures(%q : !braid.value<static, [d: 3]>) unstack [] -> !braid.value<token, [d: 3]> {
  ^bb0(%v: !braid.value<token, [depth: 3, d: 3]>, %query: !braid.value<static, [d: 3]>):
    %s = braid.dot %v, %query over ["d"] : !braid.value<token, [depth: 3, d: 3]>, !braid.value<static, [d: 3]> -> !braid.value<token, [depth: 3]>
    %z = braid.map exp(%s) : (!braid.value<token, [depth: 3]>) -> !braid.value<token, [depth: 3]>
    %n = braid.reduce sum %z over ["depth"] : !braid.value<token, [depth: 3]> -> !braid.value<token, []>
    %w = braid.map div(%z, %n) : (!braid.value<token, [depth: 3]>, !braid.value<token, []>) -> !braid.value<token, [depth: 3]>
    %r = braid.dot %v, %w over ["depth"] : !braid.value<token, [depth: 3, d: 3]>, !braid.value<token, [depth: 3]> -> !braid.value<token, [d: 3]>
    braid.yield %r : !braid.value<token, [d: 3]>
  }
  %0, %1, %2, %3 = braid.read "again" groups 2 entries(%a, %h, %h, %b : !braid.value<token, [d: 3]>, !braid.value<token, [d: 3]>, !braid.value<token, [d: 3]>, !braid.value<token, [d: 3]>) captures() unstack [0] -> !braid.value<token, [d: 3]>, !braid.value<token, [d: 3]>, !braid.value<token, []>, !braid.value<static, [d: 3]> {
  ^bb0(%v: !braid.value<token, [again: 2, d: 3]>, %u: !braid.value<token, [again: 2, d: 3]>):
    %p = braid.map mul(%v, %u) : (!braid.value<token, [again: 2, d: 3]>, !braid.value<token, [again: 2, d: 3]>) -> !braid.value<token, [again: 2, d: 3]>
    %s = braid.reduce sum %p over ["again", "d"] : !braid.value<token, [again: 2, d: 3]> -> !braid.value<token, []>
    %t = braid.dot %v, %u over ["again"] tokens : !braid.value<token, [again: 2, d: 3]>, !braid.value<token, [again: 2, d: 3]> -> !braid.value<static, [d: 3]>
    braid.yield %p, %s, %t : !braid.value<token, [again: 2, d: 3]>, !braid.value<token, []>, !braid.value<static, [d: 3]>
  }
  %4 = braid.map mul(%0, %2) : (!braid.value<token, [d: 3]>, !braid.value<token, []>) -> !braid.value<token, [d: 3]>
  %5 = braid.map mul(%1, %3) : (!braid.value<token, [d: 3]>, !braid.value<static, [d: 3]>) -> !braid.value<token, [d: 3]>
  %6 = braid.map sub(%4, %5) : (!braid.value<token, [d: 3]>, !braid.value<token, [d: 3]>) -> !braid.value<token, [d: 3]>
  %sum = braid.reduce sum %6 over ["d"] : !braid.value<token, [d: 3]> -> !braid.value<token, []>
  %loss = braid.token_sum %sum : !braid.value<token, []> -> !braid.value<static, []>
  braid.output "loss", %loss : !braid.value<static, []>
}
