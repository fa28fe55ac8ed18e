// Masks by position and by mark: the value against weights that are known, the tape against finite differences,
// braid.attend_grad and the pass against the tape.
// RUN: %python %S/../Tools/Inputs/make-tensors.py %t.in mark=F32:1x6:0,at=1:1,at=2:1,at=4:1
// RUN: braid-reference %s --function values --inputs %t.in --print | FileCheck %s
// RUN: braid-reference %s --function sum --tape --output sum --random-inputs 2,7 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function loss --tape --random-inputs 2,7 -o %t.tape
// RUN: braid-reference %s --interpret plain_grad --random-inputs 2,7 -o %t.op
// RUN: braid-reference --compare --tol 1e-12 %t.op %t.tape | FileCheck %s --check-prefix=SAME
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,7 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass
// DIFF: k: gradient rms {{[0-9.]*[1-9]}}
// DIFF: q: gradient rms {{[0-9.]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS
// SAME: 2 tensors, worst relative difference {{.*}} PASS

!b = !braid.value<token, [], bool>
!r = !braid.value<token, []>
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
  // Equal scores: a token's output is the mean of the positions that it sees. Marked are 1, 2 and 4.
  %m = braid.input "mark" : !r
  %half = braid.constant 0.5 : !braid.value<static, []>
  %on = braid.map lt(%half, %m) : (!braid.value<static, []>, !r) -> !b
  %none = braid.constant 0.0 : !braid.value<static, [e: 1]>
  %zero = braid.broadcast %none : !braid.value<static, [e: 1]> -> !e
  %p = braid.position : !braid.value<token, [], id 0>
  %r = braid.map real(%p) : (!braid.value<token, [], id 0>) -> !r
  %v = braid.broadcast %r : !r -> !f
  // CHECK: a-chunk [1, 6, 1] 0 0.5 1 1.5 4 4.5
  %0, %1 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<causal, 0, chunk 4>] scale 1.0 : !e, (!e), (!f) -> !f, !r
  braid.output "a-chunk", %0 : !f
  // CHECK: b-chunk-strict [1, 6, 1] 0 0 1 2 0 4
  // CHECK: b-lse [1, 6] -inf 0 0 0 -inf 0
  %2, %3 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<strict, 1, chunk 4>] scale 1.0 : !e, (!e), (!f) -> !f, !r
  braid.output "b-chunk-strict", %2 : !f
  braid.output "b-lse", %3 : !r
  // CHECK: c-all-chunk [1, 6, 1] 1.5 1.5 1.5 1.5 4.5 4.5
  %4, %5 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<all, 0, chunk 4>] scale 1.0 : !e, (!e), (!f) -> !f, !r
  braid.output "c-all-chunk", %4 : !f
  // CHECK: d-earlier [1, 6, 1] 0 0 0.5 0.5 1.5 1.5
  %6, %7 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<earlier, 0, span 2>] scale 1.0 : !e, (!e), (!f) -> !f, !r
  braid.output "d-earlier", %6 : !f
  // The chunk before, of which the newest three.
  // CHECK: e-memory [1, 6, 1] 0 0 0 0 2 2
  %8, %9 = braid.attend %zero, keys(%zero), values(%v) over "e" masks [#braid.mask<earlier, 3, span 4>] scale 1.0 : !e, (!e), (!f) -> !f, !r
  braid.output "e-memory", %8 : !f
  // CHECK: f-only [1, 6, 1] 0 1 1.5 1.5 2.33333 2.33333
  %a, %b = braid.attend %zero, keys(%zero), values(%v) only(%on) over "e" masks [#braid.mask<causal, 0, only 0>] scale 1.0 : !e, (!e), (!f) only(!b) -> !f, !r
  braid.output "f-only", %a : !f
  // A window counts marked tokens alone.
  // CHECK: g-only-window [1, 6, 1] 0 1 1.5 1.5 3 3
  %c, %d = braid.attend %zero, keys(%zero), values(%v) only(%on) over "e" masks [#braid.mask<causal, 2, only 0>] scale 1.0 : !e, (!e), (!f) only(!b) -> !f, !r
  braid.output "g-only-window", %c : !f
  // CHECK: h-only-chunk [1, 6, 1] 1 1 2 2 4 4
  %f, %g = braid.attend %zero, keys(%zero), values(%v) only(%on) over "e" masks [#braid.mask<all, 0, chunk 2, only 0>] scale 1.0 : !e, (!e), (!f) only(!b) -> !f, !r
  braid.output "h-only-chunk", %f : !f
}

braid.func @sum {
  %x = braid.input "x" : !x
  %m = braid.input "mark" : !r
  %zero = braid.constant 0.0 : !braid.value<static, []>
  %on = braid.map lt(%zero, %m) : (!braid.value<static, []>, !r) -> !b
  %wq = braid.param @q : !w
  %wk = braid.param @k : !w
  %q = braid.dot %x, %wq over ["d"] : !x, !w -> !h
  %k = braid.dot %x, %wk over ["d"] : !x, !w -> !h
  %o, %l = braid.attend %q, keys(%k, %q, %k), values(%k, %q, %q) only(%on) over "e" masks [#braid.mask<causal, 0, chunk 3>, #braid.mask<earlier, 2, span 3>, #braid.mask<all, 2, only 0>] scale 0.5 : !h, (!h, !h, !h), (!h, !h, !h) only(!b) -> !h, !l
  %y = braid.map mul(%o, %o) : (!h, !h) -> !h
  braid.output "sum", %y : !h
}

// The same twice: for the tape and the pass, and with the gradient as an op.
!p = !braid.value<token, [d: 3, h: 2, e: 4]>
!pl = !braid.value<token, [d: 3, h: 2]>
braid.func @loss {
  %q = braid.param @q : !w
  %k = braid.param @k : !w
  %m = braid.input "mark" : !r
  %zero = braid.constant 0.0 : !braid.value<static, []>
  %on = braid.map lt(%zero, %m) : (!braid.value<static, []>, !r) -> !b
  %tq = braid.broadcast %q : !w -> !p
  %tk = braid.broadcast %k : !w -> !p
  %x = braid.input "x" : !x
  %wx = braid.map mul(%tk, %x) : (!p, !x) -> !p
  %o, %l = braid.attend %tq, keys(%wx, %wx), values(%wx, %wx) only(%on) over "e" masks [#braid.mask<causal, 2, only 0>, #braid.mask<earlier, 2, span 2>] scale 0.5 : !p, (!p, !p), (!p, !p) only(!b) -> !p, !pl
  %w = braid.input "w" : !braid.value<token, [e: 4]>
  %y = braid.map mul(%o, %w) : (!p, !braid.value<token, [e: 4]>) -> !p
  %sum = braid.reduce sum %y over ["d", "h", "e"] : !p -> !r
  %loss = braid.token_sum %sum : !r -> !braid.value<static, []>
  braid.output "loss", %loss : !braid.value<static, []>
}
braid.func @plain_grad {
  %q = braid.param @q : !w
  %k = braid.param @k : !w
  %m = braid.input "mark" : !r
  %zero = braid.constant 0.0 : !braid.value<static, []>
  %on = braid.map lt(%zero, %m) : (!braid.value<static, []>, !r) -> !b
  %tq = braid.broadcast %q : !w -> !p
  %tk = braid.broadcast %k : !w -> !p
  %x = braid.input "x" : !x
  %wx = braid.map mul(%tk, %x) : (!p, !x) -> !p
  %o, %l = braid.attend %tq, keys(%wx, %wx), values(%wx, %wx) only(%on) over "e" masks [#braid.mask<causal, 2, only 0>, #braid.mask<earlier, 2, span 2>] scale 0.5 : !p, (!p, !p), (!p, !p) only(!b) -> !p, !pl
  %w = braid.input "w" : !braid.value<token, [e: 4]>
  %g = braid.broadcast %w : !braid.value<token, [e: 4]> -> !p
  %dq, %dk, %dk2, %dv, %dv2 = braid.attend_grad %tq, keys(%wx, %wx), values(%wx, %wx) only(%on), output(%o, %l, %g) over "e" masks [#braid.mask<causal, 2, only 0>, #braid.mask<earlier, 2, span 2>] scale 0.5 : !p, (!p, !p), (!p, !p) only(!b), !p, !pl, !p -> !p, (!p, !p), (!p, !p)
  %one = braid.map add(%dk, %dv) : (!p, !p) -> !p
  %two = braid.map add(%dk2, %dv2) : (!p, !p) -> !p
  %both = braid.map add(%one, %two) : (!p, !p) -> !p
  %dx = braid.map mul(%both, %x) : (!p, !x) -> !p
  %gq = braid.token_sum %dq : !p -> !w
  %gk = braid.token_sum %dx : !p -> !w
  braid.output "grad:q", %gq : !w
  braid.output "grad:k", %gk : !w
}
