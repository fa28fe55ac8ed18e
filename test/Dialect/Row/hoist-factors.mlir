// RUN: braid-opt %s --row-hoist-factors | FileCheck %s

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
