// A row kernel, and one that reads a history and sums across rows.
row.kernel @scale token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 48], f32>, %y: !row.buffer<rows, [dim: 48], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 48], f32> -> !row.value<[dim: 48]>
  %1 = row.map mul(%0, %0) : (!row.value<[dim: 48]>, !row.value<[dim: 48]>) -> !row.value<[dim: 48]>
  row.store %1 to %y : !row.value<[dim: 48]>, !row.buffer<rows, [dim: 48], f32>
}
row.kernel @history token dynamic ["depth"] {
^bb0(%h: !row.list<depth, [dim: 48], bf16>, %y: !row.buffer<rows, [dim: 48], f32>, %g: !row.buffer<shared, [dim: 48], f32>):
  %0 = row.stack %h : !row.list<depth, [dim: 48], bf16> -> !row.value<[depth: ?, dim: 48]>
  %1 = row.reduce sum %0 over ["depth"] : !row.value<[depth: ?, dim: 48]> -> !row.value<[dim: 48]>
  row.store %1 to %y : !row.value<[dim: 48]>, !row.buffer<rows, [dim: 48], f32>
  row.accumulate %1 to %g : !row.value<[dim: 48]>, !row.buffer<shared, [dim: 48], f32>
}
