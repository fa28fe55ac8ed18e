// Sums, extremes and contractions.
// RUN: braid-reference %s --function values --print | FileCheck %s
// RUN: braid-reference %s --function loss --tape --random-inputs 2,3 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function loss --tape --random-inputs 2,5 -o %t.tape
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,5 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass
// DIFF: w: gradient rms {{[0-9.]*[1-9]}}
// DIFF: x: gradient rms {{[0-9.]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS

braid.parameter @x : !braid.value<static, [h: 2, a: 4]> init {
  %0 = braid.random normal scale 1.0 stream "x" : !braid.value<static, [h: 2, a: 4]>
  braid.yield %0 : !braid.value<static, [h: 2, a: 4]>
}
braid.parameter @w : !braid.value<static, [a: 4, h: 2, c: 3]> init {
  %0 = braid.random normal scale 0.5 stream "w" : !braid.value<static, [a: 4, h: 2, c: 3]>
  braid.yield %0 : !braid.value<static, [a: 4, h: 2, c: 3]>
}

braid.func @values {
  %i = braid.iota : !braid.value<static, [n: 6]>
  %m = braid.split %i "n" : !braid.value<static, [n: 6]> -> !braid.value<static, [r: 2, c: 3]>
  // CHECK: a-sum [2] 3 12
  %0 = braid.reduce sum %m over ["c"] : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [r: 2]>
  braid.output "a-sum", %0 : !braid.value<static, [r: 2]>
  // CHECK: b-max [3] 3 4 5
  %1 = braid.reduce max %m over ["r"] : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [c: 3]>
  braid.output "b-max", %1 : !braid.value<static, [c: 3]>
  // CHECK: c-min [] 0
  %2 = braid.reduce min %m over ["r", "c"] : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, []>
  braid.output "c-min", %2 : !braid.value<static, []>
  // CHECK: d-matrix [2, 2] 5 14 14 50
  %k = braid.rename %m ["r"] to ["q"] : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [q: 2, c: 3]>
  %3 = braid.dot %m, %k over ["c"] : !braid.value<static, [r: 2, c: 3]>, !braid.value<static, [q: 2, c: 3]> -> !braid.value<static, [r: 2, q: 2]>
  braid.output "d-matrix", %3 : !braid.value<static, [r: 2, q: 2]>
  // CHECK: e-batched [2] 5 50
  %4 = braid.dot %m, %m over ["c"] : !braid.value<static, [r: 2, c: 3]>, !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [r: 2]>
  braid.output "e-batched", %4 : !braid.value<static, [r: 2]>
  // Nothing is contracted; only the order of the axes changes.
  // CHECK: f-outer [3, 2] 0 3 1 4 2 5
  %one = braid.constant 1.0 : !braid.value<static, []>
  %5 = braid.dot %m, %one over [] : !braid.value<static, [r: 2, c: 3]>, !braid.value<static, []> -> !braid.value<static, [c: 3, r: 2]>
  braid.output "f-outer", %5 : !braid.value<static, [c: 3, r: 2]>
  // NaN comes through, wherever it stands.
  // CHECK: g-nan [2] {{-?}}nan 3.38629
  // CHECK: h-nan [2] {{-?}}nan 2.69315
  %two = braid.constant 2.0 : !braid.value<static, []>
  %6 = braid.map sub(%m, %one) : (!braid.value<static, [r: 2, c: 3]>, !braid.value<static, []>) -> !braid.value<static, [r: 2, c: 3]>
  %7 = braid.map log(%6) : (!braid.value<static, [r: 2, c: 3]>) -> !braid.value<static, [r: 2, c: 3]>
  %8 = braid.map add(%7, %two) : (!braid.value<static, [r: 2, c: 3]>, !braid.value<static, []>) -> !braid.value<static, [r: 2, c: 3]>
  %9 = braid.reduce max %8 over ["c"] : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [r: 2]>
  %10 = braid.reduce min %8 over ["c"] : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [r: 2]>
  braid.output "g-nan", %9 : !braid.value<static, [r: 2]>
  braid.output "h-nan", %10 : !braid.value<static, [r: 2]>
}

braid.func @loss {
  %x = braid.param @x : !braid.value<static, [h: 2, a: 4]>
  %w = braid.param @w : !braid.value<static, [a: 4, h: 2, c: 3]>
  %t = braid.input "t" : !braid.value<token, [a: 4]>
  %u = braid.map mul(%t, %x) : (!braid.value<token, [a: 4]>, !braid.value<static, [h: 2, a: 4]>) -> !braid.value<token, [h: 2, a: 4]>
  // Batched over h, contracted over a, in an order that is nobody's.
  %v = braid.dot %w, %u over ["a"] : !braid.value<static, [a: 4, h: 2, c: 3]>, !braid.value<token, [h: 2, a: 4]> -> !braid.value<token, [c: 3, h: 2]>
  %s = braid.dot %v, %v over ["h", "c"] : !braid.value<token, [c: 3, h: 2]>, !braid.value<token, [c: 3, h: 2]> -> !braid.value<token, []>
  // Over all tokens.
  %o = braid.dot %v, %t over [] tokens : !braid.value<token, [c: 3, h: 2]>, !braid.value<token, [a: 4]> -> !braid.value<static, [a: 4, h: 2, c: 3]>
  %p = braid.dot %o, %u over ["a", "h"] : !braid.value<static, [a: 4, h: 2, c: 3]>, !braid.value<token, [h: 2, a: 4]> -> !braid.value<token, [c: 3]>
  %q = braid.reduce max %p over ["c"] : !braid.value<token, [c: 3]> -> !braid.value<token, []>
  %r = braid.reduce min %v over ["c"] : !braid.value<token, [c: 3, h: 2]> -> !braid.value<token, [h: 2]>
  %y = braid.map mul(%r, %q) : (!braid.value<token, [h: 2]>, !braid.value<token, []>) -> !braid.value<token, [h: 2]>
  %z = braid.map add(%y, %s) : (!braid.value<token, [h: 2]>, !braid.value<token, []>) -> !braid.value<token, [h: 2]>
  %sum = braid.reduce sum %z over ["h"] : !braid.value<token, [h: 2]> -> !braid.value<token, []>
  %loss = braid.token_sum %sum : !braid.value<token, []> -> !braid.value<static, []>
  braid.output "loss", %loss : !braid.value<static, []>
}
