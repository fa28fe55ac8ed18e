// RUN: braid-opt %s --show-schedules | FileCheck %s
// RUN: braid-opt %s --show-schedules=gpu | FileCheck %s --check-prefix=GPU
// RUN: braid-opt %s --show-schedules -o %t.once && braid-opt %t.once --show-schedules -o %t.twice && diff %t.once %t.twice

// A sum along the vector, then one nest for both stores, which share what they store.
// CHECK: row.kernel @norm {{.*}}row.schedule = [
// CHECK-SAME: "for [d: vector] %2 = reduce",
// CHECK-SAME: "for [d: vector] store to %arg1, store to %arg2"], row.scratch = []
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

// Both sums over an entry's elements in one nest, so that an entry is read once; the mix has the entries inside.
// CHECK: row.kernel @read {{.*}}row.schedule = [
// CHECK-SAME: "for [n, d: vector] %2 = reduce, %4 = reduce",
// CHECK-SAME: "for [d: vector, n] %7 = reduce",
// CHECK-SAME: "for [d: vector] store to %arg1"], row.scratch = ["%2", "%4", "%7"]
row.kernel @read token dynamic ["n"] attributes {aliases = []} {
^bb0(%l: !row.list<n, [d: 768], f32>, %y: !row.buffer<rows, [d: 768], f32>):
  %0 = row.stack %l : !row.list<n, [d: 768], f32> -> !row.value<[n: ?, d: 768]>
  %1 = row.map abs(%0) : (!row.value<[n: ?, d: 768]>) -> !row.value<[n: ?, d: 768]>
  %2 = row.reduce sum %1 over ["d"] : !row.value<[n: ?, d: 768]> -> !row.value<[n: ?]>
  %3 = row.map mul(%0, %0) : (!row.value<[n: ?, d: 768]>, !row.value<[n: ?, d: 768]>) -> !row.value<[n: ?, d: 768]>
  %4 = row.reduce sum %3 over ["d"] : !row.value<[n: ?, d: 768]> -> !row.value<[n: ?]>
  %5 = row.map add(%2, %4) : (!row.value<[n: ?]>, !row.value<[n: ?]>) -> !row.value<[n: ?]>
  %6 = row.map mul(%5, %0) : (!row.value<[n: ?]>, !row.value<[n: ?, d: 768]>) -> !row.value<[n: ?, d: 768]>
  %7 = row.reduce sum %6 over ["n"] : !row.value<[n: ?, d: 768]> -> !row.value<[d: 768]>
  row.store %7 to %y : !row.value<[d: 768]>, !row.buffer<rows, [d: 768], f32>
}

// A matrix of lanes: the lanes of the result are enumerated in the body, so that each vector is read once.
// CHECK: row.kernel @mix {{.*}}row.schedule = ["for [d: vector] unrolled [to] store to %arg2"]
row.kernel @mix token dynamic [] attributes {aliases = []} {
^bb0(%m: !row.buffer<rows, [to: 4, from: 4], f32>, %x: !row.buffer<rows, [from: 4, d: 384], f32>, %y: !row.buffer<rows, [to: 4, d: 384], f32>):
  %0 = row.load %m : !row.buffer<rows, [to: 4, from: 4], f32> -> !row.value<[to: 4, from: 4]>
  %1 = row.load %x : !row.buffer<rows, [from: 4, d: 384], f32> -> !row.value<[from: 4, d: 384]>
  %2 = row.map mul(%0, %1) : (!row.value<[to: 4, from: 4]>, !row.value<[from: 4, d: 384]>) -> !row.value<[to: 4, from: 4, d: 384]>
  %3 = row.reduce sum %2 over ["from"] : !row.value<[to: 4, from: 4, d: 384]> -> !row.value<[to: 4, d: 384]>
  row.store %3 to %y : !row.value<[to: 4, d: 384]>, !row.buffer<rows, [to: 4, d: 384], f32>
}

// Nothing is said of aliases: the stores may overwrite what the other reads, and share no loop.
// CHECK: row.kernel @unknown {{.*}}row.schedule = ["for [d: vector] store to %arg1", "for [d: vector] store to %arg2"]
row.kernel @unknown token dynamic [] {
^bb0(%x: !row.buffer<rows, [d: 96], f32>, %y: !row.buffer<rows, [d: 96], f32>, %z: !row.buffer<rows, [d: 96], f32>):
  %0 = row.load %x : !row.buffer<rows, [d: 96], f32> -> !row.value<[d: 96]>
  %1 = row.map neg(%0) : (!row.value<[d: 96]>) -> !row.value<[d: 96]>
  row.store %1 to %y : !row.value<[d: 96]>, !row.buffer<rows, [d: 96], f32>
  %2 = row.load %x : !row.buffer<rows, [d: 96], f32> -> !row.value<[d: 96]>
  row.store %2 to %z : !row.value<[d: 96]>, !row.buffer<rows, [d: 96], f32>
}

// A row whose length only the launch knows, read twice: on a GPU it is kept.
// CHECK: row.kernel @long {{.*}}row.scratch = []
// GPU: row.kernel @long {{.*}}row.scratch = ["%0"]
row.kernel @long token dynamic ["v"] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [v: ?], f32>, %y: !row.buffer<rows, [v: ?], f32>):
  %0 = row.load %x : !row.buffer<rows, [v: ?], f32> -> !row.value<[v: ?]>
  %1 = row.reduce max %0 over ["v"] : !row.value<[v: ?]> -> !row.value<[]>
  %2 = row.map sub(%0, %1) : (!row.value<[v: ?]>, !row.value<[]>) -> !row.value<[v: ?]>
  row.store %2 to %y : !row.value<[v: ?]>, !row.buffer<rows, [v: ?], f32>
}

// Declines: programs have no loops of kernels.
// CHECK: host.func @nothing
// CHECK-NOT: row.schedule
host.func @nothing {
}

// Of a carry, the nest that writes it in place stands behind the one that reads it in another order; elsewhere, where nests of a level may
// run side by side, the write has a nest of a later level.
// CHECK: row.kernel @carry {{.*}}row.schedule = [
// CHECK-SAME: "for [b: vector, a] %3 = reduce",
// CHECK-SAME: "for [a, b: vector] %2 = reduce, store to %arg0",
row.kernel @carry recur dynamic [] attributes {aliases = []} {
^bb0(%s: !row.buffer<shared, [a: 64, b: 64], f32>, %x: !row.buffer<rows, [a: 64], f32>, %y: !row.buffer<rows, [b: 64], f32>):
  %0 = row.load %s : !row.buffer<shared, [a: 64, b: 64], f32> -> !row.value<[a: 64, b: 64]>
  %1 = row.constant 0.5 : !row.value<[]>
  %2 = row.reduce sum %0 over ["b"] : !row.value<[a: 64, b: 64]> -> !row.value<[a: 64]>
  %3 = row.reduce sum %0 over ["a"] : !row.value<[a: 64, b: 64]> -> !row.value<[b: 64]>
  %4 = row.map mul(%0, %1) : (!row.value<[a: 64, b: 64]>, !row.value<[]>) -> !row.value<[a: 64, b: 64]>
  row.store %2 to %x : !row.value<[a: 64]>, !row.buffer<rows, [a: 64], f32>
  row.store %3 to %y : !row.value<[b: 64]>, !row.buffer<rows, [b: 64], f32>
  row.store %4 to %s : !row.value<[a: 64, b: 64]>, !row.buffer<shared, [a: 64, b: 64], f32>
}
