// RUN: braid-opt %s --braid-insert-rounding | FileCheck %s
// RUN: braid-opt %s --braid-insert-rounding -o %t.once
// RUN: braid-opt %t.once --braid-insert-rounding -o %t.twice
// RUN: diff %t.once %t.twice

// A product's operands, weight included, and its result; attention; not what is row work.
// CHECK-LABEL: braid.func @product
braid.func @product {
  // CHECK: %[[X:.*]] = braid.input "x"
  // CHECK-NEXT: %[[XR:.*]] = braid.round %[[X]] to bf16
  %x = braid.input "x" : <token, [dim: 64]>
  // CHECK: %[[W:.*]] = braid.input "w"
  // CHECK-NEXT: %[[WR:.*]] = braid.round %[[W]] to bf16
  %w = braid.input "w" : <static, [dim: 64, head: 64]>
  // CHECK: %[[S:.*]] = braid.input "s"
  %s = braid.input "s" : <static, [dim: 64]>
  // CHECK-NEXT: braid.dot %[[X]], %[[S]]
  %score = braid.dot %x, %s over ["dim"] : <token, [dim: 64]>, <static, [dim: 64]> -> <token, []>
  // CHECK: %[[Q:.*]] = braid.dot %[[XR]], %[[WR]]
  // CHECK-NEXT: %[[QR:.*]] = braid.round %[[Q]] to bf16
  %q = braid.dot %x, %w over ["dim"] : <token, [dim: 64]>, <static, [dim: 64, head: 64]> -> <token, [head: 64]>
  // CHECK: %[[O:.*]], %[[L:.*]] = braid.attend %[[QR]], keys(%[[QR]]), values(%[[QR]])
  // CHECK-NEXT: %[[OR:.*]] = braid.round %[[O]] to bf16
  // CHECK-NOT: round %[[L]]
  %o, %l = braid.attend %q, keys(%q), values(%q) over "head" masks [#braid.mask<causal, 0>] scale 1.0 : <token, [head: 64]>, (!braid.value<token, [head: 64]>), (!braid.value<token, [head: 64]>) -> <token, [head: 64]>, <token, []>
  // Summed over tokens: the gradient of a parameter stays in fp32.
  // CHECK: %[[G:.*]] = braid.dot %[[XR]], %[[OR]] over [] tokens
  // CHECK-NEXT: braid.output "g", %[[G]]
  %g = braid.dot %x, %o over [] tokens : <token, [dim: 64]>, <token, [head: 64]> -> <static, [dim: 64, head: 64]>
  braid.output "g", %g : <static, [dim: 64, head: 64]>
  braid.output "score", %score : <token, []>
}

// The entries of the first list, once, for all users; not the lists behind it.
// CHECK-LABEL: braid.func @history
braid.func @history {
  // CHECK: %[[A:.*]] = braid.input "a"
  // CHECK-NEXT: %[[AR:.*]] = braid.round %[[A]] to bf16
  %a = braid.input "a" : <token, [dim: 4]>
  // CHECK: %[[G:.*]] = braid.input "g"
  %g = braid.input "g" : <token, [dim: 4]>
  // CHECK-NEXT: %[[B:.*]] = braid.map neg(%[[AR]])
  // CHECK-NEXT: %[[BR:.*]] = braid.round %[[B]] to bf16
  %b = braid.map neg(%a) : (!braid.value<token, [dim: 4]>) -> !braid.value<token, [dim: 4]>
  // CHECK-NEXT: braid.read "depth" groups 2 entries(%[[AR]], %[[BR]], %[[G]], %[[G]]
  %r = braid.read "depth" groups 2 entries(%a, %b, %g, %g : !braid.value<token, [dim: 4]>, !braid.value<token, [dim: 4]>, !braid.value<token, [dim: 4]>, !braid.value<token, [dim: 4]>) captures() unstack [] -> !braid.value<token, [dim: 4]> {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 4]>, %w: !braid.value<token, [depth: 2, dim: 4]>):
    %p = braid.dot %v, %w over ["depth"] : <token, [depth: 2, dim: 4]>, <token, [depth: 2, dim: 4]> -> <token, [dim: 4]>
    braid.yield %p : !braid.value<token, [dim: 4]>
  }
  braid.output "r", %r : <token, [dim: 4]>
}

// A rounding that the program has serves the users before it too; one to fp32 is none.
// CHECK-LABEL: braid.func @late
braid.func @late {
  // CHECK: %[[A:.*]] = braid.input "a"
  // CHECK-NEXT: %[[AR:.*]] = braid.round %[[A]] to bf16
  // CHECK-NEXT: braid.map neg(%[[AR]])
  // CHECK-NOT: braid.round %[[A]]
  %a = braid.input "a" : <token, [dim: 4]>
  %n = braid.map neg(%a) : (!braid.value<token, [dim: 4]>) -> !braid.value<token, [dim: 4]>
  %late = braid.round %a to bf16 : <token, [dim: 4]> -> <token, [dim: 4]>
  // CHECK: %[[W:.*]] = braid.round %{{.*}} to f32
  // CHECK-NEXT: %[[WR:.*]] = braid.round %[[W]] to bf16
  // CHECK-NEXT: braid.read "depth" groups 1 entries(%[[AR]], %[[WR]] :
  %wide = braid.round %n to f32 : <token, [dim: 4]> -> <token, [dim: 4]>
  %r = braid.read "depth" groups 1 entries(%a, %wide : !braid.value<token, [dim: 4]>, !braid.value<token, [dim: 4]>) captures() unstack [] -> !braid.value<token, [dim: 4]> {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 4]>):
    %s = braid.reduce sum %v over ["depth"] : <token, [depth: 2, dim: 4]> -> <token, [dim: 4]>
    braid.yield %s : !braid.value<token, [dim: 4]>
  }
  braid.output "r", %r : <token, [dim: 4]>
  braid.output "late", %late : <token, [dim: 4]>
}

