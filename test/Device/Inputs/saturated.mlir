// Slopes of sigmoids that are 1: exactly 0 in fp32, which takes NaN away, and not quite in double precision. One that is
// off by a unit of its last place is no small number any more when it meets the NaN.
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 16], f32>, %w: !row.buffer<rows, [dim: 16], f32>, %z: !row.buffer<rows, [], f32>):
  %0 = row.load %x : <rows, [], f32> -> <[]>
  %1 = row.map rsqrt(%0) : (!row.value<[]>) -> !row.value<[]>
  %2 = row.load %y : <rows, [dim: 16], f32> -> <[dim: 16]>
  %3 = row.map abs(%2) : (!row.value<[dim: 16]>) -> !row.value<[dim: 16]>
  %c = row.constant 1.125 : <[]>
  %d = row.map mul(%3, %c) : (!row.value<[dim: 16]>, !row.value<[]>) -> !row.value<[dim: 16]>
  %4 = row.map sigmoid(%d) : (!row.value<[dim: 16]>) -> !row.value<[dim: 16]>
  %5 = row.constant 1.0 : <[]>
  %6 = row.map sub(%5, %4) : (!row.value<[]>, !row.value<[dim: 16]>) -> !row.value<[dim: 16]>
  %7 = row.load %w : <rows, [dim: 16], f32> -> <[dim: 16]>
  %8 = row.map mul(%7, %7) : (!row.value<[dim: 16]>, !row.value<[dim: 16]>) -> !row.value<[dim: 16]>
  %9 = row.map mul(%6, %8) : (!row.value<[dim: 16]>, !row.value<[dim: 16]>) -> !row.value<[dim: 16]>
  %10 = row.reduce sum %9 over ["dim"] : <[dim: 16]> -> <[]>
  %11 = row.map mulz(%10, %1) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %12 = row.map add(%11, %0) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  row.store %12 to %z : <[]>, <rows, [], f32>
}
