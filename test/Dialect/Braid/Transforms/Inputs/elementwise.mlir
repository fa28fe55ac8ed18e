// Every elementwise function, static arithmetic and an auxiliary loss.
module attributes {braid.model = "elementwise"} {
  braid.parameter @embed : !braid.value<static, [vocab: 12, dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "embed" : <static, [vocab: 12, dim: 6]>
    braid.yield %0 : !braid.value<static, [vocab: 12, dim: 6]>
  }
  braid.parameter @gain : !braid.value<static, [dim: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "gain" : <static, [dim: 6]>
    braid.yield %0 : !braid.value<static, [dim: 6]>
  }
  braid.parameter @scalar : !braid.value<static, []> init {
    %0 = braid.random normal scale 7.000000e-01 stream "scalar" : <static, []>
    braid.yield %0 : !braid.value<static, []>
  }
  braid.parameter @wa : !braid.value<static, [dim: 6, mid: 3]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "wa" : <static, [dim: 6, mid: 3]>
    braid.yield %0 : !braid.value<static, [dim: 6, mid: 3]>
  }
  braid.parameter @wb : !braid.value<static, [mid: 3, dim2: 6]> init {
    %0 = braid.random normal scale 7.000000e-01 stream "wb" : <static, [mid: 3, dim2: 6]>
    braid.yield %0 : !braid.value<static, [mid: 3, dim2: 6]>
  }
  braid.func @logits {
    %tokens = braid.input "tokens" : <token, [], id 12>
    %v1 = braid.param @embed : <static, [vocab: 12, dim: 6]>
    %v2 = braid.gather %v1[%tokens] along "vocab" : <static, [vocab: 12, dim: 6]>, <token, [], id 12> -> <token, [dim: 6]>
    %v3 = braid.param @gain : <static, [dim: 6]>
    %v4 = braid.param @scalar : <static, []>
    %v5 = braid.map mul(%v3, %v2) : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v6 = braid.map mul(%v2, %v2) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v7 = braid.constant 3.000000e-01 : <static, []>
    %v8 = braid.map add(%v6, %v7) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v9 = braid.map neg(%v2) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v10 = braid.map mul(%v9, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v11 = braid.map add(%v5, %v10) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v12 = braid.map exp(%v2) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v13 = braid.map mul(%v12, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v14 = braid.map add(%v11, %v13) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v15 = braid.map sqrt(%v8) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v16 = braid.map mul(%v15, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v17 = braid.map add(%v14, %v16) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v18 = braid.map rsqrt(%v8) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v19 = braid.map mul(%v18, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v20 = braid.map add(%v17, %v19) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v21 = braid.map tanh(%v2) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v22 = braid.map mul(%v21, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v23 = braid.map add(%v20, %v22) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v24 = braid.map sigmoid(%v2) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v25 = braid.map mul(%v24, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v26 = braid.map add(%v23, %v25) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v27 = braid.map erf(%v2) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v28 = braid.map mul(%v27, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v29 = braid.map add(%v26, %v28) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v30 = braid.map sin(%v2) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v31 = braid.map mul(%v30, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v32 = braid.map add(%v29, %v31) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v33 = braid.map cos(%v2) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v34 = braid.map mul(%v33, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v35 = braid.map add(%v32, %v34) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v36 = braid.map abs(%v2) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v37 = braid.map mul(%v36, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v38 = braid.map add(%v35, %v37) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v39 = braid.map log(%v8) : (!braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v40 = braid.map mul(%v39, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v41 = braid.map add(%v38, %v40) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v42 = braid.map exp(%v4) : (!braid.value<static, []>) -> !braid.value<static, []>
    %v43 = braid.map sub(%v8, %v42) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v44 = braid.map add(%v41, %v43) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v45 = braid.map exp(%v3) : (!braid.value<static, [dim: 6]>) -> !braid.value<static, [dim: 6]>
    %v46 = braid.map sub(%v45, %v8) : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v47 = braid.map add(%v44, %v46) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v48 = braid.map exp(%v4) : (!braid.value<static, []>) -> !braid.value<static, []>
    %v49 = braid.map div(%v8, %v48) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v50 = braid.map add(%v47, %v49) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v51 = braid.map exp(%v3) : (!braid.value<static, [dim: 6]>) -> !braid.value<static, [dim: 6]>
    %v52 = braid.map div(%v51, %v8) : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v53 = braid.map add(%v50, %v52) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v54 = braid.map exp(%v4) : (!braid.value<static, []>) -> !braid.value<static, []>
    %v55 = braid.map max(%v8, %v54) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v56 = braid.map add(%v53, %v55) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v57 = braid.map exp(%v3) : (!braid.value<static, [dim: 6]>) -> !braid.value<static, [dim: 6]>
    %v58 = braid.map max(%v57, %v8) : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v59 = braid.map add(%v56, %v58) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v60 = braid.map exp(%v4) : (!braid.value<static, []>) -> !braid.value<static, []>
    %v61 = braid.map min(%v8, %v60) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v62 = braid.map add(%v59, %v61) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v63 = braid.map exp(%v3) : (!braid.value<static, [dim: 6]>) -> !braid.value<static, [dim: 6]>
    %v64 = braid.map min(%v63, %v8) : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v65 = braid.map add(%v62, %v64) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v66 = braid.map exp(%v4) : (!braid.value<static, []>) -> !braid.value<static, []>
    %v67 = braid.map pow(%v8, %v66) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v68 = braid.map add(%v65, %v67) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v69 = braid.map exp(%v3) : (!braid.value<static, [dim: 6]>) -> !braid.value<static, [dim: 6]>
    %v70 = braid.map pow(%v69, %v8) : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v71 = braid.map add(%v68, %v70) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v72 = braid.constant 2.000000e+00 : <static, []>
    %v73 = braid.map pow(%v8, %v72) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v74 = braid.map add(%v71, %v73) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v75 = braid.constant 5.000000e-01 : <static, []>
    %v76 = braid.map pow(%v8, %v75) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v77 = braid.map add(%v74, %v76) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v78 = braid.constant -5.000000e-01 : <static, []>
    %v79 = braid.map pow(%v8, %v78) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v80 = braid.map add(%v77, %v79) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v81 = braid.constant 3.000000e+00 : <static, []>
    %v82 = braid.map pow(%v8, %v81) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v83 = braid.map add(%v80, %v82) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v84 = braid.constant 0.000000e+00 : <static, []>
    %v85 = braid.map pow(%v8, %v84) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v86 = braid.map add(%v83, %v85) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v87 = braid.map lt(%v2, %v4) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6], bool>
    %v88 = braid.map le(%v3, %v2) : (!braid.value<static, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6], bool>
    %v89 = braid.map not(%v87) : (!braid.value<token, [dim: 6], bool>) -> !braid.value<token, [dim: 6], bool>
    %v90 = braid.map or(%v87, %v88) : (!braid.value<token, [dim: 6], bool>, !braid.value<token, [dim: 6], bool>) -> !braid.value<token, [dim: 6], bool>
    %v91 = braid.map and(%v89, %v90) : (!braid.value<token, [dim: 6], bool>, !braid.value<token, [dim: 6], bool>) -> !braid.value<token, [dim: 6], bool>
    %v92 = braid.map mul(%v2, %v3) : (!braid.value<token, [dim: 6]>, !braid.value<static, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v93 = braid.map select(%v91, %v92, %v4) : (!braid.value<token, [dim: 6], bool>, !braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v94 = braid.map add(%v86, %v93) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v95 = braid.map real(%v91) : (!braid.value<token, [dim: 6], bool>) -> !braid.value<token, [dim: 6]>
    %v96 = braid.map mul(%v95, %v94) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v97 = braid.map add(%v94, %v96) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v98 = braid.detach %v2 : <token, [dim: 6]> -> <token, [dim: 6]>
    %v99 = braid.map mul(%v98, %v2) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v100 = braid.map add(%v97, %v99) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v101 = braid.constant 4.000000e+00 : <static, []>
    %v102 = braid.map div(%v2, %v101) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v103 = braid.map add(%v100, %v102) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v104 = braid.param @wa : <static, [dim: 6, mid: 3]>
    %v105 = braid.param @wb : <static, [mid: 3, dim2: 6]>
    %v106 = braid.dot %v104, %v105 over ["mid"] : <static, [dim: 6, mid: 3]>, <static, [mid: 3, dim2: 6]> -> <static, [dim: 6, dim2: 6]>
    %v107 = braid.dot %v2, %v106 over ["dim"] : <token, [dim: 6]>, <static, [dim: 6, dim2: 6]> -> <token, [dim2: 6]>
    %v108 = braid.rename %v107 ["dim2"] to ["dim"] : <token, [dim2: 6]> -> <token, [dim: 6]>
    %v109 = braid.map add(%v103, %v108) : (!braid.value<token, [dim: 6]>, !braid.value<token, [dim: 6]>) -> !braid.value<token, [dim: 6]>
    %v110 = braid.reduce max %v2 over ["dim"] : <token, [dim: 6]> -> <token, []>
    braid.aux_loss %v110 : <token, []>
    %v111 = braid.constant 1.000000e-01 : <static, []>
    %v112 = braid.map mul(%v109, %v111) : (!braid.value<token, [dim: 6]>, !braid.value<static, []>) -> !braid.value<token, [dim: 6]>
    %v113 = braid.dot %v112, %v1 over ["dim"] : <token, [dim: 6]>, <static, [vocab: 12, dim: 6]> -> <token, [vocab: 12]>
    braid.output "logits", %v113 : <token, [vocab: 12]>
  }
}
