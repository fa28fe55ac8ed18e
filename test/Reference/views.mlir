// Ops that only move and add elements.
// RUN: braid-reference %s --function values --print | FileCheck %s
// RUN: braid-reference %s --function loss --tape --random-inputs 2,2 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function loss --tape --random-inputs 2,5 -o %t.tape
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,5 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass
// DIFF: x: gradient rms {{[0-9.]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS

braid.parameter @x : !braid.value<static, [a: 2, b: 6]> init {
  %0 = braid.random normal scale 1.0 stream "x" : !braid.value<static, [a: 2, b: 6]>
  braid.yield %0 : !braid.value<static, [a: 2, b: 6]>
}

braid.func @values {
  %i = braid.iota : !braid.value<static, [n: 6]>
  %m = braid.split %i "n" : !braid.value<static, [n: 6]> -> !braid.value<static, [r: 2, c: 3]>
  // CHECK: a-transpose [3, 2] 0 3 1 4 2 5
  %t = braid.transpose %m : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [c: 3, r: 2]>
  braid.output "a-transpose", %t : !braid.value<static, [c: 3, r: 2]>
  // CHECK: b-join [6] 0 3 1 4 2 5
  %j = braid.join %t "n" : !braid.value<static, [c: 3, r: 2]> -> !braid.value<static, [n: 6]>
  braid.output "b-join", %j : !braid.value<static, [n: 6]>
  // CHECK: c-slice [3, 1] 3 4 5
  %s = braid.slice %t "r" at 1 size 1 as "q" : !braid.value<static, [c: 3, r: 2]> -> !braid.value<static, [c: 3, q: 1]>
  braid.output "c-slice", %s : !braid.value<static, [c: 3, q: 1]>
  // CHECK: d-index [2] 2 5
  %d = braid.slice %t "c" at 2 size 1 : !braid.value<static, [c: 3, r: 2]> -> !braid.value<static, [r: 2]>
  braid.output "d-index", %d : !braid.value<static, [r: 2]>
  // CHECK: e-pad [4, 2] 0 0 2 5 0 0 0 0
  %e = braid.pad %d to "k" at 1 : !braid.value<static, [r: 2]> -> !braid.value<static, [k: 4, r: 2]>
  braid.output "e-pad", %e : !braid.value<static, [k: 4, r: 2]>
  // CHECK: f-pad [2, 5] 0 0 0 1 2 0 0 3 4 5
  %f = braid.pad %m to "k" at 2 from "c" : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [r: 2, k: 5]>
  braid.output "f-pad", %f : !braid.value<static, [r: 2, k: 5]>
  // CHECK: g-concat [3, 3] 0 3 3 1 4 4 2 5 5
  %g = braid.concat %t, %s along ["r", "q"] to "all" : (!braid.value<static, [c: 3, r: 2]>, !braid.value<static, [c: 3, q: 1]>) -> !braid.value<static, [c: 3, all: 3]>
  braid.output "g-concat", %g : !braid.value<static, [c: 3, all: 3]>
  // CHECK: h-broadcast [2, 3] 2 2 2 5 5 5
  %h = braid.broadcast %d : !braid.value<static, [r: 2]> -> !braid.value<static, [r: 2, z: 3]>
  braid.output "h-broadcast", %h : !braid.value<static, [r: 2, z: 3]>
  // CHECK: i-rename [2, 3] 0 1 2 3 4 5
  %k = braid.rename %m ["r", "c"] to ["c", "r"] : !braid.value<static, [r: 2, c: 3]> -> !braid.value<static, [c: 2, r: 3]>
  braid.output "i-rename", %k : !braid.value<static, [c: 2, r: 3]>
}

braid.func @loss {
  %x = braid.param @x : !braid.value<static, [a: 2, b: 6]>
  %w = braid.input "w" : !braid.value<token, [b: 6]>
  %0 = braid.map mul(%x, %w) : (!braid.value<static, [a: 2, b: 6]>, !braid.value<token, [b: 6]>) -> !braid.value<token, [a: 2, b: 6]>
  %1 = braid.split %0 "b" : !braid.value<token, [a: 2, b: 6]> -> !braid.value<token, [a: 2, r: 2, c: 3]>
  %2 = braid.transpose %1 : !braid.value<token, [a: 2, r: 2, c: 3]> -> !braid.value<token, [c: 3, a: 2, r: 2]>
  %3 = braid.join %2 "n" : !braid.value<token, [c: 3, a: 2, r: 2]> -> !braid.value<token, [c: 3, n: 4]>
  %4 = braid.slice %3 "n" at 1 size 2 as "s" : !braid.value<token, [c: 3, n: 4]> -> !braid.value<token, [c: 3, s: 2]>
  %5 = braid.slice %3 "n" at 3 size 1 : !braid.value<token, [c: 3, n: 4]> -> !braid.value<token, [c: 3]>
  %6 = braid.pad %5 to "p" at 2 : !braid.value<token, [c: 3]> -> !braid.value<token, [p: 4, c: 3]>
  %7 = braid.pad %4 to "k" at 2 from "s" : !braid.value<token, [c: 3, s: 2]> -> !braid.value<token, [c: 3, k: 5]>
  %8 = braid.concat %4, %7 along ["s", "k"] to "all" : (!braid.value<token, [c: 3, s: 2]>, !braid.value<token, [c: 3, k: 5]>) -> !braid.value<token, [c: 3, all: 7]>
  %9 = braid.broadcast %5 : !braid.value<token, [c: 3]> -> !braid.value<token, [c: 3, all: 7]>
  %10 = braid.map mul(%8, %9) : (!braid.value<token, [c: 3, all: 7]>, !braid.value<token, [c: 3, all: 7]>) -> !braid.value<token, [c: 3, all: 7]>
  %11 = braid.reduce sum %6 over ["p", "c"] : !braid.value<token, [p: 4, c: 3]> -> !braid.value<token, []>
  %12 = braid.map mul(%10, %11) : (!braid.value<token, [c: 3, all: 7]>, !braid.value<token, []>) -> !braid.value<token, [c: 3, all: 7]>
  %13 = braid.rename %12 ["all"] to ["rest"] : !braid.value<token, [c: 3, all: 7]> -> !braid.value<token, [c: 3, rest: 7]>
  %14 = braid.token_sum %13 : !braid.value<token, [c: 3, rest: 7]> -> !braid.value<static, [c: 3, rest: 7]>
  %15 = braid.map tanh(%14) : (!braid.value<static, [c: 3, rest: 7]>) -> !braid.value<static, [c: 3, rest: 7]>
  %sum = braid.reduce sum %15 over ["c", "rest"] : !braid.value<static, [c: 3, rest: 7]> -> !braid.value<static, []>
  braid.output "loss", %sum : !braid.value<static, []>
}
