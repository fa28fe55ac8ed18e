// Attention: grouped queries, several sources, masks and windows; the value against
// weights that are known, the tape against finite differences, and
// braid.attend_grad against the tape.
// RUN: braid-reference %s --function values --random-inputs 1,3 --print | FileCheck %s
// RUN: braid-reference %s --function all --tape --output sum --random-inputs 2,4 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function loss --tape --random-inputs 2,4 -o %t.tape
// RUN: braid-reference %s --interpret plain_grad --random-inputs 2,4 -o %t.op
// RUN: braid-reference --compare --tol 1e-12 %t.op %t.tape | FileCheck %s --check-prefix=SAME
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,4 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass
// DIFF: k: gradient rms {{[0-9.]*[1-9]}}
// DIFF: q: gradient rms {{[0-9.]*[1-9]}}
// DIFF: sk: gradient rms {{[0-9.]*[1-9]}}
// DIFF: sv: gradient rms {{[0-9.]*[1-9]}}
// DIFF: v: gradient rms {{[0-9.]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS
// SAME: 5 tensors, worst relative difference {{.*}} PASS

braid.parameter @q : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]> init {
  %0 = braid.random normal scale 1.0 stream "q" : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]>
  braid.yield %0 : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]>
}
braid.parameter @k : !braid.value<static, [d: 3, h: 2, e: 4]> init {
  %0 = braid.random normal scale 1.0 stream "k" : !braid.value<static, [d: 3, h: 2, e: 4]>
  braid.yield %0 : !braid.value<static, [d: 3, h: 2, e: 4]>
}
braid.parameter @v : !braid.value<static, [d: 3, h: 2, f: 5]> init {
  %0 = braid.random normal scale 1.0 stream "v" : !braid.value<static, [d: 3, h: 2, f: 5]>
  braid.yield %0 : !braid.value<static, [d: 3, h: 2, f: 5]>
}
braid.parameter @sk : !braid.value<static, [slots: 3, h: 2, e: 4]> init {
  %0 = braid.random normal scale 1.0 stream "sk" : !braid.value<static, [slots: 3, h: 2, e: 4]>
  braid.yield %0 : !braid.value<static, [slots: 3, h: 2, e: 4]>
}
braid.parameter @sv : !braid.value<static, [slots: 3, h: 2, f: 5]> init {
  %0 = braid.random normal scale 1.0 stream "sv" : !braid.value<static, [slots: 3, h: 2, f: 5]>
  braid.yield %0 : !braid.value<static, [slots: 3, h: 2, f: 5]>
}

braid.func @values {
  // Equal scores: a token's output is the mean of the positions it sees.
  %none = braid.constant 0.0 : !braid.value<static, [e: 1]>
  %zero = braid.broadcast %none : !braid.value<static, [e: 1]> -> !braid.value<token, [e: 1]>
  %p = braid.position : !braid.value<token, [], id 0>
  %r = braid.map real(%p) : (!braid.value<token, [], id 0>) -> !braid.value<token, []>
  %v = braid.broadcast %r : !braid.value<token, []> -> !braid.value<token, [f: 1]>
  // CHECK: causal [1, 3, 1] 0 0.5 1
  // CHECK: lse [1, 3] 0 0.693147 1.09861
  %0, %1 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<causal, 0>] scale 1.0 : !braid.value<token, [e: 1]>, (!braid.value<token, [e: 1]>), (!braid.value<token, [f: 1]>) -> !braid.value<token, [f: 1]>, !braid.value<token, []>
  braid.output "causal", %0 : !braid.value<token, [f: 1]>
  braid.output "lse", %1 : !braid.value<token, []>
  // CHECK: strict [1, 3, 1] 0 0 0.5
  // CHECK: strict-lse [1, 3] -inf 0 0.693147
  %2, %3 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<strict, 0>] scale 1.0 : !braid.value<token, [e: 1]>, (!braid.value<token, [e: 1]>), (!braid.value<token, [f: 1]>) -> !braid.value<token, [f: 1]>, !braid.value<token, []>
  braid.output "strict", %2 : !braid.value<token, [f: 1]>
  braid.output "strict-lse", %3 : !braid.value<token, []>
  // CHECK: window [1, 3, 1] 0 0.5 1.5
  %4, %5 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<causal, 2>] scale 1.0 : !braid.value<token, [e: 1]>, (!braid.value<token, [e: 1]>), (!braid.value<token, [f: 1]>) -> !braid.value<token, [f: 1]>, !braid.value<token, []>
  braid.output "window", %4 : !braid.value<token, [f: 1]>
  // CHECK: x-all [1, 3, 1] 1 1 1
  %6, %7 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<all, 0>] scale 1.0 : !braid.value<token, [e: 1]>, (!braid.value<token, [e: 1]>), (!braid.value<token, [f: 1]>) -> !braid.value<token, [f: 1]>, !braid.value<token, []>
  braid.output "x-all", %6 : !braid.value<token, [f: 1]>
}

