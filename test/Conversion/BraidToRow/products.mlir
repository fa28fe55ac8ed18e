// RUN: braid-opt %s --prepare-calls --narrow-calls --convert-braid-to-row --share-kernels --braid-verify-stage | FileCheck %s

// How contractions are called: as memory lies where strides can say it, else transposed.
!x = !braid.value<token, [lane: 4, dim: 64]>
!w = !braid.value<static, [dim: 64, out: 96]>

// CHECK-LABEL: host.func @lanes
// A leading axis of the tokens' operand joins the rows.
// CHECK: host.matmul {{.*}} dims [1, 4, 96, 64] tokens "m" strides [256, 64, 1], [6144, 96, 1], [384, 96, 1] {{.*}}
// CHECK-NEXT: }
braid.func @lanes {
  %x = braid.input "x" : !x
  %w = braid.input "w" : !w
  %y = braid.dot %x, %w over ["dim"] : !x, !w -> !braid.value<token, [lane: 4, out: 96]>
  braid.output "y", %y : !braid.value<token, [lane: 4, out: 96]>
}

// CHECK-LABEL: host.func @weights
// The gradient of a weight: tokens and lanes are contracted.
// CHECK: host.matmul {{.*}} dims [1, 64, 96, 4] tokens "k" strides [256, 1, 64], [384, 96, 1], [6144, 96, 1]
braid.func @weights {
  %x = braid.input "x" : !x
  %g = braid.input "g" : !braid.value<token, [lane: 4, out: 96]>
  %y = braid.dot %x, %g over ["lane"] tokens : !x, !braid.value<token, [lane: 4, out: 96]> -> !w
  braid.output "grad:w", %y : !w
}

// CHECK-LABEL: host.func @batched
// Heads are a batch; operands may come in either order.
// CHECK: host.matmul {{.*}} dims [4, 1, 96, 64] tokens "m" strides [64, 256, 1], [6144, 96, 1], [96, 384, 1]
braid.func @batched {
  %x = braid.input "x" : !x
  %w = braid.input "w" : !braid.value<static, [lane: 4, dim: 64, out: 96]>
  %y = braid.dot %w, %x over ["dim"] : !braid.value<static, [lane: 4, dim: 64, out: 96]>, !x -> !braid.value<token, [lane: 4, out: 96]>
  braid.output "y", %y : !braid.value<token, [lane: 4, out: 96]>
}

// CHECK-LABEL: row.kernel @row_{{[0-9]+}} fixed
// CHECK:         row.transpose {{.*}} : <[b: 8, out: 96, a: 8]> -> <[a: 8, b: 8, out: 96]>
// CHECK-LABEL: host.func @transposed
// Two contracted axes in different orders: the weight is transposed, not the tokens' operand.
// CHECK: host.launch {{.*}} fixed rows 1
// CHECK: host.matmul {{.*}} dims [1, 1, 96, 64] tokens "m" strides [64, 64, 1], [6144, 96, 1], [96, 96, 1]
braid.func @transposed {
  %x = braid.input "x" : !braid.value<token, [a: 8, b: 8]>
  %w = braid.input "w" : !braid.value<static, [b: 8, out: 96, a: 8]>
  %y = braid.dot %x, %w over ["a", "b"] : !braid.value<token, [a: 8, b: 8]>, !braid.value<static, [b: 8, out: 96, a: 8]> -> !braid.value<token, [out: 96]>
  braid.output "y", %y : !braid.value<token, [out: 96]>
}

// CHECK-LABEL: host.func @viewed
// Split and joined axes are the same memory.
// CHECK-NOT: host.launch
// CHECK: host.matmul {{.*}} dims [1, 1, 96, 256]
braid.func @viewed {
  %x = braid.input "x" : !x
  %j = braid.join %x "all" : !x -> !braid.value<token, [all: 256]>
  %w = braid.input "w" : !braid.value<static, [all: 256, out: 96]>
  %y = braid.dot %j, %w over ["all"] : !braid.value<token, [all: 256]>, !braid.value<static, [all: 256, out: 96]> -> !braid.value<token, [out: 96]>
  %s = braid.split %y "out" : !braid.value<token, [out: 96]> -> !braid.value<token, [p: 2, q: 48]>
  braid.output "y", %s : !braid.value<token, [p: 2, q: 48]>
}

// CHECK-LABEL: host.func @table
// CHECK: host.scatter {{.*}} rows 16 {{.*}} : <token, 8, f32>, <token, 1, i32>, <fixed, 128, f32>
braid.func @table {
  %g = braid.input "g" : !braid.value<token, [dim: 8]>
  %id = braid.input "tokens" : !braid.value<token, [], id 16>
  %t = braid.scatter %g[%id] along "vocab" : !braid.value<token, [dim: 8]>, !braid.value<token, [], id 16> -> !braid.value<static, [vocab: 16, dim: 8]>
  braid.output "grad:embed", %t : !braid.value<static, [vocab: 16, dim: 8]>
}

