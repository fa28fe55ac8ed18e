// Draws depend on their coordinates alone; initial values may depend on other parameters.
// RUN: braid-reference %s --function draws --random-inputs 2,3 --seed 5 -o %t.a
// RUN: braid-reference %s --function draws --random-inputs 2,3 --seed 5 -o %t.b
// RUN: braid-reference --compare --tol 0 %t.a %t.b
// RUN: braid-reference %s --function draws --random-inputs 2,3 --seed 5 --step 1 -o %t.c
// RUN: not braid-reference --compare --tol 1e-3 %t.a %t.c | FileCheck %s --check-prefix=STEP
// RUN: braid-reference %s --function draws --random-inputs 64,16 --seed 6 | FileCheck %s --check-prefix=SIZE
// RUN: braid-reference %s --function init --seed 1 --print | FileCheck %s --check-prefix=INIT
// RUN: braid-reference %s --function init --seed 1 -o %t.p
// RUN: braid-reference %s --function draws --random-inputs 1,1 --params %t.p
// A new step changes what is drawn per token, and only that.
// STEP-NOT: static
// STEP: token-normal: relative difference {{.*}} FAIL
// SIZE: static-uniform [4000] mean {{-?0.0[0-9]*}} rms 0.57
// SIZE: token-normal [64, 16, 3] mean {{-?0.0[0-9]*}} rms {{0.49|0.50?}}
// The numbers are pinned: a model is the same model on every machine and in every version.
// INIT: base [4] -2.04635 -0.679954 -0.0138227 -1.20474
// INIT: copy [2, 4] -2.04635 -0.679954 -0.0138227 -1.20474 -2.04635 -0.679954 -0.0138227 -1.20474
// INIT: half [4] -1.02318 -0.339977 -0.00691134 -0.602368

braid.parameter @copy : !braid.value<static, [n: 2, a: 4]> init {
  %0 = braid.param @base : !braid.value<static, [a: 4]>
  %1 = braid.broadcast %0 : !braid.value<static, [a: 4]> -> !braid.value<static, [n: 2, a: 4]>
  braid.yield %1 : !braid.value<static, [n: 2, a: 4]>
}
braid.parameter @base : !braid.value<static, [a: 4]> init {
  %0 = braid.random normal scale 1.0 stream "base" : !braid.value<static, [a: 4]>
  braid.yield %0 : !braid.value<static, [a: 4]>
}
// The same stream, evaluated instead of filled in.
braid.parameter @half : !braid.value<static, [a: 4]> init {
  %0 = braid.random normal scale 1.0 stream "base" : !braid.value<static, [a: 4]>
  %1 = braid.constant 0.5 : !braid.value<static, []>
  %2 = braid.map mul(%0, %1) : (!braid.value<static, [a: 4]>, !braid.value<static, []>) -> !braid.value<static, [a: 4]>
  braid.yield %2 : !braid.value<static, [a: 4]>
}

braid.func @draws {
  %0 = braid.random uniform scale 1.0 stream "u" : !braid.value<static, [n: 4000]>
  braid.output "static-uniform", %0 : !braid.value<static, [n: 4000]>
  %1 = braid.random normal scale 0.5 stream "t" : !braid.value<token, [k: 3]>
  braid.output "token-normal", %1 : !braid.value<token, [k: 3]>
}
