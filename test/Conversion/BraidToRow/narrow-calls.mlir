// RUN: braid-opt %s --narrow-calls | FileCheck %s
// RUN: braid-opt %s --narrow-calls -o %t.once && braid-opt %t.once --narrow-calls -o %t.twice && diff %t.once %t.twice
!x = !braid.value<token, [dim: 64]>
!w = !braid.value<static, [dim: 64, out: 64]>
!y = !braid.value<token, [out: 64]>

// Every use rounds it, one through a view: the product does.
// CHECK-LABEL: braid.func @rounds
// CHECK: %[[P:.*]] = braid.dot {{.*}} {narrow}
// CHECK-NOT: braid.round %[[P]]
// CHECK: braid.map exp(%[[P]])
braid.func @rounds {
  %x0 = braid.input "x" : !x
  %w0 = braid.input "w" : !w
  %x = braid.round %x0 to bf16 : !x -> !x
  %w = braid.round %w0 to bf16 : !w -> !w
  %p = braid.dot %x, %w over ["dim"] : !x, !w -> !y
  %a = braid.round %p to bf16 : !y -> !y
  %e = braid.map exp(%a) : (!y) -> !y
  %v = braid.rename %p ["out"] to ["other"] : !y -> !braid.value<token, [other: 64]>
  %b = braid.round %v to bf16 : !braid.value<token, [other: 64]> -> !braid.value<token, [other: 64]>
  %f = braid.map exp(%b) : (!braid.value<token, [other: 64]>) -> !braid.value<token, [other: 64]>
  braid.output "e", %e : !y
  braid.output "f", %f : !braid.value<token, [other: 64]>
}

// CHECK-LABEL: braid.func @declines
// CHECK-NOT: narrow
// CHECK: braid.round %{{.*}} to bf16
// CHECK-NOT: narrow
// CHECK-LABEL: braid.func @plain
// CHECK-NOT: narrow
// Declines: another use sees all digits; what leaves the program is stored in fp32; a scatter cannot round; without roundings there is nothing to do.
braid.func @declines {
  %x0 = braid.input "x" : !x
  %w0 = braid.input "w" : !w
  %i = braid.input "i" : !braid.value<token, [], id 6>
  %x = braid.round %x0 to bf16 : !x -> !x
  %w = braid.round %w0 to bf16 : !w -> !w
  %p = braid.dot %x, %w over ["dim"] : !x, !w -> !y
  %a = braid.round %p to bf16 : !y -> !y
  %s = braid.map add(%a, %p) : (!y, !y) -> !y
  braid.output "s", %s : !y
  %q = braid.dot %x, %w over ["dim"] : !x, !w -> !y
  %r = braid.round %q to bf16 : !y -> !y
  braid.output "r", %r : !y
  %t = braid.scatter %x[%i] along "vocab" : !x, !braid.value<token, [], id 6> -> !braid.value<static, [vocab: 6, dim: 64]>
  %u = braid.round %t to bf16 : !braid.value<static, [vocab: 6, dim: 64]> -> !braid.value<static, [vocab: 6, dim: 64]>
  %e = braid.map exp(%u) : (!braid.value<static, [vocab: 6, dim: 64]>) -> !braid.value<static, [vocab: 6, dim: 64]>
  braid.output "e", %e : !braid.value<static, [vocab: 6, dim: 64]>
}
braid.func @plain {
  %x = braid.input "x" : !x
  %w = braid.input "w" : !w
  %p = braid.dot %x, %w over ["dim"] : !x, !w -> !y
  braid.output "p", %p : !y
}
