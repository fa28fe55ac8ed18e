// Products: shared axes, several contracted axes, sums over tokens.
module attributes {braid.model = "products"} {
  braid.parameter @embed : !braid.value<static, [vocab: 12, dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "embed" : <static, [vocab: 12, dim: 6]>
    braid.yield %0 : !braid.value<static, [vocab: 12, dim: 6]>
  }
  braid.parameter @w : !braid.value<static, [dim: 6, lane: 2, out: 3]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "w" : <static, [dim: 6, lane: 2, out: 3]>
    braid.yield %0 : !braid.value<static, [dim: 6, lane: 2, out: 3]>
  }
  braid.parameter @u : !braid.value<static, [lane: 2, out: 3, dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "u" : <static, [lane: 2, out: 3, dim: 6]>
    braid.yield %0 : !braid.value<static, [lane: 2, out: 3, dim: 6]>
  }
  braid.parameter @k : !braid.value<static, [lane: 2, out: 3, in: 4]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "k" : <static, [lane: 2, out: 3, in: 4]>
    braid.yield %0 : !braid.value<static, [lane: 2, out: 3, in: 4]>
  }
  braid.func @logits {
    %tokens = braid.input "tokens" : <token, [], id 12>
    %v1 = braid.param @embed : <static, [vocab: 12, dim: 6]>
    %v2 = braid.gather %v1[%tokens] along "vocab" : <static, [vocab: 12, dim: 6]>, <token, [], id 12> -> <token, [dim: 6]>
    %v3 = braid.param @w : <static, [dim: 6, lane: 2, out: 3]>
    %v4 = braid.param @u : <static, [lane: 2, out: 3, dim: 6]>
    %v5 = braid.param @k : <static, [lane: 2, out: 3, in: 4]>
    %v6 = braid.dot %v2, %v3 over ["dim"] : <token, [dim: 6]>, <static, [dim: 6, lane: 2, out: 3]> -> <token, [out: 3, lane: 2]>
    %v7 = braid.dot %v6, %v5 over ["out"] : <token, [out: 3, lane: 2]>, <static, [lane: 2, out: 3, in: 4]> -> <token, [lane: 2, in: 4]>
    %v8 = braid.dot %v7, %v5 over ["in"] : <token, [lane: 2, in: 4]>, <static, [lane: 2, out: 3, in: 4]> -> <token, [lane: 2, out: 3]>
    %v9 = braid.dot %v6, %v8 over ["out"] : <token, [out: 3, lane: 2]>, <token, [lane: 2, out: 3]> -> <token, [lane: 2]>
    %v10 = braid.dot %v9, %v8 over [] : <token, [lane: 2]>, <token, [lane: 2, out: 3]> -> <token, [lane: 2, out: 3]>
    %v11 = braid.dot %v4, %v10 over ["lane", "out"] : <static, [lane: 2, out: 3, dim: 6]>, <token, [lane: 2, out: 3]> -> <token, [dim: 6]>
    %v12 = braid.dot %v2, %v2 over ["dim"] : <token, [dim: 6]>, <token, [dim: 6]> -> <token, []>
    %v13 = braid.constant 1.000000e-02 : <static, []>
    %v14 = braid.map mul(%v12, %v13) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
    %v15 = braid.token_sum %v14 : <token, []> -> <static, []>
    %v16 = braid.dot %v7, %v2 over [] tokens : <token, [lane: 2, in: 4]>, <token, [dim: 6]> -> <static, [in: 4, lane: 2, dim: 6]>
    %v17 = braid.reduce sum %v16 over ["in", "lane"] : <static, [in: 4, lane: 2, dim: 6]> -> <static, [dim: 6]>
    %v18 = braid.constant 1.000000e-02 : <static, []>
    %v19 = braid.map mul(%v17, %v18) : (!braid.value<static, [dim: 6]>, !braid.value<static, []>) -> !braid.value<static, [dim: 6]>
    %v20 = braid.map add(%v15, %v19) : (!braid.value<static, []>, !braid.value<static, [dim: 6]>) -> !braid.value<static, [dim: 6]>
    %v21 = braid.map mul(%v2, %v20) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v22 = braid.map add(%v11, %v21) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v23 = braid.map tanh(%v22) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v24 = braid.dot %v23, %v1 over ["dim"] : <token, [dim: 6]>, <static, [vocab: 12, dim: 6]> -> <token, [vocab: 12]>
    braid.output "logits", %v24 : <token, [vocab: 12]>
  }
}
