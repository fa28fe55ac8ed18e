// Every shuffle, vote, match and reduction of a warp, at the nvvm stage and as LLVM IR.
// RUN: split-file %s %t
// RUN: braid-emulate %t/shuffles.mlir --block 32 --arg i32[7x32] --print --seed 3 | FileCheck %s
// Lane 5 of every eight; up by 2; down by 3; neighbours; whether down stayed inside; the sum; the ballot of odd lanes.
// CHECK: argument 0 i32[7x32]:
// CHECK-NEXT: {{^}}  5 5 5 5 5 5 5 5 13 13 13 13 13 13 13 13 21 21 21 21 21 21 21 21 29 29 29 29 29 29 29 29{{$}}
// CHECK-NEXT: {{^}}  0 1 0 1 2 3 4 {{.*}} 28 29{{$}}
// CHECK-NEXT: {{^}}  3 4 5 {{.*}} 30 31 29 30 31{{$}}
// CHECK-NEXT: {{^}}  1 0 3 2 5 4 {{.*}} 31 30{{$}}
// CHECK-NEXT: {{^}}  1 1 1 {{.*}} 1 0 0 0{{$}}
// CHECK-NEXT: {{^}}  496 496 496
// CHECK-NEXT: {{^}}  -1431655766 -1431655766

// RUN: braid-emulate %t/votes.ll --block 32 --arg i32[8] --print | FileCheck %s --check-prefix=VOTES
// all, any, uni, match.any of lane/8, match.all mask, its flag, min, xor
// VOTES: argument 0 i32[8]: 0 1 0 255 0 0 -7 0

//--- shuffles.mlir
gpu.module @kernels {
  llvm.func @put(%out: !llvm.ptr, %row: i32, %v: i32) {
    %c32 = llvm.mlir.constant(32 : i32) : i32
    %t = nvvm.read.ptx.sreg.laneid : i32
    %first = llvm.mul %row, %c32 : i32
    %i = llvm.add %first, %t : i32
    %p = llvm.getelementptr %out[%i] : (!llvm.ptr, i32) -> !llvm.ptr, i32
    llvm.store %v, %p : i32, !llvm.ptr
    llvm.return
  }
  llvm.func @all(%out: !llvm.ptr) attributes {nvvm.kernel} {
    %c0 = llvm.mlir.constant(0 : i32) : i32
    %c1 = llvm.mlir.constant(1 : i32) : i32
    %c2 = llvm.mlir.constant(2 : i32) : i32
    %c3 = llvm.mlir.constant(3 : i32) : i32
    %c4 = llvm.mlir.constant(4 : i32) : i32
    %c5 = llvm.mlir.constant(5 : i32) : i32
    %c6 = llvm.mlir.constant(6 : i32) : i32
    %full = llvm.mlir.constant(-1 : i32) : i32
    %c31 = llvm.mlir.constant(31 : i32) : i32
    // Segments of 8 lanes: mask of the segment in bits 8 to 12.
    %eights = llvm.mlir.constant(6175 : i32) : i32
    %t = nvvm.read.ptx.sreg.laneid : i32
    %f = llvm.bitcast %t : i32 to f32
    %idx = nvvm.shfl.sync idx %full, %f, %c5, %eights : f32 -> f32
    %idxBits = llvm.bitcast %idx : f32 to i32
    llvm.call @put(%out, %c0, %idxBits) : (!llvm.ptr, i32, i32) -> ()
    %up = nvvm.shfl.sync up %full, %t, %c2, %c0 : i32 -> i32
    llvm.call @put(%out, %c1, %up) : (!llvm.ptr, i32, i32) -> ()
    %down = nvvm.shfl.sync down %full, %t, %c3, %c31 {return_value_and_is_valid} : i32 -> !llvm.struct<(i32, i1)>
    %downValue = llvm.extractvalue %down[0] : !llvm.struct<(i32, i1)>
    %downValid = llvm.extractvalue %down[1] : !llvm.struct<(i32, i1)>
    llvm.call @put(%out, %c2, %downValue) : (!llvm.ptr, i32, i32) -> ()
    %bfly = nvvm.shfl.sync bfly %full, %t, %c1, %c31 : i32 -> i32
    llvm.call @put(%out, %c3, %bfly) : (!llvm.ptr, i32, i32) -> ()
    %valid = llvm.zext %downValid : i1 to i32
    llvm.call @put(%out, %c4, %valid) : (!llvm.ptr, i32, i32) -> ()
    %sum = nvvm.redux.sync add %t, %full : i32 -> i32
    llvm.call @put(%out, %c5, %sum) : (!llvm.ptr, i32, i32) -> ()
    %odd = llvm.trunc %t : i32 to i1
    %ballot = nvvm.vote.ballot.sync %full, %odd : i32
    llvm.call @put(%out, %c6, %ballot) : (!llvm.ptr, i32, i32) -> ()
    llvm.return
  }
}

