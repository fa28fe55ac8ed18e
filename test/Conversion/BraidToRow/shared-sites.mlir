// RUN: braid-opt %s --prepare-calls --convert-braid-to-row --share-kernels --braid-verify-stage | FileCheck %s

// Kernels that differ in names of axes only are one. Where a size differs it becomes an argument; but a size that
// the code depends on keeps kernels apart, and so does a constant.

// CHECK:     row.kernel @row_0 token dynamic ["a"] {
// CHECK-NEXT: ^bb0(%arg0: !row.buffer<rows, [a: ?], f32>
// CHECK:     host.func @small
// CHECK:     host.launch @row_0 token sizes [8]
braid.func @small {
  %x = braid.input "x" : !braid.value<token, [a: 8]>
  %y = braid.map exp(%x) : (!braid.value<token, [a: 8]>) -> !braid.value<token, [a: 8]>
  braid.output "y", %y : !braid.value<token, [a: 8]>
}
// CHECK:     host.func @large
// CHECK:     host.launch @row_0 token sizes [12]
braid.func @large {
  %x = braid.input "x" : !braid.value<token, [b: 12]>
  %y = braid.map exp(%x) : (!braid.value<token, [b: 12]>) -> !braid.value<token, [b: 12]>
  braid.output "y", %y : !braid.value<token, [b: 12]>
}
// CHECK:     row.kernel @row_2 token dynamic []
// CHECK:     host.launch @row_2
braid.func @split8 {
  %x = braid.input "x" : !braid.value<token, [a: 8]>
  %e = braid.map exp(%x) : (!braid.value<token, [a: 8]>) -> !braid.value<token, [a: 8]>
  %s = braid.split %e "a" : !braid.value<token, [a: 8]> -> !braid.value<token, [p: 2, q: 4]>
  %y = braid.reduce sum %s over ["p"] : !braid.value<token, [p: 2, q: 4]> -> !braid.value<token, [q: 4]>
  braid.output "y", %y : !braid.value<token, [q: 4]>
}
// CHECK:     row.kernel @row_3 token dynamic []
// CHECK:     host.launch @row_3
braid.func @split12 {
  %x = braid.input "x" : !braid.value<token, [a: 12]>
  %e = braid.map exp(%x) : (!braid.value<token, [a: 12]>) -> !braid.value<token, [a: 12]>
  %s = braid.split %e "a" : !braid.value<token, [a: 12]> -> !braid.value<token, [p: 3, q: 4]>
  %y = braid.reduce sum %s over ["p"] : !braid.value<token, [p: 3, q: 4]> -> !braid.value<token, [q: 4]>
  braid.output "y", %y : !braid.value<token, [q: 4]>
}
// CHECK:     row.kernel @row_4 token dynamic []
// CHECK:     row.constant 2.0
braid.func @two {
  %x = braid.input "x" : !braid.value<token, [a: 8]>
  %c = braid.constant 2.0 : !braid.value<static, []>
  %y = braid.map mul(%x, %c) : (!braid.value<token, [a: 8]>, !braid.value<static, []>) -> !braid.value<token, [a: 8]>
  braid.output "y", %y : !braid.value<token, [a: 8]>
}
// CHECK:     row.kernel @row_5 token dynamic []
// CHECK:     row.constant 3.0
braid.func @three {
  %x = braid.input "x" : !braid.value<token, [a: 8]>
  %c = braid.constant 3.0 : !braid.value<static, []>
  %y = braid.map mul(%x, %c) : (!braid.value<token, [a: 8]>, !braid.value<static, []>) -> !braid.value<token, [a: 8]>
  braid.output "y", %y : !braid.value<token, [a: 8]>
}
// Static work: rows are the leading axis where that is elementwise and there is enough of it.
// CHECK:     row.kernel @row_6 fixed dynamic []
// CHECK:     host.launch @row_6 fixed rows 128 sizes []
braid.func @static {
  %x = braid.input "x" : !braid.value<static, [a: 128, b: 64]>
  %s = braid.input "s" : !braid.value<static, [b: 64]>
  %y = braid.map mul(%x, %s) : (!braid.value<static, [a: 128, b: 64]>, !braid.value<static, [b: 64]>) -> !braid.value<static, [a: 128, b: 64]>
  braid.output "y", %y : !braid.value<static, [a: 128, b: 64]>
}