// CHECK-LABEL: host.func @attention
// CHECK: host.attend {{.*}} geometry [2, 3, 8, 8] scale 5.000000e-01 kinds [0, 1] masks [0, 2] windows [4, 0] slots [0, 5]
// The query's group stood first: transposed there and back.
// CHECK: host.launch
braid.func @attention {
  %q = braid.input "q" : !braid.value<token, [group: 3, kv: 2, head: 8]>
  %k = braid.input "k" : !braid.value<token, [kv: 2, head: 8]>
  %sk = braid.input "sk" : !braid.value<static, [slot: 5, kv: 2, head: 8]>
  %o, %lse = braid.attend %q, keys(%k, %sk), values(%k, %sk) over "head" masks [#braid.mask<causal, 4>, #braid.mask<all, 0>] scale 5.0e-1 : !braid.value<token, [group: 3, kv: 2, head: 8]>, (!braid.value<token, [kv: 2, head: 8]>, !braid.value<static, [slot: 5, kv: 2, head: 8]>), (!braid.value<token, [kv: 2, head: 8]>, !braid.value<static, [slot: 5, kv: 2, head: 8]>) -> !braid.value<token, [group: 3, kv: 2, head: 8]>, !braid.value<token, [group: 3, kv: 2]>
  braid.output "o", %o : !braid.value<token, [group: 3, kv: 2, head: 8]>
}

// CHECK-LABEL: host.func @attention_gradient
// CHECK: host.attend_grad {{.*}} geometry [2, 1, 8, 8] scale 1.000000e+00 kinds [0] masks [1]
braid.func @attention_gradient {
  %q = braid.input "q" : !braid.value<token, [kv: 2, head: 8]>
  %o = braid.input "o" : !braid.value<token, [kv: 2, head: 8]>
  %lse = braid.input "lse" : !braid.value<token, [kv: 2]>
  %dq, %dk, %dv = braid.attend_grad %q, keys(%q), values(%q), output(%o, %lse, %o) over "head" masks [#braid.mask<strict, 0>] scale 1.0 : !braid.value<token, [kv: 2, head: 8]>, (!braid.value<token, [kv: 2, head: 8]>), (!braid.value<token, [kv: 2, head: 8]>), !braid.value<token, [kv: 2, head: 8]>, !braid.value<token, [kv: 2]>, !braid.value<token, [kv: 2, head: 8]> -> !braid.value<token, [kv: 2, head: 8]>, (!braid.value<token, [kv: 2, head: 8]>), (!braid.value<token, [kv: 2, head: 8]>)
  braid.output "dk", %dk : !braid.value<token, [kv: 2, head: 8]>
}

// CHECK-LABEL: host.func @segments
// CHECK: %[[DOCUMENT:.*]] = host.external input "document" : <token, 1, i32>
// CHECK: host.attend {{.*}} segments(%[[DOCUMENT]], %[[DOCUMENT]]) to {{.*}} kinds [0, 0] masks [4, 6] windows [0, 3] slots [0, 0]
// CHECK: host.attend_grad {{.*}} segments(%[[DOCUMENT]]), {{.*}} kinds [0] masks [5]
braid.func @segments {
  %q = braid.input "q" : !braid.value<token, [kv: 2, head: 8]>
  %s = braid.input "document" : !braid.value<token, [], id 0>
  %o, %lse = braid.attend %q, keys(%q, %q), values(%q, %q) segments(%s) over "head" masks [#braid.mask<causal, 0, segment 0>, #braid.mask<all, 3, segment 0>] scale 1.0 : !braid.value<token, [kv: 2, head: 8]>, (!braid.value<token, [kv: 2, head: 8]>, !braid.value<token, [kv: 2, head: 8]>), (!braid.value<token, [kv: 2, head: 8]>, !braid.value<token, [kv: 2, head: 8]>) segments(!braid.value<token, [], id 0>) -> !braid.value<token, [kv: 2, head: 8]>, !braid.value<token, [kv: 2]>
  %dq, %dk, %dv = braid.attend_grad %q, keys(%q), values(%q) segments(%s), output(%o, %lse, %o) over "head" masks [#braid.mask<strict, 0, segment 0>] scale 1.0 : !braid.value<token, [kv: 2, head: 8]>, (!braid.value<token, [kv: 2, head: 8]>), (!braid.value<token, [kv: 2, head: 8]>) segments(!braid.value<token, [], id 0>), !braid.value<token, [kv: 2, head: 8]>, !braid.value<token, [kv: 2]>, !braid.value<token, [kv: 2, head: 8]> -> !braid.value<token, [kv: 2, head: 8]>, (!braid.value<token, [kv: 2, head: 8]>), (!braid.value<token, [kv: 2, head: 8]>)
  braid.output "dk", %dk : !braid.value<token, [kv: 2, head: 8]>
}
