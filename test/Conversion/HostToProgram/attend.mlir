// The tables of attention and its gradient, and of a delay.
// RUN: braid-opt %s --convert-host-to-program | FileCheck %s

// Sources, heads, group, d, e, the scale 0.5; query, output, denominators; the tokens of the sequence: kind, mask causal within
// a segment, window, chunk, span, slots, keys, values, and where the segments lie; slots: keys, values.
// CHECK: llvm.mlir.global internal constant @braid_f_program.tables(dense<
// CHECK-SAME: [2, 2, 1, 8, 8, 4602678819172646912, 0, 2, 0, 0, 2, 1, 0, 2, 2, 0, 4, 6, 0, 0, 0, 0, 2, 0, 0, 2, 0, 2, 3, 1, 2, 0, 0, 0, 3, 0, 2, 4, 0, 2, 4,
// The gradient: the same with one source, earlier chunks of 16 within one of 64 and a segment, of marked keys, then where
// the marks lie, that it is added up, and its own.
// CHECK-SAME: 1, 2, 1, 8, 8, 4602678819172646912, 0, 2, 0, 0, 2, 1, 0, 2, 2, 0, 15, 9, 64, 16, 0, 0, 2, 0, 0, 2, 0, 2, 3, 2, 5, 1, 0, 2, 1, 0, 2, 6, 0, 2, 7, 0, 2, 8,
// The delay: distance, numbers of a row, input, output.
// CHECK-SAME: 3, 1, 2, 2, 3, 2, 2, 9]>
host.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %q = host.external input "q" : !host.buffer<token, 16, f32>
  %o = host.external output "o" : !host.buffer<token, 16, f32>
  %l = host.external output "lse" : !host.buffer<token, 2, f32>
  %s = host.external input "document" : !host.buffer<token, 1, i32>
  %k = host.external input "slots" : !host.buffer<fixed, 48, f32>
  %m = host.external input "marks" : !host.buffer<token, 1, f32>
  %dq = host.external output "dq" : !host.buffer<token, 16, f32>
  %dk = host.external output "dk" : !host.buffer<token, 16, f32>
  %dv = host.external output "dv" : !host.buffer<token, 16, f32>
  %e = host.external output "earlier" : !host.buffer<token, 1, i32>
  host.attend %q, keys(%q, %k), values(%q, %k) segments(%s) to %o, %l geometry [2, 1, 8, 8] scale 5.0e-1 kinds [0, 1] masks [4, 2] windows [6, 0] slots [0, 3] : !host.buffer<token, 16, f32>, (!host.buffer<token, 16, f32>, !host.buffer<fixed, 48, f32>), (!host.buffer<token, 16, f32>, !host.buffer<fixed, 48, f32>) segments(!host.buffer<token, 1, i32>), !host.buffer<token, 16, f32>, !host.buffer<token, 2, f32>
  host.attend_grad %q, keys(%q), values(%q) segments(%s) marks(%m), %o, %l, %o to %dq, keys(%dk), values(%dv) geometry [2, 1, 8, 8] scale 5.0e-1 kinds [0] masks [15] windows [9] chunks [64] spans [16] slots [0] accumulate : !host.buffer<token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>) segments(!host.buffer<token, 1, i32>) marks(!host.buffer<token, 1, f32>), !host.buffer<token, 16, f32>, !host.buffer<token, 2, f32>, !host.buffer<token, 16, f32>, !host.buffer<token, 16, f32>, (!host.buffer<token, 16, f32>), (!host.buffer<token, 16, f32>)
  host.delay %s to %e by 3 : !host.buffer<token, 1, i32>, !host.buffer<token, 1, i32>
}