braid.func @all {
  %x = braid.input "x" : !braid.value<token, [d: 3]>
  %wq = braid.param @q : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]>
  %wk = braid.param @k : !braid.value<static, [d: 3, h: 2, e: 4]>
  %wv = braid.param @v : !braid.value<static, [d: 3, h: 2, f: 5]>
  %sk = braid.param @sk : !braid.value<static, [slots: 3, h: 2, e: 4]>
  %sv = braid.param @sv : !braid.value<static, [slots: 3, h: 2, f: 5]>
  %q = braid.dot %x, %wq over ["d"] : !braid.value<token, [d: 3]>, !braid.value<static, [d: 3, h: 2, g: 2, e: 4]> -> !braid.value<token, [h: 2, g: 2, e: 4]>
  // Another order of axes than the query's.
  %k = braid.dot %x, %wk over ["d"] : !braid.value<token, [d: 3]>, !braid.value<static, [d: 3, h: 2, e: 4]> -> !braid.value<token, [e: 4, h: 2]>
  %v = braid.dot %x, %wv over ["d"] : !braid.value<token, [d: 3]>, !braid.value<static, [d: 3, h: 2, f: 5]> -> !braid.value<token, [h: 2, f: 5]>
  %o, %l = braid.attend %q, keys(%k, %sk, %k), values(%v, %sv, %v) over "e" masks [#braid.mask<strict, 2>, #braid.mask<all, 0>, #braid.mask<all, 3>] scale 0.5 : !braid.value<token, [h: 2, g: 2, e: 4]>, (!braid.value<token, [e: 4, h: 2]>, !braid.value<static, [slots: 3, h: 2, e: 4]>, !braid.value<token, [e: 4, h: 2]>), (!braid.value<token, [h: 2, f: 5]>, !braid.value<static, [slots: 3, h: 2, f: 5]>, !braid.value<token, [h: 2, f: 5]>) -> !braid.value<token, [h: 2, g: 2, f: 5]>, !braid.value<token, [h: 2, g: 2]>
  %t = braid.map tanh(%o) : (!braid.value<token, [h: 2, g: 2, f: 5]>) -> !braid.value<token, [h: 2, g: 2, f: 5]>
  // The denominator's logarithm has a gradient too.
  %y = braid.map mul(%t, %l) : (!braid.value<token, [h: 2, g: 2, f: 5]>, !braid.value<token, [h: 2, g: 2]>) -> !braid.value<token, [h: 2, g: 2, f: 5]>
  braid.output "sum", %y : !braid.value<token, [h: 2, g: 2, f: 5]>
}

