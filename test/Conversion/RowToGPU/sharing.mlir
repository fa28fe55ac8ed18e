// Where not everything fits into shared memory side by side, values whose uses do not overlap lie in one place.
// RUN: braid-opt %s --convert-row-to-gpu=target=sm_80 | FileCheck %s --check-prefix=SM80
// RUN: braid-opt %s --convert-row-to-gpu=target=sm_86 | FileCheck %s --check-prefix=SM86
// DEFINE: %{check} = braid run %s --function row-kernels --device emulator --traffic
// RUN: %{check} --kernel values --target sm_80 --rows 5 --blocks 2 | FileCheck %s --check-prefix=EMU
// RUN: %{check} --kernel copies --target sm_86 --rows 5 --blocks 2 | FileCheck %s --check-prefix=EMU
// EMU: 1 kernels on emulator, 0 wrong
// Rows of four lanes: without the waits that the places ask for, the emulator finds races in two kernels.
// RUN: braid run %examples/mhc.braid --set layers=2 --set dim=768 --set heads=12 --dtype bf16 --function row-kernels --device emulator --traffic --rows 2 | FileCheck %s --check-prefix=LANES
// LANES: kernels on emulator, 0 wrong

// Four values of 31600 bytes, three that are kept and the copy of the input, in two places.
// SM80-LABEL: gpu.func @values
// SM80-SAME: kept = {registers = 0 : i64, shared = 3 : i64, workspace = 0 : i64}
// SM80-SAME: shared = [array<i64: 31600>, array<i64: 31600>]
// SM80-SAME: staged = array<i64: 0>
row.kernel @values token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [dim: 7900], f32>, %y: !row.buffer<rows, [dim: 7900], f32>):
  %v0 = row.load %x : !row.buffer<rows, [dim: 7900], f32> -> !row.value<[dim: 7900]>
  %c = row.constant 0.001 : !row.value<[]>
  %a0 = row.slice %v0 "dim" at 0 size 3950 as "half" : !row.value<[dim: 7900]> -> !row.value<[half: 3950]>
  %b0 = row.slice %v0 "dim" at 3950 size 3950 as "half" : !row.value<[dim: 7900]> -> !row.value<[half: 3950]>
  %r0 = row.concat %b0, %a0 along ["half", "half"] to "dim" : (!row.value<[half: 3950]>, !row.value<[half: 3950]>) -> !row.value<[dim: 7900]>
  %s0 = row.reduce sum %v0 over ["dim"] : !row.value<[dim: 7900]> -> !row.value<[]>
  %m0 = row.map mul(%s0, %c) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %t0 = row.map mul(%r0, %m0) : (!row.value<[dim: 7900]>, !row.value<[]>) -> !row.value<[dim: 7900]>
  %v1 = row.map sigmoid(%t0) : (!row.value<[dim: 7900]>) -> !row.value<[dim: 7900]>
  %a1 = row.slice %v1 "dim" at 0 size 3950 as "half" : !row.value<[dim: 7900]> -> !row.value<[half: 3950]>
  %b1 = row.slice %v1 "dim" at 3950 size 3950 as "half" : !row.value<[dim: 7900]> -> !row.value<[half: 3950]>
  %r1 = row.concat %b1, %a1 along ["half", "half"] to "dim" : (!row.value<[half: 3950]>, !row.value<[half: 3950]>) -> !row.value<[dim: 7900]>
  %s1 = row.reduce sum %v1 over ["dim"] : !row.value<[dim: 7900]> -> !row.value<[]>
  %m1 = row.map mul(%s1, %c) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %t1 = row.map mul(%r1, %m1) : (!row.value<[dim: 7900]>, !row.value<[]>) -> !row.value<[dim: 7900]>
  %v2 = row.map sigmoid(%t1) : (!row.value<[dim: 7900]>) -> !row.value<[dim: 7900]>
  %a2 = row.slice %v2 "dim" at 0 size 3950 as "half" : !row.value<[dim: 7900]> -> !row.value<[half: 3950]>
  %b2 = row.slice %v2 "dim" at 3950 size 3950 as "half" : !row.value<[dim: 7900]> -> !row.value<[half: 3950]>
  %r2 = row.concat %b2, %a2 along ["half", "half"] to "dim" : (!row.value<[half: 3950]>, !row.value<[half: 3950]>) -> !row.value<[dim: 7900]>
  %s2 = row.reduce sum %v2 over ["dim"] : !row.value<[dim: 7900]> -> !row.value<[]>
  %m2 = row.map mul(%s2, %c) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %t2 = row.map mul(%r2, %m2) : (!row.value<[dim: 7900]>, !row.value<[]>) -> !row.value<[dim: 7900]>
  %v3 = row.map sigmoid(%t2) : (!row.value<[dim: 7900]>) -> !row.value<[dim: 7900]>
  %a3 = row.slice %v3 "dim" at 0 size 3950 as "half" : !row.value<[dim: 7900]> -> !row.value<[half: 3950]>
  %b3 = row.slice %v3 "dim" at 3950 size 3950 as "half" : !row.value<[dim: 7900]> -> !row.value<[half: 3950]>
  %r3 = row.concat %b3, %a3 along ["half", "half"] to "dim" : (!row.value<[half: 3950]>, !row.value<[half: 3950]>) -> !row.value<[dim: 7900]>
  %s3 = row.reduce sum %v3 over ["dim"] : !row.value<[dim: 7900]> -> !row.value<[]>
  %m3 = row.map mul(%s3, %c) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %t3 = row.map mul(%r3, %m3) : (!row.value<[dim: 7900]>, !row.value<[]>) -> !row.value<[dim: 7900]>
  %v4 = row.map sigmoid(%t3) : (!row.value<[dim: 7900]>) -> !row.value<[dim: 7900]>
  row.store %v4 to %y : !row.value<[dim: 7900]>, !row.buffer<rows, [dim: 7900], f32>
}

