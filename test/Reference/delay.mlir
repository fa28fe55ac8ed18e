// Values of other tokens: known ones, the tape against finite differences, the pass against the tape.
// RUN: %python %S/../Tools/Inputs/make-tensors.py %t.in id=I32:2x3:0,at=1:2,at=3:1 x=F32:2x3:0,at=0:1,at=1:2,at=2:3,at=3:4,at=4:5,at=5:6
// RUN: braid-reference %s --function values --inputs %t.in --print | FileCheck %s
// RUN: braid-reference %s --function sum --tape --output sum --random-inputs 2,6 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function loss --tape --random-inputs 2,6 -o %t.tape
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,6 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass | FileCheck %s --check-prefix=SAME
// RUN: braid-opt %s --braid-differentiate | FileCheck %s --check-prefix=ADJOINT
// DIFF: w: gradient rms {{[0-9.]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS
// SAME: 2 tensors, worst relative difference {{.*}} PASS
// ADJOINT: braid.func @grad
// ADJOINT: braid.delay %{{.*}} by 2
// ADJOINT: braid.delay %{{.*}} by -2

!id = !braid.value<token, [], id 3>
!b = !braid.value<token, [], bool>
!r = !braid.value<token, []>
!w = !braid.value<static, [d: 3]>
!x = !braid.value<token, [d: 3]>

braid.parameter @w : !w init {
  %0 = braid.random normal scale 1.0 stream "w" : !w
  braid.yield %0 : !w
}

braid.func @values {
  // Two sequences of three tokens.
  %x = braid.input "x" : !r
  %id = braid.input "id" : !id
  // CHECK: a-one [2, 3] 0 1 2 0 4 5
  %0 = braid.delay %x by 1 : !r -> !r
  braid.output "a-one", %0 : !r
  // CHECK: b-two [2, 3] 0 0 1 0 0 4
  %1 = braid.delay %x by 2 : !r -> !r
  braid.output "b-two", %1 : !r
  // CHECK: c-far [2, 3] 0 0 0 0 0 0
  %2 = braid.delay %x by 65536 : !r -> !r
  braid.output "c-far", %2 : !r
  // CHECK: d-back [2, 3] 2 3 0 5 6 0
  %3 = braid.delay %x by -1 : !r -> !r
  braid.output "d-back", %3 : !r
  // Ids that are not there are none: 0 2 0 | 1 0 0.
  // CHECK: e-id [2, 3] -1 0 2 -1 1 0
  %4 = braid.delay %id by 1 : !id -> !id
  %5 = braid.map real(%4) : (!id) -> !r
  braid.output "e-id", %5 : !r
  // CHECK: f-bool [2, 3] 0 0 1 0 1 1
  %half = braid.constant 1.5 : !braid.value<static, []>
  %6 = braid.map lt(%half, %x) : (!braid.value<static, []>, !r) -> !b
  %7 = braid.delay %6 by 1 : !b -> !b
  %one = braid.constant 1.0 : !braid.value<static, []>
  %zero = braid.constant 0.0 : !braid.value<static, []>
  %8 = braid.map select(%7, %one, %zero) : (!b, !braid.value<static, []>, !braid.value<static, []>) -> !r
  braid.output "f-bool", %8 : !r
}

braid.func @sum {
  %w = braid.param @w : !w
  %x = braid.input "x" : !x
  %0 = braid.map mul(%w, %x) : (!w, !x) -> !x
  %1 = braid.delay %0 by 2 : !x -> !x
  %2 = braid.map mul(%0, %1) : (!x, !x) -> !x
  %3 = braid.delay %2 by -1 : !x -> !x
  %4 = braid.map mul(%3, %0) : (!x, !x) -> !x
  braid.output "sum", %4 : !x
}

braid.func @loss {
  %w = braid.param @w : !w
  %x = braid.input "x" : !x
  %0 = braid.map mul(%w, %x) : (!w, !x) -> !x
  %1 = braid.delay %0 by 2 : !x -> !x
  %2 = braid.map mul(%0, %1) : (!x, !x) -> !x
  %sum = braid.reduce sum %2 over ["d"] : !x -> !r
  %loss = braid.token_sum %sum : !r -> !braid.value<static, []>
  braid.output "loss", %loss : !braid.value<static, []>
}
