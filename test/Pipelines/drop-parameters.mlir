// RUN: braid-opt %s --braid-drop-parameters | FileCheck %s

// CHECK-NOT: braid.parameter
braid.parameter @w : !braid.value<static, [dim: 8]> init {
  %0 = braid.constant 1.0 : !braid.value<static, [dim: 8]>
  braid.yield %0 : !braid.value<static, [dim: 8]>
}
// Declines: whoever uses the parameter knows it as a buffer.
// CHECK-LABEL: host.func @f
// CHECK: host.external parameter "w"
host.func @f {
  %w = host.external parameter "w" : <fixed, 8, f32>
}
