// What lies in shared memory follows the target: one block of sm_89 cannot keep eight entries of @read, sm_80 can; those of @wide
// only sm_90a can keep. What is not kept is read again, and the attributes say so.
// RUN: braid-opt %s --convert-row-to-gpu=target=sm_89 -o %t.89.mlir && FileCheck %s --check-prefix=SM89 < %t.89.mlir
// RUN: braid-opt %s --convert-row-to-gpu -o %t.80.mlir && FileCheck %s --check-prefix=SM80 < %t.80.mlir
// RUN: braid-opt %s --convert-row-to-gpu=target=sm_80 | diff - %t.80.mlir
// RUN: braid-opt %s --convert-row-to-gpu=target=sm_90a -o %t.90.mlir && FileCheck %s --check-prefix=SM90 < %t.90.mlir
// RUN: braid-opt %s --convert-row-to-gpu="target=sm_90a shared=101376" | FileCheck %s --check-prefix=LESS
// SM89:       gpu.module @braid_kernels attributes {braid.target = {name = "sm_89", shared = 101376 : i64}} {
// SM89-LABEL: gpu.func @read
// SM89-SAME:  staged = array<i64>
// SM89-SAME:  loads = [array<i64: 28672, 1, 0>], needed = [array<i64: 14336, 1, 0>]
// SM89-LABEL: gpu.func @wide
// SM89-SAME:  staged = array<i64>
// SM80:       gpu.module @braid_kernels attributes {braid.target = {name = "sm_80", shared = 166912 : i64}} {
// SM80-LABEL: gpu.func @read
// SM80-SAME:  staged = array<i64: 0>
// SM80-SAME:  loads = [array<i64: 14336, 1, 0>], needed = [array<i64: 14336, 1, 0>]
// SM80-LABEL: gpu.func @wide
// SM80-SAME:  staged = array<i64>
// SM90:       gpu.module @braid_kernels attributes {braid.target = {name = "sm_90a", shared = 232448 : i64}} {
// SM90-LABEL: gpu.func @read
// SM90-SAME:  staged = array<i64: 0>
// SM90-LABEL: gpu.func @wide
// SM90-SAME:  staged = array<i64: 0>
// SM90-SAME:  loads = [array<i64: 22528, 1, 0>], needed = [array<i64: 22528, 1, 0>]
// LESS:       gpu.module @braid_kernels attributes {braid.target = {name = "sm_90a", shared = 101376 : i64}} {
// LESS-LABEL: gpu.func @read
// LESS-SAME:  staged = array<i64>

// Every code computes the same. On the emulator a block has what the target has: 11 entries of @read fit sm_80, 12 do not, sm_90a takes 15;
// what is planned for sm_89 asks for little at any length.
// DEFINE: %{run} = braid run %s --function row-kernels --device emulator --kernel read --rows 2 --entries
// RUN: %{run} 11 | FileCheck %s --check-prefix=RIGHT
// RUN: not %{run} 12 2>&1 | FileCheck %s --check-prefix=MORE
// RUN: %{run} 15 --target sm_90a | FileCheck %s --check-prefix=RIGHT
// RUN: %{run} 30 --target sm_89 --json %t.json | FileCheck %s --check-prefix=RIGHT
// RUN: %python -c "import json, sys; r = json.load(open(sys.argv[1])); assert r['target'] == 'sm_89' and r['device'] == 'emulator', r" %t.json
// RIGHT: 1 kernels on emulator, 0 wrong
// MORE: error: kernel `read` ({{.*}}){{ needs 17[0-9]+ bytes of|: the kernel has room for 11 entries of a history in}} shared memory

