// RUN: braid-opt %s --braid-fuse-multiply-adds | FileCheck %s
// RUN: braid-opt %s --braid-fuse-multiply-adds -o %t.once
// RUN: braid-opt %t.once --braid-fuse-multiply-adds -o %t.twice
// RUN: diff %t.once %t.twice

// A product and the sum, or difference, that is its only use.
// CHECK-LABEL: braid.func @fires
braid.func @fires {
  // CHECK: %[[X:.*]] = braid.input "x"
  // CHECK: %[[Y:.*]] = braid.input "y"
  // CHECK: %[[Z:.*]] = braid.input "z"
  %x = braid.input "x" : <token, [dim: 64]>
  %y = braid.input "y" : <static, [dim: 64]>
  %z = braid.input "z" : <token, [dim: 64]>
  // CHECK-NEXT: %[[A:.*]] = braid.map fma(%[[X]], %[[Y]], %[[Z]]) :
  %p = braid.map mul(%x, %y) : (!braid.value<token, [dim: 64]>, !braid.value<static, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %a = braid.map add(%z, %p) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  // CHECK-NEXT: %[[N:.*]] = braid.map neg(%[[Z]]) :
  // CHECK-NEXT: %[[B:.*]] = braid.map fma(%[[A]], %[[X]], %[[N]]) :
  %q = braid.map mul(%a, %x) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %b = braid.map sub(%q, %z) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  // CHECK-NEXT: %[[M:.*]] = braid.map neg(%[[B]]) :
  // CHECK-NEXT: %[[C:.*]] = braid.map fma(%[[M]], %[[X]], %[[Z]]) :
  %r = braid.map mul(%b, %x) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %c = braid.map sub(%z, %r) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  braid.output "c", %c : <token, [dim: 64]>
}

// In the region of a read, too.
// CHECK-LABEL: braid.func @in_region
// CHECK: braid.map fma
// CHECK-NOT: braid.map mul
braid.func @in_region {
  %a = braid.input "a" : <token, [dim: 8]>
  %c = braid.input "c" : <token, [dim: 8]>
  %0 = braid.read "depth" groups 1 entries(%a, %c : !braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) captures(%a : !braid.value<token, [dim: 8]>) unstack [] -> !braid.value<token, [dim: 8]> {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 8]>, %k: !braid.value<token, [dim: 8]>):
    %p = braid.map mul(%v, %k) : (!braid.value<token, [depth: 2, dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [depth: 2, dim: 8]>
    %s = braid.map add(%p, %k) : (!braid.value<token, [depth: 2, dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [depth: 2, dim: 8]>
    %m = braid.reduce max %s over ["depth"] : <token, [depth: 2, dim: 8]> -> <token, [dim: 8]>
    braid.yield %m : !braid.value<token, [dim: 8]>
  }
  braid.output "o", %0 : <token, [dim: 8]>
}

// Declines: a product with another use; a sum of two products, also behind a view or a sign, so that the difference
// of equal ones is 0; a product of fewer axes, or of static values, which is computed once; one of an earlier level,
// whose operands would have to be kept.
// CHECK-LABEL: braid.func @declines
// CHECK-NOT: fma
braid.func @declines {
  %x = braid.input "x" : <token, [dim: 64]>
  %y = braid.input "y" : <static, [dim: 64]>
  %s = braid.input "s" : <token, []>
  %p = braid.map mul(%x, %y) : (!braid.value<token, [dim: 64]>, !braid.value<static, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %a = braid.map add(%x, %p) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  braid.output "p", %p : <token, [dim: 64]>
  braid.output "a", %a : <token, [dim: 64]>
  %q = braid.map mul(%x, %x) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %r = braid.map mul(%a, %a) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %b = braid.map sub(%q, %r) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  braid.output "b", %b : <token, [dim: 64]>
  %t = braid.map mul(%b, %b) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %u = braid.map mul(%b, %x) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %un = braid.map neg(%u) : (!braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %uv = braid.detach %un : <token, [dim: 64]> -> <token, [dim: 64]>
  %c = braid.map add(%t, %uv) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  braid.output "c", %c : <token, [dim: 64]>
  %f = braid.map mul(%s, %s) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, []>
  %d = braid.map add(%x, %f) : (!braid.value<token, [dim: 64]>, !braid.value<token, []>) -> !braid.value<token, [dim: 64]>
  braid.output "d", %d : <token, [dim: 64]>
  %g = braid.map mul(%y, %y) : (!braid.value<static, [dim: 64]>, !braid.value<static, [dim: 64]>) -> !braid.value<static, [dim: 64]>
  %e = braid.map add(%x, %g) : (!braid.value<token, [dim: 64]>, !braid.value<static, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  braid.output "e", %e : <token, [dim: 64]>
  %w = braid.input "w" : <static, [dim: 64, out: 64]>
  %v = braid.input "v" : <static, [out: 64, dim: 64]>
  %h = braid.dot %x, %w over ["dim"] : <token, [dim: 64]>, <static, [dim: 64, out: 64]> -> <token, [out: 64]>
  %i = braid.dot %h, %v over ["out"] : <token, [out: 64]>, <static, [out: 64, dim: 64]> -> <token, [dim: 64]>
  %j = braid.map mul(%x, %d) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  %k = braid.map add(%i, %j) : (!braid.value<token, [dim: 64]>, !braid.value<token, [dim: 64]>) -> !braid.value<token, [dim: 64]>
  braid.output "k", %k : <token, [dim: 64]>
}
