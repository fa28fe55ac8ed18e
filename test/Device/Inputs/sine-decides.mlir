// A branch that the sine of a large number decides: of that fp32 has no digit, and a few samples may well agree.
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 8], f32>, %y: !row.buffer<rows, [], f32>):
  %0 = row.load %x : <rows, [dim: 8], f32> -> <[dim: 8]>
  %1 = row.constant 1.0e9 : <[]>
  %2 = row.map mul(%0, %1) : (!row.value<[dim: 8]>, !row.value<[]>) -> !row.value<[dim: 8]>
  %3 = row.reduce sum %2 over ["dim"] : <[dim: 8]> -> <[]>
  %4 = row.map sin(%3) : (!row.value<[]>) -> !row.value<[]>
  %5 = row.constant 0.9 : <[]>
  %6 = row.map lt(%5, %4) : (!row.value<[]>, !row.value<[]>) -> !row.value<[], bool>
  %7 = row.map real(%6) : (!row.value<[], bool>) -> !row.value<[]>
  row.store %7 to %y : <[]>, <rows, [], f32>
}
