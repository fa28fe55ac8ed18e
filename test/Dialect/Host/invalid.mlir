// RUN: braid-opt %s --split-input-file --verify-diagnostics --braid-verify-stage
// What each rule of the plan refuses.

// H1
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: there is no row.kernel @missing}}
  host.launch @missing token sizes [] (%0) : !host.buffer<token, 8, f32>
}

// -----
// H1
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: the kernel takes 2 operands with these sizes, not 1}}
  host.launch @k token sizes [] (%0) : !host.buffer<token, 8, f32>
}

// -----
// H1
row.kernel @k token dynamic ["depth"] {
^bb0(%x: !row.list<depth, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.stack %x : <depth, [dim: 8], f32> -> <[depth: ?, dim: 8]>
  %1 = row.reduce sum %0 over ["depth"] : <[depth: ?, dim: 8]> -> <[dim: 8]>
  row.store %1 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.external input "half" : <token, 8, bf16>
  %2 = host.external output "y" : <token, 8, f32>
  // expected-error @below {{H1: operand 1 is stored as bf16, the kernel wants f32}}
  host.launch @k token sizes [2] (%0, %1, %2) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, bf16>, !host.buffer<token, 8, f32>
}

// -----
// H1
row.kernel @k fixed dynamic ["n"] {
^bb0(%x: !row.buffer<rows, [n: ?], f32>):
  %0 = row.constant 0.0 : <[n: ?]>
  row.store %0 to %x : <[n: ?]>, <rows, [n: ?], f32>
}
host.func @f {
  %0 = host.external parameter "x" : <fixed, 24, f32>
  // expected-error @below {{H1: operand 0 has the type '!host.buffer<fixed, 24, f32>', the kernel wants 8 numbers a row}}
  host.launch @k fixed rows 2 sizes [8] (%0) : !host.buffer<fixed, 24, f32>
}

// -----
// H2
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.external parameter "w" : <fixed, 32, f32>
  %2 = host.external output "y" : <token, 4, f32>
  // expected-error @below {{H2: needs four positive dims}}
  host.matmul %0, %1 to %2 dims [1, 1, 0, 8] tokens "m" strides [8, 8, 1], [32, 4, 1], [4, 4, 1] : <token, 8, f32>, <fixed, 32, f32>, <token, 4, f32>
}

// -----
// H2
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.external parameter "w" : <fixed, 32, f32>
  %2 = host.external output "y" : <token, 4, f32>
  // expected-error @below {{H2: `tokens` is "batch", "m", "k" or "none", not "n"}}
  host.matmul %0, %1 to %2 dims [1, 1, 4, 8] tokens "n" strides [8, 8, 1], [32, 4, 1], [4, 4, 1] : <token, 8, f32>, <fixed, 32, f32>, <token, 4, f32>
}

// -----
// H2
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.external parameter "w" : <fixed, 32, f32>
  %2 = host.external output "y" : <token, 4, f32>
  // expected-error @below {{H2: strides of B reach 63 numbers, the buffer has 32}}
  host.matmul %0, %1 to %2 dims [1, 1, 4, 8] tokens "m" strides [8, 8, 1], [32, 8, 2], [4, 4, 1] : <token, 8, f32>, <fixed, 32, f32>, <token, 4, f32>
}

// -----
// H2
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.external parameter "w" : <fixed, 32, f32>
  %2 = host.external output "y" : <fixed, 4, f32>
  // expected-error @below {{H2: C varies per token, its buffer does not}}
  host.matmul %0, %1 to %2 dims [1, 1, 4, 8] tokens "m" strides [8, 8, 1], [32, 4, 1], [4, 4, 1] : <token, 8, f32>, <fixed, 32, f32>, <fixed, 4, f32>
}

