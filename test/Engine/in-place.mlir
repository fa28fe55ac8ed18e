// Buffers that a kernel reads and writes: what is read in the place where it is written later is in one loop with it; what is read
// elsewhere is read in a loop before.
// RUN: braid-opt %s --convert-row-to-loops | FileCheck %s
// RUN: braid-run-host %s --function f --batch 2 --time 5 --check | FileCheck %s --check-prefix=AGREES
// RUN: braid-run-host %s --function g --batch 2 --time 5 --check | FileCheck %s --check-prefix=AGREES
// AGREES-DAG: agrees: in:a
// AGREES-DAG: agrees: out:b

// CHECK-LABEL: llvm.func @braid_kernel_same_place(
// CHECK: scf.for %{{.*}} = %arg2 to %arg3
// CHECK:   scf.for
// CHECK:     llvm.load {{.*}} -> vector<8xf32>
// CHECK:     llvm.load {{.*}} -> vector<8xf32>
// CHECK-NOT: scf.for
// CHECK:     llvm.store {{.*}} vector<8xf32>
// CHECK-NOT: llvm.load
// CHECK:     llvm.store {{.*}} vector<8xf32>
// CHECK-NOT: scf.for
// CHECK: llvm.return
row.kernel @same_place token dynamic ["n"] {
^bb0(%a: !row.buffer<rows, [n: ?], f32>, %b: !row.buffer<rows, [n: ?], f32>, %s: !row.buffer<shared, [], f32>):
  %0 = row.load %a : !row.buffer<rows, [n: ?], f32> -> !row.value<[n: ?]>
  %1 = row.load %b : !row.buffer<rows, [n: ?], f32> -> !row.value<[n: ?]>
  %2 = row.map mul(%0, %1) : (!row.value<[n: ?]>, !row.value<[n: ?]>) -> !row.value<[n: ?]>
  %3 = row.map add(%1, %1) : (!row.value<[n: ?]>, !row.value<[n: ?]>) -> !row.value<[n: ?]>
  %4 = row.reduce sum %2 over ["n"] : !row.value<[n: ?]> -> !row.value<[]>
  row.accumulate %4 to %s : !row.value<[]>, !row.buffer<shared, [], f32>
  row.store %2 to %a : !row.value<[n: ?]>, !row.buffer<rows, [n: ?], f32>
  row.store %3 to %b : !row.value<[n: ?]>, !row.buffer<rows, [n: ?], f32>
}

// CHECK-LABEL: llvm.func @braid_kernel_other_place(
// CHECK: scf.for %{{.*}} = %arg2 to %arg3
// CHECK:   scf.for
// CHECK:     llvm.intr.masked.load
// CHECK:     llvm.store
// CHECK:   scf.for
// CHECK-NOT: masked
// CHECK:     llvm.store
// CHECK: llvm.return
row.kernel @other_place token dynamic [] {
^bb0(%a: !row.buffer<rows, [i: 4, j: 32], f32>, %b: !row.buffer<rows, [i: 4, j: 32], f32>):
  %0 = row.load %a : !row.buffer<rows, [i: 4, j: 32], f32> -> !row.value<[i: 4, j: 32]>
  %1 = row.load %b : !row.buffer<rows, [i: 4, j: 32], f32> -> !row.value<[i: 4, j: 32]>
  %5 = row.slice %1 "j" at 1 size 31 as "part" : !row.value<[i: 4, j: 32]> -> !row.value<[i: 4, part: 31]>
  %6 = row.pad %5 to "j" at 0 from "part" : !row.value<[i: 4, part: 31]> -> !row.value<[i: 4, j: 32]>
  %2 = row.map add(%0, %6) : (!row.value<[i: 4, j: 32]>, !row.value<[i: 4, j: 32]>) -> !row.value<[i: 4, j: 32]>
  %3 = row.map add(%1, %1) : (!row.value<[i: 4, j: 32]>, !row.value<[i: 4, j: 32]>) -> !row.value<[i: 4, j: 32]>
  row.store %2 to %a : !row.value<[i: 4, j: 32]>, !row.buffer<rows, [i: 4, j: 32], f32>
  row.store %3 to %b : !row.value<[i: 4, j: 32]>, !row.buffer<rows, [i: 4, j: 32], f32>
}

host.func @f attributes {token_bytes = 0, fixed_bytes = 0} {
  %a = host.external input "a" : !host.buffer<token, 45, f32>
  %b = host.external output "b" : !host.buffer<token, 45, f32>
  %s = host.external output "s" : !host.buffer<fixed, 1, f32>
  host.launch @same_place token sizes [45] (%a, %b, %s) : !host.buffer<token, 45, f32>, !host.buffer<token, 45, f32>, !host.buffer<fixed, 1, f32>
}
host.func @g attributes {token_bytes = 0, fixed_bytes = 0} {
  %a = host.external input "a" : !host.buffer<token, 128, f32>
  %b = host.external output "b" : !host.buffer<token, 128, f32>
  host.launch @other_place token sizes [] (%a, %b) : !host.buffer<token, 128, f32>, !host.buffer<token, 128, f32>
}
