// A launch that names no kernel, or does not fit it, is refused by each pass that looks at both.
// RUN: braid-opt %s --split-input-file --verify-diagnostics --mark-reuse
// RUN: braid-opt %s --split-input-file --verify-diagnostics --mark-aliases
// RUN: braid-opt %s --split-input-file --verify-diagnostics --convert-host-to-program
// RUN: braid-opt %s --split-input-file --verify-diagnostics --convert-braid-to-row
// RUN: braid-opt %s --split-input-file --verify-diagnostics --braid-verify-stage

host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: there is no row.kernel @missing}}
  host.launch @missing token sizes [] (%0) : !host.buffer<token, 8, f32>
}

// -----
// A name that is another op's.
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: there is no row.kernel @f}}
  host.launch @f token sizes [] (%0) : !host.buffer<token, 8, f32>
}

// -----
row.kernel @k token dynamic ["n"] {
^bb0(%x: !row.list<n, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
}
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: the kernel takes 1099511627777 operands with these sizes, not 2}}
  host.launch @k token sizes [1099511627776] (%0, %0) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
row.kernel @k token dynamic ["n"] {
^bb0(%x: !row.list<n, [dim: 8], f32>, %y: !row.buffer<rows, [dim: 8], f32>):
}
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: the kernel takes 2 operands with these sizes, not 3}}
  host.launch @k token sizes [1] (%0, %0, %0) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>):
}
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %0 = host.external input "x" : <token, 8, f32>
  // expected-error @below {{H1: gives 1 sizes, the kernel takes 0}}
  host.launch @k token sizes [1] (%0) : !host.buffer<token, 8, f32>
}

// -----
// The kernel joins the entries, whose number it therefore knows.
row.kernel @k token dynamic ["n"] {
^bb0(%x: !row.list<n, [dim: 8], f32>, %y: !row.buffer<rows, [both: 16], f32>):
  %0 = row.stack %x : !row.list<n, [dim: 8], f32> -> !row.value<[n: 2, dim: 8]>
  %1 = row.view %0 : !row.value<[n: 2, dim: 8]> -> !row.value<[both: 16]>
  row.store %1 to %y : !row.value<[both: 16]>, !row.buffer<rows, [both: 16], f32>
}
host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %0 = host.external input "x" : <token, 8, f32>
  %1 = host.external output "y" : <token, 16, f32>
  // expected-error @below {{H1: gives "n" the size 1, the kernel's is 2}}
  host.launch @k token sizes [1] (%0, %1) : !host.buffer<token, 8, f32>, !host.buffer<token, 16, f32>
}
