// Attention within segments: the value against weights that are known, the tape against finite differences,
// braid.attend_grad and the pass against the tape.
// RUN: %python %S/../Tools/Inputs/make-tensors.py %t.in segment=I32:1x5:0,at=2:1,at=4:1
// RUN: braid-reference %s --function values --inputs %t.in --print | FileCheck %s
// RUN: braid-reference %s --function sum --tape --output sum --random-inputs 2,6 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function loss --tape --random-inputs 2,6 -o %t.tape
// RUN: braid-reference %s --interpret plain_grad --random-inputs 2,6 -o %t.op
// RUN: braid-reference --compare --tol 1e-12 %t.op %t.tape | FileCheck %s --check-prefix=SAME
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,6 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass
// DIFF: k: gradient rms {{[0-9.]*[1-9]}}
// DIFF: q: gradient rms {{[0-9.]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS
// SAME: 2 tensors, worst relative difference {{.*}} PASS

!id = !braid.value<token, [], id 2>
!e = !braid.value<token, [e: 1]>
!f = !braid.value<token, [f: 1]>
!w = !braid.value<static, [d: 3, h: 2, e: 4]>
!x = !braid.value<token, [d: 3]>
!h = !braid.value<token, [h: 2, e: 4]>
!l = !braid.value<token, [h: 2]>

braid.parameter @q : !w init {
  %0 = braid.random normal scale 1.0 stream "q" : !w
  braid.yield %0 : !w
}
braid.parameter @k : !w init {
  %0 = braid.random normal scale 1.0 stream "k" : !w
  braid.yield %0 : !w
}