// The same twice: for the tape and the pass, and with the gradient as an op. Parameters are the operands.
braid.func @loss {
  %q = braid.param @q : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]>
  %k = braid.param @k : !braid.value<static, [d: 3, h: 2, e: 4]>
  %v = braid.param @v : !braid.value<static, [d: 3, h: 2, f: 5]>
  %sk = braid.param @sk : !braid.value<static, [slots: 3, h: 2, e: 4]>
  %sv = braid.param @sv : !braid.value<static, [slots: 3, h: 2, f: 5]>
  %tq = braid.broadcast %q : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]> -> !braid.value<token, [d: 3, h: 2, g: 2, e: 4]>
  %tk = braid.broadcast %k : !braid.value<static, [d: 3, h: 2, e: 4]> -> !braid.value<token, [d: 3, h: 2, e: 4]>
  %tv = braid.broadcast %v : !braid.value<static, [d: 3, h: 2, f: 5]> -> !braid.value<token, [d: 3, h: 2, f: 5]>
  %dsk = braid.broadcast %sk : !braid.value<static, [slots: 3, h: 2, e: 4]> -> !braid.value<static, [slots: 3, d: 3, h: 2, e: 4]>
  %dsv = braid.broadcast %sv : !braid.value<static, [slots: 3, h: 2, f: 5]> -> !braid.value<static, [slots: 3, d: 3, h: 2, f: 5]>
  %o, %l = braid.attend %tq, keys(%tk, %dsk), values(%tv, %dsv) over "e" masks [#braid.mask<causal, 0>, #braid.mask<all, 0>] scale 0.5 : !braid.value<token, [d: 3, h: 2, g: 2, e: 4]>, (!braid.value<token, [d: 3, h: 2, e: 4]>, !braid.value<static, [slots: 3, d: 3, h: 2, e: 4]>), (!braid.value<token, [d: 3, h: 2, f: 5]>, !braid.value<static, [slots: 3, d: 3, h: 2, f: 5]>) -> !braid.value<token, [d: 3, h: 2, g: 2, f: 5]>, !braid.value<token, [d: 3, h: 2, g: 2]>
  %w = braid.input "w" : !braid.value<token, [g: 2, f: 5]>
  %y = braid.map mul(%o, %w) : (!braid.value<token, [d: 3, h: 2, g: 2, f: 5]>, !braid.value<token, [g: 2, f: 5]>) -> !braid.value<token, [d: 3, h: 2, g: 2, f: 5]>
  %sum = braid.reduce sum %y over ["d", "h", "g", "f"] : !braid.value<token, [d: 3, h: 2, g: 2, f: 5]> -> !braid.value<token, []>
  %loss = braid.token_sum %sum : !braid.value<token, []> -> !braid.value<static, []>
  braid.output "loss", %loss : !braid.value<static, []>
}
braid.func @plain_grad {
  %q = braid.param @q : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]>
  %k = braid.param @k : !braid.value<static, [d: 3, h: 2, e: 4]>
  %v = braid.param @v : !braid.value<static, [d: 3, h: 2, f: 5]>
  %sk = braid.param @sk : !braid.value<static, [slots: 3, h: 2, e: 4]>
  %sv = braid.param @sv : !braid.value<static, [slots: 3, h: 2, f: 5]>
  %tq = braid.broadcast %q : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]> -> !braid.value<token, [d: 3, h: 2, g: 2, e: 4]>
  %tk = braid.broadcast %k : !braid.value<static, [d: 3, h: 2, e: 4]> -> !braid.value<token, [d: 3, h: 2, e: 4]>
  %tv = braid.broadcast %v : !braid.value<static, [d: 3, h: 2, f: 5]> -> !braid.value<token, [d: 3, h: 2, f: 5]>
  %dsk = braid.broadcast %sk : !braid.value<static, [slots: 3, h: 2, e: 4]> -> !braid.value<static, [slots: 3, d: 3, h: 2, e: 4]>
  %dsv = braid.broadcast %sv : !braid.value<static, [slots: 3, h: 2, f: 5]> -> !braid.value<static, [slots: 3, d: 3, h: 2, f: 5]>
  %o, %l = braid.attend %tq, keys(%tk, %dsk), values(%tv, %dsv) over "e" masks [#braid.mask<causal, 0>, #braid.mask<all, 0>] scale 0.5 : !braid.value<token, [d: 3, h: 2, g: 2, e: 4]>, (!braid.value<token, [d: 3, h: 2, e: 4]>, !braid.value<static, [slots: 3, d: 3, h: 2, e: 4]>), (!braid.value<token, [d: 3, h: 2, f: 5]>, !braid.value<static, [slots: 3, d: 3, h: 2, f: 5]>) -> !braid.value<token, [d: 3, h: 2, g: 2, f: 5]>, !braid.value<token, [d: 3, h: 2, g: 2]>
  %w = braid.input "w" : !braid.value<token, [g: 2, f: 5]>
  %g = braid.broadcast %w : !braid.value<token, [g: 2, f: 5]> -> !braid.value<token, [d: 3, h: 2, g: 2, f: 5]>
  %dq, %dk, %ds, %dv, %dt = braid.attend_grad %tq, keys(%tk, %dsk), values(%tv, %dsv), output(%o, %l, %g) over "e" masks [#braid.mask<causal, 0>, #braid.mask<all, 0>] scale 0.5 : !braid.value<token, [d: 3, h: 2, g: 2, e: 4]>, (!braid.value<token, [d: 3, h: 2, e: 4]>, !braid.value<static, [slots: 3, d: 3, h: 2, e: 4]>), (!braid.value<token, [d: 3, h: 2, f: 5]>, !braid.value<static, [slots: 3, d: 3, h: 2, f: 5]>), !braid.value<token, [d: 3, h: 2, g: 2, f: 5]>, !braid.value<token, [d: 3, h: 2, g: 2]>, !braid.value<token, [d: 3, h: 2, g: 2, f: 5]> -> !braid.value<token, [d: 3, h: 2, g: 2, e: 4]>, (!braid.value<token, [d: 3, h: 2, e: 4]>, !braid.value<static, [slots: 3, d: 3, h: 2, e: 4]>), (!braid.value<token, [d: 3, h: 2, f: 5]>, !braid.value<static, [slots: 3, d: 3, h: 2, f: 5]>)
  %gq = braid.token_sum %dq : !braid.value<token, [d: 3, h: 2, g: 2, e: 4]> -> !braid.value<static, [d: 3, h: 2, g: 2, e: 4]>
  %gk = braid.token_sum %dk : !braid.value<token, [d: 3, h: 2, e: 4]> -> !braid.value<static, [d: 3, h: 2, e: 4]>
  %gv = braid.token_sum %dv : !braid.value<token, [d: 3, h: 2, f: 5]> -> !braid.value<static, [d: 3, h: 2, f: 5]>
  %gs = braid.reduce sum %ds over ["d"] : !braid.value<static, [slots: 3, d: 3, h: 2, e: 4]> -> !braid.value<static, [slots: 3, h: 2, e: 4]>
  %gt = braid.reduce sum %dt over ["d"] : !braid.value<static, [slots: 3, d: 3, h: 2, f: 5]> -> !braid.value<static, [slots: 3, h: 2, f: 5]>
  braid.output "grad:q", %gq : !braid.value<static, [d: 3, h: 2, g: 2, e: 4]>
  braid.output "grad:k", %gk : !braid.value<static, [d: 3, h: 2, e: 4]>
  braid.output "grad:v", %gv : !braid.value<static, [d: 3, h: 2, f: 5]>
  braid.output "grad:sk", %gs : !braid.value<static, [slots: 3, h: 2, e: 4]>
  braid.output "grad:sv", %gt : !braid.value<static, [slots: 3, h: 2, f: 5]>
}
