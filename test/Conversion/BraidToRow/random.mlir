// RUN: braid-opt %s --prepare-calls --narrow-calls --convert-braid-to-row --share-kernels --braid-verify-stage | FileCheck %s

// Sites that draw alike share a kernel: the paths are the launch's, the run's coordinates one small buffer.
// A function that draws nothing has neither.

// CHECK:      row.kernel @row_0 token dynamic [] {
// CHECK-NEXT: ^bb0(%[[DRAW:.*]]: !row.buffer<shared, [draw.word: 4], i32>, %{{.*}}: !row.buffer<rows, [d: 6], f32>
// CHECK:      row.random {{ ?}}normal scale 5.000000e-01 stream 0 from %[[DRAW]] : <shared, [draw.word: 4], i32> -> <[d: 6]>
// CHECK:      row.random {{ ?}}uniform scale 1.000000e+00 stream 1 per_sequence from %[[DRAW]]
// CHECK-NOT:  row.random
// CHECK:      host.func @two
// CHECK:      %[[E:.*]] = host.external draw "draw" : <fixed, 4, i32>
// CHECK:      host.launch @row_0 token sizes [] streams ["a", "b"](%[[E]],
// CHECK:      host.launch @row_0 token sizes [] streams ["c", "d"](%[[E]],
braid.func @two {
  %x = braid.input "x" : !braid.value<token, [d: 6]>
  %a = braid.random normal scale 0.5 stream "a" : !braid.value<token, [d: 6]>
  %b = braid.random uniform scale 1.0 stream "b" per_sequence : !braid.value<token, [d: 6]>
  %ab = braid.map mul(%a, %b) : (!braid.value<token, [d: 6]>, !braid.value<token, [d: 6]>) -> !braid.value<token, [d: 6]>
  %c = braid.random normal scale 0.5 stream "c" : !braid.value<token, [d: 6]>
  %d = braid.random uniform scale 1.0 stream "d" per_sequence : !braid.value<token, [d: 6]>
  %cd = braid.map mul(%c, %d) : (!braid.value<token, [d: 6]>, !braid.value<token, [d: 6]>) -> !braid.value<token, [d: 6]>
  braid.output "ab", %ab : !braid.value<token, [d: 6]>
  braid.output "cd", %cd : !braid.value<token, [d: 6]>
}

// CHECK:     host.func @none
// CHECK-NOT: draw
// CHECK-NOT: streams
braid.func @none {
  %x = braid.input "x" : !braid.value<token, [d: 6]>
  %y = braid.map exp(%x) : (!braid.value<token, [d: 6]>) -> !braid.value<token, [d: 6]>
  braid.output "y", %y : !braid.value<token, [d: 6]>
}
