// RUN: braid-opt %s --merge-reads | FileCheck %s
// RUN: braid-opt %s --merge-reads -o %t.once && braid-opt %t.once --merge-reads -o %t.twice && diff %t.once %t.twice
!b = !row.buffer<rows, [dim: 8], f32>
!v = !row.value<[dim: 8]>

// One load, and one exp.
// CHECK-LABEL: row.kernel @once
// CHECK: %[[X:.*]] = row.load %arg0
// CHECK-NEXT: %[[E:.*]] = row.map exp(%[[X]])
// CHECK-NEXT: row.map mul(%[[E]], %[[E]])
// CHECK-NOT: row.load
row.kernel @once token dynamic [] attributes {aliases = []} {
^bb0(%x: !b, %y: !b):
  %0 = row.load %x : !b -> !v
  %1 = row.load %x : !b -> !v
  %2 = row.map exp(%0) : (!v) -> !v
  %3 = row.map exp(%1) : (!v) -> !v
  %4 = row.map mul(%2, %3) : (!v, !v) -> !v
  row.store %4 to %y : !v, !b
}

// Declines: a write between two reads, to memory that may be the same.
// CHECK-LABEL: row.kernel @written
// CHECK-COUNT-2: row.load %arg0
row.kernel @written token dynamic [] attributes {aliases = [array<i64: 0, 1>]} {
^bb0(%x: !b, %y: !b, %z: !b):
  %0 = row.load %x : !b -> !v
  row.store %0 to %y : !v, !b
  %1 = row.load %x : !b -> !v
  row.store %1 to %z : !v, !b
}

// The same, but the memory that is written is another.
// CHECK-LABEL: row.kernel @apart
// CHECK-COUNT-1: row.load %arg0
// CHECK-NOT: row.load
row.kernel @apart token dynamic [] attributes {aliases = [array<i64: 1, 2>]} {
^bb0(%x: !b, %y: !b, %z: !b):
  %0 = row.load %x : !b -> !v
  row.store %0 to %y : !v, !b
  %1 = row.load %x : !b -> !v
  row.store %1 to %z : !v, !b
}

// Declines: draws.
// CHECK-LABEL: row.kernel @draws
// CHECK-COUNT-2: row.random
row.kernel @draws token dynamic [] attributes {aliases = []} {
^bb0(%draw: !row.buffer<shared, [draw.word: 4], i32>, %y: !b):
  %0 = row.random normal scale 1.0 stream 0 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !v
  %1 = row.random normal scale 1.0 stream 0 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !v
  %2 = row.map add(%0, %1) : (!v, !v) -> !v
  row.store %2 to %y : !v, !b
}
