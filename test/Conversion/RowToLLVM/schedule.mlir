// Which loops a kernel gets.
// RUN: braid-opt %s --convert-row-to-loops | FileCheck %s
// RUN: braid-opt %s --convert-row-to-llvm | FileCheck %s --check-prefix=LLVM

// LLVM-NOT: scf.
// LLVM-NOT: arith.
// LLVM-NOT: vector.

// A reduction along the vector: four partial results in registers, added up in a fixed order; the second nest
// uses the result without a way through memory, and the two stores share it.
// CHECK-LABEL: llvm.func @braid_kernel_norm(
// CHECK: scf.for %[[ROW:.*]] = %arg2 to %arg3
// CHECK:   %[[PARTS:.*]]:4 = scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK:   %[[A:.*]] = arith.addf %[[PARTS]]#0, %[[PARTS]]#1
// CHECK:   %[[B:.*]] = arith.addf %[[PARTS]]#2, %[[PARTS]]#3
// CHECK:   arith.addf %[[A]], %[[B]]
// CHECK:   llvm.intr.sqrt({{.*}}) : (f32) -> f32
// CHECK:   scf.for
// CHECK:     llvm.store {{.*}} vector<16xf32>
// CHECK-NOT: scf.for
// CHECK: llvm.return
row.kernel @norm token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [d: 768], f32>, %y: !row.buffer<rows, [d: 768], f32>, %z: !row.buffer<rows, [d: 768], bf16>):
  %0 = row.load %x : !row.buffer<rows, [d: 768], f32> -> !row.value<[d: 768]>
  %1 = row.map mul(%0, %0) : (!row.value<[d: 768]>, !row.value<[d: 768]>) -> !row.value<[d: 768]>
  %2 = row.reduce sum %1 over ["d"] : !row.value<[d: 768]> -> !row.value<[]>
  %3 = row.map sqrt(%2) : (!row.value<[]>) -> !row.value<[]>
  %4 = row.map div(%0, %3) : (!row.value<[d: 768]>, !row.value<[]>) -> !row.value<[d: 768]>
  row.store %4 to %y : !row.value<[d: 768]>, !row.buffer<rows, [d: 768], f32>
  row.store %4 to %z : !row.value<[d: 768]>, !row.buffer<rows, [d: 768], bf16>
}

// A read of a list: scores over the entries' elements, both sums in one nest so that an entry is read once;
// the mix has the entries as its inner loop, with the elements' vectors in registers.
// CHECK-LABEL: llvm.func @braid_kernel_read(
// CHECK: scf.for %{{.*}} = %arg2 to %arg3
// Addresses of the entries of this row.
// CHECK:   scf.for
// CHECK:     llvm.store {{.*}} : i64
// CHECK:   scf.for
// CHECK:     scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK:   scf.for %{{.*}} = %{{.*}} to %c768_i64
// CHECK:     scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// The mix goes from scratch to its buffer.
// CHECK:   scf.for
// CHECK-NOT: scf.for
// CHECK: llvm.return
row.kernel @read token dynamic ["n"] attributes {aliases = []} {
^bb0(%l: !row.list<n, [d: 768], f32>, %w: !row.buffer<shared, [d: 768], f32>, %y: !row.buffer<rows, [d: 768], f32>):
  %0 = row.stack %l : !row.list<n, [d: 768], f32> -> !row.value<[n: ?, d: 768]>
  %1 = row.load %w : !row.buffer<shared, [d: 768], f32> -> !row.value<[d: 768]>
  %2 = row.map mul(%0, %1) : (!row.value<[n: ?, d: 768]>, !row.value<[d: 768]>) -> !row.value<[n: ?, d: 768]>
  %3 = row.reduce sum %2 over ["d"] : !row.value<[n: ?, d: 768]> -> !row.value<[n: ?]>
  %4 = row.map mul(%0, %0) : (!row.value<[n: ?, d: 768]>, !row.value<[n: ?, d: 768]>) -> !row.value<[n: ?, d: 768]>
  %5 = row.reduce sum %4 over ["d"] : !row.value<[n: ?, d: 768]> -> !row.value<[n: ?]>
  %6 = row.map add(%3, %5) : (!row.value<[n: ?]>, !row.value<[n: ?]>) -> !row.value<[n: ?]>
  %7 = row.map mul(%6, %0) : (!row.value<[n: ?]>, !row.value<[n: ?, d: 768]>) -> !row.value<[n: ?, d: 768]>
  %8 = row.reduce sum %7 over ["n"] : !row.value<[n: ?, d: 768]> -> !row.value<[d: 768]>
  row.store %8 to %y : !row.value<[d: 768]>, !row.buffer<rows, [d: 768], f32>
}

