// A row stores a new entry and then reads it as one of the history's: it is put where the copy in shared memory would have been, and not loaded.
// RUN: braid-opt %s --convert-row-to-gpu=target=sm_90a | FileCheck %s
// DEFINE: %{check} = braid run %s --function row-kernels --device emulator --target sm_90a
// RUN: %{check} --traffic --kernel layer | FileCheck %s --check-prefix=EMU
// RUN: %{check} --traffic --kernel wide | FileCheck %s --check-prefix=EMU
// RUN: %{check} --traffic --kernel wide --rows 5 --blocks 1 --seed 7 | FileCheck %s --check-prefix=EMU
// RUN: %{check} --kernel early | FileCheck %s --check-prefix=EMU
// EMU: {{[12]}} kernels on emulator, 0 wrong

// One launch has its new entry among the history's, the other has not.
// CHECK-LABEL: gpu.func @layer
// CHECK-SAME: staged = array<i64: 2>
// CHECK-SAME: {argument = 2 : i64, entry = 1536 : i64, forwarded = array<i64: 1>, loads = [array<i64: 1536, 1, 0>], needed = [array<i64: 1536, 1, 0>]
// CHECK: %[[OWN:.*]] = scf.for
// CHECK: arith.cmpi eq
// CHECK: scf.for
// CHECK: arith.cmpi ne, %{{.*}}, %[[OWN]]
// CHECK: nvvm.cp.async.shared.global
row.kernel @layer token dynamic ["depth"] {
^bb0(%x: !row.buffer<rows, [dim: 384], f32>, %own: !row.buffer<rows, [dim: 384], f32>, %h: !row.list<depth, [dim: 384], f32>, %q: !row.buffer<shared, [dim: 384], f32>, %y: !row.buffer<rows, [dim: 384], f32>):
  %x0 = row.load %x : <rows, [dim: 384], f32> -> <[dim: 384]>
  %q0 = row.load %q : <shared, [dim: 384], f32> -> <[dim: 384]>
  %new = row.map mul(%x0, %q0) : (!row.value<[dim: 384]>, !row.value<[dim: 384]>) -> !row.value<[dim: 384]>
  row.store %new to %own : <[dim: 384]>, <rows, [dim: 384], f32>
  %h0 = row.stack %h : <depth, [dim: 384], f32> -> <[depth: ?, dim: 384]>
  %0 = row.map mul(%h0, %q0) : (!row.value<[depth: ?, dim: 384]>, !row.value<[dim: 384]>) -> !row.value<[depth: ?, dim: 384]>
  %1 = row.reduce sum %0 over ["dim"] : <[depth: ?, dim: 384]> -> <[depth: ?]>
  %2 = row.map mul(%1, %h0) : (!row.value<[depth: ?]>, !row.value<[depth: ?, dim: 384]>) -> !row.value<[depth: ?, dim: 384]>
  %3 = row.reduce sum %2 over ["depth"] : <[depth: ?, dim: 384]> -> <[dim: 384]>
  row.store %3 to %y : <[dim: 384]>, <rows, [dim: 384], f32>
}
// So wide that the next row's entries are on their way meanwhile; its own new one is not, since it is not there yet.
// CHECK-LABEL: gpu.func @wide
// CHECK-SAME: ring = array<i64: 28672,
// CHECK-SAME: forwarded = array<i64: 1>
row.kernel @wide token dynamic ["depth"] {
^bb0(%x: !row.buffer<rows, [dim: 7168], f32>, %own: !row.buffer<rows, [dim: 7168], f32>, %h: !row.list<depth, [dim: 7168], f32>, %q: !row.buffer<shared, [dim: 7168], f32>, %y: !row.buffer<rows, [dim: 7168], f32>):
  %x0 = row.load %x : <rows, [dim: 7168], f32> -> <[dim: 7168]>
  %q0 = row.load %q : <shared, [dim: 7168], f32> -> <[dim: 7168]>
  %new = row.map mul(%x0, %q0) : (!row.value<[dim: 7168]>, !row.value<[dim: 7168]>) -> !row.value<[dim: 7168]>
  row.store %new to %own : <[dim: 7168]>, <rows, [dim: 7168], f32>
  %h0 = row.stack %h : <depth, [dim: 7168], f32> -> <[depth: ?, dim: 7168]>
  %0 = row.map mul(%h0, %q0) : (!row.value<[depth: ?, dim: 7168]>, !row.value<[dim: 7168]>) -> !row.value<[depth: ?, dim: 7168]>
  %1 = row.reduce sum %0 over ["dim"] : <[depth: ?, dim: 7168]> -> <[depth: ?]>
  %2 = row.map mul(%1, %h0) : (!row.value<[depth: ?]>, !row.value<[depth: ?, dim: 7168]>) -> !row.value<[depth: ?, dim: 7168]>
  %3 = row.reduce sum %2 over ["depth"] : <[depth: ?, dim: 7168]> -> <[dim: 7168]>
  row.store %3 to %y : <[dim: 7168]>, <rows, [dim: 7168], f32>
}
// Declines: the history is read before the new entry is stored.
// CHECK-LABEL: gpu.func @early
// CHECK-SAME: braid.traffic
// CHECK-NOT: forwarded
// CHECK: gpu.return
row.kernel @early token dynamic ["depth"] {
^bb0(%x: !row.buffer<rows, [dim: 384], f32>, %own: !row.buffer<rows, [dim: 384], f32>, %h: !row.list<depth, [dim: 384], f32>, %q: !row.buffer<shared, [dim: 384], f32>, %y: !row.buffer<rows, [dim: 384], f32>):
  %h0 = row.stack %h : <depth, [dim: 384], f32> -> <[depth: ?, dim: 384]>
  %x0 = row.load %x : <rows, [dim: 384], f32> -> <[dim: 384]>
  %q0 = row.load %q : <shared, [dim: 384], f32> -> <[dim: 384]>
  %new = row.map mul(%x0, %q0) : (!row.value<[dim: 384]>, !row.value<[dim: 384]>) -> !row.value<[dim: 384]>
  row.store %new to %own : <[dim: 384]>, <rows, [dim: 384], f32>
  %0 = row.map mul(%h0, %q0) : (!row.value<[depth: ?, dim: 384]>, !row.value<[dim: 384]>) -> !row.value<[depth: ?, dim: 384]>
  %1 = row.reduce sum %0 over ["dim"] : <[depth: ?, dim: 384]> -> <[depth: ?]>
  %2 = row.map mul(%1, %h0) : (!row.value<[depth: ?]>, !row.value<[depth: ?, dim: 384]>) -> !row.value<[depth: ?, dim: 384]>
  %3 = row.reduce sum %2 over ["depth"] : <[depth: ?, dim: 384]> -> <[dim: 384]>
  row.store %3 to %y : <[dim: 384]>, <rows, [dim: 384], f32>
}

