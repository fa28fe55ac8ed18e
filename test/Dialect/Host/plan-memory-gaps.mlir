// Large buffers first, each at the lowest place that is free during its life: in a gap, or where that is too small, behind it.
// RUN: braid-opt %s --host-plan-memory --braid-verify-stage | FileCheck %s

row.kernel @touch token dynamic ["n", "d"] {
^bb0(%x: !row.list<n, [d: ?], f32>):
}

// CHECK-LABEL: host.func @gaps attributes {fixed_bytes = 0 : i64, token_bytes = 224 : i64}
// CHECK: "small" "activation" at 112
// CHECK: "mid" "activation" at 192
// CHECK: "wide" "activation" at 64
// CHECK: "big1" "activation" at 0
// CHECK: "big2" "activation" at 64
// CHECK: "big3" "activation" at 128
host.func @gaps {
  %small = host.buffer "small" "activation" : <token, 4, f32>
  %mid = host.buffer "mid" "activation" : <token, 8, f32>
  %wide = host.buffer "wide" "activation" : <token, 12, f32>
  %big1 = host.buffer "big1" "activation" : <token, 16, f32>
  %big2 = host.buffer "big2" "activation" : <token, 16, f32>
  %big3 = host.buffer "big3" "activation" : <token, 16, f32>
  host.launch @touch token sizes [3, 16] (%big1, %big2, %big3) : !host.buffer<token, 16, f32>, !host.buffer<token, 16, f32>, !host.buffer<token, 16, f32>
  host.launch @touch token sizes [1, 16] (%big2) : !host.buffer<token, 16, f32>
  host.launch @touch token sizes [1, 4] (%small) : !host.buffer<token, 4, f32>
  host.launch @touch token sizes [1, 8] (%mid) : !host.buffer<token, 8, f32>
  host.launch @touch token sizes [1, 12] (%wide) : !host.buffer<token, 12, f32>
  host.launch @touch token sizes [1, 4] (%small) : !host.buffer<token, 4, f32>
  host.launch @touch token sizes [1, 8] (%mid) : !host.buffer<token, 8, f32>
  host.launch @touch token sizes [2, 16] (%big1, %big3) : !host.buffer<token, 16, f32>, !host.buffer<token, 16, f32>
}