// Planned once, a text goes to every target that has no less and is no older.
// RUN: braid-opt %t.80.mlir --convert-row-to-nvvm=target=sm_90a -o %t.nvvm.mlir && FileCheck %s --check-prefix=KEPT < %t.nvvm.mlir
// RUN: braid compile %t.nvvm.mlir --target sm_90 --emit ptx -o %t.ptx && FileCheck %s --check-prefix=PTX < %t.ptx
// RUN: braid compile %t.nvvm.mlir --target sm_87 --emit nvvm | FileCheck %s --check-prefix=KEPT
// RUN: %{run} 3 --code %t.nvvm.mlir --target sm_90 | FileCheck %s --check-prefix=RIGHT
// KEPT: braid.target = {name = "sm_80", shared = 166912 : i64}
// PTX: .target sm_90

// Others are refused, as kernels of the stages `gpu` and `nvvm`, as PTX, by passes and by devices; nothing is written.
// RUN: rm -f %t.none.*
// RUN: not braid compile %t.90.mlir --target sm_80 --emit ptx -o %t.none.ptx 2>&1 | FileCheck %s --check-prefix=OLDER
// RUN: not braid compile %t.nvvm.mlir --target sm_86 --emit nvvm -o %t.none.mlir 2>&1 | FileCheck %s --check-prefix=SMALLER
// RUN: not braid compile %t.89.mlir --target sm_87 --emit ptx -o %t.none.ptx 2>&1 | FileCheck %s --check-prefix=NEWER
// RUN: sed 's/.target sm_90/.target sm_80/' %t.ptx > %t.80.ptx
// RUN: not braid compile %t.80.ptx --target sm_89 --emit cubin -o %t.none.cubin 2>&1 | FileCheck %s --check-prefix=PTX89
// RUN: not braid-opt %t.80.mlir --convert-row-to-nvvm=target=sm_89 2>&1 | FileCheck %s --check-prefix=PTX89
// RUN: not %{run} 3 --code %t.nvvm.mlir --target sm_89 2>&1 | FileCheck %s --check-prefix=PTX89
// RUN: not ls %t.none.ptx %t.none.mlir %t.none.cubin
// OLDER: error: the kernels are planned for sm_90a, not for sm_80: sm_90a is newer; compile the program, or its stage `host`, with `--target sm_80`
// SMALLER: error: the kernels are planned for sm_80, not for sm_86: sm_80 has 166912 bytes of shared memory for a block, and sm_86 has 101376; compile
// NEWER: error: the kernels are planned for sm_89, not for sm_87: sm_89 is newer; compile
// PTX89: error: the kernels are planned for sm_80, not for sm_89: sm_80 has 166912 bytes of shared memory for a block, and sm_89 has 101376; compile

// What no target is, and a note that says nothing.
// RUN: not braid-opt %s --convert-row-to-gpu=target=sm_70 2>&1 | FileCheck %s --check-prefix=OLD
// RUN: not braid-opt %s --convert-row-to-gpu=shared=-1 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: sed 's/name = "sm_80"/name = "sm_8"/' %t.nvvm.mlir > %t.bad.mlir && not braid compile %t.bad.mlir --target sm_80 --emit ptx 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: sed 's/shared = 166912 : i64/shared = "much"/' %t.nvvm.mlir > %t.bad.mlir && not braid compile %t.bad.mlir --target sm_80 --emit ptx 2>&1 | FileCheck %s --check-prefix=MUCH
// RUN: sed 's/braid.target = {[^}]*}, *//; s/attributes {braid.target = {[^}]*}}//' %t.nvvm.mlir > %t.bad.mlir && not grep braid.target %t.bad.mlir
// RUN: not braid compile %t.bad.mlir --target sm_80 --emit ptx 2>&1 | FileCheck %s --check-prefix=ABSENT
// OLD: error: the GPU target `sm_70` is too old
// NEGATIVE: error: a block cannot have -1 bytes of shared memory
// BAD: error: the attribute `braid.target` of the kernels: the GPU target `sm_8` is too old
// ABSENT: error: the attribute `braid.target` is absent: nothing says what the kernels are planned for
// MUCH: error: the attribute `braid.target` of the kernels does not say what they are planned for

