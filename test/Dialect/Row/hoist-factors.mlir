// RUN: braid-opt %s --row-hoist-factors | FileCheck %s
// RUN: braid-opt %s --row-hoist-factors -o %t.once
// RUN: braid-opt %t.once --row-hoist-factors -o %t.twice
// RUN: diff %t.once %t.twice

// The norm and the score of an entry need one walk over it once the norm is outside of the score's sum.
// CHECK-LABEL: row.kernel @scores
// CHECK:         %[[V:.*]] = row.stack
// CHECK:         %[[W:.*]] = row.load
// CHECK:         %[[SQUARES:.*]] = row.reduce sum
// CHECK:         %[[NORM:.*]] = row.map rsqrt(%[[SQUARES]])
// CHECK-NEXT:    %[[TERMS:.*]] = row.map mul(%[[V]], %[[W]])
// CHECK-NEXT:    %[[SUM:.*]] = row.reduce sum %[[TERMS]] over ["dim"]
// CHECK-NEXT:    %[[SCORE:.*]] = row.map mul(%[[SUM]], %[[NORM]])
// CHECK-NEXT:    row.store %[[SCORE]]
row.kernel @scores token dynamic ["depth"] {
^bb0(%list: !row.list<depth, [dim: 8], f32>, %w: !row.buffer<shared, [dim: 8], f32>, %out: !row.buffer<rows, [depth: ?], f32>):
  %v = row.stack %list : <depth, [dim: 8], f32> -> <[depth: ?, dim: 8]>
  %0 = row.load %w : <shared, [dim: 8], f32> -> <[dim: 8]>
  %1 = row.map mul(%v, %v) : (!row.value<[depth: ?, dim: 8]>, !row.value<[depth: ?, dim: 8]>) -> !row.value<[depth: ?, dim: 8]>
  %2 = row.reduce sum %1 over ["dim"] : <[depth: ?, dim: 8]> -> <[depth: ?]>
  %3 = row.map rsqrt(%2) : (!row.value<[depth: ?]>) -> !row.value<[depth: ?]>
  %4 = row.map mul(%v, %3) : (!row.value<[depth: ?, dim: 8]>, !row.value<[depth: ?]>) -> !row.value<[depth: ?, dim: 8]>
  %5 = row.map mul(%4, %0) : (!row.value<[depth: ?, dim: 8]>, !row.value<[dim: 8]>) -> !row.value<[depth: ?, dim: 8]>
  %6 = row.reduce sum %5 over ["dim"] : <[depth: ?, dim: 8]> -> <[depth: ?]>
  row.store %6 to %out : <[depth: ?]>, <rows, [depth: ?], f32>
}

// Declines: a maximum is no sum, and a factor that lacks only one of two axes stays.
// CHECK-LABEL: row.kernel @kept
// CHECK:         %[[P:.*]] = row.map mul
// CHECK:         row.reduce max %[[P]]
// CHECK:         row.reduce sum %[[P]] over ["a", "b"]
row.kernel @kept token dynamic [] {
^bb0(%x: !row.buffer<rows, [a: 2, b: 8], f32>, %y: !row.buffer<rows, [a: 2], f32>, %m: !row.buffer<rows, [a: 2], f32>, %s: !row.buffer<rows, [], f32>):
  %0 = row.load %x : <rows, [a: 2, b: 8], f32> -> <[a: 2, b: 8]>
  %1 = row.load %y : <rows, [a: 2], f32> -> <[a: 2]>
  %2 = row.map mul(%0, %1) : (!row.value<[a: 2, b: 8]>, !row.value<[a: 2]>) -> !row.value<[a: 2, b: 8]>
  %3 = row.reduce max %2 over ["b"] : <[a: 2, b: 8]> -> <[a: 2]>
  row.store %3 to %m : <[a: 2]>, <rows, [a: 2], f32>
  %4 = row.reduce sum %2 over ["a", "b"] : <[a: 2, b: 8]> -> <[]>
  row.store %4 to %s : <[]>, <rows, [], f32>
}

// Products in which zero wins stay such; among them an ordinary one is a factor.
// CHECK-LABEL: row.kernel @zero_wins
// CHECK:         %[[X:.*]] = row.load {{.*}} <[d: 8]>
// CHECK:         %[[Y:.*]] = row.load {{.*}} <[]>
// CHECK:         %[[XX:.*]] = row.map mul(%[[X]], %[[X]])
// CHECK-NEXT:    %[[TERMS:.*]] = row.map mulz(%[[XX]], %[[X]])
// CHECK-NEXT:    %[[SUM:.*]] = row.reduce sum %[[TERMS]] over ["d"]
// CHECK-NEXT:    row.map mulz(%[[SUM]], %[[Y]])
row.kernel @zero_wins token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 8], f32>, %y: !row.buffer<rows, [], f32>, %s: !row.buffer<rows, [], f32>):
  %0 = row.load %x : <rows, [d: 8], f32> -> <[d: 8]>
  %1 = row.load %y : <rows, [], f32> -> <[]>
  %2 = row.map mul(%0, %0) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %3 = row.map mulz(%2, %1) : (!row.value<[d: 8]>, !row.value<[]>) -> !row.value<[d: 8]>
  %4 = row.map mulz(%3, %0) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %5 = row.reduce sum %4 over ["d"] : <[d: 8]> -> <[]>
  row.store %5 to %s : <[]>, <rows, [], f32>
}

// Declines: squares of squares have 2^30 factors.
// CHECK-LABEL: row.kernel @squares
// CHECK:         %[[Y:.*]] = row.load %{{.*}} : <rows, [], f32>
// CHECK:         %[[SCALED:.*]] = row.map mul(%{{.*}}, %[[Y]])
// CHECK-NEXT:    row.reduce sum %[[SCALED]] over ["d"]
row.kernel @squares token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 8], f32>, %y: !row.buffer<rows, [], f32>, %s: !row.buffer<rows, [], f32>):
  %1 = row.load %y : <rows, [], f32> -> <[]>
  %2 = row.load %x : <rows, [d: 8], f32> -> <[d: 8]>
  %3 = row.map mul(%2, %2) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %4 = row.map mul(%3, %3) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %5 = row.map mul(%4, %4) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %6 = row.map mul(%5, %5) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %7 = row.map mul(%6, %6) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %8 = row.map mul(%7, %7) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %9 = row.map mul(%8, %8) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %10 = row.map mul(%9, %9) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %11 = row.map mul(%10, %10) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %12 = row.map mul(%11, %11) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %13 = row.map mul(%12, %12) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %14 = row.map mul(%13, %13) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %15 = row.map mul(%14, %14) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %16 = row.map mul(%15, %15) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %17 = row.map mul(%16, %16) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %18 = row.map mul(%17, %17) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %19 = row.map mul(%18, %18) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %20 = row.map mul(%19, %19) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %21 = row.map mul(%20, %20) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %22 = row.map mul(%21, %21) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %23 = row.map mul(%22, %22) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %24 = row.map mul(%23, %23) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %25 = row.map mul(%24, %24) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %26 = row.map mul(%25, %25) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %27 = row.map mul(%26, %26) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %28 = row.map mul(%27, %27) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %29 = row.map mul(%28, %28) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %30 = row.map mul(%29, %29) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %31 = row.map mul(%30, %30) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %32 = row.map mul(%31, %31) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  %33 = row.map mul(%32, %1) : (!row.value<[d: 8]>, !row.value<[]>) -> !row.value<[d: 8]>
  %34 = row.reduce sum %33 over ["d"] : <[d: 8]> -> <[]>
  row.store %34 to %s : <[]>, <rows, [], f32>
}
