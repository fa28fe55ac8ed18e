// Every elementwise function, against finite differences and by value.
// RUN: braid-reference %s --function loss --tape --random-inputs 2,3 --finite-differences 12 | FileCheck %s
// RUN: braid-reference %s --interpret values --print | FileCheck %s --check-prefix=VALUE
// RUN: braid-reference %s --function loss --tape --random-inputs 2,5 -o %t.tape
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --random-inputs 2,5 -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.tape %t.pass
// CHECK-NOT: FAIL
// CHECK: x: gradient rms {{[0-9.]*[1-9]}}
// CHECK: y: gradient rms {{[0-9.]*[1-9]}}
// CHECK: {{^}}max relative error {{.*}} PASS

braid.parameter @x : !braid.value<static, [a: 4, b: 3]> init {
  %0 = braid.random normal scale 1.0 stream "x" : !braid.value<static, [a: 4, b: 3]>
  braid.yield %0 : !braid.value<static, [a: 4, b: 3]>
}
braid.parameter @y : !braid.value<static, [b: 3]> init {
  %0 = braid.random uniform scale 0.7 stream "y" : !braid.value<static, [b: 3]>
  braid.yield %0 : !braid.value<static, [b: 3]>
}

braid.func @loss {
  %x = braid.param @x : !braid.value<static, [a: 4, b: 3]>
  %y = braid.param @y : !braid.value<static, [b: 3]>
  %t = braid.input "t" : !braid.value<token, [a: 4]>
  // Everything varies with the token, and operands lack axes in every way.
  %u = braid.map mul(%x, %t) : (!braid.value<static, [a: 4, b: 3]>, !braid.value<token, [a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %sq = braid.map mul(%u, %u) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %one = braid.constant 1.0 : !braid.value<static, []>
  %pos = braid.map add(%sq, %one) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<static, []>) -> !braid.value<token, [b: 3, a: 4]>
  %0 = braid.map neg(%u) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %1 = braid.map exp(%0) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %2 = braid.map log(%pos) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %3 = braid.map sqrt(%pos) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %4 = braid.map rsqrt(%pos) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %5 = braid.map tanh(%u) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %6 = braid.map sigmoid(%u) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %7 = braid.map erf(%u) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %8 = braid.map sin(%u) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %9 = braid.map cos(%u) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %10 = braid.map abs(%u) : (!braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %11 = braid.map sub(%1, %2) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %12 = braid.map mul(%11, %y) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<static, [b: 3]>) -> !braid.value<token, [b: 3, a: 4]>
  %13 = braid.map div(%12, %3) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %14 = braid.map pow(%pos, %y) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<static, [b: 3]>) -> !braid.value<token, [b: 3, a: 4]>
  %15 = braid.map max(%5, %y) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<static, [b: 3]>) -> !braid.value<token, [b: 3, a: 4]>
  %16 = braid.map min(%6, %y) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<static, [b: 3]>) -> !braid.value<token, [b: 3, a: 4]>
  %c = braid.map lt(%u, %y) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<static, [b: 3]>) -> !braid.value<token, [b: 3, a: 4], bool>
  %17 = braid.map select(%c, %14, %15) : (!braid.value<token, [b: 3, a: 4], bool>, !braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %18 = braid.map mul(%13, %4) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %19 = braid.map add(%17, %18) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %20 = braid.map mul(%7, %8) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %21 = braid.map mul(%9, %10) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %22 = braid.map add(%20, %21) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %23 = braid.map mul(%22, %16) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %24 = braid.map add(%19, %23) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %25 = braid.map real(%c) : (!braid.value<token, [b: 3, a: 4], bool>) -> !braid.value<token, [b: 3, a: 4]>
  %26 = braid.map mul(%24, %25) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %28 = braid.map mulz(%7, %y) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<static, [b: 3]>) -> !braid.value<token, [b: 3, a: 4]>
  %29 = braid.map add(%26, %28) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %27 = braid.map add(%24, %29) : (!braid.value<token, [b: 3, a: 4]>, !braid.value<token, [b: 3, a: 4]>) -> !braid.value<token, [b: 3, a: 4]>
  %sum = braid.reduce sum %27 over ["b", "a"] : !braid.value<token, [b: 3, a: 4]> -> !braid.value<token, []>
  %loss = braid.token_sum %sum : !braid.value<token, []> -> !braid.value<static, []>
  braid.output "loss", %loss : !braid.value<static, []>
}

