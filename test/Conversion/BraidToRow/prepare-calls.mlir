// RUN: braid-opt %s --split-input-file --prepare-calls | FileCheck %s
// What it makes stays as it is.
// RUN: braid-opt %s --split-input-file --prepare-calls -o %t.once && braid-opt %t.once --split-input-file --prepare-calls -o %t.twice && diff %t.once %t.twice
// Kernels and calls are made of nothing else.
// RUN: braid-opt %s --split-input-file --verify-diagnostics --convert-braid-to-row
!x = !braid.value<token, [dim: 8]>
!id = !braid.value<token, [], id 6>

// A table's rows come first; who uses it sees it as it was.
// CHECK-LABEL: braid.func @scatter
// CHECK: %[[T:.*]] = braid.scatter %{{.*}} along "vocab" : {{.*}} -> <static, [vocab: 6, dim: 8]>
// CHECK: braid.transpose %[[T]] : <static, [vocab: 6, dim: 8]> -> <static, [dim: 8, vocab: 6]>
// CHECK-NOT: braid.transpose
// CHECK: braid.output
braid.func @scatter {
  %x = braid.input "x" : !x
  %i = braid.input "i" : !id
  // expected-error @below {{'braid.scatter' op is not as kernels and calls want it: `prepare-calls` comes before}}
  %t = braid.scatter %x[%i] along "vocab" : !x, !id -> !braid.value<static, [dim: 8, vocab: 6]>
  braid.output "t", %t : !braid.value<static, [dim: 8, vocab: 6]>
}

// -----
!x = !braid.value<token, [dim: 8]>

// One value leaves the program twice, an input once, and an id as a number.
// CHECK-LABEL: braid.func @outputs
// CHECK: %[[Y:.*]] = braid.map exp
// CHECK: braid.output "y", %[[Y]]
// CHECK: %[[C:.*]] = braid.broadcast %[[Y]]
// CHECK: braid.output "again", %[[C]]
// CHECK: %[[D:.*]] = braid.broadcast %{{.*}}
// CHECK: braid.output "x", %[[D]]
// CHECK: %[[N:.*]] = braid.map real(%{{.*}})
// CHECK: braid.output "i", %[[N]]
braid.func @outputs {
  %x = braid.input "x" : !x
  %i = braid.input "i" : !braid.value<token, [], id 6>
  %y = braid.map exp(%x) : (!x) -> !x
  braid.output "y", %y : !x
  // expected-error @below {{is not as kernels and calls want it}}
  braid.output "again", %y : !x
  braid.output "x", %x : !x
  braid.output "i", %i : !braid.value<token, [], id 6>
}

// -----
!x = !braid.value<token, [dim: 8]>

// A constant among the entries of a history gets memory, unless it is zero; what nobody uses goes, and what is observed.
// CHECK-LABEL: braid.func @constants
// CHECK-NOT: braid.observe
// CHECK-NOT: braid.map exp
// CHECK: %[[C:.*]] = braid.constant 5.0{{.*}}
// CHECK: %[[Z:.*]] = braid.constant 0.0{{.*}}
// CHECK: %[[M:.*]] = braid.broadcast %[[C]]
// CHECK: braid.read "depth" groups 1 entries(%{{.*}}, %[[M]], %[[Z]] :
braid.func @constants {
  %x = braid.input "x" : !x
  %w = braid.input "w" : !braid.value<static, []>
  %c = braid.constant 0.5 : <static, []>
  %z = braid.constant 0.0 : <static, []>
  %e = braid.map exp(%x) : (!x) -> !x
  // expected-error @below {{is not as kernels and calls want it}}
  braid.observe "e", %e : !x
  %r = braid.read "depth" groups 1 entries(%w, %c, %z : !braid.value<static, []>, !braid.value<static, []>, !braid.value<static, []>) captures() unstack [] -> !braid.value<static, []> {
  ^bb0(%v: !braid.value<static, [depth: 3]>):
    %s = braid.reduce max %v over ["depth"] : !braid.value<static, [depth: 3]> -> !braid.value<static, []>
    braid.yield %s : !braid.value<static, []>
  }
  braid.output "r", %r : !braid.value<static, []>
}

// -----

// CHECK-LABEL: braid.func @inOrder
// CHECK-NEXT: braid.input
// CHECK-NEXT: braid.input
// CHECK-NEXT: braid.dot
// CHECK-NEXT: braid.output
// Declines: in order as it is; kernels can be made.
braid.func @inOrder {
  %x = braid.input "x" : !braid.value<token, [dim: 64]>
  %w = braid.input "w" : !braid.value<static, [dim: 64, out: 96]>
  %y = braid.dot %x, %w over ["dim"] : !braid.value<token, [dim: 64]>, !braid.value<static, [dim: 64, out: 96]> -> !braid.value<token, [out: 96]>
  braid.output "y", %y : !braid.value<token, [out: 96]>
}
