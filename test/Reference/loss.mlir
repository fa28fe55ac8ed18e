// The oracle's own loss of @logits against finite differences, against the same loss
// written as a function, and by value.
// RUN: braid-reference %s --function grad --loss-from logits --random-inputs 2,5 --finite-differences 12 | FileCheck %s --check-prefix=DIFF
// RUN: braid-reference %s --function grad --loss-from logits --random-inputs 2,5 -o %t.own --save-inputs %t.in
// RUN: braid-reference %s --function grad --inputs %t.in -o %t.written
// RUN: braid-reference --compare --tol 1e-12 %t.own %t.written | FileCheck %s --check-prefix=SAME
// RUN: braid-opt %s --braid-differentiate | braid-reference - --interpret grad --inputs %t.in -o %t.pass
// RUN: braid-reference --compare --tol 1e-12 %t.pass %t.own
// RUN: not braid-reference %s --function logits 2>&1 | FileCheck %s --check-prefix=MISSING
// DIFF: bias: gradient rms {{[0-9.e-]*[1-9]}}
// DIFF: table: gradient rms {{[0-9.e-]*[1-9]}}
// DIFF: {{^}}max relative error {{.*}} PASS
// SAME: 4 tensors, worst relative difference {{.*}} PASS
// MISSING: there is no input `tokens`

braid.parameter @table : !braid.value<static, [class: 7, d: 4]> init {
  %0 = braid.random normal scale 1.0 stream "table" : !braid.value<static, [class: 7, d: 4]>
  braid.yield %0 : !braid.value<static, [class: 7, d: 4]>
}
braid.parameter @bias : !braid.value<static, [class: 7]> init {
  %0 = braid.random uniform scale 0.5 stream "bias" : !braid.value<static, [class: 7]>
  braid.yield %0 : !braid.value<static, [class: 7]>
}
// Nobody uses it; its gradient is zero and is there.
braid.parameter @unused : !braid.value<static, []> init {
  %0 = braid.constant 1.0 : !braid.value<static, []>
  braid.yield %0 : !braid.value<static, []>
}

braid.func @logits {
  %table = braid.param @table : !braid.value<static, [class: 7, d: 4]>
  %bias = braid.param @bias : !braid.value<static, [class: 7]>
  %tokens = braid.input "tokens" : !braid.value<token, [], id 7>
  %x = braid.gather %table[%tokens] along "class" : !braid.value<static, [class: 7, d: 4]>, !braid.value<token, [], id 7> -> !braid.value<token, [d: 4]>
  %y = braid.dot %x, %table over ["d"] : !braid.value<token, [d: 4]>, !braid.value<static, [class: 7, d: 4]> -> !braid.value<token, [class: 7]>
  %z = braid.map add(%y, %bias) : (!braid.value<token, [class: 7]>, !braid.value<static, [class: 7]>) -> !braid.value<token, [class: 7]>
  %a = braid.dot %x, %x over ["d"] : !braid.value<token, [d: 4]>, !braid.value<token, [d: 4]> -> !braid.value<token, []>
  braid.aux_loss %a : !braid.value<token, []>
  %b = braid.dot %bias, %bias over ["class"] : !braid.value<static, [class: 7]>, !braid.value<static, [class: 7]> -> !braid.value<static, []>
  %c = braid.broadcast %b : !braid.value<static, []> -> !braid.value<token, []>
  braid.aux_loss %c : !braid.value<token, []>
  braid.output "logits", %z : !braid.value<token, [class: 7]>
}

braid.func @loss {
  %table = braid.param @table : !braid.value<static, [class: 7, d: 4]>
  %bias = braid.param @bias : !braid.value<static, [class: 7]>
  %tokens = braid.input "tokens" : !braid.value<token, [], id 7>
  %targets = braid.input "targets" : !braid.value<token, [], id 7>
  %scale = braid.input "loss_scale" : !braid.value<static, []>
  %x = braid.gather %table[%tokens] along "class" : !braid.value<static, [class: 7, d: 4]>, !braid.value<token, [], id 7> -> !braid.value<token, [d: 4]>
  %y = braid.dot %x, %table over ["d"] : !braid.value<token, [d: 4]>, !braid.value<static, [class: 7, d: 4]> -> !braid.value<token, [class: 7]>
  %z = braid.map add(%y, %bias) : (!braid.value<token, [class: 7]>, !braid.value<static, [class: 7]>) -> !braid.value<token, [class: 7]>
  %a = braid.dot %x, %x over ["d"] : !braid.value<token, [d: 4]>, !braid.value<token, [d: 4]> -> !braid.value<token, []>
  %b = braid.dot %bias, %bias over ["class"] : !braid.value<static, [class: 7]>, !braid.value<static, [class: 7]> -> !braid.value<static, []>
  %m = braid.reduce max %z over ["class"] : !braid.value<token, [class: 7]> -> !braid.value<token, []>
  %n = braid.detach %m : !braid.value<token, []> -> !braid.value<token, []>
  %s = braid.map sub(%z, %n) : (!braid.value<token, [class: 7]>, !braid.value<token, []>) -> !braid.value<token, [class: 7]>
  %e = braid.map exp(%s) : (!braid.value<token, [class: 7]>) -> !braid.value<token, [class: 7]>
  %t = braid.reduce sum %e over ["class"] : !braid.value<token, [class: 7]> -> !braid.value<token, []>
  %l = braid.map log(%t) : (!braid.value<token, []>) -> !braid.value<token, []>
  %g = braid.gather %s[%targets] along "class" : !braid.value<token, [class: 7]>, !braid.value<token, [], id 7> -> !braid.value<token, []>
  %0 = braid.map sub(%l, %g) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, []>
  %1 = braid.map add(%0, %a) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, []>
  %2 = braid.map add(%1, %b) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %zero = braid.constant 0.0 : !braid.value<static, []>
  %absent = braid.map lt(%targets, %zero) : (!braid.value<token, [], id 7>, !braid.value<static, []>) -> !braid.value<token, [], bool>
  %3 = braid.map select(%absent, %zero, %2) : (!braid.value<token, [], bool>, !braid.value<static, []>, !braid.value<token, []>) -> !braid.value<token, []>
  %4 = braid.map mul(%3, %scale) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %5 = braid.token_sum %4 : !braid.value<token, []> -> !braid.value<static, []>
  braid.output "loss", %5 : !braid.value<static, []>
}