braid.func @values {
  %i = braid.iota : !braid.value<static, [a: 3]>
  %two = braid.constant 2.0 : !braid.value<static, []>
  %half = braid.constant 0.5 : !braid.value<static, []>
  // VALUE-DAG: a-add [3] 2 3 4
  %0 = braid.map add(%i, %two) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3]>
  braid.output "a-add", %0 : !braid.value<static, [a: 3]>
  // VALUE-DAG: b-pow [3] 1 2 4
  %1 = braid.map pow(%two, %i) : (!braid.value<static, []>, !braid.value<static, [a: 3]>) -> !braid.value<static, [a: 3]>
  braid.output "b-pow", %1 : !braid.value<static, [a: 3]>
  // VALUE-DAG: c-sigmoid [3] 0.5 0.731059 0.880797
  %2 = braid.map sigmoid(%i) : (!braid.value<static, [a: 3]>) -> !braid.value<static, [a: 3]>
  braid.output "c-sigmoid", %2 : !braid.value<static, [a: 3]>
  // VALUE-DAG: d-erf [] 0.5205
  %3 = braid.map erf(%half) : (!braid.value<static, []>) -> !braid.value<static, []>
  braid.output "d-erf", %3 : !braid.value<static, []>
  // VALUE-DAG: e-or [3] 1 0 1
  %one = braid.constant 1.0 : !braid.value<static, []>
  %4 = braid.map lt(%i, %one) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3], bool>
  %5 = braid.map eq(%i, %two) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3], bool>
  %6 = braid.map or(%4, %5) : (!braid.value<static, [a: 3], bool>, !braid.value<static, [a: 3], bool>) -> !braid.value<static, [a: 3], bool>
  braid.output "e-or", %6 : !braid.value<static, [a: 3], bool>
  // VALUE-DAG: f-select [3] 2 1 2
  %7 = braid.map select(%6, %two, %i) : (!braid.value<static, [a: 3], bool>, !braid.value<static, []>, !braid.value<static, [a: 3]>) -> !braid.value<static, [a: 3]>
  braid.output "f-select", %7 : !braid.value<static, [a: 3]>
  // VALUE-DAG: g-round [3] 1 1.00781 1.00781
  %tiny = braid.constant 3.90625e-3 : !braid.value<static, []>
  %8 = braid.map mul(%i, %tiny) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3]>
  %9 = braid.map add(%8, %one) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3]>
  %10 = braid.constant 1.0001 : !braid.value<static, []>
  %11 = braid.map mul(%9, %10) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3]>
  %12 = braid.map mul(%11, %one) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3]>
  %13 = braid.round %9 to bf16 : !braid.value<static, [a: 3]> -> !braid.value<static, [a: 3]>
  // Ties go to even: 1 + 2^-8 down to 1, but a little more goes up.
  // VALUE-DAG: h-ties [3] 1 1 1.00781
  braid.output "h-ties", %13 : !braid.value<static, [a: 3]>
  %14 = braid.round %12 to bf16 : !braid.value<static, [a: 3]> -> !braid.value<static, [a: 3]>
  braid.output "g-round", %14 : !braid.value<static, [a: 3]>
  // NaN comes through, from either side; zero wins.
  %15 = braid.map sub(%i, %two) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3]>
  %16 = braid.map log(%15) : (!braid.value<static, [a: 3]>) -> !braid.value<static, [a: 3]>
  // VALUE-DAG: i-max [3] {{-?}}nan {{-?}}nan 0.5
  %17 = braid.map max(%16, %half) : (!braid.value<static, [a: 3]>, !braid.value<static, []>) -> !braid.value<static, [a: 3]>
  braid.output "i-max", %17 : !braid.value<static, [a: 3]>
  // VALUE-DAG: j-min [3] {{-?}}nan {{-?}}nan -inf
  %18 = braid.map min(%half, %16) : (!braid.value<static, []>, !braid.value<static, [a: 3]>) -> !braid.value<static, [a: 3]>
  braid.output "j-min", %18 : !braid.value<static, [a: 3]>
  // VALUE-DAG: k-mulz [3] {{-?}}nan {{-?}}nan 0
  %19 = braid.map mulz(%16, %15) : (!braid.value<static, [a: 3]>, !braid.value<static, [a: 3]>) -> !braid.value<static, [a: 3]>
  braid.output "k-mulz", %19 : !braid.value<static, [a: 3]>
  // VALUE-DAG: l-mulz [3] 0 {{-?}}nan -inf
  %20 = braid.map mulz(%i, %16) : (!braid.value<static, [a: 3]>, !braid.value<static, [a: 3]>) -> !braid.value<static, [a: 3]>
  braid.output "l-mulz", %20 : !braid.value<static, [a: 3]>
}
