// RUN: braid-opt %s --braid-select-functions=functions=b | FileCheck %s
// RUN: braid-opt %s --braid-select-functions=functions=b | braid-opt --braid-select-functions=functions=b | FileCheck %s
// RUN: not braid-opt %s --braid-select-functions=functions=c 2>&1 | FileCheck %s --check-prefix=NONE

// CHECK:     module attributes {braid.derived}
// CHECK-NOT: @a
// CHECK:     braid.func @b
// CHECK-NOT: @a
// NONE:      there is no function @c
braid.func @a {
  %x = braid.input "x" : !braid.value<token, [d: 4]>
  braid.output "y", %x : !braid.value<token, [d: 4]>
}
braid.func @b {
  %x = braid.input "x" : !braid.value<token, [d: 4]>
  braid.output "y", %x : !braid.value<token, [d: 4]>
}
