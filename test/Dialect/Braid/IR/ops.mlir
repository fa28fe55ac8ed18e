// RUN: braid-opt %s | braid-opt | FileCheck %s
// Every op survives printing and parsing.

// CHECK: module attributes {braid.model = "tiny"}
module attributes {braid.model = "tiny"} {
  // CHECK: braid.parameter @embed : !braid.value<static, [vocab: 16, dim: 8]> decay init {
  // CHECK-NEXT: braid.random normal scale 2.000000e-02 stream "embed"
  // CHECK-NEXT: braid.yield
  braid.parameter @embed : !braid.value<static, [vocab: 16, dim: 8]> decay init {
    %0 = braid.random normal scale 2.000000e-02 stream "embed" : !braid.value<static, [vocab: 16, dim: 8]>
    braid.yield %0 : !braid.value<static, [vocab: 16, dim: 8]>
  }
  // CHECK: braid.parameter @a.query : !braid.value<static, [dim: 8]> lr 5.000000e-01 group "slow" init {
  braid.parameter @a.query : !braid.value<static, [dim: 8]> lr 5.0e-1 group "slow" init {
    %0 = braid.constant 0.0 : !braid.value<static, [dim: 8]>
    braid.yield %0 : !braid.value<static, [dim: 8]>
  }
  // CHECK: braid.func @logits {
  braid.func @logits {
    // CHECK: %[[TOKENS:.*]] = braid.input "tokens" : <token, [], id 16>
    %tokens = braid.input "tokens" : <token, [], id 16>
    // CHECK: %[[EMBED:.*]] = braid.param @embed : <static, [vocab: 16, dim: 8]>
    %embed = braid.param @embed : <static, [vocab: 16, dim: 8]>
    %query = braid.param @a.query : <static, [dim: 8]>
    // CHECK: %[[X:.*]] = braid.gather %[[EMBED]][%[[TOKENS]]] along "vocab"
    %x = braid.gather %embed[%tokens] along "vocab" : <static, [vocab: 16, dim: 8]>, <token, [], id 16> -> <token, [dim: 8]>
    // CHECK: braid.iota : <static, [half: 4]>
    %i = braid.iota : <static, [half: 4]>
    // CHECK: braid.position : <token, [], id 0>
    %p = braid.position : <token, [], id 0>
    // CHECK: braid.map real(
    %pr = braid.map real(%p) : (!braid.value<token, [], id 0>) -> !braid.value<token, []>
    // CHECK: braid.map mul({{.*}}) : (!braid.value<token, []>, !braid.value<static, [half: 4]>) -> !braid.value<token, [half: 4]>
    %angle = braid.map mul(%pr, %i) : (!braid.value<token, []>, !braid.value<static, [half: 4]>) -> !braid.value<token, [half: 4]>
    // CHECK: braid.slice {{.*}} "dim" at 4 size 4 as "half"
    %s = braid.slice %x "dim" at 4 size 4 as "half" : <token, [dim: 8]> -> <token, [half: 4]>
    // CHECK: braid.slice {{.*}} "dim" at 7 size 1 : <token, [dim: 8]> -> <token, []>
    %s1 = braid.slice %x "dim" at 7 size 1 : <token, [dim: 8]> -> <token, []>
    // CHECK: braid.pad {{.*}} to "dim" at 4 from "half"
    %pad = braid.pad %s to "dim" at 4 from "half" : <token, [half: 4]> -> <token, [dim: 8]>
    // CHECK: braid.split {{.*}} "dim" : <token, [dim: 8]> -> <token, [heads: 2, head: 4]>
    %sp = braid.split %x "dim" : <token, [dim: 8]> -> <token, [heads: 2, head: 4]>
    // CHECK: braid.join {{.*}} "all"
    %jo = braid.join %sp "all" : <token, [heads: 2, head: 4]> -> <token, [all: 8]>
    // CHECK: braid.rename {{.*}} ["all"] to ["dim"]
    %re = braid.rename %jo ["all"] to ["dim"] : <token, [all: 8]> -> <token, [dim: 8]>
    // CHECK: braid.transpose
    %tr = braid.transpose %sp : <token, [heads: 2, head: 4]> -> <token, [head: 4, heads: 2]>
    // CHECK: braid.concat {{.*}} along ["half", "dim"] to "both"
    %co = braid.concat %s, %x along ["half", "dim"] to "both" : (!braid.value<token, [half: 4]>, !braid.value<token, [dim: 8]>) -> !braid.value<token, [both: 12]>
    // CHECK: braid.broadcast
    %br = braid.broadcast %query : <static, [dim: 8]> -> <token, [lane: 2, dim: 8]>
    // CHECK: braid.reduce max {{.*}} over ["lane", "dim"]
    %mx = braid.reduce max %br over ["lane", "dim"] : <token, [lane: 2, dim: 8]> -> <token, []>
    // CHECK: braid.dot {{.*}} over [] tokens :
    %dt = braid.dot %s, %pad over [] tokens : <token, [half: 4]>, <token, [dim: 8]> -> <static, [half: 4, dim: 8]>
    // CHECK: braid.token_sum
    %ts = braid.token_sum %x : <token, [dim: 8]> -> <static, [dim: 8]>
    // CHECK: braid.materialize
    %ma = braid.materialize %x : <token, [dim: 8]> -> <token, [dim: 8]>
    // CHECK: braid.detach
    %de = braid.detach %x : <token, [dim: 8]> -> <token, [dim: 8]>
    // CHECK: braid.round {{.*}} to bf16
    %ro = braid.round %de to bf16 : <token, [dim: 8]> -> <token, [dim: 8]>
    // CHECK: braid.scatter {{.*}} along "vocab"
    %sc = braid.scatter %x[%tokens] along "vocab" : <token, [dim: 8]>, <token, [], id 16> -> <static, [vocab: 16, dim: 8]>
    // CHECK: braid.attend {{.*}} keys({{.*}}), values({{.*}}) over "head" masks [#braid.mask<causal, 0>] scale 5.000000e-01
    %o, %lse = braid.attend %sp, keys(%sp) , values(%sp) over "head" masks [#braid.mask<causal, 0>] scale 5.0e-1 : <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>) -> <token, [heads: 2, head: 4]>, <token, [heads: 2]>
    // CHECK: braid.attend_grad {{.*}} output({{.*}}) over "head"
    %qg, %kg, %vg = braid.attend_grad %sp, keys(%sp), values(%sp), output(%o, %lse, %o) over "head" masks [#braid.mask<causal, 0>] scale 5.0e-1 : <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>), <token, [heads: 2, head: 4]>, <token, [heads: 2]>, <token, [heads: 2, head: 4]> -> <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>)
    // CHECK: braid.attend {{.*}} values({{.*}}) segments(%[[TOKENS]]) over "head" masks [#braid.mask<causal, 0, segment 0>] {{.*}} segments(!braid.value<token, [], id 16>) ->
    %os, %lses = braid.attend %sp, keys(%sp), values(%sp) segments(%tokens) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 5.0e-1 : <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>) segments(!braid.value<token, [], id 16>) -> <token, [heads: 2, head: 4]>, <token, [heads: 2]>
    // CHECK: braid.attend_grad {{.*}} segments(%[[TOKENS]]), output({{.*}}) over "head" masks [#braid.mask<causal, 0, segment 0>] {{.*}} segments(!braid.value<token, [], id 16>),
    %qgs, %kgs, %vgs = braid.attend_grad %sp, keys(%sp), values(%sp) segments(%tokens), output(%os, %lses, %os) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 5.0e-1 : <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>) segments(!braid.value<token, [], id 16>), <token, [heads: 2, head: 4]>, <token, [heads: 2]>, <token, [heads: 2, head: 4]> -> <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>)
    // CHECK: braid.delay %{{.*}} by 3 : <token, [heads: 2, head: 4]> -> <token, [heads: 2, head: 4]>
    %earlier = braid.delay %sp by 3 : <token, [heads: 2, head: 4]> -> <token, [heads: 2, head: 4]>
    // CHECK: braid.delay %{{.*}} by -3 : <token, [heads: 2, head: 4]>
    %later = braid.delay %sp by -3 : <token, [heads: 2, head: 4]> -> <token, [heads: 2, head: 4]>
    // CHECK: braid.delay %[[TOKENS]] by 1 : <token, [], id 16> -> <token, [], id 16>
    %before = braid.delay %tokens by 1 : <token, [], id 16> -> <token, [], id 16>
    // CHECK: %[[B:.*]] = braid.map lt
    // CHECK: braid.attend {{.*}} segments(%[[TOKENS]]) only(%[[B]]) over "head" masks [#braid.mask<earlier, 8, span 16, chunk 64, segment 0, only 0>] {{.*}} only(!braid.value<token, [], bool>) ->
    %score = braid.map real(%tokens) : (!braid.value<token, [], id 16>) -> !braid.value<token, []>
    %holds = braid.map lt(%score, %score) : (!braid.value<token, []>, !braid.value<token, []>) -> !braid.value<token, [], bool>
    %oo, %lseo = braid.attend %sp, keys(%sp), values(%sp) segments(%tokens) only(%holds) over "head" masks [#braid.mask<earlier, 8, span 16, chunk 64, segment 0, only 0>] scale 5.0e-1 : <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>) segments(!braid.value<token, [], id 16>) only(!braid.value<token, [], bool>) -> <token, [heads: 2, head: 4]>, <token, [heads: 2]>
    // CHECK: braid.attend_grad {{.*}} only(%[[B]]), output({{.*}}) over "head" masks [#braid.mask<causal, 0, only 0>] {{.*}} only(!braid.value<token, [], bool>),
    %qgo, %kgo, %vgo = braid.attend_grad %sp, keys(%sp), values(%sp) only(%holds), output(%oo, %lseo, %oo) over "head" masks [#braid.mask<causal, 0, only 0>] scale 5.0e-1 : <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>) only(!braid.value<token, [], bool>), <token, [heads: 2, head: 4]>, <token, [heads: 2]>, <token, [heads: 2, head: 4]> -> <token, [heads: 2, head: 4]>, (!braid.value<token, [heads: 2, head: 4]>), (!braid.value<token, [heads: 2, head: 4]>)
    // CHECK: braid.read "depth" groups 1 entries({{.*}}) captures({{.*}}) unstack [1] ->
    %h:3 = braid.read "depth" groups 1 entries(%x, %pad : !braid.value<token, [dim: 8]>, !braid.value<token, [dim: 8]>) captures(%query : !braid.value<static, [dim: 8]>) unstack [1] -> !braid.value<token, [dim: 8]>, !braid.value<token, []>, !braid.value<token, []> {
    ^bb0(%v: !braid.value<token, [depth: 2, dim: 8]>, %q: !braid.value<static, [dim: 8]>):
      %score = braid.dot %q, %v over ["dim"] : <static, [dim: 8]>, <token, [depth: 2, dim: 8]> -> <token, [depth: 2]>
      %r = braid.dot %score, %v over ["depth"] : <token, [depth: 2]>, <token, [depth: 2, dim: 8]> -> <token, [dim: 8]>
      braid.yield %r, %score : !braid.value<token, [dim: 8]>, !braid.value<token, [depth: 2]>
    }
    // CHECK: braid.observe "score",
    braid.observe "score", %h#1 : <token, []>
    // CHECK: braid.aux_loss
    braid.aux_loss %h#2 : <token, []>
    %logits = braid.dot %h#0, %embed over ["dim"] : <token, [dim: 8]>, <static, [vocab: 16, dim: 8]> -> <token, [vocab: 16]>
    // CHECK: braid.output "logits",
    braid.output "logits", %logits : <token, [vocab: 16]>
  }
}

// Names of axes that are no words.
// CHECK-LABEL: braid.func @names
braid.func @names {
  // CHECK: braid.input "x" : <token, ["a \22b": 2, "\C3\A9": 3, ".z": 4, _w.1: 1]>
  %0 = braid.input "x" : <token, ["a \22b": 2, "é": 3, ".z": 4, "_w.1": 1]>
}

// Carries, both ways, and a recurrence that replays another.
// CHECK-LABEL: braid.func @recurrences
braid.func @recurrences {
  %x = braid.input "x" : <token, [d: 4]>
  %first = braid.input "first" : <static, [d: 4]>
  // CHECK: %[[C:.*]] = braid.carry "a.c" init(%{{.*}} : !braid.value<static, [d: 4]>) remembered : <token, [d: 4]>
  %c = braid.carry "a.c" init(%first : !braid.value<static, [d: 4]>) remembered : <token, [d: 4]>
  %n = braid.map add(%c, %x) : (!braid.value<token, [d: 4]>, !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]>
  // CHECK: braid.next "a.c", %{{.*}} : <token, [d: 4]>
  braid.next "a.c", %n : <token, [d: 4]>
  // CHECK: braid.carry "a.c.grad" reverse : <token, [d: 4]>
  %g = braid.carry "a.c.grad" reverse : <token, [d: 4]>
  braid.next "a.c.grad", %g : <token, [d: 4]>
  // CHECK: braid.final "a.c.grad" : <static, [d: 4]>
  %f = braid.final "a.c.grad" : <static, [d: 4]>
  // CHECK: %[[R:.*]]:2 = braid.recur captures(%{{.*}} : !braid.value<token, [d: 4]>) keep 3 -> !braid.value<token, [d: 4]>, !braid.value<token, [kept: 2]>
  %y, %t = braid.recur captures(%x : !braid.value<token, [d: 4]>) keep 3 -> !braid.value<token, [d: 4]>, !braid.value<token, [kept: 2]> {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "b.c" : <token, [d: 4]>
    %1 = braid.map mul(%0, %a) : (!braid.value<token, [d: 4]>, !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]>
    braid.next "b.c", %1 : <token, [d: 4]>
    braid.yield %1 : !braid.value<token, [d: 4]>
  }
  // CHECK: braid.recur reverse captures(%{{.*}} : !braid.value<token, [d: 4]>) tapes(%[[R]]#1 : !braid.value<token, [kept: 2]>) keep 3
  // CHECK: } replay {
  %z = braid.recur reverse captures(%x : !braid.value<token, [d: 4]>) tapes(%t : !braid.value<token, [kept: 2]>) keep 3 -> !braid.value<token, [d: 4]> {
  ^bb0(%a: !braid.value<token, [d: 4]>, %w: !braid.value<token, [d: 4]>):
    %0 = braid.carry "b.c.grad" reverse : <token, [d: 4]>
    %1 = braid.map mul(%0, %w) : (!braid.value<token, [d: 4]>, !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]>
    braid.next "b.c.grad", %1 : <token, [d: 4]>
    braid.yield %1 : !braid.value<token, [d: 4]>
  } replay {
  ^bb0(%a: !braid.value<token, [d: 4]>):
    %0 = braid.carry "b.c" : <token, [d: 4]>
    %1 = braid.map mul(%0, %a) : (!braid.value<token, [d: 4]>, !braid.value<token, [d: 4]>) -> !braid.value<token, [d: 4]>
    braid.next "b.c", %1 : <token, [d: 4]>
    braid.yield %1 : !braid.value<token, [d: 4]>
  }
}