// The command line: targets that there are, and for the emulator only.
// DEFINE: %{code} = %python %root/test/Tools/Inputs/expect-code.py 2
// RUN: %{code} %{run} 3 --target sm_999
// RUN: %{code} braid run %s --function row-kernels --device cuda --target sm_90
// RUN: %{code} braid run %s --function grad --target sm_90 --inputs i -o o
// RUN: %{code} braid bench %s --function row-kernels --device cuda --target sm_90
// RUN: %{code} braid bench %s --function step --target sm_90

row.kernel @read token dynamic ["depth"] {
^bb0(%h: !row.list<depth, [dim: 7168], bf16>, %q: !row.buffer<shared, [dim: 7168], f32>, %y: !row.buffer<rows, [dim: 7168], bf16>):
  %0 = row.stack %h : !row.list<depth, [dim: 7168], bf16> -> !row.value<[depth: ?, dim: 7168]>
  %1 = row.load %q : !row.buffer<shared, [dim: 7168], f32> -> !row.value<[dim: 7168]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 7168]>, !row.value<[dim: 7168]>) -> !row.value<[depth: ?, dim: 7168]>
  %3 = row.reduce sum %2 over ["dim"] : !row.value<[depth: ?, dim: 7168]> -> !row.value<[depth: ?]>
  %c = row.constant 0.001 : !row.value<[]>
  %m = row.map mul(%3, %c) : (!row.value<[depth: ?]>, !row.value<[]>) -> !row.value<[depth: ?]>
  %4 = row.map sigmoid(%m) : (!row.value<[depth: ?]>) -> !row.value<[depth: ?]>
  %5 = row.map mul(%4, %0) : (!row.value<[depth: ?]>, !row.value<[depth: ?, dim: 7168]>) -> !row.value<[depth: ?, dim: 7168]>
  %6 = row.reduce sum %5 over ["depth"] : !row.value<[depth: ?, dim: 7168]> -> !row.value<[dim: 7168]>
  %7 = row.round %6 to bf16 : !row.value<[dim: 7168]> -> !row.value<[dim: 7168]>
  row.store %7 to %y : !row.value<[dim: 7168]>, !row.buffer<rows, [dim: 7168], bf16>
}
row.kernel @wide token dynamic ["depth"] {
^bb0(%h: !row.list<depth, [dim: 11264], bf16>, %q: !row.buffer<shared, [dim: 11264], f32>, %y: !row.buffer<rows, [dim: 11264], bf16>):
  %0 = row.stack %h : !row.list<depth, [dim: 11264], bf16> -> !row.value<[depth: ?, dim: 11264]>
  %1 = row.load %q : !row.buffer<shared, [dim: 11264], f32> -> !row.value<[dim: 11264]>
  %2 = row.map mul(%0, %1) : (!row.value<[depth: ?, dim: 11264]>, !row.value<[dim: 11264]>) -> !row.value<[depth: ?, dim: 11264]>
  %3 = row.reduce sum %2 over ["dim"] : !row.value<[depth: ?, dim: 11264]> -> !row.value<[depth: ?]>
  %4 = row.map sigmoid(%3) : (!row.value<[depth: ?]>) -> !row.value<[depth: ?]>
  %5 = row.map mul(%4, %0) : (!row.value<[depth: ?]>, !row.value<[depth: ?, dim: 11264]>) -> !row.value<[depth: ?, dim: 11264]>
  %6 = row.reduce sum %5 over ["depth"] : !row.value<[depth: ?, dim: 11264]> -> !row.value<[dim: 11264]>
  %7 = row.round %6 to bf16 : !row.value<[dim: 11264]> -> !row.value<[dim: 11264]>
  row.store %7 to %y : !row.value<[dim: 11264]>, !row.buffer<rows, [dim: 11264], bf16>
}