// -----
// H3
host.func @f {
  %0 = host.external input "q" : <token, 16, f32>
  %1 = host.external input "k" : <token, 16, f32>
  %2 = host.external output "o" : <token, 16, f32>
  %3 = host.external output "lse" : <token, 2, f32>
  // expected-error @below {{H3: needs one k, v, kind, mask, window, chunk, span and number of slots for each source}}
  host.attend %0, keys(%1), values(%1) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [0, 0] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----
// H3
host.func @f {
  %0 = host.external input "q" : <token, 16, f32>
  %1 = host.external input "k" : <token, 16, f32>
  %2 = host.external output "o" : <token, 16, f32>
  %3 = host.external output "lse" : <token, 2, f32>
  %4 = host.external input "document" : <token, 1, i32>
  // expected-error @below {{H3: has 0 segments, the masks ask for 1}}
  host.attend %0, keys(%1), values(%1) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [4] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----
// H3
host.func @f {
  %0 = host.external input "q" : <token, 16, f32>
  %1 = host.external input "k" : <token, 16, f32>
  %2 = host.external output "o" : <token, 16, f32>
  %3 = host.external output "lse" : <token, 2, f32>
  %4 = host.external input "document" : <token, 1, i32>
  // expected-error @below {{H3: has 1 segments, the masks ask for 0}}
  host.attend %0, keys(%1), values(%1) segments(%4) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [0] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>) segments(!host.buffer<token, 1, i32>), <token, 16, f32>, <token, 2, f32>
}

// -----
// H3
host.func @f {
  %0 = host.external input "q" : <token, 16, f32>
  %1 = host.external input "k" : <token, 16, f32>
  %2 = host.external output "o" : <token, 16, f32>
  %3 = host.external output "lse" : <token, 2, f32>
  %4 = host.external input "document" : <token, 1, i32>
  // expected-error @below {{H3: segments are one number a token, stored as i32}}
  host.attend %0, keys(%1), values(%1) segments(%3) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [4] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>) segments(!host.buffer<token, 2, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----
// H3
host.func @h3_marks {
  %0 = host.external input "q" : !host.buffer<token, 16, f32>
  %1 = host.external input "k" : !host.buffer<token, 16, f32>
  %2 = host.external output "o" : !host.buffer<token, 16, f32>
  %3 = host.external output "l" : !host.buffer<token, 2, f32>
  %4 = host.external input "m" : !host.buffer<token, 1, f32>
  // expected-error @below {{H3: has 0 marks, the masks ask for 1}}
  host.attend %0, keys(%1), values(%1) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [8] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----

// H3
host.func @h3_no_marks {
  %0 = host.external input "q" : !host.buffer<token, 16, f32>
  %1 = host.external input "k" : !host.buffer<token, 16, f32>
  %2 = host.external output "o" : !host.buffer<token, 16, f32>
  %3 = host.external output "l" : !host.buffer<token, 2, f32>
  %4 = host.external input "m" : !host.buffer<token, 1, f32>
  // expected-error @below {{H3: has 1 marks, the masks ask for 0}}
  host.attend %0, keys(%1), values(%1) marks(%4) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [0] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>) marks(!host.buffer<token, 1, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----

// H3
host.func @h3_marks_of_ids {
  %0 = host.external input "q" : !host.buffer<token, 16, f32>
  %1 = host.external input "k" : !host.buffer<token, 16, f32>
  %2 = host.external output "o" : !host.buffer<token, 16, f32>
  %3 = host.external output "l" : !host.buffer<token, 2, f32>
  %4 = host.external input "m" : !host.buffer<token, 1, i32>
  // expected-error @below {{H3: marks are one number a token, stored as f32}}
  host.attend %0, keys(%1), values(%1) marks(%4) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [8] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>) marks(!host.buffer<token, 1, i32>), <token, 16, f32>, <token, 2, f32>
}

// -----

// H3
host.func @h3_earlier {
  %0 = host.external input "q" : !host.buffer<token, 16, f32>
  %1 = host.external input "k" : !host.buffer<token, 16, f32>
  %2 = host.external output "o" : !host.buffer<token, 16, f32>
  %3 = host.external output "l" : !host.buffer<token, 2, f32>
  %4 = host.external input "m" : !host.buffer<token, 1, f32>
  // expected-error @below {{H3: source 0 has a kind, mask or number of slots that there is not}}
  host.attend %0, keys(%1), values(%1) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [3] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----

// H3
host.func @h3_span {
  %0 = host.external input "q" : !host.buffer<token, 16, f32>
  %1 = host.external input "k" : !host.buffer<token, 16, f32>
  %2 = host.external output "o" : !host.buffer<token, 16, f32>
  %3 = host.external output "l" : !host.buffer<token, 2, f32>
  %4 = host.external input "m" : !host.buffer<token, 1, f32>
  // expected-error @below {{H3: source 0 has a kind, mask or number of slots that there is not}}
  host.attend %0, keys(%1), values(%1) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [0] windows [0] spans [8] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----

// H3
host.func @h3_chunk {
  %0 = host.external input "q" : !host.buffer<token, 16, f32>
  %1 = host.external input "k" : !host.buffer<token, 16, f32>
  %2 = host.external output "o" : !host.buffer<token, 16, f32>
  %3 = host.external output "l" : !host.buffer<token, 2, f32>
  %4 = host.external input "m" : !host.buffer<token, 1, f32>
  // expected-error @below {{H3: source 0 has a kind, mask or number of slots that there is not}}
  host.attend %0, keys(%1), values(%1) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [0] windows [0] chunks [-8] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----

// H3
host.func @h3_chunks {
  %0 = host.external input "q" : !host.buffer<token, 16, f32>
  %1 = host.external input "k" : !host.buffer<token, 16, f32>
  %2 = host.external output "o" : !host.buffer<token, 16, f32>
  %3 = host.external output "l" : !host.buffer<token, 2, f32>
  %4 = host.external input "m" : !host.buffer<token, 1, f32>
  // expected-error @below {{H3: needs one k, v, kind, mask, window, chunk, span and number of slots for each source}}
  host.attend %0, keys(%1), values(%1) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [0] windows [0] chunks [8, 8] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----

// H3
host.func @f {
  %0 = host.external input "q" : <token, 16, f32>
  %1 = host.external input "k" : <fixed, 32, f32>
  %2 = host.external output "o" : <token, 16, f32>
  %3 = host.external output "lse" : <token, 2, f32>
  %4 = host.external input "document" : <token, 1, i32>
  // expected-error @below {{H3: source 0 has a kind, mask or number of slots that there is not}}
  host.attend %0, keys(%1), values(%1) segments(%4) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [1] masks [6] windows [0] slots [2] : <token, 16, f32>, (!host.buffer<fixed, 32, f32>), (!host.buffer<fixed, 32, f32>) segments(!host.buffer<token, 1, i32>), <token, 16, f32>, <token, 2, f32>
}

// -----
// H3
host.func @f {
  %0 = host.external input "q" : <token, 16, f32>
  %1 = host.external input "k" : <token, 16, f32>
  %2 = host.external output "o" : <token, 16, f32>
  %3 = host.external output "lse" : <token, 2, f32>
  %4 = host.external input "document" : <token, 1, i32>
  // expected-error @below {{H3: source 0 has a kind, mask or number of slots that there is not}}
  host.attend %0, keys(%1), values(%1) to %2, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [3] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----
// H4
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.external input "tokens" : <token, 1, i32>
  %2 = host.external gradient "embed" : <fixed, 60, f32>
  // expected-error @below {{H4: the input's numbers are the table's divided by the rows}}
  host.scatter %0, %1 to %2 rows 10 : <token, 8, f32>, <token, 1, i32>, <fixed, 60, f32>
}

// -----
// A plan in which two live buffers share memory.
row.kernel @copy token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  row.store %0 to %y : <[dim: 8]>, <rows, [dim: 8], f32>
}
host.func @f attributes {token_bytes = 64 : i64, fixed_bytes = 0 : i64} {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.buffer "a" "activation" at 0 : <token, 8, f32>
  // expected-error @below {{shares memory with "a", which is still needed}}
  %2 = host.buffer "b" "activation" at 16 : <token, 8, f32>
  %3 = host.external output "y" : <token, 8, f32>
  host.launch @copy token sizes [] (%0, %1) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @copy token sizes [] (%0, %2) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
  host.launch @copy token sizes [] (%1, %3) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
// H2
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.external parameter "w" : <fixed, 32, f32>
  %2 = host.external output "y" : <token, 4, f32>
  // expected-error @below {{H2: strides of A reach further than any buffer}}
  host.matmul %0, %1 to %2 dims [1099511627776, 1, 4, 8] tokens "m" strides [1099511627776, 8, 1], [32, 4, 1], [4, 4, 1] : <token, 8, f32>, <fixed, 32, f32>, <token, 4, f32>
}

// -----
// H3
host.func @f {
  %0 = host.external input "q" : <token, 16, f32>
  %3 = host.external output "lse" : <token, 2, f32>
  // expected-error @below {{H3: source 0 has keys or values of another size than the geometry says}}
  host.attend %0, keys(%0), values(%0) to %0, %3 geometry [4294967296, 1, 4294967296, 8] scale 1.0 kinds [0] masks [0] windows [0] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----
// H4
host.func @f {
  %0 = host.external input "x" : <token, 4, f32>
  %1 = host.external input "tokens" : <token, 1, i32>
  %2 = host.external gradient "embed" : <fixed, 8, f32>
  // expected-error @below {{H4: the input's numbers are the table's divided by the rows}}
  host.scatter %0, %1 to %2 rows 4611686018427387906 : <token, 4, f32>, <token, 1, i32>, <fixed, 8, f32>
}

// -----
// expected-error @below {{H5: takes arguments}}
host.func @f {
^bb0(%0: !host.buffer<token, 8, f32>):
}

// -----
host.func @f {
  // expected-error @below {{H5: is not an op of the host dialect}}
  %0 = arith.constant 1 : i32
}

// -----
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H5: "in:x" has the type '!host.buffer<token, 8, f32>' elsewhere}}
  %1 = host.external input "x" : <token, 16, f32>
}

// -----
// expected-error @below {{H5: has an arena of 1152921504606846976 bytes}}
host.func @f attributes {token_bytes = 1152921504606846976 : i64, fixed_bytes = 0 : i64} {
}

// -----
// expected-error @below {{H5: takes sequences of at most 0 tokens}}
host.func @f attributes {positions = 0 : i64} {
}

// -----
host.func @f {
  %0 = host.external input "x" ids 4 : <token, 1, i32>
  // expected-error @below {{H5: "in:x" indexes tables of another size elsewhere}}
  %1 = host.external input "x" : <token, 1, i32>
}

// -----
// H8
host.func @f {
  // expected-error @below {{H8: indexes tables of 0 rows}}
  %0 = host.external input "x" ids 0 : <token, 1, i32>
}

// -----
// H8
host.func @f {
  // expected-error @below {{H8: holds no ids}}
  %0 = host.external input "x" ids 4 : <token, 1, f32>
}

// -----
// H8
host.func @f {
  // expected-error @below {{H8: holds no ids}}
  %0 = host.external output "x" ids 4 : <token, 1, i32>
}

// -----
// expected-error @below {{expects parent op 'host.func'}}
%0 = host.external input "x" : <token, 8, f32>

// -----
host.func @f {
  // expected-error @below {{H6: a buffer holds 1 to 2^40 numbers, not 0}}
  %0 = host.buffer "x" "activation" : <token, 0, f32>
}

// -----
host.func @f {
  // expected-error @below {{H6: a buffer holds 1 to 2^40 numbers, not -8}}
  %0 = host.external input "x" : <token, -8, f32>
}

// -----
host.func @f {
  // expected-error @below {{H6: a buffer holds 1 to 2^40 numbers, not 1099511627777}}
  %0 = host.zeros : <token, 1099511627777, f32>
}

// -----
host.func @f {
  // expected-error @below {{H6: there is no place at -64}}
  %0 = host.buffer "x" "activation" at -64 : <token, 8, f32>
}

// -----
row.kernel @k token dynamic ["n"] {
^bb0(%x: !row.list<n, [dim: 8], f32>):
}
host.func @f {
  // expected-error @below {{H7: sizes are positive, and at most 2^40}}
  host.launch @k token sizes [0] ()
}

// -----
row.kernel @k fixed dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>):
}
host.func @f {
  %0 = host.external parameter "x" : <fixed, 8, f32>
  // expected-error @below {{H7: runs over -1 rows}}
  host.launch @k fixed rows -1 sizes [] (%0) : !host.buffer<fixed, 8, f32>
}

// -----
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H7: operand 1 cannot take the place of operand 0}}
  host.launch @k token sizes [] (%0) {reuse = array<i64: 1, 0>} : !host.buffer<token, 8, f32>
}

