// Views, reductions, tables and products with shared axes.
module attributes {braid.model = "views"} {
  braid.parameter @embed : !braid.value<static, [vocab: 12, dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "embed" : <static, [vocab: 12, dim: 6]>
    braid.yield %0 : !braid.value<static, [vocab: 12, dim: 6]>
  }
  braid.parameter @gain : !braid.value<static, [lane: 2, half: 3]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "gain" : <static, [lane: 2, half: 3]>
    braid.yield %0 : !braid.value<static, [lane: 2, half: 3]>
  }
  braid.parameter @table : !braid.value<static, [vocab: 12, dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "table" : <static, [vocab: 12, dim: 6]>
    braid.yield %0 : !braid.value<static, [vocab: 12, dim: 6]>
  }
  braid.func @logits {
    %tokens = braid.input "tokens" : <token, [], id 12>
    %v1 = braid.param @embed : <static, [vocab: 12, dim: 6]>
    %v2 = braid.gather %v1[%tokens] along "vocab" : <static, [vocab: 12, dim: 6]>, <token, [], id 12> -> <token, [dim: 6]>
    %v3 = braid.param @gain : <static, [lane: 2, half: 3]>
    %v4 = braid.split %v2 "dim" : <token, [dim: 6]> -> <token, [lane: 2, half: 3]>
    %v5 = braid.map mul(%v4, %v3) : (!braid.value<token, [lane: 2, half: 3]>, !braid.value<static, [lane: 2, half: 3]>) -> !braid.value<token, [lane: 2, half: 3]>
    %v6 = braid.transpose %v5 : <token, [lane: 2, half: 3]> -> <token, [half: 3, lane: 2]>
    %v7 = braid.slice %v6 "lane" at 1 size 1 : <token, [half: 3, lane: 2]> -> <token, [half: 3]>
    %v8 = braid.slice %v6 "half" at 2 size 1 : <token, [half: 3, lane: 2]> -> <token, [lane: 2]>
    %v9 = braid.slice %v6 "half" at 1 size 2 as "few" : <token, [half: 3, lane: 2]> -> <token, [few: 2, lane: 2]>
    %v10 = braid.concat %v7, %v7 along ["half", "half"] to "dim" : (!braid.value<token, [half: 3]>, !braid.value<token, [half: 3]>) -> !braid.value<token, [dim: 6]>
    %v11 = braid.pad %v7 to "dim" at 2 from "half" : <token, [half: 3]> -> <token, [dim: 6]>
    %v12 = braid.reduce sum %v9 over ["few", "lane"] : <token, [few: 2, lane: 2]> -> <token, []>
    %v13 = braid.pad %v12 to "dim" at 5 : <token, []> -> <token, [dim: 6]>
    %v14 = braid.reduce max %v9 over ["lane"] : <token, [few: 2, lane: 2]> -> <token, [few: 2]>
    %v15 = braid.reduce min %v14 over ["few"] : <token, [few: 2]> -> <token, []>
    %v16 = braid.reduce max %v3 over ["half", "lane"] : <static, [lane: 2, half: 3]> -> <static, []>
    %v17 = braid.rename %v6 ["half"] to ["a"] : <token, [half: 3, lane: 2]> -> <token, [a: 3, lane: 2]>
    %v18 = braid.join %v17 "dim" : <token, [a: 3, lane: 2]> -> <token, [dim: 6]>
    %v19 = braid.join %v3 "dim" : <static, [lane: 2, half: 3]> -> <static, [dim: 6]>
    %v20 = braid.broadcast %v19 : <static, [dim: 6]> -> <token, [dim: 6]>
    %v21 = braid.broadcast %v8 : <token, [lane: 2]> -> <token, [lane: 2, dim: 6]>
    %v22 = braid.reduce sum %v21 over ["lane"] : <token, [lane: 2, dim: 6]> -> <token, [dim: 6]>
    %v23 = braid.iota : <static, [dim: 6]>
    %v24 = braid.position : <token, [], id 0>
    %v25 = braid.map real(%v24) : (!braid.value<token, [], id 0>) -> !braid.value<token, []>
    %v26 = braid.map mul(%v25, %v23) : (!braid.value<token, []>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v27 = braid.map sin(%v26) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v28 = braid.map mul(%v27, %v2) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v29 = braid.concat %v19, %v2 along ["dim", "dim"] to "both" : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [both: 12]>
    %v30 = braid.slice %v29 "both" at 4 size 6 as "dim" : <token, [both: 12]> -> <token, [dim: 6]>
    %v31 = braid.map mul(%v10, %v10) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v32 = braid.map add(%v2, %v31) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v33 = braid.map mul(%v11, %v11) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v34 = braid.map add(%v32, %v33) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v35 = braid.map mul(%v13, %v13) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v36 = braid.map add(%v34, %v35) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v37 = braid.map mul(%v18, %v18) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v38 = braid.map add(%v36, %v37) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v39 = braid.map mul(%v20, %v20) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v40 = braid.map add(%v38, %v39) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v41 = braid.map mul(%v22, %v22) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v42 = braid.map add(%v40, %v41) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v43 = braid.map mul(%v28, %v28) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v44 = braid.map add(%v42, %v43) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v45 = braid.map mul(%v30, %v30) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v46 = braid.map add(%v44, %v45) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v47 = braid.map add(%v46, %v15) : (!braid.value<token, [dim: 6]>, !braid.value<token, []>) -> !braid.value<token, [dim: 6]>
    %v48 = braid.map add(%v47, %v16) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v49 = braid.param @table : <static, [vocab: 12, dim: 6]>
    %v50 = braid.map mul(%v49, %v2) : (!braid.value<static, [vocab: 12, dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [vocab: 12, dim: 6]>
    %v51 = braid.gather %v50[%tokens] along "vocab" : <token, [vocab: 12, dim: 6]>, <token, [], id 12> -> <token, [dim: 6]>
    %v52 = braid.map add(%v48, %v51) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v53 = braid.constant 2.000000e-01 : <static, []>
    %v54 = braid.map mul(%v52, %v53) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v55 = braid.dot %v54, %v1 over ["dim"] : <token, [dim: 6]>, <static, [vocab: 12, dim: 6]> -> <token, [vocab: 12]>
    braid.output "logits", %v55 : <token, [vocab: 12]>
  }
}
