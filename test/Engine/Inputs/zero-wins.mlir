// `mulz`, `max` and `min` of 0, 1, ∞ and NaN with each other. What must be 0, or NaN, is counted, so that every result is a number.
row.kernel @k token dynamic [] {
^bb0(%x: !row.buffer<rows, [b: 40], f32>, %y: !row.buffer<rows, [a: 4, b: 40], f32>, %z: !row.buffer<rows, [a: 4], f32>):
  %0 = row.load %x : !row.buffer<rows, [b: 40], f32> -> !row.value<[b: 40]>
  %zero = row.constant 0.0 : !row.value<[]>
  %one = row.constant 1.0 : !row.value<[]>
  %three = row.constant 3.0 : !row.value<[]>
  // 0, 1, ∞, NaN along both axes, of the second in turns.
  %ia = row.iota : !row.value<[a: 4]>
  %ib = row.iota : !row.value<[b: 40]>
  %la = row.map log(%ia) : (!row.value<[a: 4]>) -> !row.value<[a: 4]>
  %lb = row.map log(%ib) : (!row.value<[b: 40]>) -> !row.value<[b: 40]>
  %fa = row.map mul(%la, %la) : (!row.value<[a: 4]>, !row.value<[a: 4]>) -> !row.value<[a: 4]>
  %fb = row.map mul(%lb, %lb) : (!row.value<[b: 40]>, !row.value<[b: 40]>) -> !row.value<[b: 40]>
  %na = row.map sub(%ia, %three) : (!row.value<[a: 4]>, !row.value<[]>) -> !row.value<[a: 4]>
  %sa = row.map sqrt(%na) : (!row.value<[a: 4]>) -> !row.value<[a: 4]>
  // a: ∞, 0, and finite; NaN but for the last.
  %p = row.map mulz(%fa, %lb) : (!row.value<[a: 4]>, !row.value<[b: 40]>) -> !row.value<[a: 4, b: 40]>
  %q = row.map mulz(%sa, %lb) : (!row.value<[a: 4]>, !row.value<[b: 40]>) -> !row.value<[a: 4, b: 40]>
  %m = row.map max(%sa, %0) : (!row.value<[a: 4]>, !row.value<[b: 40]>) -> !row.value<[a: 4, b: 40]>
  %n = row.map min(%0, %sa) : (!row.value<[b: 40]>, !row.value<[a: 4]>) -> !row.value<[a: 4, b: 40]>
  %r = row.reduce max %q over ["b"] : !row.value<[a: 4, b: 40]> -> !row.value<[a: 4]>
  %pz = row.map eq(%p, %zero) : (!row.value<[a: 4, b: 40]>, !row.value<[]>) -> !row.value<[a: 4, b: 40], bool>
  %qz = row.map eq(%q, %zero) : (!row.value<[a: 4, b: 40]>, !row.value<[]>) -> !row.value<[a: 4, b: 40], bool>
  %mn = row.map eq(%m, %m) : (!row.value<[a: 4, b: 40]>, !row.value<[a: 4, b: 40]>) -> !row.value<[a: 4, b: 40], bool>
  %nn = row.map eq(%n, %n) : (!row.value<[a: 4, b: 40]>, !row.value<[a: 4, b: 40]>) -> !row.value<[a: 4, b: 40], bool>
  %rn = row.map eq(%r, %r) : (!row.value<[a: 4]>, !row.value<[a: 4]>) -> !row.value<[a: 4], bool>
  %c0 = row.map select(%pz, %one, %zero) : (!row.value<[a: 4, b: 40], bool>, !row.value<[]>, !row.value<[]>) -> !row.value<[a: 4, b: 40]>
  %c1 = row.map select(%qz, %three, %c0) : (!row.value<[a: 4, b: 40], bool>, !row.value<[]>, !row.value<[a: 4, b: 40]>) -> !row.value<[a: 4, b: 40]>
  %c2 = row.map select(%mn, %0, %c1) : (!row.value<[a: 4, b: 40], bool>, !row.value<[b: 40]>, !row.value<[a: 4, b: 40]>) -> !row.value<[a: 4, b: 40]>
  %c3 = row.map select(%nn, %0, %zero) : (!row.value<[a: 4, b: 40], bool>, !row.value<[b: 40]>, !row.value<[]>) -> !row.value<[a: 4, b: 40]>
  %c4 = row.map add(%c2, %c3) : (!row.value<[a: 4, b: 40]>, !row.value<[a: 4, b: 40]>) -> !row.value<[a: 4, b: 40]>
  row.store %c4 to %y : !row.value<[a: 4, b: 40]>, !row.buffer<rows, [a: 4, b: 40], f32>
  %c5 = row.map select(%rn, %one, %three) : (!row.value<[a: 4], bool>, !row.value<[]>, !row.value<[]>) -> !row.value<[a: 4]>
  row.store %c5 to %z : !row.value<[a: 4]>, !row.buffer<rows, [a: 4], f32>
}
