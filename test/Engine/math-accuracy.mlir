// Elementary functions against libm in double precision, number by number. The tokens give the range of
// arguments, the three widths the vector code, its masked end and the code for single numbers.
// RUN: braid-run-host %s --function exp --batch 8 --time 512 --random-scale 0.1 --check --ulps 2 | FileCheck %s
// RUN: braid-run-host %s --function exp --batch 8 --time 512 --random-scale 3 --check --ulps 2 | FileCheck %s
// RUN: braid-run-host %s --function exp --batch 8 --time 512 --random-scale 60 --check --ulps 2 | FileCheck %s
// RUN: braid-run-host %s --function log --batch 8 --time 512 --random-scale 1e-20 --check --ulps 2 | FileCheck %s
// RUN: braid-run-host %s --function log --batch 8 --time 512 --random-scale 0.3 --check --ulps 2 | FileCheck %s
// RUN: braid-run-host %s --function log --batch 8 --time 512 --random-scale 1e+20 --check --ulps 2 | FileCheck %s
// RUN: braid-run-host %s --function log --batch 8 --time 512 --random-scale 1e-39 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function sqrt --batch 8 --time 512 --random-scale 2 --check --ulps 0.6 | FileCheck %s
// RUN: braid-run-host %s --function rsqrt --batch 8 --time 512 --random-scale 2 --check --ulps 2 | FileCheck %s
// RUN: braid-run-host %s --function tanh --batch 8 --time 512 --random-scale 0.2 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function tanh --batch 8 --time 512 --random-scale 3 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function tanh --batch 8 --time 512 --random-scale 100 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function sigmoid --batch 8 --time 512 --random-scale 0.1 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function sigmoid --batch 8 --time 512 --random-scale 8 --check --ulps 4 | FileCheck %s
// RUN: braid-run-host %s --function sigmoid --batch 8 --time 512 --random-scale 50 --check --ulps 5 | FileCheck %s
// RUN: braid-run-host %s --function erf --batch 8 --time 512 --random-scale 0.3 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function erf --batch 8 --time 512 --random-scale 1 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function erf --batch 8 --time 512 --random-scale 9 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function sin --batch 8 --time 512 --random-scale 1 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function sin --batch 8 --time 512 --random-scale 2000 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function cos --batch 8 --time 512 --random-scale 1 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function cos --batch 8 --time 512 --random-scale 4000 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function sin --batch 8 --time 512 --random-scale 65536 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function sin --batch 8 --time 512 --random-scale 1e9 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function sin --batch 8 --time 512 --random-scale 1e30 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function sin --batch 8 --time 512 --random-scale 1e38 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function cos --batch 8 --time 512 --random-scale 65536 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function cos --batch 8 --time 512 --random-scale 1e9 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function cos --batch 8 --time 512 --random-scale 1e30 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function cos --batch 8 --time 512 --random-scale 1e38 --check --tolerance 3e-7 | FileCheck %s
// RUN: braid-run-host %s --function pow --batch 8 --time 512 --random-scale 1 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function pow --batch 8 --time 512 --random-scale 3 --check --ulps 3 | FileCheck %s
// RUN: braid-run-host %s --function pow --batch 8 --time 512 --random-scale 30 --check --ulps 3 | FileCheck %s
// CHECK: agrees: out:v
// CHECK: agrees: out:s
// CHECK-NOT: DIFFERS

row.kernel @k_exp token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map exp(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map exp(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @exp attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_exp token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_log token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map log(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map log(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @log attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_log token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_sqrt token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map sqrt(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map sqrt(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @sqrt attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_sqrt token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_rsqrt token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map rsqrt(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map rsqrt(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @rsqrt attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_rsqrt token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_tanh token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map tanh(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map tanh(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @tanh attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_tanh token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_sigmoid token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map sigmoid(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map sigmoid(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @sigmoid attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_sigmoid token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_erf token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map erf(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map erf(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @erf attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_erf token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_sin token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map sin(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map sin(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @sin attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_sin token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_cos token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %1 = row.map cos(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %3 = row.map cos(%2) : (!row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @cos attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_cos token sizes [] (%x, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
row.kernel @k_pow token dynamic [] {
^bb0(%x: !row.buffer<rows, [dim: 37], f32>, %e: !row.buffer<rows, [dim: 37], f32>, %z: !row.buffer<rows, [], f32>, %y: !row.buffer<rows, [dim: 37], f32>, %w: !row.buffer<rows, [], f32>):
  %0 = row.load %x : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %e0 = row.load %e : !row.buffer<rows, [dim: 37], f32> -> !row.value<[dim: 37]>
  %a = row.map abs(%0) : (!row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  %1 = row.map pow(%a, %e0) : (!row.value<[dim: 37]>, !row.value<[dim: 37]>) -> !row.value<[dim: 37]>
  row.store %1 to %y : !row.value<[dim: 37]>, !row.buffer<rows, [dim: 37], f32>
  %2 = row.load %z : !row.buffer<rows, [], f32> -> !row.value<[]>
  %five = row.constant 5.0 : !row.value<[]>
  %3 = row.map pow(%2, %five) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  row.store %3 to %w : !row.value<[]>, !row.buffer<rows, [], f32>
}
host.func @pow attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {
  %x = host.external input "x" : !host.buffer<token, 37, f32>
  %e = host.external input "e" : !host.buffer<token, 37, f32>
  %z = host.external input "z" : !host.buffer<token, 1, f32>
  %y = host.external output "v" : !host.buffer<token, 37, f32>
  %w = host.external output "s" : !host.buffer<token, 1, f32>
  host.launch @k_pow token sizes [] (%x, %e, %z, %y, %w) : !host.buffer<token, 37, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>, !host.buffer<token, 37, f32>, !host.buffer<token, 1, f32>
}
