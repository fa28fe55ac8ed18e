// RUN: braid-opt %s --braid-expand-reads | FileCheck %s
// RUN: braid-opt %s --braid-expand-reads --braid-expand-reads | FileCheck %s
// RUN: braid-reference %s --function-literal f --random-inputs 2,3 --save-inputs %t.in -o %t.a
// RUN: braid-opt %s --braid-expand-reads -o %t.mlir
// RUN: braid-reference %t.mlir --function-literal f --inputs %t.in -o %t.b
// RUN: braid-reference --compare %t.a %t.b --tol 1e-12 | FileCheck %s --check-prefix=SAME
// SAME: PASS

// CHECK-LABEL: braid.func @f
braid.func @f {
  %a = braid.input "a" : <token, [dim: 32]>
  %b = braid.input "b" : <token, [dim: 32]>
  %w = braid.input "w" : <static, [dim: 32, out: 48]>
  // Fires: a matrix product for each entry.
  // CHECK: %[[A:.*]] = braid.broadcast %{{.*}} : <token, [dim: 32]> -> <token, [depth.part: 1, dim: 32]>
  // CHECK: %[[B:.*]] = braid.broadcast
  // CHECK: %[[V:.*]] = braid.concat %[[A]], %[[B]] along ["depth.part", "depth.part"] to "depth"
  // CHECK: %[[P:.*]] = braid.dot %[[V]], %{{.*}} over ["dim"]
  // CHECK: braid.slice %[[P]] "depth" at 0 size 1
  // CHECK: braid.slice %[[P]] "depth" at 1 size 1
  %r:3 = braid.read "depth" groups 1 entries(%a, %b : !braid.value<token, [dim: 32]>, !braid.value<token, [dim: 32]>) captures(%w : !braid.value<static, [dim: 32, out: 48]>) unstack [0] -> !braid.value<token, [out: 48]>, !braid.value<token, [out: 48]>, !braid.value<token, [out: 48]> {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 32]>, %m: !braid.value<static, [dim: 32, out: 48]>):
    %p = braid.dot %v, %m over ["dim"] : <token, [depth: 2, dim: 32]>, <static, [dim: 32, out: 48]> -> <token, [depth: 2, out: 48]>
    %s = braid.reduce max %p over ["depth"] : <token, [depth: 2, out: 48]> -> <token, [out: 48]>
    braid.yield %p, %s : !braid.value<token, [depth: 2, out: 48]>, !braid.value<token, [out: 48]>
  }
  // Declines: row work.
  // CHECK: braid.read "depth2"
  %q = braid.read "depth2" groups 1 entries(%r#0, %r#1, %r#2 : !braid.value<token, [out: 48]>, !braid.value<token, [out: 48]>, !braid.value<token, [out: 48]>) captures() unstack [] -> !braid.value<token, [out: 48]> {
  ^bb0(%v: !braid.value<token, [depth2: 3, out: 48]>):
    %s = braid.reduce sum %v over ["depth2"] : <token, [depth2: 3, out: 48]> -> <token, [out: 48]>
    braid.yield %s : !braid.value<token, [out: 48]>
  }
  braid.output "y", %q : <token, [out: 48]>
}

// Declines: a read that is row work alone.
// CHECK-LABEL: braid.func @rows
// CHECK-NOT: braid.concat
braid.func @rows {
  %a = braid.input "a" : <token, [dim: 32]>
  %b = braid.input "b" : <token, [dim: 32]>
  %q = braid.read "depth" groups 1 entries(%a, %b : !braid.value<token, [dim: 32]>, !braid.value<token, [dim: 32]>) captures() unstack [] -> !braid.value<token, [dim: 32]> {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 32]>):
    %s = braid.reduce sum %v over ["depth"] : <token, [depth: 2, dim: 32]> -> <token, [dim: 32]>
    braid.yield %s : !braid.value<token, [dim: 32]>
  }
  braid.output "y", %q : <token, [dim: 32]>
}
