// Numbers that leave the range of fp32 on the way and come back by a small factor: an infinity in fp32, always.
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 16], f32>, %y: !row.buffer<rows, [dim: 16], f32>):
  %0 = row.load %x : <rows, [dim: 16], f32> -> <[dim: 16]>
  %1 = row.constant 1.0e38 : <[]>
  %2 = row.map mul(%0, %1) : (!row.value<[dim: 16]>, !row.value<[]>) -> !row.value<[dim: 16]>
  %3 = row.constant 1.0e4 : <[]>
  %4 = row.map mul(%2, %3) : (!row.value<[dim: 16]>, !row.value<[]>) -> !row.value<[dim: 16]>
  %5 = row.constant 1.0e-9 : <[]>
  %6 = row.map mulz(%4, %5) : (!row.value<[dim: 16]>, !row.value<[]>) -> !row.value<[dim: 16]>
  row.store %6 to %y : <[dim: 16]>, <rows, [dim: 16], f32>
}