//--- votes.ll
declare i32 @llvm.nvvm.read.ptx.sreg.laneid()
declare i1 @llvm.nvvm.vote.all.sync(i32, i1)
declare i1 @llvm.nvvm.vote.any.sync(i32, i1)
declare i1 @llvm.nvvm.vote.uni.sync(i32, i1)
declare i32 @llvm.nvvm.match.any.sync.i32(i32, i32)
declare {i32, i1} @llvm.nvvm.match.all.sync.i32p(i32, i32)
declare i32 @llvm.nvvm.redux.sync.min(i32, i32)
declare i32 @llvm.nvvm.redux.sync.xor(i32, i32)
declare void @llvm.nvvm.bar.warp.sync(i32)
define void @votes(ptr %out) {
  %lane = call i32 @llvm.nvvm.read.ptx.sreg.laneid()
  %odd = trunc i32 %lane to i1
  %all = call i1 @llvm.nvvm.vote.all.sync(i32 -1, i1 %odd)
  %any = call i1 @llvm.nvvm.vote.any.sync(i32 -1, i1 %odd)
  %uni = call i1 @llvm.nvvm.vote.uni.sync(i32 -1, i1 %odd)
  %eighth = lshr i32 %lane, 3
  %same = call i32 @llvm.nvvm.match.any.sync.i32(i32 -1, i32 %eighth)
  %equal = call {i32, i1} @llvm.nvvm.match.all.sync.i32p(i32 -1, i32 %eighth)
  %equalMask = extractvalue {i32, i1} %equal, 0
  %equalFlag = extractvalue {i32, i1} %equal, 1
  %less = sub i32 %lane, 7
  %min = call i32 @llvm.nvvm.redux.sync.min(i32 %less, i32 -1)
  %xor = call i32 @llvm.nvvm.redux.sync.xor(i32 %lane, i32 -1)
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  %first = icmp eq i32 %lane, 0
  br i1 %first, label %write, label %end
write:
  %a = zext i1 %all to i32
  store i32 %a, ptr %out
  %b = zext i1 %any to i32
  %p1 = getelementptr i32, ptr %out, i32 1
  store i32 %b, ptr %p1
  %c = zext i1 %uni to i32
  %p2 = getelementptr i32, ptr %out, i32 2
  store i32 %c, ptr %p2
  %p3 = getelementptr i32, ptr %out, i32 3
  store i32 %same, ptr %p3
  %p4 = getelementptr i32, ptr %out, i32 4
  store i32 %equalMask, ptr %p4
  %d = zext i1 %equalFlag to i32
  %p5 = getelementptr i32, ptr %out, i32 5
  store i32 %d, ptr %p5
  %p6 = getelementptr i32, ptr %out, i32 6
  store i32 %min, ptr %p6
  %p7 = getelementptr i32, ptr %out, i32 7
  store i32 %xor, ptr %p7
  br label %end
end:
  ret void
}
!nvvm.annotations = !{!0}
!0 = !{ptr @votes, !"kernel", i32 1}
