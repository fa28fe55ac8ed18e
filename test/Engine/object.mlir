// A program compiled ahead of time: one object, one constant for each host.func, and a header that says what it needs.
// RUN: braid-run-host %s --object %t.o --header %t.h
// RUN: llvm-nm %t.o | FileCheck %s --check-prefix=SYMBOLS
// RUN: FileCheck %s --check-prefix=HEADER --input-file %t.h
// RUN: not braid-run-host %s --object %t.none/x.o 2>&1 | FileCheck %s --check-prefix=ERROR

// Programs alone are seen from outside, and need nothing of the runtime.
// SYMBOLS-DAG: {{[RD]}} braid_f_program
// SYMBOLS-DAG: t braid_kernel_k
// SYMBOLS-NOT: {{ [TU] }}braid
// HEADER: Needs 16 bytes of token arena for each padded token and 0 bytes of fixed arena.
// HEADER: [0] in:x: 4 float for each token
// HEADER: [1] param:w: 4 bf16 bits
// HEADER: extern const struct braid_program braid_f_program;
// ERROR: error: {{.*}}x.o: cannot be written
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 4], f32>, %w: !row.buffer<shared, [d: 4], bf16>, %y: !row.buffer<rows, [d: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 4], f32> -> !row.value<[d: 4]>
  %1 = row.load %w : !row.buffer<shared, [d: 4], bf16> -> !row.value<[d: 4]>
  %2 = row.map mul(%0, %1) : (!row.value<[d: 4]>, !row.value<[d: 4]>) -> !row.value<[d: 4]>
  row.store %2 to %y : !row.value<[d: 4]>, !row.buffer<rows, [d: 4], f32>
}
host.func @f attributes {token_bytes = 16 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 4, f32>
  %w = host.external parameter "w" : !host.buffer<fixed, 4, bf16>
  %y = host.buffer "y" "activation" at 0 : !host.buffer<token, 4, f32>
  host.launch @k token sizes [] (%x, %w, %y) : !host.buffer<token, 4, f32>, !host.buffer<fixed, 4, bf16>, !host.buffer<token, 4, f32>
}