// -----
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H7: `reuse` holds pairs of numbers of operands}}
  host.launch @k token sizes [] (%0) {reuse = array<i64: 0>} : !host.buffer<token, 8, f32>
}

// -----
// H1
row.kernel @k token dynamic ["n", "m"] {
^bb0(%x: !row.buffer<rows, [n: ?, m: ?, dim: 8], f32>):
}
host.func @f {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: operand 0 has the type '!host.buffer<token, 8, f32>', the kernel wants more numbers than there can be}}
  host.launch @k token sizes [1099511627776, 1099511627776] (%0) : !host.buffer<token, 8, f32>
}

// -----
// H3
host.func @f {
  %0 = host.external input "q" : <token, 16, f32>
  %3 = host.external output "lse" : <token, 2, f32>
  // expected-error @below {{H3: source 0 has a kind, mask or number of slots that there is not}}
  host.attend %0, keys(%0), values(%0) to %0, %3 geometry [2, 1, 8, 8] scale 1.0 kinds [0] masks [0] windows [9223372036854775807] slots [0] : <token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>), <token, 16, f32>, <token, 2, f32>
}

// -----
// H9
host.func @h9_space {
  %0 = host.external input "x" : !host.buffer<fixed, 8, f32>
  %1 = host.external output "y" : !host.buffer<token, 8, f32>
  // expected-error @below {{H9: input and output vary per token and have as many numbers}}
  host.delay %0 to %1 by 1 : !host.buffer<fixed, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
// H9
host.func @h9_numbers {
  %0 = host.external input "x" : !host.buffer<token, 8, f32>
  %1 = host.external output "y" : !host.buffer<token, 4, f32>
  // expected-error @below {{H9: input and output vary per token and have as many numbers}}
  host.delay %0 to %1 by 1 : !host.buffer<token, 8, f32>, !host.buffer<token, 4, f32>
}

// -----
// H9
host.func @h9_ids {
  %0 = host.external input "x" : !host.buffer<token, 1, i32>
  %1 = host.external output "y" : !host.buffer<token, 1, f32>
  // expected-error @below {{H9: ids and real numbers do not become each other}}
  host.delay %0 to %1 by 1 : !host.buffer<token, 1, i32>, !host.buffer<token, 1, f32>
}

// -----
// H9
host.func @h9_distance {
  %0 = host.external input "x" : !host.buffer<token, 1, i32>
  %1 = host.external output "y" : !host.buffer<token, 1, i32>
  // expected-error @below {{H9: the distance is 0; it must be from -65536 to 65536 and not 0}}
  host.delay %0 to %1 by 0 : !host.buffer<token, 1, i32>, !host.buffer<token, 1, i32>
}

// -----
// H8
host.func @rows_of_an_input {
  // expected-error @below {{H8: remembers no 3 rows}}
  %0 = host.external input "x" rows 3 : !host.buffer<token, 8, f32>
}

// -----
// H8
host.func @no_rows {
  // expected-error @below {{H8: remembers no 0 rows}}
  %0 = host.external past "x" rows 0 : !host.buffer<token, 8, f32>
}

// -----
// H8
host.func @fixed_past {
  // expected-error @below {{H8: a past varies per token}}
  %0 = host.external past "x" : !host.buffer<fixed, 8, f32>
}

// -----
// H5
host.func @other_rows {
  %0 = host.external past "x" rows 3 : !host.buffer<token, 8, f32>
  // expected-error @below {{H5: "past:x" has other `rows` elsewhere}}
  %1 = host.external past "x" : !host.buffer<token, 8, f32>
}

// -----
// H8
host.func @reads_a_past {
  %0 = host.external past "x" : !host.buffer<token, 8, f32>
  %1 = host.buffer "y" "activation" : !host.buffer<token, 8, f32>
  // expected-error @below {{H8: does not know of rows of earlier runs}}
  host.delay %1 to %0 by 1 : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
// H8
host.func @past_in_part {
  %0 = host.external past "k" rows 4 : !host.buffer<token, 8, f32>
  %1 = host.buffer "v" "activation" : !host.buffer<token, 8, f32>
  %2 = host.buffer "lse" "activation" : !host.buffer<token, 1, f32>
  // expected-error @below {{H8: of source 0 only a part has a past, or another one}}
  host.attend %1, keys(%0), values(%1) to %1, %2 geometry [1, 1, 8, 8] scale 1.0 kinds [0] masks [0] windows [0] slots [0] : <token, 8, f32>, (!host.buffer<token, 8, f32>), (!host.buffer<token, 8, f32>), <token, 8, f32>, <token, 1, f32>
}

// -----
// H10
host.func @remembers_in_an_arena {
  %0 = host.buffer "x" "activation" : !host.buffer<token, 8, f32>
  %1 = host.buffer "y" "activation" : !host.buffer<token, 8, f32>
  // expected-error @below {{H10: the output is no `past`}}
  host.remember %0 to %1 : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
// H10
host.func @remembers_in_another_format {
  %0 = host.buffer "x" "activation" : !host.buffer<token, 8, bf16>
  %1 = host.external past "y" : !host.buffer<token, 8, f32>
  // expected-error @below {{H10: input and output vary per token and have one type}}
  host.remember %0 to %1 : !host.buffer<token, 8, bf16>, !host.buffer<token, 8, f32>
}

// -----
// H11
host.func @recur_no_parts {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: parts, pieces, carries and wide values have 1 to 2^40 numbers}}
  host.recur @k parts 0 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1]  carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
host.func @recur_forward_replays {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: a reverse recurrence replays, and what is replayed has a kernel}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1]  carries [] wide [4] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
host.func @recur_init_of_nothing {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: initial values, pasts and tapes are those of the forward carries}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1]  carries [] wide [] () parted [] inits [0] () pasts () tapes () finals [] ()
}

