// RUN: braid-opt %s --split-input-file --convert-host-to-program | FileCheck %s
// RUN: not braid-opt %S/Inputs/unplanned.mlir --convert-host-to-program 2>&1 | FileCheck %s --check-prefix=UNPLANNED

// UNPLANNED: error: 'host.func' op is not planned

// What is in the constants is in calls.mlir.
// CHECK:     llvm.mlir.global internal constant @braid_f_program.calls(
// CHECK:     llvm.mlir.global external constant @braid_f_program()
// CHECK-NOT: host.func
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 8], f32>, %y: !row.buffer<rows, [d: 8], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 8], f32> -> !row.value<[d: 8]>
  row.store %0 to %y : !row.value<[d: 8]>, !row.buffer<rows, [d: 8], f32>
}
host.func @f attributes {token_bytes = 32 : i64, fixed_bytes = 64 : i64} {
  %x = host.external input "x" : !host.buffer<token, 8, f32>
  %w = host.external parameter "w" : !host.buffer<fixed, 4, bf16>
  %y = host.buffer "y" "activation" at 0 : !host.buffer<token, 8, f32>
  host.launch @k token sizes [] (%x, %y) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}

// -----
// Declines: a kernel that no program launches in place; kernels are not this pass's work.
// CHECK-LABEL: row.kernel @alone token dynamic [] {
row.kernel @alone token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 8], f32>, %y: !row.buffer<rows, [d: 8], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 8], f32> -> !row.value<[d: 8]>
  row.store %0 to %y : !row.value<[d: 8]>, !row.buffer<rows, [d: 8], f32>
}

// -----
// A kernel of several widths: the distance between rows of a list's entries is that of this launch, 8 numbers.
// CHECK: llvm.mlir.global internal constant @braid_wide_program.tables(dense<[0, 0, {{[0-9]+}}, 2, 2, 8, 2, 1, 2, 0, 0, 32, 0, 32, 32, 0, 0, 64]>
row.kernel @sum token dynamic ["n", "d"] {
^bb0(%l: !row.list<n, [d: ?], f32>, %y: !row.buffer<rows, [d: ?], f32>):
  %0 = row.stack %l : !row.list<n, [d: ?], f32> -> !row.value<[n: ?, d: ?]>
  %1 = row.reduce sum %0 over ["n"] : !row.value<[n: ?, d: ?]> -> !row.value<[d: ?]>
  row.store %1 to %y : !row.value<[d: ?]>, !row.buffer<rows, [d: ?], f32>
}
host.func @wide attributes {token_bytes = 96 : i64, fixed_bytes = 0 : i64} {
  %a = host.buffer "a" "activation" at 0 : !host.buffer<token, 8, f32>
  %b = host.buffer "b" "activation" at 32 : !host.buffer<token, 8, f32>
  %y = host.buffer "y" "activation" at 64 : !host.buffer<token, 8, f32>
  host.launch @sum token sizes [2, 8] (%a, %b, %y) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>
}
