row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 32], f32>, %y: !row.buffer<rows, [dim: 32], f32>):
  %0 = row.load %x : <rows, [dim: 32], f32> -> <[dim: 32]>
  %1 = row.map exp(%0) : (!row.value<[dim: 32]>) -> !row.value<[dim: 32]>
  row.store %1 to %y : <[dim: 32]>, <rows, [dim: 32], f32>
}