// Declines: what is a matrix product is decided by bytes; a few numbers a token are row work.
// CHECK-LABEL: braid.func @gate
// CHECK-NOT: braid.round
braid.func @gate {
  %x = braid.input "x" : <token, [dim: 384]>
  %w = braid.input "w" : <static, [dim: 384, heads: 6]>
  %g = braid.dot %x, %w over ["dim"] : <token, [dim: 384]>, <static, [dim: 384, heads: 6]> -> <token, [heads: 6]>
  %dw = braid.dot %x, %g over [] tokens : <token, [dim: 384]>, <token, [heads: 6]> -> <static, [dim: 384, heads: 6]>
  %two = braid.dot %x, %x over ["dim"] : <token, [dim: 384]>, <token, [dim: 384]> -> <token, []>
  %ww = braid.dot %w, %w over ["heads"] : <static, [dim: 384, heads: 6]>, <static, [dim: 384, heads: 6]> -> <static, [dim: 384]>
  braid.output "g", %g : <token, [heads: 6]>
  braid.output "dw", %dw : <static, [dim: 384, heads: 6]>
  braid.output "two", %two : <token, []>
  braid.output "ww", %ww : <static, [dim: 384]>
}
// CHECK-LABEL: braid.func @wide
// CHECK-COUNT-3: braid.round
braid.func @wide {
  %x = braid.input "x" : <token, [dim: 384]>
  %w = braid.input "w" : <static, [dim: 384, inner: 64]>
  %g = braid.dot %x, %w over ["dim"] : <token, [dim: 384]>, <static, [dim: 384, inner: 64]> -> <token, [inner: 64]>
  braid.output "g", %g : <token, [inner: 64]>
}

// What names the segments is not rounded.
// CHECK-LABEL: braid.func @segments
braid.func @segments {
  // CHECK: %[[S:.*]] = braid.input "s"
  // CHECK-NOT: round %[[S]]
  // CHECK: braid.attend {{.*}} segments(%[[S]])
  // CHECK: braid.attend_grad {{.*}} segments(%[[S]])
  %q = braid.input "q" : <token, [head: 64]>
  %s = braid.input "s" : <token, [], id 0>
  %o, %l = braid.attend %q, keys(%q), values(%q) segments(%s) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : <token, [head: 64]>, (!braid.value<token, [head: 64]>), (!braid.value<token, [head: 64]>) segments(!braid.value<token, [], id 0>) -> <token, [head: 64]>, <token, []>
  %a, %b, %c = braid.attend_grad %q, keys(%q), values(%q) segments(%s), output(%o, %l, %q) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 1.0 : <token, [head: 64]>, (!braid.value<token, [head: 64]>), (!braid.value<token, [head: 64]>) segments(!braid.value<token, [], id 0>), <token, [head: 64]>, <token, []>, <token, [head: 64]> -> <token, [head: 64]>, (!braid.value<token, [head: 64]>), (!braid.value<token, [head: 64]>)
  braid.output "a", %a : <token, [head: 64]>
}

// An extreme that is an entry is rounded for its users, but not where it is looked for among the terms that it is one
// of (the gradient of `max`): rounded, it would equal none of them.
// CHECK-LABEL: braid.func @extreme
braid.func @extreme {
  // CHECK: %[[X:.*]] = braid.input "x"
  %x = braid.input "x" : <token, [lane: 4, dim: 8]>
  // CHECK-NEXT: %[[M:.*]] = braid.reduce max %[[X]]
  // CHECK-NEXT: %[[R:.*]] = braid.round %[[M]] to bf16
  %m = braid.reduce max %x over ["lane"] : <token, [lane: 4, dim: 8]> -> <token, [dim: 8]>
  // CHECK-NEXT: braid.map eq(%[[X]], %[[M]])
  %hit = braid.map eq(%x, %m) : (!braid.value<token, [lane: 4, dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [lane: 4, dim: 8], bool>
  // CHECK-NEXT: braid.map neg(%[[R]])
  %n = braid.map neg(%m) : (!braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %r = braid.read "depth" groups 1 entries(%m, %m : !braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) captures() unstack [] -> !braid.value<token, [dim: 8]> {
  ^bb0(%v: !braid.value<token, [depth: 2, dim: 8]>):
    %s = braid.reduce sum %v over ["depth"] : <token, [depth: 2, dim: 8]> -> <token, [dim: 8]>
    braid.yield %s : !braid.value<token, [dim: 8]>
  }
  braid.output "n", %n : <token, [dim: 8]>
  braid.output "r", %r : <token, [dim: 8]>
  %one = braid.map real(%hit) : (!braid.value<token, [lane: 4, dim: 8], bool>) -> !braid.value<token, [lane: 4, dim: 8]>
  braid.output "hit", %one : <token, [lane: 4, dim: 8]>
}
