// sin and cos of numbers far beyond what one multiple of pi resolves, on a GPU.
// RUN: braid run %s --function row-kernels --device emulator | FileCheck %s
// CHECK: k {{.*}} ok
// CHECK: 1 kernels on emulator, 0 wrong
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 64], f32>, %y: !row.buffer<rows, [dim: 64], f32>, %z: !row.buffer<rows, [dim: 64], f32>):
  %0 = row.load %x : <rows, [dim: 64], f32> -> <[dim: 64]>
  %i = row.iota : !row.value<[dim: 64]>
  %c = row.constant 1073741824.0 : !row.value<[]>
  %a = row.map mul(%i, %c) : (!row.value<[dim: 64]>, !row.value<[]>) -> !row.value<[dim: 64]>
  %1 = row.map sin(%a) : (!row.value<[dim: 64]>) -> !row.value<[dim: 64]>
  %2 = row.map cos(%a) : (!row.value<[dim: 64]>) -> !row.value<[dim: 64]>
  %3 = row.map add(%0, %1) : (!row.value<[dim: 64]>, !row.value<[dim: 64]>) -> !row.value<[dim: 64]>
  %4 = row.map add(%0, %2) : (!row.value<[dim: 64]>, !row.value<[dim: 64]>) -> !row.value<[dim: 64]>
  row.store %3 to %y : <[dim: 64]>, <rows, [dim: 64], f32>
  row.store %4 to %z : <[dim: 64]>, <rows, [dim: 64], f32>
}
