// A norm of rows: a reduction to one number, then elements that use it; rows of any width.
// RUN: braid-run-host %s --function f --batch 2 --time 9 --check | FileCheck %s
// RUN: braid-run-host %s --function odd --batch 2 --time 9 --check | FileCheck %s --check-prefix=ODD
// RUN: braid-run-host %s --function one --batch 1 --time 1 --check | FileCheck %s --check-prefix=ONE
// CHECK: agrees: out:y
// CHECK: agrees: out:x
// ODD: agrees: out:y
// ONE: agrees: out:y

row.kernel @rms token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 768], f32>, %w: !row.buffer<shared, [dim: 768], f32>, %y: !row.buffer<rows, [dim: 768], bf16>, %z: !row.buffer<rows, [dim: 768], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 768], f32> -> !row.value<[dim: 768]>
  %g = row.load %w : !row.buffer<shared, [dim: 768], f32> -> !row.value<[dim: 768]>
  %1 = row.map mul(%0, %0) : (!row.value<[dim: 768]>, !row.value<[dim: 768]>) -> !row.value<[dim: 768]>
  %2 = row.reduce sum %1 over ["dim"] : !row.value<[dim: 768]> -> !row.value<[]>
  %n = row.constant 1.302083e-03 : !row.value<[]>
  %3 = row.map mul(%2, %n) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %e = row.constant 1.0e-06 : !row.value<[]>
  %4 = row.map add(%3, %e) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %5 = row.map rsqrt(%4) : (!row.value<[]>) -> !row.value<[]>
  %6 = row.map mul(%0, %5) : (!row.value<[dim: 768]>, !row.value<[]>) -> !row.value<[dim: 768]>
  %7 = row.map mul(%6, %g) : (!row.value<[dim: 768]>, !row.value<[dim: 768]>) -> !row.value<[dim: 768]>
  row.store %7 to %y : !row.value<[dim: 768]>, !row.buffer<rows, [dim: 768], bf16>
  row.store %7 to %z : !row.value<[dim: 768]>, !row.buffer<rows, [dim: 768], f32>
}
row.kernel @rms_odd token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 1171], bf16>, %y: !row.buffer<rows, [dim: 1171], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 1171], bf16> -> !row.value<[dim: 1171]>
  %1 = row.map mul(%0, %0) : (!row.value<[dim: 1171]>, !row.value<[dim: 1171]>) -> !row.value<[dim: 1171]>
  %2 = row.reduce sum %1 over ["dim"] : !row.value<[dim: 1171]> -> !row.value<[]>
  %m = row.reduce max %0 over ["dim"] : !row.value<[dim: 1171]> -> !row.value<[]>
  %5 = row.map rsqrt(%2) : (!row.value<[]>) -> !row.value<[]>
  %6 = row.map mul(%0, %5) : (!row.value<[dim: 1171]>, !row.value<[]>) -> !row.value<[dim: 1171]>
  %7 = row.map sub(%6, %m) : (!row.value<[dim: 1171]>, !row.value<[]>) -> !row.value<[dim: 1171]>
  row.store %7 to %y : !row.value<[dim: 1171]>, !row.buffer<rows, [dim: 1171], f32>
}
row.kernel @rms_one token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 1], f32>, %y: !row.buffer<rows, [dim: 7], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 1], f32> -> !row.value<[dim: 1]>
  %2 = row.reduce sum %0 over ["dim"] : !row.value<[dim: 1]> -> !row.value<[]>
  %i = row.iota : !row.value<[dim: 7]>
  %7 = row.map sub(%2, %i) : (!row.value<[]>, !row.value<[dim: 7]>) -> !row.value<[dim: 7]>
  row.store %7 to %y : !row.value<[dim: 7]>, !row.buffer<rows, [dim: 7], f32>
}

host.func @f attributes {token_bytes = 3072 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 768, f32>
  %w = host.external parameter "w" : !host.buffer<fixed, 768, f32>
  %y = host.external output "y" : !host.buffer<token, 768, bf16>
  %z = host.buffer "z" "activation" at 0 : !host.buffer<token, 768, f32>
  %z2 = host.external output "x" : !host.buffer<token, 768, f32>
  host.launch @rms token sizes [] (%x, %w, %y, %z) : !host.buffer<token, 768, f32>, !host.buffer<fixed, 768, f32>, !host.buffer<token, 768, bf16>, !host.buffer<token, 768, f32>
  host.launch @rms token sizes [] (%z, %w, %y, %z2) : !host.buffer<token, 768, f32>, !host.buffer<fixed, 768, f32>, !host.buffer<token, 768, bf16>, !host.buffer<token, 768, f32>
}
host.func @odd attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 1171, bf16>
  %y = host.external output "y" : !host.buffer<token, 1171, f32>
  host.launch @rms_odd token sizes [] (%x, %y) : !host.buffer<token, 1171, bf16>, !host.buffer<token, 1171, f32>
}
host.func @one attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 1, f32>
  %y = host.external output "y" : !host.buffer<token, 7, f32>
  host.launch @rms_one token sizes [] (%x, %y) : !host.buffer<token, 1, f32>, !host.buffer<token, 7, f32>
}
