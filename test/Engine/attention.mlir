// Attention and its gradient from their tables, with every kind of mask, against the interpreter of programs.
// Segments are random integers, -1 too.
// RUN: braid-run-host %s --function masks --batch 2 --time 71 --ids 3 --check | FileCheck %s
// RUN: braid-run-host %s --function masks --batch 3 --time 5 --ids 1 --check | FileCheck %s
// CHECK-DAG: agrees: grad:q
// CHECK-DAG: agrees: grad:k0
// CHECK-DAG: agrees: grad:k1
// CHECK-DAG: agrees: grad:k2
// CHECK-DAG: agrees: grad:k3
// CHECK-DAG: agrees: grad:slots
// CHECK-DAG: agrees: out:o
// CHECK-DAG: agrees: out:lse
// CHECK-NOT: DIFFERS

!x = !host.buffer<token, 32, f32>
!k = !host.buffer<token, 16, f32>
!s = !host.buffer<fixed, 48, f32>
!l = !host.buffer<token, 4, f32>
!id = !host.buffer<token, 1, i32>

// Two heads with groups of two; sources: causal, strict with a window, all with a window, causal with a window, slots.
host.func @masks attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %q = host.external input "q" : !x
  %k0 = host.external input "k0" : !k
  %k1 = host.external input "k1" : !k
  %s = host.external input "slots" : !s
  %a = host.external input "a" : !id
  %b = host.external input "b" : !id
  %g = host.external input "g" : !x
  %o = host.external output "o" : !x
  %l = host.external output "lse" : !l
  %dq = host.external gradient "q" : !x
  %d0 = host.external gradient "k0" : !k
  %d1 = host.external gradient "k1" : !k
  %d2 = host.external gradient "k2" : !k
  %d3 = host.external gradient "k3" : !k
  %ds = host.external gradient "slots" : !s
  %e0 = host.external gradient "v0" : !k
  %e1 = host.external gradient "v1" : !k
  %e2 = host.external gradient "v2" : !k
  %e3 = host.external gradient "v3" : !k
  %es = host.external gradient "slot_values" : !s
  host.attend %q, keys(%k0, %k1, %k0, %k1, %s), values(%k1, %k0, %k1, %k0, %s) segments(%a, %b, %a) to %o, %l geometry [2, 2, 8, 8] scale 3.0e-1 kinds [0, 0, 0, 0, 1] masks [4, 5, 6, 0, 2] windows [0, 2, 3, 9, 2] slots [0, 0, 0, 0, 3] : !x, (!k, !k, !k, !k, !s), (!k, !k, !k, !k, !s) segments(!id, !id, !id), !x, !l
  host.attend_grad %q, keys(%k0, %k1, %k0, %k1, %s), values(%k1, %k0, %k1, %k0, %s) segments(%a, %b, %a), %o, %l, %g to %dq, keys(%d0, %d1, %d2, %d3, %ds), values(%e0, %e1, %e2, %e3, %es) geometry [2, 2, 8, 8] scale 3.0e-1 kinds [0, 0, 0, 0, 1] masks [4, 5, 6, 0, 2] windows [0, 2, 3, 9, 2] slots [0, 0, 0, 0, 3] : !x, (!k, !k, !k, !k, !s), (!k, !k, !k, !k, !s) segments(!id, !id, !id), !x, !l, !x, !x, (!k, !k, !k, !k, !s), (!k, !k, !k, !k, !s)
  // Once more, added to what is there.
  host.attend_grad %q, keys(%k0, %k1, %k0, %k1, %s), values(%k1, %k0, %k1, %k0, %s) segments(%a, %b, %a), %o, %l, %g to %dq, keys(%d0, %d1, %d2, %d3, %ds), values(%e0, %e1, %e2, %e3, %es) geometry [2, 2, 8, 8] scale 3.0e-1 kinds [0, 0, 0, 0, 1] masks [4, 5, 6, 0, 2] windows [0, 2, 3, 9, 2] slots [0, 0, 0, 0, 3] accumulate : !x, (!k, !k, !k, !k, !s), (!k, !k, !k, !k, !s) segments(!id, !id, !id), !x, !l, !x, !x, (!k, !k, !k, !k, !s), (!k, !k, !k, !k, !s)
}