braid.func @values {
  // Equal scores: a token's output is the mean of the positions that it sees. The segments are 0 0 1 0 1.
  %s = braid.input "segment" : !id
  %none = braid.constant 0.0 : !braid.value<static, [e: 1]>
  %zero = braid.broadcast %none : !braid.value<static, [e: 1]> -> !e
  %p = braid.position : !braid.value<token, [], id 0>
  %r = braid.map real(%p) : (!braid.value<token, [], id 0>) -> !braid.value<token, []>
  %v = braid.broadcast %r : !braid.value<token, []> -> !f
  // CHECK: causal [1, 5, 1] 0 0.5 2 1.33333 3
  // CHECK: lse [1, 5] 0 0.693147 0 1.09861 0.693147
  %0, %1 = braid.attend %zero, keys(%zero), values(%v) segments(%s) over "e" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : !e, (!e), (!f) segments(!id) -> !f, !braid.value<token, []>
  braid.output "causal", %0 : !f
  braid.output "lse", %1 : !braid.value<token, []>
  // CHECK: strict [1, 5, 1] 0 0 0 0.5 2
  // CHECK: strict-lse [1, 5] -inf 0 -inf 0.693147 0
  %2, %3 = braid.attend %zero, keys(%zero), values(%v) segments(%s) over "e" masks [#braid.mask<strict, 0, segment 0>] scale 1.0 : !e, (!e), (!f) segments(!id) -> !f, !braid.value<token, []>
  braid.output "strict", %2 : !f
  braid.output "strict-lse", %3 : !braid.value<token, []>
  // A window counts the tokens of the segment.
  // CHECK: window [1, 5, 1] 0 0.5 2 2 3
  %4, %5 = braid.attend %zero, keys(%zero), values(%v) segments(%s) over "e" masks [#braid.mask<causal, 2, segment 0>] scale 1.0 : !e, (!e), (!f) segments(!id) -> !f, !braid.value<token, []>
  braid.output "window", %4 : !f
  // CHECK: x-all [1, 5, 1] 1.33333 1.33333 3 1.33333 3
  %6, %7 = braid.attend %zero, keys(%zero), values(%v) segments(%s) over "e" masks [#braid.mask<all, 0, segment 0>] scale 1.0 : !e, (!e), (!f) segments(!id) -> !f, !braid.value<token, []>
  braid.output "x-all", %6 : !f
  // CHECK: y-newest [1, 5, 1] 2 2 3 2 3
  %8, %9 = braid.attend %zero, keys(%zero), values(%v) segments(%s) over "e" masks [#braid.mask<all, 2, segment 0>] scale 1.0 : !e, (!e), (!f) segments(!id) -> !f, !braid.value<token, []>
  braid.output "y-newest", %8 : !f
  // One softmax: of its segment, and of all that is earlier.
  // CHECK: z-both [1, 5, 1] 0 0.333333 1 1.4 2.4
  %a, %b = braid.attend %zero, keys(%zero, %zero), values(%v, %v) segments(%s) over "e" masks [#braid.mask<causal, 2, segment 0>, #braid.mask<strict, 3>] scale 1.0 : !e, (!e, !e), (!f, !f) segments(!id) -> !f, !braid.value<token, []>
  braid.output "z-both", %a : !f
}

braid.func @sum {
  %x = braid.input "x" : !x
  %s = braid.input "segment" : !id
  %t = braid.input "other" : !id
  %wq = braid.param @q : !w
  %wk = braid.param @k : !w
  %q = braid.dot %x, %wq over ["d"] : !x, !w -> !h
  %k = braid.dot %x, %wk over ["d"] : !x, !w -> !h
  // Segments in any order; the denominator's logarithm has a gradient too.
  %o, %l = braid.attend %q, keys(%k, %q), values(%k, %q) segments(%s, %t) over "e" masks [#braid.mask<causal, 2, segment 1>, #braid.mask<all, 0, segment 0>] scale 0.5 : !h, (!h, !h), (!h, !h) segments(!id, !id) -> !h, !l
  %y = braid.map mul(%o, %l) : (!h, !l) -> !h
  braid.output "sum", %y : !h
}

// The same twice: for the tape and the pass, and with the gradient as an op.
!p = !braid.value<token, [d: 3, h: 2, e: 4]>
!pl = !braid.value<token, [d: 3, h: 2]>
braid.func @loss {
  %q = braid.param @q : !w
  %k = braid.param @k : !w
  %s = braid.input "segment" : !id
  %tq = braid.broadcast %q : !w -> !p
  %tk = braid.broadcast %k : !w -> !p
  %x = braid.input "x" : !x
  %wx = braid.map mul(%tk, %x) : (!p, !x) -> !p
  %o, %l = braid.attend %tq, keys(%wx), values(%wx) segments(%s) over "e" masks [#braid.mask<causal, 0, segment 0>] scale 0.5 : !p, (!p), (!p) segments(!id) -> !p, !pl
  %w = braid.input "w" : !braid.value<token, [e: 4]>
  %y = braid.map mul(%o, %w) : (!p, !braid.value<token, [e: 4]>) -> !p
  %sum = braid.reduce sum %y over ["d", "h", "e"] : !p -> !braid.value<token, []>
  %loss = braid.token_sum %sum : !braid.value<token, []> -> !braid.value<static, []>
  braid.output "loss", %loss : !braid.value<static, []>
}
braid.func @plain_grad {
  %q = braid.param @q : !w
  %k = braid.param @k : !w
  %s = braid.input "segment" : !id
  %tq = braid.broadcast %q : !w -> !p
  %tk = braid.broadcast %k : !w -> !p
  %x = braid.input "x" : !x
  %wx = braid.map mul(%tk, %x) : (!p, !x) -> !p
  %o, %l = braid.attend %tq, keys(%wx), values(%wx) segments(%s) over "e" masks [#braid.mask<causal, 0, segment 0>] scale 0.5 : !p, (!p), (!p) segments(!id) -> !p, !pl
  %w = braid.input "w" : !braid.value<token, [e: 4]>
  %g = braid.broadcast %w : !braid.value<token, [e: 4]> -> !p
  %dq, %dk, %dv = braid.attend_grad %tq, keys(%wx), values(%wx) segments(%s), output(%o, %l, %g) over "e" masks [#braid.mask<causal, 0, segment 0>] scale 0.5 : !p, (!p), (!p) segments(!id), !p, !pl, !p -> !p, (!p), (!p)
  %both = braid.map add(%dk, %dv) : (!p, !p) -> !p
  %dx = braid.map mul(%both, %x) : (!p, !x) -> !p
  %gq = braid.token_sum %dq : !p -> !w
  %gk = braid.token_sum %dx : !p -> !w
  braid.output "grad:q", %gq : !w
  braid.output "grad:k", %gk : !w
}
