// RUN: braid-opt %s --derive-step --mark-reuse --host-plan-memory --braid-verify-stage | FileCheck %s
// RUN: braid-opt %s --derive-step=accumulate=false | FileCheck %s --check-prefix=ONLY

// One kernel of squares for all, one AdamW for each pair of options.
// CHECK: row.kernel @step_squares fixed dynamic ["n"]
// CHECK:   row.accumulate
// CHECK: row.kernel @step_norm fixed dynamic ["parameter"]
// CHECK:   row.stack
// CHECK:   row.map sqrt
// CHECK: row.kernel @step_adamw_decay fixed dynamic ["n"]
// CHECK: row.kernel @step_adamw fixed
// CHECK: row.kernel @step_adamw_1 fixed
// CHECK:   row.constant 5.000000e-01
// CHECK-LABEL: host.func @step
// CHECK: host.launch @step_squares fixed rows 12 sizes [4096]
// CHECK: host.launch @step_squares fixed rows 1 sizes [96]
// CHECK: host.launch @step_squares fixed rows 1 sizes [1]
// CHECK: host.launch @step_norm fixed rows 1 sizes [3]
// CHECK: host.launch @step_adamw_decay fixed rows 12 sizes [4096]
// CHECK: host.launch @step_adamw fixed rows 1 sizes [96]
// CHECK: host.launch @step_adamw_1 fixed rows 1 sizes [1]
// CHECK-LABEL: host.func @accumulate
// CHECK: %[[S:.*]] = host.external accumulated "w"
// CHECK: %[[G:.*]] = host.external gradient "w"
// CHECK: host.launch @accumulate_add fixed rows 12 sizes [4096](%[[S]], %[[G]])
// ONLY-NOT: @accumulate

braid.parameter @w : !braid.value<static, [dim: 96, inner: 512]> decay init {
  %0 = braid.constant 1.0 : !braid.value<static, [dim: 96, inner: 512]>
  braid.yield %0 : !braid.value<static, [dim: 96, inner: 512]>
}
braid.parameter @gain : !braid.value<static, [dim: 96]> init {
  %0 = braid.constant 1.0 : !braid.value<static, [dim: 96]>
  braid.yield %0 : !braid.value<static, [dim: 96]>
}
// Declines: a parameter's declaration.
braid.parameter @scale : !braid.value<static, []> lr 5.0e-1 init {
  %0 = braid.constant 1.0 : !braid.value<static, []>
  braid.yield %0 : !braid.value<static, []>
}
