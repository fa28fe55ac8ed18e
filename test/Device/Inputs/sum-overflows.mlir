// Sums whose terms of either sign leave the range of fp32: the order decides between an infinity and NaN.
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  %1 = row.constant 2.0e38 : <[]>
  %2 = row.map mul(%0, %1) : (!row.value<[dim: 8]>, !row.value<[]>) -> !row.value<[dim: 8]>
  %3 = row.reduce sum %2 over ["dim"] : <[dim: 8]> -> <[]>
  row.store %3 to %y : <[]>, <rows, [], f32>
}
