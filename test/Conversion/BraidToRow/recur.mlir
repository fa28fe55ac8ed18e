// RUN: braid-opt %s --split-input-file --prepare-calls --convert-braid-to-row --share-kernels --braid-verify-stage | FileCheck %s

// All is elementwise along the heads: the kernel works on one of the three, of which a row has the parts; static values as well. What the
// next token finds is stored behind all that reads what this one found. Two recurrences of one structure share a kernel.
// CHECK-LABEL: row.kernel @row_0 recur dynamic [] attributes {aliases = []} {
// CHECK-NEXT:  ^bb0(%[[S:[^:]*]]: !row.buffer<shared, [a: 4, b: 5], f32>, %{{[^:]*}}: !row.buffer<rows of 3, [a: 4], f32>, %{{[^:]*}}: !row.buffer<rows, [b: 5], f32>, %{{[^:]*}}: !row.buffer<shared, [], f32>, %[[Y:[^:]*]]: !row.buffer<rows of 3, [b: 5], f32>):
// CHECK:         row.load %[[S]]
// CHECK:         row.store %{{.*}} to %[[Y]]
// CHECK-NEXT:    row.store %{{.*}} to %[[S]]
// CHECK-NEXT:  }
// CHECK-NOT:   row.kernel
// CHECK-LABEL: host.func @heads
// CHECK:         host.recur @row_0 parts 3 piece 64 carries [20](
// CHECK-SAME:      written [3] sums [] parted [1, 0, 1, 1]
// CHECK-SAME:      inits [-1]()
// CHECK-SAME:      pasts(%{{.*}} : !host.buffer<token, 60, f32>)
// CHECK:         host.recur @row_0 parts 3
!S = !braid.value<token, [h: 3, a: 4, b: 5]>
!Q = !braid.value<token, [h: 3, a: 4]>
!V = !braid.value<token, [b: 5]>
!Y = !braid.value<token, [h: 3, b: 5]>
!G = !braid.value<static, [h: 3]>
braid.func @heads {
  %g = braid.input "g" : !G
  %q = braid.input "q" : !Q
  %v = braid.input "v" : !V
  %y = braid.recur captures(%g, %q, %v : !G, !Q, !V) -> !Y {
  ^bb0(%0: !G, %1: !Q, %2: !V):
    %s = braid.carry "S" remembered : !S
    %kv = braid.dot %1, %2 over [] : !Q, !V -> !S
    %kept = braid.map mul(%0, %s) : (!G, !S) -> !S
    %n = braid.map add(%kept, %kv) : (!S, !S) -> !S
    braid.next "S", %n : !S
    %r = braid.dot %1, %s over ["a"] : !Q, !S -> !Y
    braid.yield %r : !Y
  }
  %z = braid.recur captures(%g, %q, %v : !G, !Q, !V) -> !Y {
  ^bb0(%0: !G, %1: !Q, %2: !V):
    %s = braid.carry "T" : !S
    %kv = braid.dot %1, %2 over [] : !Q, !V -> !S
    %kept = braid.map mul(%0, %s) : (!G, !S) -> !S
    %n = braid.map add(%kept, %kv) : (!S, !S) -> !S
    braid.next "T", %n : !S
    %r = braid.dot %1, %s over ["a"] : !Q, !S -> !Y
    braid.yield %r : !Y
  }
  braid.output "y", %y : !Y
  braid.output "z", %z : !Y
}

// -----
// Declines to split: a sum along the heads is inside. Backward, with what is computed again in memory of the call's own, a sum over all
// tokens, and the sum of what first tokens leave.
// CHECK-LABEL: row.kernel @row_0 recur
// CHECK-LABEL: row.kernel @row_1 recur reverse
// CHECK-NEXT:  ^bb0(%{{.*}}: !row.buffer<shared, [h: 2, a: 3], f32>, %[[W:[^:]*]]: !row.buffer<rows, [h: 2, a: 3], f32>,
// CHECK:         row.load %[[W]]
// CHECK:         row.accumulate
// CHECK-LABEL: row.kernel @row_2 recur dynamic
// CHECK-NEXT:  ^bb0(%{{.*}}: !row.buffer<shared, [h: 2, a: 3], f32>, %[[W:[^:]*]]: !row.buffer<rows, [h: 2, a: 3], f32>,
// CHECK:         row.store %{{.*}} to %[[W]]
// CHECK:         host.recur @row_0 parts 1 piece 4 carries [6](
// CHECK-SAME:      tapes(%[[T:.*]] : !host.buffer<token, 2, f32>)
// CHECK:         host.recur @row_1 reverse parts 1 piece 4 carries [6](
// CHECK-SAME:      written [1] sums [1]
// CHECK-SAME:      replay @row_2 carries [6] wide [6](
// CHECK-SAME:      tapes(%[[T]] : !host.buffer<token, 2, f32>) finals [0](%{{.*}} : !host.buffer<fixed, 6, f32>)
!A = !braid.value<token, [h: 2, a: 3]>
!I = !braid.value<static, [h: 2, a: 3]>
!X = !braid.value<token, [h: 2]>
!N = !braid.value<token, []>
!K = !braid.value<token, [kept: 2]>
braid.func @backward {
  %x = braid.input "x" : !A
  %y, %t = braid.recur captures(%x : !A) keep 4 -> !N, !K {
  ^bb0(%0: !A):
    %s = braid.carry "S" : !A
    %n = braid.map add(%0, %s) : (!A, !A) -> !A
    braid.next "S", %n : !A
    %r = braid.reduce sum %n over ["h", "a"] : !A -> !N
    braid.yield %r : !N
  }
  %sum, %first = braid.recur reverse captures(%x : !A) tapes(%t : !K) keep 4 -> !I, !I {
  ^bb0(%0: !A, %w: !A):
    %s = braid.carry "S.grad" reverse : !A
    %n = braid.map add(%w, %s) : (!A, !A) -> !A
    braid.next "S.grad", %n : !A
    %f = braid.final "S.grad" : !I
    %m = braid.map mul(%0, %n) : (!A, !A) -> !A
    %g = braid.token_sum %m : !A -> !I
    braid.yield %g, %f : !I, !I
  } replay {
  ^bb0(%0: !A):
    %s = braid.carry "S" : !A
    %n = braid.map add(%0, %s) : (!A, !A) -> !A
    %r = braid.reduce sum %n over ["h", "a"] : !A -> !N
    %e = braid.map add(%n, %r) : (!A, !N) -> !A
    braid.next "S", %n : !A
    braid.yield %e : !A
  }
  braid.output "y", %y : !N
  braid.output "sum", %sum : !I
  braid.output "first", %first : !I
}