host.func @f attributes {fixed_bytes = 0 : i64, token_bytes = 0 : i64} {
  %x = host.external input "x" : <token, 384, f32>
  %a = host.external input "a" : <token, 384, f32>
  %b = host.external input "b" : <token, 384, f32>
  %y = host.external output "y" : <token, 384, f32>
  %q = host.external parameter "q" : <fixed, 384, f32>
  host.launch @layer token sizes [2] (%x, %b, %a, %b, %q, %y) : !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<fixed, 384, f32>, !host.buffer<token, 384, f32>
  host.launch @layer token sizes [3] (%x, %y, %a, %b, %x, %q, %b) : !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<fixed, 384, f32>, !host.buffer<token, 384, f32>
  host.launch @early token sizes [2] (%x, %b, %a, %b, %q, %y) : !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<token, 384, f32>, !host.buffer<fixed, 384, f32>, !host.buffer<token, 384, f32>
  %wx = host.external input "wx" : <token, 7168, f32>
  %wa = host.external input "wa" : <token, 7168, f32>
  %wb = host.external input "wb" : <token, 7168, f32>
  %wc = host.external input "wc" : <token, 7168, f32>
  %wd = host.external input "wd" : <token, 7168, f32>
  %we = host.external input "we" : <token, 7168, f32>
  %wy = host.external output "wy" : <token, 7168, f32>
  %qw = host.external parameter "w" : <fixed, 7168, f32>
  host.launch @wide token sizes [5] (%wx, %wc, %wa, %wb, %wc, %wd, %we, %qw, %wy) : !host.buffer<token, 7168, f32>, !host.buffer<token, 7168, f32>, !host.buffer<token, 7168, f32>, !host.buffer<token, 7168, f32>, !host.buffer<token, 7168, f32>, !host.buffer<token, 7168, f32>, !host.buffer<token, 7168, f32>, !host.buffer<fixed, 7168, f32>, !host.buffer<token, 7168, f32>
}
