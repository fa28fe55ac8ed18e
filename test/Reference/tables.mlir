// Gathers, scatters, positions, and what a gradient does not flow through.
// RUN: braid-reference %s --function values --random-inputs 2,3 --print | FileCheck %s
// RUN: braid-reference %s --function loss --tape --random-inputs 2,5 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function detached --tape --output sum --print | FileCheck %s --check-prefix=DETACHED
// RUN: braid-reference %s --function loss --tape --random-inputs 2,5 -o %t.tape
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,5 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass
// DIFF: table: gradient rms {{[0-9.]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS

braid.parameter @table : !braid.value<static, [d: 2, vocab: 5]> init {
  %0 = braid.random normal scale 1.0 stream "table" : !braid.value<static, [d: 2, vocab: 5]>
  braid.yield %0 : !braid.value<static, [d: 2, vocab: 5]>
}

braid.func @values {
  // CHECK: a-position [2, 3] 0 1 2 0 1 2
  %p = braid.position : !braid.value<token, [], id 0>
  braid.output "a-position", %p : !braid.value<token, [], id 0>
  %i = braid.iota : !braid.value<static, [n: 4]>
  %m = braid.split %i "n" : !braid.value<static, [n: 4]> -> !braid.value<static, [v: 2, d: 2]>
  // Zero past the end of the table.
  // CHECK: b-gather [2, 3, 2] 0 1 2 3 0 0 0 1 2 3 0 0
  %g = braid.gather %m[%p] along "v" : !braid.value<static, [v: 2, d: 2]>, !braid.value<token, [], id 0> -> !braid.value<token, [d: 2]>
  braid.output "b-gather", %g : !braid.value<token, [d: 2]>
  // CHECK: c-scatter [2, 2] 0 2 4 6
  %s = braid.scatter %g[%p] along "v" : !braid.value<token, [d: 2]>, !braid.value<token, [], id 0> -> !braid.value<static, [v: 2, d: 2]>
  braid.output "c-scatter", %s : !braid.value<static, [v: 2, d: 2]>
  %one = braid.constant 1.0 : !braid.value<static, []>
  %b = braid.map lt(%p, %one) : (!braid.value<token, [], id 0>, !braid.value<static, []>) -> !braid.value<token, [], bool>
  // CHECK: d-first [2, 3] 1 0 0 1 0 0
  %f = braid.map real(%b) : (!braid.value<token, [], bool>) -> !braid.value<token, []>
  braid.output "d-first", %f : !braid.value<token, []>
}

braid.func @loss {
  %x = braid.param @table : !braid.value<static, [d: 2, vocab: 5]>
  %tokens = braid.input "tokens" : !braid.value<token, [], id 5>
  %targets = braid.input "targets" : !braid.value<token, [], id 5>
  %e = braid.gather %x[%tokens] along "vocab" : !braid.value<static, [d: 2, vocab: 5]>, !braid.value<token, [], id 5> -> !braid.value<token, [d: 2]>
  %l = braid.dot %e, %x over ["d"] : !braid.value<token, [d: 2]>, !braid.value<static, [d: 2, vocab: 5]> -> !braid.value<token, [vocab: 5]>
  // A table that varies per token; absent targets.
  %t = braid.gather %l[%targets] along "vocab" : !braid.value<token, [vocab: 5]>, !braid.value<token, [], id 5> -> !braid.value<token, []>
  %y = braid.map mul(%e, %t) : (!braid.value<token, [d: 2]>, !braid.value<token, []>) -> !braid.value<token, [d: 2]>
  %s = braid.scatter %y[%targets] along "row" : !braid.value<token, [d: 2]>, !braid.value<token, [], id 5> -> !braid.value<static, [row: 5, d: 2]>
  %z = braid.dot %s, %x over ["d"] : !braid.value<static, [row: 5, d: 2]>, !braid.value<static, [d: 2, vocab: 5]> -> !braid.value<static, [row: 5, vocab: 5]>
  %r = braid.round %z to f32 : !braid.value<static, [row: 5, vocab: 5]> -> !braid.value<static, [row: 5, vocab: 5]>
  %q = braid.map mul(%z, %z) : (!braid.value<static, [row: 5, vocab: 5]>, !braid.value<static, [row: 5, vocab: 5]>) -> !braid.value<static, [row: 5, vocab: 5]>
  %sum = braid.reduce sum %q over ["row", "vocab"] : !braid.value<static, [row: 5, vocab: 5]> -> !braid.value<static, []>
  braid.output "loss", %sum : !braid.value<static, []>
}

braid.parameter @three : !braid.value<static, []> init {
  %0 = braid.constant 3.0 : !braid.value<static, []>
  braid.yield %0 : !braid.value<static, []>
}

braid.func @detached {
  // x · detach(x) has the derivative x, not 2x; rounding has the derivative one.
  // DETACHED: grad:three [] 3
  %x = braid.param @three : !braid.value<static, []>
  %d = braid.detach %x : !braid.value<static, []> -> !braid.value<static, []>
  %r = braid.round %x to bf16 : !braid.value<static, []> -> !braid.value<static, []>
  %y = braid.map mul(%r, %d) : (!braid.value<static, []>, !braid.value<static, []>) -> !braid.value<static, []>
  braid.output "sum", %y : !braid.value<static, []>
}
