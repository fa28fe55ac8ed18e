// A difference of two numbers that are equal but for their last place: nothing in double precision, nor of most numbers
// in fp32.
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [], f32>):
  %0 = row.load %x : <rows, [], f32> -> <[]>
  %1 = row.constant 0.047619047619047616 : <[]>
  %2 = row.map mul(%0, %1) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %3 = row.constant 21.0 : <[]>
  %4 = row.map div(%0, %3) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %5 = row.map sub(%2, %4) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  row.store %5 to %y : <[]>, <rows, [], f32>
}
