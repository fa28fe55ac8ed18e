// RUN: braid-opt %s --split-input-file --braid-thread-state="functions=extend,grad" | FileCheck %s
// RUN: braid-opt %s --split-input-file --braid-thread-state="functions=extend,grad" --braid-thread-state="functions=extend,grad" | FileCheck %s

// As many rows as masks and distances reach. What is delayed twice is kept once, as far as the farthest; so are keys and values that two
// sources share, of which one is without a bound.
// CHECK-LABEL: braid.func @extend
// CHECK:         %[[X:.*]] = braid.input "x"
// CHECK-NEXT:    %[[KEY:.*]] = braid.remember %[[X]] "block.0.keys.0" :
// CHECK-NEXT:    %[[D:.*]] = braid.remember %[[X]] "delay.0" rows 3
// CHECK-NEXT:    braid.delay %[[D]] by 1
// CHECK-NEXT:    braid.delay %[[D]] by 3
// CHECK:         %[[V:.*]] = braid.map exp(%[[X]])
// CHECK-NEXT:    %[[VALUE:.*]] = braid.remember %[[V]] "block.0.values.0" :
// CHECK:         %[[O:.*]], %{{.*}} = braid.attend %{{.*}}, keys(%[[KEY]], %[[KEY]]), values(%[[VALUE]], %[[VALUE]])
// CHECK-NEXT:    %[[W:.*]] = braid.map tanh(%[[X]])
// CHECK-NEXT:    %[[WK:.*]] = braid.remember %[[W]] "block.0.keys.1" rows 20
// CHECK-NEXT:    braid.attend %[[O]], keys(%[[WK]]), values(%[[WK]])
// CHECK-SAME:      #braid.mask<earlier, 5, span 16>
braid.func @extend {
  %x = braid.input "x" : <token, [dim: 8]>
  %a = braid.delay %x by 1 : !braid.value<token, [dim: 8]> -> !braid.value<token, [dim: 8]>
  %b = braid.delay %x by 3 : !braid.value<token, [dim: 8]> -> !braid.value<token, [dim: 8]>
  %q = braid.map add(%a, %b) : (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %v = braid.map exp(%x) : (!braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %o, %lse = braid.attend %q, keys(%x, %x), values(%v, %v) over "dim" masks [#braid.mask<causal, 6>, #braid.mask<strict, 0>] scale 1.0 {instance = "block.0"} : <token, [dim: 8]>, (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>), (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) -> <token, [dim: 8]>, <token, []>
  %w = braid.map tanh(%x) : (!braid.value<token, [dim: 8]>) -> !braid.value<token, [dim: 8]>
  %p, %lsf = braid.attend %o, keys(%w), values(%w) over "dim" masks [#braid.mask<earlier, 5, span 16>] scale 1.0 {instance = "block.0"} : <token, [dim: 8]>, (!braid.value<token, [dim: 8]>), (!braid.value<token, [dim: 8]>) -> <token, [dim: 8]>, <token, []>
  braid.output "logits", %p {newest} : <token, [dim: 8]>
}

// -----
// Integers and truth values are kept as long as the source that names them; where two want them differently long they stand twice.
// CHECK-LABEL: braid.func @extend
// CHECK:         %[[S:.*]] = braid.input "s"
// CHECK-NEXT:    %[[SHORT:.*]] = braid.remember %[[S]] "segments.1" rows 31
// CHECK-NEXT:    %[[LONG:.*]] = braid.remember %[[S]] "segments.0" :
// CHECK:         %[[M:.*]] = braid.map lt
// CHECK-NEXT:    %[[MARKS:.*]] = braid.remember %[[M]] "only.0" rows 31
// CHECK:         segments(%[[LONG]], %[[SHORT]]) only(%[[MARKS]])
// CHECK-SAME:      [#braid.mask<causal, 4, segment 0>, #braid.mask<causal, 0, chunk 32, segment 1, only 0>]
braid.func @extend {
  %x = braid.input "x" : <token, [dim: 8]>
  %y = braid.input "y" : <token, [dim: 8]>
  %s = braid.input "s" : <token, [], id 4>
  %r = braid.reduce sum %x over ["dim"] : <token, [dim: 8]> -> <token, []>
  %z = braid.constant 0.0 : <static, []>
  %m = braid.map lt(%z, %r) : (!braid.value<static, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
  %o, %lse = braid.attend %x, keys(%x, %y), values(%x, %y) segments(%s) only(%m) over "dim" masks [#braid.mask<causal, 4, segment 0>, #braid.mask<causal, 0, chunk 32, segment 0, only 0>] scale 1.0 : <token, [dim: 8]>, (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>), (!braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) segments(!braid.value<token, [], id 4>) only(!braid.value<token, [], bool>) -> <token, [dim: 8]>, <token, []>
  braid.output "logits", %o {newest} : <token, [dim: 8]>
}

// -----
// The gradient of attention looks at what attention looks at; that of a delay is sent to the run's own tokens alone.
// CHECK-LABEL: braid.func @grad
// CHECK:         %[[X:.*]] = braid.input "x"
// CHECK-NEXT:    %[[K:.*]] = braid.remember %[[X]] "keys.0" rows 5
// CHECK:         %[[O:.*]], %[[L:.*]] = braid.attend %[[X]], keys(%[[K]]), values(%[[K]])
// CHECK-NEXT:    %[[Q:.*]], %{{.*}}, %{{.*}} = braid.attend_grad %[[X]], keys(%[[K]]), values(%[[K]])
// CHECK-NEXT:    braid.delay %[[Q]] by -2
braid.func @grad {
  %x = braid.input "x" : <token, [dim: 8]>
  %g = braid.input "g" : <token, [dim: 8]>
  %o, %l = braid.attend %x, keys(%x), values(%x) over "dim" masks [#braid.mask<causal, 6>] scale 1.0 : <token, [dim: 8]>, (!braid.value<token, [dim: 8]>), (!braid.value<token, [dim: 8]>) -> <token, [dim: 8]>, <token, []>
  %q, %k, %v = braid.attend_grad %x, keys(%x), values(%x), output(%o, %l, %g) over "dim" masks [#braid.mask<causal, 6>] scale 1.0 : <token, [dim: 8]>, (!braid.value<token, [dim: 8]>), (!braid.value<token, [dim: 8]>), <token, [dim: 8]>, <token, []>, <token, [dim: 8]> -> <token, [dim: 8]>, (!braid.value<token, [dim: 8]>), (!braid.value<token, [dim: 8]>)
  %d = braid.delay %q by -2 : <token, [dim: 8]> -> <token, [dim: 8]>
  braid.output "grad:x", %d : <token, [dim: 8]>
}

// -----
// Declines: slots, a mask that shows a token itself alone, and other functions.
// CHECK-NOT:   braid.remember
braid.func @extend {
  %x = braid.input "x" : <token, [dim: 8]>
  %s = braid.input "s" : <static, [slot: 3, dim: 8]>
  %o, %lse = braid.attend %x, keys(%s, %x), values(%s, %x) over "dim" masks [#braid.mask<all, 0>, #braid.mask<causal, 1>] scale 1.0 : <token, [dim: 8]>, (!braid.value<static, [slot: 3, dim: 8]>, !braid.value<token, [dim: 8]>), (!braid.value<static, [slot: 3, dim: 8]>, !braid.value<token, [dim: 8]>) -> <token, [dim: 8]>, <token, []>
  braid.output "logits", %o {newest} : <token, [dim: 8]>
}
braid.func @logits {
  %x = braid.input "x" : <token, [dim: 8]>
  %a = braid.delay %x by 1 : !braid.value<token, [dim: 8]> -> !braid.value<token, [dim: 8]>
  braid.output "logits", %a : <token, [dim: 8]>
}

// -----
// What a carry is left is remembered under its name, where it is computed again as well; reverse ones begin in every run.
// CHECK-LABEL: braid.func @grad
// CHECK:         braid.carry "S" remembered
// CHECK:         braid.carry "S.grad" reverse :
// CHECK:       } replay {
// CHECK:         braid.carry "S" remembered
braid.func @grad {
  %x = braid.input "x" : <token, [d: 4]>
  %y, %t = braid.recur captures(%x : !braid.value<token, [d: 4]>) keep 2 -> !braid.value<token, [d: 4]>, !braid.value<token, [kept: 2]> {
  ^bb0(%0: !braid.value<token, [d: 4]>):
    %s = braid.carry "S" : <token, [d: 4]>
    braid.next "S", %0 : <token, [d: 4]>
    braid.yield %s : !braid.value<token, [d: 4]>
  }
  %z = braid.recur reverse captures(%x : !braid.value<token, [d: 4]>) tapes(%t : !braid.value<token, [kept: 2]>) keep 2 -> !braid.value<token, [d: 4]> {
  ^bb0(%0: !braid.value<token, [d: 4]>, %w: !braid.value<token, [d: 4]>):
    %s = braid.carry "S.grad" reverse : <token, [d: 4]>
    braid.next "S.grad", %w : <token, [d: 4]>
    braid.yield %s : !braid.value<token, [d: 4]>
  } replay {
  ^bb0(%0: !braid.value<token, [d: 4]>):
    %s = braid.carry "S" : <token, [d: 4]>
    braid.next "S", %0 : <token, [d: 4]>
    braid.yield %s : !braid.value<token, [d: 4]>
  }
  braid.output "y", %y : <token, [d: 4]>
  braid.output "z", %z : <token, [d: 4]>
}
