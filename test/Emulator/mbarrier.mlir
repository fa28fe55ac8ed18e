// Barrier objects in shared memory, and bulk copies that they count: what a copy brings is there no earlier than its barrier says.
// RUN: split-file %s %t
// RUN: braid-emulate %t/bulk.mlir --grid 2 --block 64 --arg f32[128]=iota --arg f32[128] --print --seed 3 | FileCheck %s --check-prefix=BULK
// BULK: argument 1 f32[128]: 0 2 4 6
// BULK-SAME: 252 254{{$}}

// Without the wait, with too few bytes expected, and with too many.
// RUN: sed '/try_wait/d' %t/bulk.mlir > %t/no-wait.mlir
// RUN: not braid-emulate %t/no-wait.mlir --block 64 --arg f32[128]=iota --arg f32[128] 2>&1 | FileCheck %s --check-prefix=NOWAIT
// NOWAIT: no-wait.mlir:[[#]]:[[#]]: error: race: load of float: byte 0 of shared variable tile is the target of an asynchronous copy of thread (0, 0, 0) that nothing has waited for
// RUN: sed 's/constant(256 : i32)/constant(272 : i32)/' %t/bulk.mlir > %t/many.mlir
// RUN: not braid-emulate %t/many.mlir --block 64 --arg f32[128]=iota --arg f32[128] 2>&1 | FileCheck %s --check-prefix=MANY
// MANY: many.mlir:[[#]]:[[#]]: error: out of bounds: cp.async.bulk{{.*}}: 272 bytes of which one is 0 bytes after the end of shared variable tile
// RUN: sed 's/%%addr, %%size : !llvm.ptr<3>, i32/%%addr, %%more : !llvm.ptr<3>, i32/' %t/bulk.mlir > %t/expect.mlir
// RUN: not braid-emulate %t/expect.mlir --block 64 --arg f32[128]=iota --arg f32[128] 2>&1 | FileCheck %s --check-prefix=EXPECT
// EXPECT: error: endless wait: mbarrier.try_wait.parity: the mbarrier waits for 0 of 64 arrivals and 16 bytes of copies
// EXPECT-NEXT: in kernel double, block (0, 0, 0), thread
// Without the barrier of the block, others use an mbarrier that is not there yet, or is there by chance.
// RUN: sed '/nvvm.barrier0/d' %t/bulk.mlir > %t/unordered.mlir
// RUN: not braid-emulate %t/unordered.mlir --block 64 --arg f32[128]=iota --arg f32[128] 2>&1 | FileCheck %s --check-prefix=ORDER
// ORDER: error: race: nvvm.mbarrier.arrive.shared: shared memory: thread (0, 0, 0) wrote the same byte (nvvm.mbarrier.init.shared at
// RUN: sed '/mbarrier.init/d' %t/bulk.mlir > %t/none.mlir
// RUN: not braid-emulate %t/none.mlir --block 64 --arg f32[128]=iota --arg f32[128] 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: wrong barrier: {{.*}}: no mbarrier.init made an mbarrier at this address

// Threads give each other numbers through two phases; whoever asks again and again lets the others run.
// RUN: braid-emulate %t/phases.mlir --block 64 --arg i32[64] --print --seed 5 | FileCheck %s --check-prefix=PHASES
// PHASES: argument 0 i32[64]: 64 65 66
// An arrival too many, and one too few.
// RUN: sed 's/constant(64 : i32)/constant(63 : i32)/' %t/phases.mlir > %t/fewer.mlir
// RUN: not braid-emulate %t/fewer.mlir --block 64 --arg i32[64] 2>&1 | FileCheck %s --check-prefix=FEWER
// FEWER: error: {{race|wrong barrier|endless wait}}
// RUN: sed 's/constant(64 : i32)/constant(65 : i32)/' %t/phases.mlir > %t/more.mlir
// RUN: not braid-emulate %t/more.mlir --block 64 --arg i32[64] 2>&1 | FileCheck %s --check-prefix=MORE
// MORE: error: endless wait: nvvm.mbarrier.test.wait.shared: the mbarrier waits for 1 of 65 arrivals and 0 bytes of copies

