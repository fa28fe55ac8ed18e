// A program is constants: its calls, what each works on, names and places.
// RUN: braid-opt %s --convert-host-to-program | FileCheck %s

// The kernel is declared for the host; the conversion tells it that its arguments are one buffer in one launch.
// CHECK: llvm.func @braid_kernel_add(!llvm.ptr, !llvm.ptr, i64, i64, !llvm.ptr, !llvm.ptr)
// CHECK: row.kernel @add token dynamic ["n"] attributes {aliases = [array<i64: 0, 1>]}
row.kernel @add token dynamic ["n"] {
^bb0(%x: !row.buffer<rows, [d: 8], f32>, %y: !row.buffer<rows, [d: 8], f32>, %l: !row.list<n, [d: 8], bf16>, %s: !row.buffer<shared, [d: 8], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 8], f32> -> !row.value<[d: 8]>
  %1 = row.stack %l : !row.list<n, [d: 8], bf16> -> !row.value<[n: ?, d: 8]>
  %2 = row.reduce sum %1 over ["n"] : !row.value<[n: ?, d: 8]> -> !row.value<[d: 8]>
  %3 = row.map add(%0, %2) : (!row.value<[d: 8]>, !row.value<[d: 8]>) -> !row.value<[d: 8]>
  row.store %3 to %y : !row.value<[d: 8]>, !row.buffer<rows, [d: 8], f32>
  row.accumulate %3 to %s : !row.value<[d: 8]>, !row.buffer<shared, [d: 8], f32>
}

// Externals: path, role, numbers, per token, dtype, ids, past.
// CHECK: llvm.mlir.global internal constant @braid_f_program.externals(dense<[0, 0, 32, 0, 0, 0, 0, 2, 1, 8, 0, 0, 0, 0, 4, 6, 4, 1, 0, 0, 0]> : tensor<21xi64>)
// Calls: kind and kernel in one number, name and place in one, table.
// CHECK: llvm.mlir.global internal constant @braid_f_program.calls(dense<[0, 42949672966, 0, -4294967295, {{[0-9]+}}, 27]> : tensor<6xi64>)
// CHECK: llvm.mlir.global internal constant @braid_f_program.kernels()
// CHECK:   llvm.mlir.addressof @braid_kernel_add
// The launch: tokens, no rows; scratch: a line each for the addresses of entries, the sum, and %x,
// which is overwritten before its last use; one size, 3;
// four arguments: a buffer, a buffer, a list (two entries in the arena at 16 bytes a row, an absent one), a sum of 8 numbers.
// CHECK: llvm.mlir.global internal constant @braid_f_program.tables(dense<
// CHECK-SAME: [0, 0, 192, 1, 3, 4, 0, 0, 64, 0, 0, 64, 1, 3, 0, 0, 16, 0, 96, 16, 3, 0, 16, 2, 2, 1, 8,
// The product: batch 1, m 1 a token, n 4, k 8; A, B, C: dtype, base, offset, strides.
// CHECK-SAME: 1, 1, 4, 8, 1, 0, 0, 64, 8, 8, 1, 0, 2, 0, 32, 4, 1, 0, 2, 2, 4, 4, 1]> : tensor<50xi64>)
// CHECK: llvm.mlir.global internal constant @braid_f_program.texts("w\00b\00y\00add\00{{.*}}calls.mlir:
// Its version, name, bytes, and how many there are of each part.
// CHECK: llvm.mlir.global external constant @braid_f_program() {{.*}} : !llvm.struct<(i64, ptr, i64, i64, i64, i64, i64, i64, i64, i64, ptr, ptr, ptr, ptr, ptr)>
// CHECK-NEXT: llvm.mlir.constant(3 : i64)
// CHECK-NEXT: llvm.mlir.addressof @braid_f_program.name
// CHECK-NEXT: llvm.mlir.constant(112 : i64)
// CHECK-NOT: llvm.call
host.func @f attributes {token_bytes = 112 : i64, fixed_bytes = 0 : i64} {
  %w = host.external parameter "w" : !host.buffer<fixed, 32, f32>
  %x = host.buffer "x" "activation" at 64 : !host.buffer<token, 8, f32>
  %l0 = host.buffer "l0" "saved" at 0 : !host.buffer<token, 8, bf16>
  %l1 = host.buffer "l1" "saved" at 96 : !host.buffer<token, 8, bf16>
  %z = host.zeros : !host.buffer<token, 8, bf16>
  %g = host.external gradient "b" : !host.buffer<fixed, 8, f32>
  %y = host.external output "y" : !host.buffer<token, 4, f32>
  host.launch @add token sizes [3] (%x, %x, %l0, %l1, %z, %g) : !host.buffer<token, 8, f32>, !host.buffer<token, 8, f32>, !host.buffer<token, 8, bf16>, !host.buffer<token, 8, bf16>, !host.buffer<token, 8, bf16>, !host.buffer<fixed, 8, f32>
  host.matmul %x, %w to %y dims [1, 1, 4, 8] tokens "m" strides [8, 8, 1], [32, 4, 1], [4, 4, 1] : !host.buffer<token, 8, f32>, !host.buffer<fixed, 32, f32>, !host.buffer<token, 4, f32>
}