// -----
// H11
host.func @recur_final_of_forward {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: sums of what is left at the beginning are those of reverse carries}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1]  carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [0] ()
}

// -----
// H11
host.func @recur_parted {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: what is said of arguments is said of each, by its number}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1]  carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
host.func @recur_written {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: what is said of arguments is said of each, by its number}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [2] sums [] parted [1, 1]  carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
host.func @recur_init_size {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: the initial value of carry 0 has not its numbers}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1]  carries [] wide [] () parted [] inits [0] (%f : !host.buffer<fixed, 4, f32>) pasts () tapes () finals [] ()
}

// -----
// H11
host.func @recur_past {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: what carry 0 was left is no `past` of a carry with its numbers}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1]  carries [] wide [] () parted [] inits [-1] () pasts (%x : !host.buffer<token, 4, f32>) tapes () finals [] ()
}

// -----
// H11
host.func @recur_tape {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: the tape of carry 0 has not ⌈8 / 8⌉ numbers}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1]  carries [] wide [] () parted [] inits [-1] () pasts () tapes (%x : !host.buffer<token, 4, f32>) finals [] ()
}

// -----
// H11
host.func @recur_final_size {
  %x = host.buffer "x" "activation" : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" : !host.buffer<token, 4, f32>
  %f = host.external parameter "f" : !host.buffer<fixed, 4, f32>
  // expected-error @below {{H11: the sum of what is left in carry 0 has not its numbers}}
  host.recur @k reverse parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1]  carries [] wide [] () parted [] inits [] () pasts () tapes () finals [0] (%f : !host.buffer<fixed, 4, f32>)
}

