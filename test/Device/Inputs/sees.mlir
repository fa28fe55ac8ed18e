row.kernel @entropy token dynamic [] {
^bb0(%x: !row.buffer<rows, [vocab: 300], f32>, %target: !row.buffer<rows, [], i32>, %y: !row.buffer<rows, [], f32>):
  %0 = row.load %x : <rows, [vocab: 300], f32> -> <[vocab: 300]>
  %1 = row.reduce max %0 over ["vocab"] : <[vocab: 300]> -> <[]>
  %2 = row.map sub(%0, %1) : (!row.value<[vocab: 300]>, !row.value<[]>) -> !row.value<[vocab: 300]>
  %3 = row.map exp(%2) : (!row.value<[vocab: 300]>) -> !row.value<[vocab: 300]>
  %4 = row.reduce sum %3 over ["vocab"] : <[vocab: 300]> -> <[]>
  %5 = row.map log(%4) : (!row.value<[]>) -> !row.value<[]>
  %6 = row.map add(%5, %1) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %t = row.load %target : <rows, [], i32> -> <[], id>
  %i = row.iota : <[vocab: 300]>
  %r = row.map real(%t) : (!row.value<[], id>) -> !row.value<[]>
  %h = row.map eq(%i, %r) : (!row.value<[vocab: 300]>, !row.value<[]>) -> !row.value<[vocab: 300], bool>
  %z = row.constant 0.0 : !row.value<[]>
  %7 = row.map select(%h, %0, %z) : (!row.value<[vocab: 300], bool>, !row.value<[vocab: 300]>, !row.value<[]>) -> !row.value<[vocab: 300]>
  %8 = row.reduce sum %7 over ["vocab"] : <[vocab: 300]> -> <[]>
  %9 = row.map sub(%6, %8) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  row.store %9 to %y : <[]>, <rows, [], f32>
}
row.kernel @pick token dynamic [] {
^bb0(%table: !row.buffer<shared, [vocab: 300, dim: 8], f32>, %id: !row.buffer<rows, [], i32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %i = row.load %id : <rows, [], i32> -> <[], id>
  %0 = row.gather %table[%i] along "vocab" : <shared, [vocab: 300, dim: 8], f32>, <[], id> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
row.kernel @update fixed dynamic ["n"] {
^bb0(%p: !row.buffer<rows, [n: ?], f32>, %g: !row.buffer<rows, [n: ?], f32>):
  %0 = row.load %p : <rows, [n: ?], f32> -> <[n: ?]>
  %1 = row.load %g : <rows, [n: ?], f32> -> <[n: ?]>
  %2 = row.map sub(%0, %1) : (!row.value<[n: ?]>, !row.value<[n: ?]>) -> !row.value<[n: ?]>
  row.store %2 to %p : <[n: ?]>, <rows, [n: ?], f32>
}
row.kernel @narrow token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 32], f32>, %y: !row.buffer<rows, [dim: 32], f32>):
  %0 = row.load %x : <rows, [dim: 32], f32> -> <[dim: 32]>
  %1 = row.reduce sum %0 over ["dim"] : <[dim: 32]> -> <[]>
  %2 = row.map mul(%0, %1) : (!row.value<[dim: 32]>, !row.value<[]>) -> !row.value<[dim: 32]>
  row.store %2 to %y : <[dim: 32]>, <rows, [dim: 32], f32>
}
row.kernel @mix token dynamic [] {
^bb0(%a: !row.buffer<rows, [dim: 64], f32>, %b: !row.buffer<rows, [dim: 64], f32>, %y: !row.buffer<rows, [dim: 64], f32>):
  %0 = row.load %a : <rows, [dim: 64], f32> -> <[dim: 64]>
  %1 = row.load %b : <rows, [dim: 64], f32> -> <[dim: 64]>
  %c = row.constant 5.0e-6 : !row.value<[]>
  %2 = row.map mul(%1, %c) : (!row.value<[dim: 64]>, !row.value<[]>) -> !row.value<[dim: 64]>
  %3 = row.map add(%0, %2) : (!row.value<[dim: 64]>, !row.value<[dim: 64]>) -> !row.value<[dim: 64]>
  row.store %3 to %y : <[dim: 64]>, <rows, [dim: 64], f32>
}
