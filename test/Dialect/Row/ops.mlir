// RUN: braid-opt %s | braid-opt | FileCheck %s
// RUN: braid-opt %s --mlir-print-op-generic | braid-opt | FileCheck %s
// RUN: braid-opt %s --emit-bytecode | braid-opt | FileCheck %s
// Every op, through text, generic text and bytecode.

// CHECK-LABEL: row.kernel @all token dynamic ["depth"]
row.kernel @all token dynamic ["depth"] {
^bb0(%x: !row.buffer<rows, [heads: 2, dim: 6], f32>, %table: !row.buffer<shared, [vocab: 5, dim: 6], bf16>, %ids: !row.buffer<rows, [], i32>,
     %history: !row.list<depth, [dim: 6], f32>, %out: !row.buffer<rows, [dim: 6], f32>, %outs: !row.list<depth, [dim: 6], f32>, %sum: !row.buffer<shared, [dim: 6], f32>):
  // CHECK: row.load %{{.*}} : <rows, [heads: 2, dim: 6], f32> -> <[heads: 2, dim: 6]>
  %0 = row.load %x : !row.buffer<rows, [heads: 2, dim: 6], f32> -> !row.value<[heads: 2, dim: 6]>
  // CHECK: row.load %{{.*}} -> <[], id>
  %id = row.load %ids : !row.buffer<rows, [], i32> -> !row.value<[], id>
  // CHECK: row.gather %{{.*}}[%{{.*}}] along "vocab"
  %1 = row.gather %table[%id] along "vocab" : !row.buffer<shared, [vocab: 5, dim: 6], bf16>, !row.value<[], id> -> !row.value<[dim: 6]>
  // CHECK: row.stack %{{.*}} : <depth, [dim: 6], f32> -> <[depth: ?, dim: 6]>
  %2 = row.stack %history : !row.list<depth, [dim: 6], f32> -> !row.value<[depth: ?, dim: 6]>
  // CHECK: row.constant 5.000000e-01
  %3 = row.constant 5.000000e-01 : !row.value<[]>
  // CHECK: row.iota : <[dim: 6]>
  %4 = row.iota : !row.value<[dim: 6]>
  // CHECK: row.position : <[], id>
  %5 = row.position : !row.value<[], id>
  // CHECK: row.map real(
  %6 = row.map real(%5) : (!row.value<[], id>) -> !row.value<[]>
  // CHECK: row.map mul(
  %7 = row.map mul(%2, %4) : (!row.value<[depth: ?, dim: 6]>, !row.value<[dim: 6]>) -> !row.value<[depth: ?, dim: 6]>
  // CHECK: row.reduce max %{{.*}} over ["depth"]
  %8 = row.reduce max %7 over ["depth"] : !row.value<[depth: ?, dim: 6]> -> !row.value<[dim: 6]>
  // CHECK: row.round %{{.*}} to bf16
  %9 = row.round %8 to bf16 : !row.value<[dim: 6]> -> !row.value<[dim: 6]>
  // CHECK: row.view %{{.*}} : <[heads: 2, dim: 6]> -> <[both: 12]>
  %10 = row.view %0 : !row.value<[heads: 2, dim: 6]> -> !row.value<[both: 12]>
  // CHECK: row.transpose %{{.*}} -> <[dim: 6, heads: 2]>
  %11 = row.transpose %0 : !row.value<[heads: 2, dim: 6]> -> !row.value<[dim: 6, heads: 2]>
  // CHECK: row.slice %{{.*}} "both" at 6 size 6 as "dim"
  %12 = row.slice %10 "both" at 6 size 6 as "dim" : !row.value<[both: 12]> -> !row.value<[dim: 6]>
  // CHECK: row.slice %{{.*}} "depth" at -1 size 1
  %13 = row.slice %7 "depth" at -1 size 1 : !row.value<[depth: ?, dim: 6]> -> !row.value<[dim: 6]>
  // CHECK: row.slice %{{.*}} "dim" at 2 size 3 as "part"
  %14 = row.slice %13 "dim" at 2 size 3 as "part" : !row.value<[dim: 6]> -> !row.value<[part: 3]>
  // CHECK: row.pad %{{.*}} to "dim" at 1 from "part"
  %15 = row.pad %14 to "dim" at 1 from "part" : !row.value<[part: 3]> -> !row.value<[dim: 6]>
  // CHECK: row.concat %{{.*}}, %{{.*}} along ["part", "part"] to "dim"
  %16 = row.concat %14, %14 along ["part", "part"] to "dim" : (!row.value<[part: 3]>, !row.value<[part: 3]>) -> !row.value<[dim: 6]>
  // CHECK: row.map select(
  %17 = row.map lt(%3, %6) : (!row.value<[]>, !row.value<[]>) -> !row.value<[], bool>
  %18 = row.map select(%17, %15, %16) : (!row.value<[], bool>, !row.value<[dim: 6]>, !row.value<[dim: 6]>) -> !row.value<[dim: 6]>
  // CHECK: row.store %{{.*}} to %{{.*}}
  row.store %18 to %out : !row.value<[dim: 6]>, !row.buffer<rows, [dim: 6], f32>
  // CHECK: row.unstack %{{.*}} to %{{.*}}
  row.unstack %7 to %outs : !row.value<[depth: ?, dim: 6]>, !row.list<depth, [dim: 6], f32>
  // CHECK: row.accumulate %{{.*}} to %{{.*}}
  row.accumulate %12 to %sum : !row.value<[dim: 6]>, !row.buffer<shared, [dim: 6], f32>
}

// Names of axes that are no words.
// CHECK-LABEL: row.kernel @names token dynamic ["x \22y"]
// CHECK-NEXT: ^bb0(%{{.*}}: !row.list<"x \22y", ["\C3\A9": 4, ".z": 2, _w.1: 1], f32>):
// CHECK-NEXT: row.stack %{{.*}} : <"x \22y", ["\C3\A9": 4, ".z": 2, _w.1: 1], f32> -> <["x \22y": ?, "\C3\A9": 4, ".z": 2, _w.1: 1]>
row.kernel @names token dynamic ["x \22y"] {
^bb0(%x: !row.list<"x \22y", ["é": 4, ".z": 2, "_w.1": 1], f32>):
  %0 = row.stack %x : <"x \22y", ["é": 4, ".z": 2, _w.1: 1], f32> -> <["x \22y": ?, "é": 4, ".z": 2, _w.1: 1]>
}

// The tokens of a sequence from the last to the first; what one stores in a shared buffer the next one loads.
// CHECK-LABEL: row.kernel @recurrence recur reverse dynamic []
// CHECK-NEXT: ^bb0(%{{.*}}: !row.buffer<shared, [a: 4], f32>, %{{.*}}: !row.buffer<rows of 6, [a: 4], f32>):
row.kernel @recurrence recur reverse dynamic [] {
^bb0(%state: !row.buffer<shared, [a: 4], f32>, %x: !row.buffer<rows of 6, [a: 4], f32>):
  %0 = row.load %state : <shared, [a: 4], f32> -> <[a: 4]>
  %1 = row.load %x : <rows of 6, [a: 4], f32> -> <[a: 4]>
  %2 = row.map add(%0, %1) : (!row.value<[a: 4]>, !row.value<[a: 4]>) -> !row.value<[a: 4]>
  row.store %2 to %state : <[a: 4]>, <shared, [a: 4], f32>
}
