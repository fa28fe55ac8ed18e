// Three reads of growing histories, with static entries, captures of both kinds and unstacked results, and one of static values only.
module attributes {braid.model = "histories"} {
  braid.parameter @embed : !braid.value<static, [vocab: 12, dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "embed" : <static, [vocab: 12, dim: 6]>
    braid.yield %0 : !braid.value<static, [vocab: 12, dim: 6]>
  }
  braid.parameter @gain : !braid.value<static, [dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "gain" : <static, [dim: 6]>
    braid.yield %0 : !braid.value<static, [dim: 6]>
  }
  braid.parameter @first : !braid.value<static, [dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "first" : <static, [dim: 6]>
    braid.yield %0 : !braid.value<static, [dim: 6]>
  }
  braid.parameter @bias : !braid.value<static, [depth: 3]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "bias" : <static, [depth: 3]>
    braid.yield %0 : !braid.value<static, [depth: 3]>
  }
  braid.parameter @q1 : !braid.value<static, [dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "q1" : <static, [dim: 6]>
    braid.yield %0 : !braid.value<static, [dim: 6]>
  }
  braid.parameter @q2 : !braid.value<static, [dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "q2" : <static, [dim: 6]>
    braid.yield %0 : !braid.value<static, [dim: 6]>
  }
  braid.func @logits {
    %tokens = braid.input "tokens" : <token, [], id 12>
    %v1 = braid.param @embed : <static, [vocab: 12, dim: 6]>
    %v2 = braid.gather %v1[%tokens] along "vocab" : <static, [vocab: 12, dim: 6]>, <token, [], id 12> -> <token, [dim: 6]>
    %v3 = braid.param @gain : <static, [dim: 6]>
    %v4 = braid.param @first : <static, [dim: 6]>
    %v5 = braid.param @bias : <static, [depth: 3]>
    %v6 = braid.param @q1 : <static, [dim: 6]>
    %v7 = braid.param @q2 : <static, [dim: 6]>
    %v8 = braid.map mul(%v2, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v9 = braid.map tanh(%v8) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %r10:3 = braid.read "d2" groups 1 entries(%v4, %v9 : !braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) captures(%v6, %v2 : !braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) unstack [1] -> !braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]> {
    ^bb0(%v: !braid.value<token, [d2: 2, dim: 6]>, %q: !braid.value<static, [dim: 6]>, %t: !braid.value<token, [dim: 6]>):
      %qq = braid.map mul(%q, %q) : (!braid.value<static, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<static, [dim: 6]>
      %s = braid.dot %qq, %v over ["dim"] : <static, [dim: 6]>, <token, [d2: 2, dim: 6]> -> <token, [d2: 2]>
      %e = braid.map exp(%s) : (!braid.value<token, [d2: 2]>) -> !braid.value<token, [d2: 2]>
      %z = braid.reduce sum %e over ["d2"] : <token, [d2: 2]> -> <token, []>
      %w = braid.map div(%e, %z) : (!braid.value<token, [d2: 2]>, !braid.value<token, []>) -> !braid.value<token, [d2: 2]>
      %h = braid.dot %w, %v over ["d2"] : <token, [d2: 2]>, <token, [d2: 2, dim: 6]> -> <token, [dim: 6]>
      %h2 = braid.map mul(%h, %t) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
      %u = braid.map mul(%v, %w) : (!braid.value<token, [d2: 2, dim: 6]>, !braid.value<token, [d2: 2]>) -> !braid.value<token, [d2: 2, dim: 6]>
      braid.yield %h2, %u : !braid.value<token, [dim: 6]>, !braid.value<token, [d2: 2, dim: 6]>
    }
    %v11 = braid.map add(%r10#0, %r10#1) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v12 = braid.map tanh(%v11) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %r13:4 = braid.read "d3" groups 1 entries(%v4, %v9, %v12 : !braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) captures(%v7, %v2 : !braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) unstack [1] -> !braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]> {
    ^bb0(%v: !braid.value<token, [d3: 3, dim: 6]>, %q: !braid.value<static, [dim: 6]>, %t: !braid.value<token, [dim: 6]>):
      %qq = braid.map mul(%q, %q) : (!braid.value<static, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<static, [dim: 6]>
      %s = braid.dot %qq, %v over ["dim"] : <static, [dim: 6]>, <token, [d3: 3, dim: 6]> -> <token, [d3: 3]>
      %e = braid.map exp(%s) : (!braid.value<token, [d3: 3]>) -> !braid.value<token, [d3: 3]>
      %z = braid.reduce sum %e over ["d3"] : <token, [d3: 3]> -> <token, []>
      %w = braid.map div(%e, %z) : (!braid.value<token, [d3: 3]>, !braid.value<token, []>) -> !braid.value<token, [d3: 3]>
      %h = braid.dot %w, %v over ["d3"] : <token, [d3: 3]>, <token, [d3: 3, dim: 6]> -> <token, [dim: 6]>
      %h2 = braid.map mul(%h, %t) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
      %u = braid.map mul(%v, %w) : (!braid.value<token, [d3: 3, dim: 6]>, !braid.value<token, [d3: 3]>) -> !braid.value<token, [d3: 3, dim: 6]>
      braid.yield %h2, %u : !braid.value<token, [dim: 6]>, !braid.value<token, [d3: 3, dim: 6]>
    }
    %v14 = braid.map mul(%r13#0, %r13#3) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %c = braid.read "depth" groups 1 entries(%v4, %v9, %v14 : !braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) captures(%v5 : !braid.value<static, [depth: 3]>) unstack [] -> !braid.value<token, [dim: 6]> {
    ^bb0(%v: !braid.value<token, [depth: 3, dim: 6]>, %b: !braid.value<static, [depth: 3]>):
      %h = braid.dot %b, %v over ["depth"] : <static, [depth: 3]>, <token, [depth: 3, dim: 6]> -> <token, [dim: 6]>
      braid.yield %h : !braid.value<token, [dim: 6]>
    }
    %ss:2 = braid.read "params" groups 1 entries(%v6, %v7 : !braid.value<static, [dim: 6]>, !braid.value<static, [dim: 6]>) captures(%c : !braid.value<token, [dim: 6]>) unstack [] -> !braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]> {
    ^bb0(%v: !braid.value<static, [params: 2, dim: 6]>, %b: !braid.value<token, [dim: 6]>):
      %h = braid.reduce max %v over ["params"] : <static, [params: 2, dim: 6]> -> <static, [dim: 6]>
      %k = braid.map mul(%h, %b) : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
      braid.yield %h, %k : !braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>
    }
    %v15 = braid.map mul(%ss#1, %ss#0) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v16 = braid.map add(%v15, %c) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v17 = braid.dot %v16, %v1 over ["dim"] : <token, [dim: 6]>, <static, [vocab: 12, dim: 6]> -> <token, [vocab: 12]>
    braid.output "logits", %v17 : <token, [vocab: 12]>
  }
}
