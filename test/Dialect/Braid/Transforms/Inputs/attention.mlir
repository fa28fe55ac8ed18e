// Grouped heads, a window within segments, and learned slots in one softmax.
module attributes {braid.model = "attention"} {
  braid.parameter @embed : !braid.value<static, [vocab: 12, dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "embed" : <static, [vocab: 12, dim: 6]>
    braid.yield %0 : !braid.value<static, [vocab: 12, dim: 6]>
  }
  braid.parameter @wq : !braid.value<static, [dim: 6, kv: 2, group: 2, head: 4]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "wq" : <static, [dim: 6, kv: 2, group: 2, head: 4]>
    braid.yield %0 : !braid.value<static, [dim: 6, kv: 2, group: 2, head: 4]>
  }
  braid.parameter @wk : !braid.value<static, [dim: 6, kv: 2, head: 4]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "wk" : <static, [dim: 6, kv: 2, head: 4]>
    braid.yield %0 : !braid.value<static, [dim: 6, kv: 2, head: 4]>
  }
  braid.parameter @wv : !braid.value<static, [dim: 6, kv: 2, head: 4]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "wv" : <static, [dim: 6, kv: 2, head: 4]>
    braid.yield %0 : !braid.value<static, [dim: 6, kv: 2, head: 4]>
  }
  braid.parameter @slot_k : !braid.value<static, [slot: 3, head: 4]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "slot_k" : <static, [slot: 3, head: 4]>
    braid.yield %0 : !braid.value<static, [slot: 3, head: 4]>
  }
  braid.parameter @slot_v : !braid.value<static, [slot: 3, head: 4]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "slot_v" : <static, [slot: 3, head: 4]>
    braid.yield %0 : !braid.value<static, [slot: 3, head: 4]>
  }
  braid.parameter @wo : !braid.value<static, [kv: 2, group: 2, head: 4, dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "wo" : <static, [kv: 2, group: 2, head: 4, dim: 6]>
    braid.yield %0 : !braid.value<static, [kv: 2, group: 2, head: 4, dim: 6]>
  }
  braid.func @logits {
    %tokens = braid.input "tokens" : <token, [], id 12>
    %v1 = braid.param @embed : <static, [vocab: 12, dim: 6]>
    %v2 = braid.gather %v1[%tokens] along "vocab" : <static, [vocab: 12, dim: 6]>, <token, [], id 12> -> <token, [dim: 6]>
    %v3 = braid.param @wq : <static, [dim: 6, kv: 2, group: 2, head: 4]>
    %v4 = braid.param @wk : <static, [dim: 6, kv: 2, head: 4]>
    %v5 = braid.param @wv : <static, [dim: 6, kv: 2, head: 4]>
    %v6 = braid.param @slot_k : <static, [slot: 3, head: 4]>
    %v7 = braid.param @slot_v : <static, [slot: 3, head: 4]>
    %v8 = braid.param @wo : <static, [kv: 2, group: 2, head: 4, dim: 6]>
    %v9 = braid.dot %v2, %v3 over ["dim"] : <token, [dim: 6]>, <static, [dim: 6, kv: 2, group: 2, head: 4]> -> <token, [kv: 2, group: 2, head: 4]>
    %v10 = braid.dot %v2, %v4 over ["dim"] : <token, [dim: 6]>, <static, [dim: 6, kv: 2, head: 4]> -> <token, [kv: 2, head: 4]>
    %v11 = braid.dot %v2, %v5 over ["dim"] : <token, [dim: 6]>, <static, [dim: 6, kv: 2, head: 4]> -> <token, [kv: 2, head: 4]>
    %v12 = braid.broadcast %v6 : <static, [slot: 3, head: 4]> -> <static, [slot: 3, kv: 2, head: 4]>
    %v13 = braid.broadcast %v7 : <static, [slot: 3, head: 4]> -> <static, [slot: 3, kv: 2, head: 4]>
    %document = braid.input "document" : <token, [], id 2>
    %att, %lse = braid.attend %v9, keys(%v10, %v12), values(%v11, %v13) segments(%document) over "head" masks [#braid.mask<causal, 3, segment 0>, #braid.mask<all, 0>] scale 5.0e-1 : <token, [kv: 2, group: 2, head: 4]>, (!braid.value<token, [kv: 2, head: 4]>, !braid.value<static, [slot: 3, kv: 2, head: 4]>), (!braid.value<token, [kv: 2, head: 4]>, !braid.value<static, [slot: 3, kv: 2, head: 4]>) segments(!braid.value<token, [], id 2>) -> <token, [kv: 2, group: 2, head: 4]>, <token, [kv: 2, group: 2]>
    %v14 = braid.dot %att, %v8 over ["kv", "group", "head"] : <token, [kv: 2, group: 2, head: 4]>, <static, [kv: 2, group: 2, head: 4, dim: 6]> -> <token, [dim: 6]>
    %v15 = braid.map add(%v14, %v2) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v16 = braid.dot %v15, %v1 over ["dim"] : <token, [dim: 6]>, <static, [vocab: 12, dim: 6]> -> <token, [vocab: 12]>
    braid.output "logits", %v16 : <token, [vocab: 12]>
  }
}
