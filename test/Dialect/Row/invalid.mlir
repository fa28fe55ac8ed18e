// RUN: braid-opt %s --split-input-file --verify-diagnostics

row.kernel @k token dynamic [] {
// expected-error @+1 {{K1: the size of axis `n` is not an argument of the kernel}}
^bb0(%x: !row.buffer<rows, [n: ?], f32>):
}
// -----
// expected-error @+1 {{K1: `dynamic` repeats "n"}}
row.kernel @k token dynamic ["n", "n"] {
^bb0:
}
// -----
row.kernel @k token dynamic ["n"] {
^bb0(%x: !row.list<n, [d: 4], f32>, %y: !row.list<n, [d: 4], f32>):
  %0 = row.stack %x : !row.list<n, [d: 4], f32> -> !row.value<[n: 2, d: 4]>
  // expected-error @+1 {{K2: the list's axis `n` has another size elsewhere in the kernel}}
  %1 = row.stack %y : !row.list<n, [d: 4], f32> -> !row.value<[n: 3, d: 4]>
}
// -----
row.kernel @k token dynamic [] {
// expected-error @+1 {{K2: the list's axis `n` is not in `dynamic`}}
^bb0(%x: !row.list<n, [d: 4], f32>):
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4, e: 2], f32>):
  // expected-error @+1 {{K3: the result has the axes of the buffer, in the same order}}
  %0 = row.load %x : !row.buffer<rows, [d: 4, e: 2], f32> -> !row.value<[e: 2, d: 4]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], i32>):
  // expected-error @+1 {{K3: i32 gives ids}}
  %0 = row.load %x : !row.buffer<rows, [d: 4], i32> -> !row.value<[d: 4]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<shared, [v: 9, d: 4], f32>, %i: !row.buffer<rows, [], i32>):
  %0 = row.load %i : !row.buffer<rows, [], i32> -> !row.value<[], id>
  // expected-error @+1 {{K4: the buffer has no axis `w`}}
  %1 = row.gather %x[%0] along "w" : !row.buffer<shared, [v: 9, d: 4], f32>, !row.value<[], id> -> !row.value<[d: 4]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<shared, [v: 9, d: 4], f32>, %i: !row.buffer<rows, [d: 4], i32>):
  %0 = row.load %i : !row.buffer<rows, [d: 4], i32> -> !row.value<[d: 4], id>
  // expected-error @+1 {{K4: the id is one id, without axes}}
  %1 = row.gather %x[%0] along "v" : !row.buffer<shared, [v: 9, d: 4], f32>, !row.value<[d: 4], id> -> !row.value<[d: 4]>
}
// -----
row.kernel @k token dynamic ["n"] {
^bb0(%x: !row.list<n, [d: 4], f32>):
  // expected-error @+1 {{K5: the result has the list's axis in front}}
  %0 = row.stack %x : !row.list<n, [d: 4], f32> -> !row.value<[d: 4, n: ?]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>, %y: !row.buffer<shared, [d: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  // expected-error @+1 {{K6: a shared buffer is stored to in the spaces `fixed` and `recur` only}}
  row.store %0 to %y : !row.value<[d: 4]>, !row.buffer<shared, [d: 4], f32>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>, %y: !row.buffer<rows, [d: 5], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  // expected-error @+1 {{K6: the target has no axis `d` of that size}}
  row.store %0 to %y : !row.value<[d: 4]>, !row.buffer<rows, [d: 5], f32>
}
// -----
row.kernel @k token dynamic ["n", "m"] {
^bb0(%x: !row.list<n, [d: 4], f32>, %y: !row.list<m, [d: 4], f32>):
  %0 = row.stack %x : !row.list<n, [d: 4], f32> -> !row.value<[n: ?, d: 4]>
  // expected-error @+1 {{K7: the target has no axis `n`}}
  row.unstack %0 to %y : !row.value<[n: ?, d: 4]>, !row.list<m, [d: 4], f32>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>, %y: !row.buffer<shared, [d: 4], bf16>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  // expected-error @+1 {{K8: sums across rows go to a shared f32 buffer}}
  row.accumulate %0 to %y : !row.value<[d: 4]>, !row.buffer<shared, [d: 4], bf16>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  // expected-error @+1 {{K9: the result has no axis `d` of that size}}
  %1 = row.map neg(%0) : (!row.value<[d: 4]>) -> !row.value<[]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  // expected-error @+1 {{K9: `add` takes 2 operands}}
  %1 = row.map add(%0) : (!row.value<[d: 4]>) -> !row.value<[d: 4]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  // expected-error @+1 {{K10: `e` is not an axis of the operand}}
  %1 = row.reduce sum %0 over ["e"] : !row.value<[d: 4]> -> !row.value<[]>
}
// -----
row.kernel @k token dynamic ["n"] {
^bb0(%x: !row.list<n, [d: 4], f32>):
  %0 = row.stack %x : !row.list<n, [d: 4], f32> -> !row.value<[n: ?, d: 4]>
  // expected-error @+1 {{K11: a view keeps the number of elements, and only renames dynamic axes}}
  %1 = row.view %0 : !row.value<[n: ?, d: 4]> -> !row.value<[d: 4, n: ?]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  // expected-error @+1 {{K12: the range does not lie in the axis}}
  %1 = row.slice %0 "d" at 2 size 3 as "e" : !row.value<[d: 4]> -> !row.value<[e: 3]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  // expected-error @+1 {{K13: the parts have 8 elements in all, the axis has 9}}
  %1 = row.concat %0, %0 along ["d", "d"] to "e" : (!row.value<[d: 4]>, !row.value<[d: 4]>) -> !row.value<[e: 9]>
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<shared, [w: 3], i32>):
  // expected-error @+1 {{K14: the run's coordinates are a shared i32 buffer of four numbers}}
  %0 = row.random normal scale 1.0 stream 0 from %x : !row.buffer<shared, [w: 3], i32> -> !row.value<[d: 4]>
}
// -----
row.kernel @k fixed dynamic [] {
^bb0(%x: !row.buffer<shared, [w: 4], i32>):
  // expected-error @+1 {{K14: rows of the fixed space have no position to draw for}}
  %0 = row.random normal scale 1.0 stream 0 from %x : !row.buffer<shared, [w: 4], i32> -> !row.value<[d: 4]>
}
// -----
row.kernel @k token dynamic [] {
// expected-error @+1 {{K15: '!row.buffer<rows, [a: 1048576, b: 1048577], f32>' has more numbers than there can be}}
^bb0(%x: !row.buffer<rows, [a: 1048576, b: 1048577], f32>):
}
// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [a: 8], f32>):
  // expected-error @+1 {{K15: '!row.value<[a: 9223372036854775807, b: 9223372036854775807]>' has more numbers than there can be}}
  %0 = row.constant 0.0 : <[a: 9223372036854775807, b: 9223372036854775807]>
}
// -----
row.kernel @k token dynamic ["a"] {
// expected-error @+1 {{K1: axis `a` is empty}}
^bb0(%x: !row.buffer<rows, [a: -2], f32>):
}
// -----
// expected-error @+1 {{K16: `aliases` holds pairs of numbers of arguments}}
row.kernel @k token dynamic [] attributes {aliases = [array<i64: 0, 1>]} {
^bb0(%x: !row.buffer<rows, [a: 8], f32>):
}
// -----
row.kernel @k token dynamic [] {
  // expected-error @+1 {{K17: a position is an id without axes}}
  %0 = row.position : <[]>
}
// -----
row.kernel @k token dynamic [] {
  %0 = row.constant 0.0 : <[a: 4]>
  // expected-error @+1 {{K18: a real is rounded, and keeps its axes}}
  %1 = row.round %0 to bf16 : <[a: 4]> -> <[a: 5]>
}
// -----
row.kernel @k token dynamic [] {
  %0 = row.constant 0.0 : <[a: 4]>
  // expected-error @+1 {{K18: rounds to f32 or bf16}}
  %1 = row.round %0 to i32 : <[a: 4]> -> <[a: 4]>
}
// -----
row.kernel @k token dynamic [] {
  %0 = row.position : <[], id>
  // expected-error @+1 {{K9: `add` takes reals}}
  %1 = row.map add(%0, %0) : (!row.value<[], id>, !row.value<[], id>) -> !row.value<[]>
}
// -----
row.kernel @k token dynamic [] {
  %0 = row.position : <[], id>
  // expected-error @+1 {{K9: `copy` gives what it takes}}
  %1 = row.map copy(%0) : (!row.value<[], id>) -> !row.value<[]>
}
// -----
row.kernel @k token dynamic [] {
  %0 = row.constant 0.0 : <[]>
  %1 = row.map lt(%0, %0) : (!row.value<[]>, !row.value<[]>) -> !row.value<[], bool>
  // expected-error @+1 {{K9: `eq` compares numbers, not bools}}
  %2 = row.map eq(%1, %1) : (!row.value<[], bool>, !row.value<[], bool>) -> !row.value<[], bool>
}
// -----
row.kernel @k token dynamic ["n"] {
  %0 = row.constant 0.0 : <[n: ?]>
  // expected-error @+1 {{K12: the range does not lie in the axis}}
  %1 = row.slice %0 "n" at -9223372036854775808 size 1 : <[n: ?]> -> <[]>
}
// -----
// expected-error @+1 {{expects parent op 'row.kernel'}}
%0 = row.constant 0.0 : <[]>
// -----
row.kernel @k token dynamic [] {
// expected-error @+1 {{K1: an axis has no name}}
^bb0(%x: !row.buffer<rows, ["": 8], f32>):
}
// -----
// expected-error @+1 {{K19: only the rows of a recurrence come in an order}}
row.kernel @k token reverse dynamic [] {
^bb0(%a: !row.buffer<rows, [a: 4], f32>):
}
// -----
// expected-error @+1 {{K19: argument 0 of a recurrence is no buffer}}
row.kernel @k recur dynamic ["n"] {
^bb0(%a: !row.list<n, [a: 4], f32>):
}
// -----
// expected-error @+1 {{K19: argument 0 has rows of parts, which recurrences have}}
row.kernel @k token dynamic [] {
^bb0(%a: !row.buffer<rows of 2, [a: 4], f32>):
}
// -----
row.kernel @k recur dynamic [] {
// expected-error @+1 {{a row has at least one part, and at most 2^40}}
^bb0(%a: !row.buffer<rows of 0, [a: 4], f32>):
}
