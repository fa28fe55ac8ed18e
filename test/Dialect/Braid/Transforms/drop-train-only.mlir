// RUN: braid-opt %s --braid-drop-train-only | FileCheck %s
// RUN: braid-opt %s --braid-drop-train-only --braid-canonicalize | FileCheck %s --check-prefix=CLEAN

// Outside of @grad, and inside the regions of reads, the factor of training is 1; draws without users go, noise stays.

// CHECK-LABEL: braid.func @loss
// CHECK:       braid.random uniform
// CHECK-NOT:   braid.map select
// CHECK:       %[[ONE:.*]] = braid.constant 1.000000e+00 : <static, []>
// CHECK-NEXT:  %[[F:.*]] = braid.broadcast %[[ONE]] : <static, []> -> <token, [d: 4]>
// CHECK-NEXT:  braid.map mul(%{{.*}}, %[[F]])
// CLEAN-LABEL: braid.func @loss
// CLEAN-NOT:   uniform
// CLEAN:       braid.random normal
// CLEAN-NOT:   braid.map mul
// CLEAN-LABEL: braid.func @grad
braid.func @loss {
  %x = braid.input "x" : !braid.value<token, [d: 4]>
  %u = braid.random uniform scale 1.0 stream "a" : !braid.value<token, [d: 4]>
  %n = braid.random normal scale 1.0 stream "n" : !braid.value<token, [d: 4]>
  %p = braid.constant 0.5 : !braid.value<static, []>
  %z = braid.constant 0.0 : !braid.value<static, []>
  %k = braid.map lt(%u, %p) : (!braid.value<token, [d: 4]>, !braid.value<static, []>) -> !braid.value<token, [d: 4], bool>
  %f = braid.map select(%k, %p, %z) {train_only} : (!braid.value<token, [d: 4], bool>, !braid.value<static, []>, !braid.value<static, []>) -> !braid.value<token, [d: 4]>
  %y = braid.map mul(%x, %f) : (!braid.value<token, [d: 4]>, !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]>
  %s = braid.map add(%y, %n) : (!braid.value<token, [d: 4]>, !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]>
  braid.output "y", %s : !braid.value<token, [d: 4]>
}

// In @grad it stays, and the mark goes.

// CHECK-LABEL: braid.func @grad
// CHECK:       braid.map select
// CHECK-NOT:   train_only
braid.func @grad {
  %x = braid.input "x" : !braid.value<token, [d: 4]>
  %u = braid.random uniform scale 1.0 stream "a" per_sequence : !braid.value<token, [d: 4]>
  %p = braid.constant 0.5 : !braid.value<static, []>
  %z = braid.constant 0.0 : !braid.value<static, []>
  %k = braid.map lt(%u, %p) : (!braid.value<token, [d: 4]>, !braid.value<static, []>) -> !braid.value<token, [d: 4], bool>
  %f = braid.map select(%k, %p, %z) {train_only} : (!braid.value<token, [d: 4], bool>, !braid.value<static, []>, !braid.value<static, []>) -> !braid.value<token, [d: 4]>
  %y = braid.map mul(%x, %f) : (!braid.value<token, [d: 4]>, !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]>
  braid.output "y", %y : !braid.value<token, [d: 4]>
}

// Declines: noise is no factor of training.
// CHECK-LABEL: braid.func @noise
// CHECK:       braid.random normal
braid.func @noise {
  %x = braid.input "x" : !braid.value<token, [d: 4]>
  %n = braid.random normal scale 1.0 stream "n" : !braid.value<token, [d: 4]>
  %s = braid.map add(%x, %n) : (!braid.value<token, [d: 4]>, !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]>
  braid.output "y", %s : !braid.value<token, [d: 4]>
}
