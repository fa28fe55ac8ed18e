// Draws are the runtime's, bit for bit: uniform and normal, along a vector, under a mask, through a view, transposed,
// along a dynamic axis, for a row, and the same for all positions.
// RUN: braid-run-host %s --function f --batch 3 --time 5 --check --tolerance 0 | FileCheck %s
// RUN: braid-run-host %s --function f --batch 2 --time 17 --check --tolerance 0 --random-seed 7 --ids 2000000000 --threads 3 | FileCheck %s
// RUN: braid-opt %s --convert-row-to-loops | FileCheck %s --check-prefix=LOOPS
// CHECK-NOT: differs
// CHECK-DAG: agrees: out:uniform
// CHECK-DAG: agrees: out:normal
// CHECK-DAG: agrees: out:viewed
// CHECK-DAG: agrees: out:turned
// CHECK-DAG: agrees: out:one
// CHECK-DAG: agrees: out:shared
// CHECK-DAG: agrees: out:list

// The key is made once, before the rows: ten rounds for each vector.
// LOOPS-LABEL: @braid_kernel_draws
// LOOPS:       llvm.load
// LOOPS:       arith.constant -7046029254386353131 : i64
// LOOPS:       scf.for
// LOOPS:       arith.mului_extended

row.kernel @draws token dynamic ["n"] {
^bb0(%draw: !row.buffer<shared, [draw.word: 4], i32>, %u: !row.buffer<rows, [d: 67], f32>, %n: !row.buffer<rows, [d: 67], f32>,
     %v: !row.buffer<rows, [a: 6, b: 7], f32>, %t: !row.buffer<rows, [b: 7, a: 6], f32>, %o: !row.buffer<rows, [], f32>,
     %s: !row.buffer<rows, [d: 67], f32>, %l: !row.buffer<rows, [n: ?, a: 6], f32>):
  %0 = row.random uniform scale 3.0 stream 0 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[d: 67]>
  row.store %0 to %u : !row.value<[d: 67]>, !row.buffer<rows, [d: 67], f32>
  %1 = row.random normal scale 0.3 stream 1 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[d: 67]>
  row.store %1 to %n : !row.value<[d: 67]>, !row.buffer<rows, [d: 67], f32>
  %2 = row.random normal scale 1.0 stream 2 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[c: 42]>
  %3 = row.view %2 : !row.value<[c: 42]> -> !row.value<[a: 6, b: 7]>
  row.store %3 to %v : !row.value<[a: 6, b: 7]>, !row.buffer<rows, [a: 6, b: 7], f32>
  %4 = row.random uniform scale 1.0 stream 0 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[a: 6, b: 7]>
  row.store %4 to %t : !row.value<[a: 6, b: 7]>, !row.buffer<rows, [b: 7, a: 6], f32>
  %5 = row.random normal scale 2.0 stream 2 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[]>
  row.store %5 to %o : !row.value<[]>, !row.buffer<rows, [], f32>
  %6 = row.random normal scale 1.0 stream 1 per_sequence from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[d: 67]>
  row.store %6 to %s : !row.value<[d: 67]>, !row.buffer<rows, [d: 67], f32>
  %7 = row.random uniform scale 1.0 stream 1 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[n: ?, a: 6]>
  row.store %7 to %l : !row.value<[n: ?, a: 6]>, !row.buffer<rows, [n: ?, a: 6], f32>
}
host.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %draw = host.external draw "draw" : !host.buffer<fixed, 4, i32>
  %u = host.external output "uniform" : !host.buffer<token, 67, f32>
  %n = host.external output "normal" : !host.buffer<token, 67, f32>
  %v = host.external output "viewed" : !host.buffer<token, 42, f32>
  %t = host.external output "turned" : !host.buffer<token, 42, f32>
  %o = host.external output "one" : !host.buffer<token, 1, f32>
  %s = host.external output "shared" : !host.buffer<token, 67, f32>
  %l = host.external output "list" : !host.buffer<token, 18, f32>
  host.launch @draws token sizes [3] streams ["a.dropout", "noise", "b.dropout"] (%draw, %u, %n, %v, %t, %o, %s, %l) : !host.buffer<fixed, 4, i32>, !host.buffer<token, 67, f32>, !host.buffer<token, 67, f32>, !host.buffer<token, 42, f32>, !host.buffer<token, 42, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 67, f32>, !host.buffer<token, 18, f32>
}
