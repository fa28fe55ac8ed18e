// A row's position is that of its sequence's row 0 and its place in the sequence; rows that are not at work stay as they are; what is drawn belongs to
// the position.
// RUN: braid-run-host %s --function f --batch 2 --time 6 --random-scale 0 --print | FileCheck %s --check-prefix=ALL
// RUN: braid-run-host %s --function f --batch 2 --time 6 --random-scale 0 --first 2 --count 3 --print | FileCheck %s --check-prefix=SOME
// RUN: braid-run-host %s --function f --batch 2 --time 4 --random-scale 0 --start 2 --print | FileCheck %s --check-prefix=LATE
// ALL: out:position = 0 1 2 3 4 5 0 1 2 3 4 5
// SOME: out:position = 0 0 2 3 4 0 0 0 2 3 4 0
// LATE: out:position = 2 3 4 5 2 3 4 5
// Draws of rows 2 … 5 of each sequence, whatever the run begins with.
// RUN: braid-run-host %s --function f --batch 2 --time 6 --ids 5 --print > %t.all && braid-run-host %s --function f --batch 2 --time 4 --ids 5 --start 2 --print > %t.late
// RUN: cat %t.all %t.late | FileCheck %s --check-prefix=DRAWS
// DRAWS: out:draw = {{[^ ]+}} {{[^ ]+}} [[A:[^ ]+ [^ ]+ [^ ]+ [^ ]+]] {{[^ ]+}} {{[^ ]+}} [[B:[^ ]+ [^ ]+ [^ ]+ [^ ]+]]{{$}}
// DRAWS: out:draw = [[A]] [[B]]{{$}}
row.kernel @k token dynamic [] attributes {aliases = []} {
^bb0(%draw: !row.buffer<shared, [draw.word: 4], i32>, %p: !row.buffer<rows, [], f32>, %d: !row.buffer<rows, [], f32>):
  %0 = row.position : <[], id>
  %1 = row.map real(%0) : (!row.value<[], id>) -> !row.value<[]>
  row.store %1 to %p : !row.value<[]>, !row.buffer<rows, [], f32>
  %2 = row.random normal scale 1.0 stream 0 from %draw : !row.buffer<shared, [draw.word: 4], i32> -> !row.value<[]>
  row.store %2 to %d : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %draw = host.external draw "draw" : !host.buffer<fixed, 4, i32>
  %p = host.external output "position" : !host.buffer<token, 1, f32>
  %d = host.external output "draw" : !host.buffer<token, 1, f32>
  host.launch @k token sizes [] streams ["a"] (%draw, %p, %d) : !host.buffer<fixed, 4, i32>, !host.buffer<token, 1, f32>, !host.buffer<token, 1, f32>
}