// -----
// H8
host.func @carry_of_rows {
  // expected-error @below {{H8: a carry is a `past` without `rows`}}
  %0 = host.external past "x" rows 3 carry : !host.buffer<token, 8, f32>
}

// -----
// H8
host.func @remembers_a_carry {
  %0 = host.buffer "x" "activation" : !host.buffer<token, 8, f32>
  %1 = host.external past "y" carry : !host.buffer<token, 8, f32>
  // expected-error @below {{H8: does not know of rows of earlier runs}}
  host.remember %0 to %1 : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
// H11
row.kernel @k recur dynamic [] {
^bb0(%s: !row.buffer<shared, [a: 4], f32>, %x: !row.buffer<rows of 2, [b: 2], f32>, %y: !row.buffer<rows of 2, [b: 2], f32>):
  %0 = row.load %x : <rows of 2, [b: 2], f32> -> <[b: 2]>
  row.store %0 to %y : <[b: 2]>, <rows of 2, [b: 2], f32>
}
host.func @recur_missing attributes {fixed_bytes = 0 : i64, token_bytes = 32 : i64} {
  %x = host.buffer "x" "activation" at 0 : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" at 16 : !host.buffer<token, 4, f32>
  // expected-error @below {{H11: there is no row.kernel @l}}
  host.recur @l parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1] carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
row.kernel @k recur reverse dynamic [] {
^bb0(%s: !row.buffer<shared, [a: 4], f32>, %x: !row.buffer<rows of 2, [b: 2], f32>, %y: !row.buffer<rows of 2, [b: 2], f32>):
  %0 = row.load %x : <rows of 2, [b: 2], f32> -> <[b: 2]>
  row.store %0 to %y : <[b: 2]>, <rows of 2, [b: 2], f32>
}
host.func @recur_direction attributes {fixed_bytes = 0 : i64, token_bytes = 32 : i64} {
  %x = host.buffer "x" "activation" at 0 : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" at 16 : !host.buffer<token, 4, f32>
  // expected-error @below {{H11: @k is no kernel of this direction}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1] carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
row.kernel @k recur dynamic [] {
^bb0(%s: !row.buffer<shared, [a: 4], f32>, %x: !row.buffer<rows of 2, [b: 2], f32>, %y: !row.buffer<rows of 2, [b: 2], f32>):
  %0 = row.load %x : <rows of 2, [b: 2], f32> -> <[b: 2]>
  row.store %0 to %y : <[b: 2]>, <rows of 2, [b: 2], f32>
}
host.func @recur_arguments attributes {fixed_bytes = 0 : i64, token_bytes = 32 : i64} {
  %x = host.buffer "x" "activation" at 0 : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" at 16 : !host.buffer<token, 4, f32>
  // expected-error @below {{H11: @k takes 3 arguments, not 2}}
  host.recur @k parts 2 piece 8 carries [4] (%x : !host.buffer<token, 4, f32>) written [0] sums [] parted [1] carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
row.kernel @k recur dynamic [] {
^bb0(%s: !row.buffer<shared, [a: 4], f32>, %x: !row.buffer<rows of 2, [b: 2], f32>, %y: !row.buffer<rows of 2, [b: 2], f32>):
  %0 = row.load %x : <rows of 2, [b: 2], f32> -> <[b: 2]>
  row.store %0 to %y : <[b: 2]>, <rows of 2, [b: 2], f32>
}
host.func @recur_whole_rows attributes {fixed_bytes = 0 : i64, token_bytes = 32 : i64} {
  %x = host.buffer "x" "activation" at 0 : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" at 16 : !host.buffer<token, 4, f32>
  // expected-error @below {{H11: argument 1 of @k is}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [0, 1] carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
row.kernel @k recur dynamic [] {
^bb0(%s: !row.buffer<shared, [a: 4], f32>, %x: !row.buffer<rows of 2, [b: 2], f32>, %y: !row.buffer<rows of 2, [b: 2], f32>):
  %0 = row.load %x : <rows of 2, [b: 2], f32> -> <[b: 2]>
  row.store %0 to %y : <[b: 2]>, <rows of 2, [b: 2], f32>
}
host.func @recur_carry attributes {fixed_bytes = 0 : i64, token_bytes = 32 : i64} {
  %x = host.buffer "x" "activation" at 0 : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" at 16 : !host.buffer<token, 4, f32>
  // expected-error @below {{H11: argument 0 of @k is}}
  host.recur @k parts 2 piece 8 carries [3] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [1] sums [] parted [1, 1] carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
row.kernel @k recur dynamic [] {
^bb0(%s: !row.buffer<shared, [a: 4], f32>, %x: !row.buffer<rows of 2, [b: 2], f32>, %y: !row.buffer<rows of 2, [b: 2], f32>):
  %0 = row.load %x : <rows of 2, [b: 2], f32> -> <[b: 2]>
  row.store %0 to %y : <[b: 2]>, <rows of 2, [b: 2], f32>
}
host.func @recur_unsaid attributes {fixed_bytes = 0 : i64, token_bytes = 32 : i64} {
  %x = host.buffer "x" "activation" at 0 : !host.buffer<token, 4, f32>
  %y = host.buffer "y" "activation" at 16 : !host.buffer<token, 4, f32>
  // expected-error @below {{H11: what @k does with argument 1 is not what is said of it}}
  host.recur @k parts 2 piece 8 carries [4] (%x, %y : !host.buffer<token, 4, f32>, !host.buffer<token, 4, f32>) written [0] sums [] parted [1, 1] carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}

// -----
// H11
host.func @recur_for_nothing attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  // expected-error @below {{H11: leaves nothing}}
  host.recur @k parts 1 piece 8 carries [4] () written [] sums [] parted [] carries [] wide [] () parted [] inits [-1] () pasts () tapes () finals [] ()
}
