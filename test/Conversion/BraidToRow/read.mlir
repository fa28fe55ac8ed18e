// RUN: braid-opt %s --prepare-calls --narrow-calls --convert-braid-to-row --share-kernels --mark-reuse --host-plan-memory --mark-aliases --braid-verify-stage | FileCheck %s

// Reads of two and of three entries are one kernel; the entry that the launch computes itself is stored
// before the list that it belongs to is read. The result takes the place of an input that ends there. The unstacked result of the second read
// adds to a list whose missing entry is a block of zeros.

// CHECK:       row.kernel @row_0 token dynamic ["d2"] attributes {aliases = [array<i64: 1, 4>, array<i64: [[OWN:[0-9]+]], [[LIST:[0-9]+]]>]}
// CHECK-SAME:  {
// CHECK:         %[[NEW:.*]] = row.map add
// CHECK-NEXT:    row.store %[[NEW]] to %arg[[OWN]]
// CHECK-NEXT:    %[[V:.*]] = row.stack %arg[[LIST]] : <d2, [dim: 64], f32> -> <[d2: ?, dim: 64]>
// CHECK:         row.reduce sum {{.*}} over ["d2"]
// CHECK-NOT:   row.stack
// CHECK-LABEL: row.kernel @row_2 token dynamic ["d4"]
// CHECK:         %[[ENTRIES:.*]] = row.stack
// CHECK:         %[[SUMS:.*]] = row.stack
// CHECK:         %[[SUM:.*]] = row.map add
// CHECK:         row.unstack %[[SUM]] to
// CHECK-NOT:   row.kernel
// CHECK-LABEL: host.func @logits
// CHECK:         host.launch @row_0 token sizes [2]
// CHECK:         host.launch @row_0 token sizes [3]
// CHECK:         %[[ZERO:.*]] = host.zeros : <token, 64, f32>
// CHECK:         host.launch @row_2 token sizes [3](%{{.*}}, %[[ZERO]], %{{.*}}) {{.*}} reuse

!w = !braid.value<static, [dim: 64, out: 64]>
!t = !braid.value<token, [dim: 64]>
braid.parameter @w : !w init {
  %0 = braid.constant 1.0 : !w
  braid.yield %0 : !w
}
braid.func @logits {
  %e0 = braid.input "a" : !t
  %e1 = braid.input "b" : !t
  %w = braid.param @w : !w
  %zero = braid.constant 0.0 : !braid.value<static, [dim: 64]>
  %p1 = braid.dot %e0, %w over ["dim"] : !t, !w -> !braid.value<token, [out: 64]>
  %y1 = braid.rename %p1 ["out"] to ["dim"] : !braid.value<token, [out: 64]> -> !t
  %n1 = braid.map add(%e1, %y1) : (!t, !t) -> !t
  %r1 = braid.read "d2" groups 1 entries(%e0, %n1 : !t, !t) captures() unstack [] -> !t {
  ^bb0(%v: !braid.value<token, [d2: 2, dim: 64]>):
    %s = braid.reduce sum %v over ["d2"] : !braid.value<token, [d2: 2, dim: 64]> -> !t
    braid.yield %s : !t
  }
  %p2 = braid.dot %r1, %w over ["dim"] : !t, !w -> !braid.value<token, [out: 64]>
  %y2 = braid.rename %p2 ["out"] to ["dim"] : !braid.value<token, [out: 64]> -> !t
  %n2 = braid.map add(%n1, %y2) : (!t, !t) -> !t
  %r2 = braid.read "d3" groups 1 entries(%e0, %n1, %n2 : !t, !t, !t) captures() unstack [] -> !t {
  ^bb0(%v: !braid.value<token, [d3: 3, dim: 64]>):
    %s = braid.reduce sum %v over ["d3"] : !braid.value<token, [d3: 3, dim: 64]> -> !t
    braid.yield %s : !t
  }
  %p3 = braid.dot %r2, %w over ["dim"] : !t, !w -> !braid.value<token, [out: 64]>
  %p4 = braid.dot %r2, %w over ["dim"] : !t, !w -> !braid.value<token, [out: 64]>
  %y3 = braid.rename %p3 ["out"] to ["dim"] : !braid.value<token, [out: 64]> -> !t
  %y4 = braid.rename %p4 ["out"] to ["dim"] : !braid.value<token, [out: 64]> -> !t
  %g:3 = braid.read "d4" groups 2 entries(%e0, %n1, %n2, %zero, %y3, %y4 : !t, !t, !t, !braid.value<static, [dim: 64]>, !t, !t) captures() unstack [0] -> !t, !t, !t {
  ^bb0(%v: !braid.value<token, [d4: 3, dim: 64]>, %a: !braid.value<token, [d4: 3, dim: 64]>):
    %s = braid.map add(%v, %a) : (!braid.value<token, [d4: 3, dim: 64]>, !braid.value<token, [d4: 3, dim: 64]>) -> !braid.value<token, [d4: 3, dim: 64]>
    braid.yield %s : !braid.value<token, [d4: 3, dim: 64]>
  }
  braid.output "x", %g#0 : !t
  braid.output "y", %g#1 : !t
  %q = braid.dot %g#2, %w over ["dim"] : !t, !w -> !braid.value<token, [out: 64]>
  braid.output "logits", %q : !braid.value<token, [out: 64]>
}