// cp.async copies that an mbarrier waits for; bulk copies out of shared memory, which a group waits for.
// RUN: braid-emulate %t/store.mlir --block 32 --arg f32[32]=iota --arg f32[32] --print --seed 2 | FileCheck %s --check-prefix=STORE
// STORE: argument 1 f32[32]: 1 2 3 4
// RUN: sed '/bulk.wait_group/d' %t/store.mlir > %t/late.mlir
// RUN: braid-emulate %t/late.mlir --check=none --block 32 --arg f32[32]=iota --arg f32[32] --print | FileCheck %s --check-prefix=LATE
// RUN: not braid-emulate %t/late.mlir --block 32 --arg f32[32]=iota --arg f32[32] 2>&1 | FileCheck %s --check-prefix=SOURCE
// SOURCE: error: race: cp.async.bulk.global.shared::cta.bulk_group: thread (0, 0, 0) wrote the source of the asynchronous copy before anything waited for it
// LATE: argument 1 f32[32]: -1 -1 -1

//--- bulk.mlir
gpu.module @kernels {
  llvm.mlir.global internal @tile() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<64 x f32>
  llvm.mlir.global internal @done() {addr_space = 3 : i32, alignment = 8 : i64} : i64
  llvm.func @double(%in: !llvm.ptr<1>, %out: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
    %addr = llvm.mlir.addressof @done : !llvm.ptr<3>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %threads = llvm.mlir.constant(64 : i32) : i32
    %size = llvm.mlir.constant(256 : i32) : i32
    %sixteen = llvm.mlir.constant(16 : i32) : i32
    %more = llvm.add %size, %sixteen : i32
    %ticks = llvm.mlir.constant(10000000 : i32) : i32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %b = nvvm.read.ptx.sreg.ctaid.x : i32
    %base = llvm.mul %b, %threads : i32
    %first = llvm.icmp "eq" %t, %zero : i32
    llvm.cond_br %first, ^make, ^ready
  ^make:
    nvvm.mbarrier.init.shared %addr, %threads : !llvm.ptr<3>, i32
    llvm.br ^ready
  ^ready:
    nvvm.barrier0
    llvm.cond_br %first, ^copy, ^arrive
  ^copy:
    %from = llvm.getelementptr %in[%base] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    llvm.inline_asm has_side_effects "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [$0], [$1], $2, [$3];", "r,l,r,r" %tile, %from, %size, %addr : (!llvm.ptr<3>, !llvm.ptr<1>, i32, !llvm.ptr<3>) -> ()
    nvvm.mbarrier.arrive.expect_tx.shared %addr, %size : !llvm.ptr<3>, i32
    llvm.br ^wait
  ^arrive:
    %state = nvvm.mbarrier.arrive.shared %addr : !llvm.ptr<3> -> i64
    llvm.br ^wait
  ^wait:
    nvvm.mbarrier.try_wait.parity.shared %addr, %zero, %ticks : !llvm.ptr<3>, i32, i32
    %slot = llvm.getelementptr %tile[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    %v = llvm.load %slot : !llvm.ptr<3> -> f32
    %w = llvm.fadd %v, %v : f32
    %i = llvm.add %base, %t : i32
    %to = llvm.getelementptr %out[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    llvm.store %w, %to : f32, !llvm.ptr<1>
    llvm.return
  }
}

//--- phases.mlir
// Every thread writes its number, takes that of the thread across, and then overwrites it: two phases order the three.
gpu.module @kernels {
  llvm.mlir.global internal @slots() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<64 x i32>
  llvm.mlir.global internal @bar() {addr_space = 3 : i32, alignment = 8 : i64} : i64
  llvm.func @swap(%out: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %slots = llvm.mlir.addressof @slots : !llvm.ptr<3>
    %bar = llvm.mlir.addressof @bar : !llvm.ptr<3>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %count = llvm.mlir.constant(64 : i32) : i32
    %last = llvm.mlir.constant(127 : i32) : i32
    %across = llvm.mlir.constant(63 : i64) : i64
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %first = llvm.icmp "eq" %t, %zero : i32
    llvm.cond_br %first, ^make, ^ready
  ^make:
    nvvm.mbarrier.init.shared %bar, %count : !llvm.ptr<3>, i32
    llvm.br ^ready
  ^ready:
    nvvm.barrier0
    %mine = llvm.getelementptr %slots[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    %number = llvm.sub %last, %t : i32
    llvm.store %number, %mine : i32, !llvm.ptr<3>
    %s0 = nvvm.mbarrier.arrive.shared %bar : !llvm.ptr<3> -> i64
    llvm.br ^ask0
  ^ask0:
    %d0 = nvvm.mbarrier.test.wait.shared %bar, %s0 : !llvm.ptr<3>, i64 -> i1
    llvm.cond_br %d0, ^take, ^ask0
  ^take:
    %t64 = llvm.zext %t : i32 to i64
    %other = llvm.sub %across, %t64 : i64
    %there = llvm.getelementptr %slots[%other] : (!llvm.ptr<3>, i64) -> !llvm.ptr<3>, i32
    %v = llvm.load %there : !llvm.ptr<3> -> i32
    %s1 = nvvm.mbarrier.arrive.shared %bar : !llvm.ptr<3> -> i64
    llvm.br ^ask1
  ^ask1:
    %d1 = nvvm.mbarrier.test.wait.shared %bar, %s1 : !llvm.ptr<3>, i64 -> i1
    llvm.cond_br %d1, ^end, ^ask1
  ^end:
    llvm.store %zero, %mine : i32, !llvm.ptr<3>
    %to = llvm.getelementptr %out[%t] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    llvm.store %v, %to : i32, !llvm.ptr<1>
    llvm.return
  }
}

//--- store.mlir
gpu.module @kernels {
  llvm.mlir.global internal @tile() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<32 x f32>
  llvm.mlir.global internal @bar() {addr_space = 3 : i32, alignment = 8 : i64} : i64
  llvm.func @increment(%in: !llvm.ptr<1>, %out: !llvm.ptr<1>) attributes {nvvm.kernel} {
    %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
    %bar = llvm.mlir.addressof @bar : !llvm.ptr<3>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %count = llvm.mlir.constant(32 : i32) : i32
    %bytes = llvm.mlir.constant(128 : i32) : i32
    %ticks = llvm.mlir.constant(1000 : i32) : i32
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %minus = llvm.mlir.constant(-1.0 : f32) : f32
    %t = nvvm.read.ptx.sreg.tid.x : i32
    %first = llvm.icmp "eq" %t, %zero : i32
    llvm.cond_br %first, ^make, ^ready
  ^make:
    nvvm.mbarrier.init.shared %bar, %count : !llvm.ptr<3>, i32
    llvm.br ^ready
  ^ready:
    nvvm.barrier0
    %slot = llvm.getelementptr %tile[%t] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    %from = llvm.getelementptr %in[%t] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    nvvm.cp.async.shared.global %slot, %from, 4, cache = ca : !llvm.ptr<3>, !llvm.ptr<1>
    nvvm.cp.async.mbarrier.arrive.shared %bar {noinc = true} : !llvm.ptr<3>
    nvvm.mbarrier.try_wait.parity.shared %bar, %zero, %ticks : !llvm.ptr<3>, i32, i32
    %v = llvm.load %slot : !llvm.ptr<3> -> f32
    %w = llvm.fadd %v, %one : f32
    llvm.store %w, %slot : f32, !llvm.ptr<3>
    nvvm.barrier0
    llvm.cond_br %first, ^store, ^end
  ^store:
    llvm.inline_asm has_side_effects "cp.async.bulk.global.shared::cta.bulk_group [$0], [$1], $2;", "l,r,r" %out, %tile, %bytes : (!llvm.ptr<1>, !llvm.ptr<3>, i32) -> ()
    nvvm.cp.async.bulk.commit.group
    nvvm.cp.async.bulk.wait_group 0
    llvm.br ^end
  ^end:
    nvvm.barrier0
    llvm.store %minus, %slot : f32, !llvm.ptr<3>
    nvvm.barrier0
    llvm.return
  }
}