// What the second input is added to is computed first: it is copied into memory that has been used, behind a wait.
// With more shared memory both inputs are copied before anything else.
// SM80-LABEL: gpu.func @copies
// SM80-SAME: shared = [array<i64: 25200>, array<i64: 25200>, array<i64: 25200>, array<i64: 25200>]
// SM80: scf.for
// SM80-COUNT-2: nvvm.cp.async.shared.global {{.*}} 16
// SM80: nvvm.cp.async.wait.group 0
// SM80-NOT: nvvm.cp.async
// SM86-LABEL: gpu.func @copies
// SM86-SAME: shared = [array<i64: 25200>, array<i64: 25200>]
// SM86-SAME: staged = array<i64: 0, 1>
// SM86: nvvm.cp.async.wait.group 0
// SM86-NEXT: gpu.barrier
// SM86: gpu.barrier
// SM86: gpu.barrier
// SM86: nvvm.cp.async.shared.global
// SM86: nvvm.cp.async.wait.group 0
// SM86-NEXT: gpu.barrier
// SM86-NOT: nvvm.cp.async
// SM86: gpu.return
row.kernel @copies token dynamic [] attributes {aliases = []} {
^bb0(%x: !row.buffer<rows, [dim: 6300], f32>, %z: !row.buffer<rows, [dim: 6300], f32>, %y: !row.buffer<rows, [dim: 6300], f32>):
  %v0 = row.load %x : !row.buffer<rows, [dim: 6300], f32> -> !row.value<[dim: 6300]>
  %z0 = row.load %z : !row.buffer<rows, [dim: 6300], f32> -> !row.value<[dim: 6300]>
  %c = row.constant 0.001 : !row.value<[]>
  %a0 = row.slice %v0 "dim" at 0 size 3150 as "half" : !row.value<[dim: 6300]> -> !row.value<[half: 3150]>
  %b0 = row.slice %v0 "dim" at 3150 size 3150 as "half" : !row.value<[dim: 6300]> -> !row.value<[half: 3150]>
  %r0 = row.concat %b0, %a0 along ["half", "half"] to "dim" : (!row.value<[half: 3150]>, !row.value<[half: 3150]>) -> !row.value<[dim: 6300]>
  %s0 = row.reduce sum %v0 over ["dim"] : !row.value<[dim: 6300]> -> !row.value<[]>
  %m0 = row.map mul(%s0, %c) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %t0 = row.map mul(%r0, %m0) : (!row.value<[dim: 6300]>, !row.value<[]>) -> !row.value<[dim: 6300]>
  %v1 = row.map sigmoid(%t0) : (!row.value<[dim: 6300]>) -> !row.value<[dim: 6300]>
  %a1 = row.slice %v1 "dim" at 0 size 3150 as "half" : !row.value<[dim: 6300]> -> !row.value<[half: 3150]>
  %b1 = row.slice %v1 "dim" at 3150 size 3150 as "half" : !row.value<[dim: 6300]> -> !row.value<[half: 3150]>
  %r1 = row.concat %b1, %a1 along ["half", "half"] to "dim" : (!row.value<[half: 3150]>, !row.value<[half: 3150]>) -> !row.value<[dim: 6300]>
  %s1 = row.reduce sum %v1 over ["dim"] : !row.value<[dim: 6300]> -> !row.value<[]>
  %m1 = row.map mul(%s1, %c) : (!row.value<[]>, !row.value<[]>) -> !row.value<[]>
  %t1 = row.map mul(%r1, %m1) : (!row.value<[dim: 6300]>, !row.value<[]>) -> !row.value<[dim: 6300]>
  %v2 = row.map sigmoid(%t1) : (!row.value<[dim: 6300]>) -> !row.value<[dim: 6300]>
  %az = row.slice %z0 "dim" at 0 size 3150 as "half" : !row.value<[dim: 6300]> -> !row.value<[half: 3150]>
  %bz = row.slice %z0 "dim" at 3150 size 3150 as "half" : !row.value<[dim: 6300]> -> !row.value<[half: 3150]>
  %rz = row.concat %bz, %az along ["half", "half"] to "dim" : (!row.value<[half: 3150]>, !row.value<[half: 3150]>) -> !row.value<[dim: 6300]>
  %s2 = row.reduce sum %v2 over ["dim"] : !row.value<[dim: 6300]> -> !row.value<[]>
  %e = row.map mul(%rz, %v2) : (!row.value<[dim: 6300]>, !row.value<[dim: 6300]>) -> !row.value<[dim: 6300]>
  %f = row.map mul(%e, %s2) : (!row.value<[dim: 6300]>, !row.value<[]>) -> !row.value<[dim: 6300]>
  %g = row.map add(%f, %z0) : (!row.value<[dim: 6300]>, !row.value<[dim: 6300]>) -> !row.value<[dim: 6300]>
  row.store %g to %y : !row.value<[dim: 6300]>, !row.buffer<rows, [dim: 6300], f32>
}