// Lanes are enumerated inside the loop over the long axis, so that each of the four is read once for all four results,
// and the short sum over them needs no nest of its own.
// CHECK-LABEL: llvm.func @braid_kernel_mix(
// CHECK: scf.for %{{.*}} = %arg2 to %arg3
// CHECK:   scf.for %{{.*}} = %{{.*}} to %c64_i64 step %c16_i64
// CHECK-COUNT-4: llvm.load {{.*}} -> vector<16xf32>
// CHECK-NOT: llvm.load {{.*}} -> vector<16xf32>
// CHECK-NOT: scf.for
// CHECK: llvm.return
row.kernel @mix token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [lane: 4, d: 64], f32>, %m: !row.buffer<rows, [lane: 4, to: 4], f32>, %y: !row.buffer<rows, [to: 4, d: 64], f32>):
  %0 = row.load %x : !row.buffer<rows, [lane: 4, d: 64], f32> -> !row.value<[lane: 4, d: 64]>
  %1 = row.load %m : !row.buffer<rows, [lane: 4, to: 4], f32> -> !row.value<[lane: 4, to: 4]>
  %2 = row.map mul(%0, %1) : (!row.value<[lane: 4, d: 64]>, !row.value<[lane: 4, to: 4]>) -> !row.value<[lane: 4, to: 4, d: 64]>
  %3 = row.reduce sum %2 over ["lane"] : !row.value<[lane: 4, to: 4, d: 64]> -> !row.value<[to: 4, d: 64]>
  row.store %3 to %y : !row.value<[to: 4, d: 64]>, !row.buffer<rows, [to: 4, d: 64], f32>
}

// What does not fill a vector is computed by the same code under a mask.
// CHECK-LABEL: llvm.func @braid_kernel_odd(
// CHECK: arith.constant dense<[true, true, true, true, true, false,
// CHECK: llvm.intr.masked.load
// CHECK: llvm.intr.masked.store
// CHECK: llvm.return
row.kernel @odd token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [d: 69], f32>, %y: !row.buffer<rows, [d: 69], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 69], f32> -> !row.value<[d: 69]>
  %1 = row.map neg(%0) : (!row.value<[d: 69]>) -> !row.value<[d: 69]>
  row.store %1 to %y : !row.value<[d: 69]>, !row.buffer<rows, [d: 69], f32>
}

// Lanes next to each other in memory: four vectors are read at once and sorted, written likewise.
// CHECK-LABEL: llvm.func @braid_kernel_lanes(
// CHECK: scf.for %{{.*}} = %arg2 to %arg3
// CHECK:   scf.for
// CHECK:     %[[WIDE:.*]] = llvm.load {{.*}} -> vector<64xf32>
// CHECK:     vector.shuffle %[[WIDE]], %[[WIDE]] [0, 4, 8, 12,
// CHECK:     vector.shuffle %[[WIDE]], %[[WIDE]] [3, 7, 11, 15,
// CHECK:     llvm.store {{.*}} : vector<64xf32>
// CHECK-NOT: masked
// CHECK: llvm.return
row.kernel @lanes token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [d: 64, lane: 4], f32>, %w: !row.buffer<rows, [lane: 4, d: 64], f32>, %y: !row.buffer<rows, [d: 64, lane: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 64, lane: 4], f32> -> !row.value<[d: 64, lane: 4]>
  %1 = row.load %w : !row.buffer<rows, [lane: 4, d: 64], f32> -> !row.value<[lane: 4, d: 64]>
  %2 = row.map mul(%0, %1) : (!row.value<[d: 64, lane: 4]>, !row.value<[lane: 4, d: 64]>) -> !row.value<[lane: 4, d: 64]>
  row.store %2 to %y : !row.value<[lane: 4, d: 64]>, !row.buffer<rows, [d: 64, lane: 4], f32>
}

// What no launch is known of may be one memory everywhere: the second load is not the first one.
// CHECK-LABEL: llvm.func @braid_kernel_unknown(
// CHECK: scf.for %[[ROW:.*]] = %arg2 to %arg3
// CHECK: scf.for
// CHECK: llvm.store
// CHECK: scf.for
// CHECK: llvm.load
// CHECK: llvm.store
row.kernel @unknown token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 768], f32>, %y: !row.buffer<rows, [dim: 768], f32>, %z: !row.buffer<rows, [dim: 768], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 768], f32> -> !row.value<[dim: 768]>
  row.store %0 to %y : !row.value<[dim: 768]>, !row.buffer<rows, [dim: 768], f32>
  %1 = row.load %x : !row.buffer<rows, [dim: 768], f32> -> !row.value<[dim: 768]>
  row.store %1 to %z : !row.value<[dim: 768]>, !row.buffer<rows, [dim: 768], f32>
}
