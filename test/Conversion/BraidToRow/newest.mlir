// RUN: braid-opt %s --split-input-file --prepare-calls --convert-braid-to-row --braid-verify-stage | FileCheck %s

// What is asked for at the newest token alone comes behind all that is remembered, and what else that needs: the query's product and
// all that follows it are worked on for one token of a sequence. The keys are wanted head by head, and are remembered so.
// CHECK-LABEL: host.func @extend
// CHECK:         %[[KEYS:.*]] = host.buffer {{.*}} : <token, 8, f32>
// CHECK:         %[[PAST:.*]] = host.external past "keys.0.heads.head" rows 5 : <token, 8, f32>
// CHECK-NEXT:    host.remember %[[KEYS]] to %[[PAST]] {level = {{[0-9]+}} : i64} : <token, 8, f32>, <token, 8, f32>
// CHECK-NEXT:    host.newest
// CHECK:         host.launch
// CHECK:         host.attend %{{.*}}, keys(%[[PAST]]), values(%[[PAST]])
// CHECK:         host.launch
// CHECK-NOT:     host.remember
// CHECK:       }
braid.func @extend {
  %x = braid.input "x" : <token, [dim: 8]>
  %w = braid.input "w" : <static, [dim: 8, head: 4, heads: 2]>
  %v = braid.input "v" : <static, [heads: 2, head: 4, vocab: 3]>
  %q = braid.dot %x, %w over ["dim"] : <token, [dim: 8]>, <static, [dim: 8, head: 4, heads: 2]> -> <token, [head: 4, heads: 2]>
  %s = braid.split %x "dim" : <token, [dim: 8]> -> <token, [head: 4, heads: 2]>
  %k = braid.remember %s "keys.0" rows 5 : <token, [head: 4, heads: 2]> -> <token, [head: 4, heads: 2]>
  %o, %l = braid.attend %q, keys(%k), values(%k) over "head" masks [#braid.mask<causal, 6>] scale 1.0 : <token, [head: 4, heads: 2]>, (!braid.value<token, [head: 4, heads: 2]>), (!braid.value<token, [head: 4, heads: 2]>) -> <token, [heads: 2, head: 4]>, <token, [heads: 2]>
  %y = braid.dot %o, %v over ["heads", "head"] : <token, [heads: 2, head: 4]>, <static, [heads: 2, head: 4, vocab: 3]> -> <token, [vocab: 3]>
  braid.output "logits", %y {newest} : <token, [vocab: 3]>
}

// -----
// Where a result of every token is asked for, every token is worked on.
// CHECK-LABEL: host.func @extend
// CHECK:         host.remember
// CHECK-NOT:     host.newest
// CHECK:       }
braid.func @extend {
  %x = braid.input "x" : <token, [dim: 8]>
  %r = braid.remember %x "delay.0" rows 2 : <token, [dim: 8]> -> <token, [dim: 8]>
  %d = braid.delay %r by 2 : <token, [dim: 8]> -> <token, [dim: 8]>
  %e = braid.map exp(%d) : (!braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %f = braid.map tanh(%d) : (!braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.output "logits", %e {newest} : <token, [dim: 8]>
  braid.output "all", %f : <token, [dim: 8]>
}

// -----
// Where nothing is remembered all is worked on for the newest token.
// CHECK-LABEL: host.func @extend
// CHECK-NEXT:    host.newest
// CHECK:         host.launch
braid.func @extend {
  %x = braid.input "x" : <token, [dim: 8]>
  %e = braid.map exp(%x) : (!braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  braid.output "logits", %e {newest} : <token, [dim: 8]>
}
