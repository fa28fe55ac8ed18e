#ifndef BRAID_IR_MATH_OPS
#define BRAID_IR_MATH_OPS

include "dialects/Braid/IR/BraidTypes.td"
include "dialects/Braid/IR/BraidInterfaces.td"

class Braid_PureOp<string mnemonic, string role, list<Trait> traits = []>
    : Braid_Op<mnemonic, role, !listconcat([Pure, DeclareOpInterfaceMethods<Braid_AdjointOpInterface>], traits)>;

def Braid_ConstantOp : Braid_PureOp<"constant", "Free"> {
  let summary = "a number, in every element of a static value";
  let arguments = (ins F64Attr:$value);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasVerifier = 1;
  let description = [{
    Element-wise: `result = value`. The result is static and real, or a static bool or id.
    R1: the result is static.
    ```mlir
    %0 = braid.constant 5.000000e-01 : !braid.value<static, []>
    ```
  }];
}

def Braid_IotaOp : Braid_PureOp<"iota", "Free"> {
  let summary = "0, 1, 2, … along the only axis of a static real value";
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
  let description = [{
    R2: the result is static and real and has exactly one axis.
    ```mlir
    %0 = braid.iota : !braid.value<static, [half: 32]>
    ```
  }];
}

def Braid_RandomOp : Braid_PureOp<"random", "Free"> {
  let summary = "independent draws from counter-based streams";
  let description = [{
    Static: element i of the stream keyed by (seed, `stream`); used by initialisers.
    Token: keyed by (seed, step, sequence, position, `stream`), so equal under recomputation;
    with `per_sequence` all positions of a sequence have the same draws.
    `normal`: mean 0, standard deviation `scale`; `uniform`: on [-scale, scale).
    ```mlir
    %0 = braid.random normal scale 2.000000e-02 stream "embed" : !braid.value<static, [vocab: 256, dim: 384]>
    %1 = braid.random uniform scale 1.000000e+00 stream "block.0.mlp.dropout" : !braid.value<token, [dim: 384]>
    ```
    R24: the result is real; `per_sequence` is for values that vary per token.
  }];
  let arguments = (ins Braid_RandomDist:$distribution, F64Attr:$scale, StrAttr:$stream, UnitAttr:$per_sequence);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$distribution `scale` $scale `stream` $stream (`per_sequence` $per_sequence^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Braid_MapOp : Braid_PureOp<"map", "Row"> {
  let summary = "an elementwise function of values whose axes are matched by name";
  let description = [{
    `result[a] = fn(x[a], y[a], …)`, where an operand that lacks an axis, or that varies
    less (static against token), has the same element everywhere along it.
    R3: every axis of an operand is an axis of the result, with the same size.
    R4: the result varies at least as much as each operand.
    R5: as many operands as `fn` takes; `select` takes a bool first; `lt le eq and or not`
    give a bool, everything else a real; `mulz` is the product, and 0 where a factor is 0,
    whatever the other (the chain rule's product); `real` turns a bool or an id into a number;
    `eq`, `lt`, `le` also compare ids. The result may have axes that no operand has
    (all operands are then repeated along them).
    An op marked `train_only` is a factor of training: in every function but @grad it stands
    for 1 (`braid-drop-train-only`).
    ```mlir
    %2 = braid.map mul(%g, %x) : (!braid.value<static, [dim: 8]>, !braid.value<token, [lane: 4, dim: 8]>) -> !braid.value<token, [lane: 4, dim: 8]>
    ```
  }];
  let arguments = (ins Braid_MapFn:$fn, Variadic<Braid_ValueType>:$inputs, UnitAttr:$train_only, UnitAttr:$recomputed);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$fn `(` $inputs `)` attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
}

def Braid_BroadcastOp : Braid_PureOp<"broadcast", "Row", [Braid_MovesNumbers]> {
  let summary = "repeats a value along axes it lacks, or for every token";
  let description = [{
    R3 and R4 as for `braid.map`; elements are of the same kind.
    ```mlir
    %1 = braid.broadcast %0 : !braid.value<static, []> -> !braid.value<token, [dim: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, UnitAttr:$recomputed);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Braid_ReduceOp : Braid_PureOp<"reduce", "Row"> {
  let summary = "combines a value along named axes";
  let description = [{
    R6: `axes` are distinct axes of the operand; the result has the others, in any order,
    and the same kind.
    ```mlir
    %1 = braid.reduce sum %0 over ["dim"] : !braid.value<token, [dim: 8]> -> !braid.value<token, []>
    ```
  }];
  let arguments = (ins Braid_ReduceKindParam:$kind, Braid_ValueType:$input, StrArrayAttr:$axes, UnitAttr:$recomputed);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$kind $input `over` $axes attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Braid_DotOp : Braid_PureOp<"dot", "Own", [DeclareOpInterfaceMethods<Braid_MixInterface, ["mixesTokens", "canNarrow"]>]> {
  let summary = "contracts two values over named axes, and over all tokens if told";
  let description = [{
    `result[f] = sum over axes (and tokens) of lhs · rhs`. Axes that both operands have and
    that are not contracted are kept once (batched).
    R7: `axes` are axes of both operands; the result has the union of the others, in any order.
    R8: without `tokens` the result varies as the operand that varies most; with it both
    operands vary per token and the result is static.
    ```mlir
    %2 = braid.dot %x, %w over ["dim"] : !braid.value<token, [dim: 8]>, !braid.value<static, [dim: 8, inner: 32]> -> !braid.value<token, [inner: 32]>
    %3 = braid.dot %x, %dy over [] tokens : !braid.value<token, [dim: 8]>, !braid.value<token, [inner: 32]> -> !braid.value<static, [dim: 8, inner: 32]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$lhs, Braid_ValueType:$rhs, StrArrayAttr:$axes, UnitAttr:$tokens, UnitAttr:$narrow, UnitAttr:$recomputed);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$lhs `,` $rhs `over` $axes (`tokens` $tokens^)? attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasVerifier = 1;
}

def Braid_TokenSumOp : Braid_PureOp<"token_sum", "Sum"> {
  let summary = "sums a value over all tokens";
  let description = [{
    R9: the operand varies per token, the result is static with the same axes.
    ```mlir
    %1 = braid.token_sum %0 : !braid.value<token, [dim: 8]> -> !braid.value<static, [dim: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Braid_DetachOp : Braid_PureOp<"detach", "View", [Braid_MovesNumbers]> {
  let summary = "the same value, through which no gradient flows";
  let arguments = (ins Braid_ValueType:$input);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let description = [{
    ```mlir
    %1 = braid.detach %0 : !braid.value<token, []> -> !braid.value<token, []>
    ```
  }];
}

def Braid_MaterializeOp : Braid_PureOp<"materialize", "View", [Braid_MovesNumbers, Braid_EndsKernel]> {
  let summary = "the same value, read from memory by another kernel than the one that computes it";
  let arguments = (ins Braid_ValueType:$input);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let description = [{
    Ends the kernel of row work that makes the value: what uses the result is of a later level. `braid-cut-groups` puts it
    where a kernel would be too large.
    ```mlir
    %1 = braid.materialize %0 : !braid.value<token, [dim: 64]> -> !braid.value<token, [dim: 64]>
    ```
  }];
}

def Braid_RoundOp : Braid_PureOp<"round", "Row"> {
  let summary = "rounds every element to a storage format";
  let description = [{
    The only op that loses bits on purpose; inserted by one policy before fusion. The
    gradient passes through unrounded.
    ```mlir
    %1 = braid.round %0 to bf16 : !braid.value<token, [dim: 8]> -> !braid.value<token, [dim: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, Braid_PrecisionParam:$precision, UnitAttr:$recomputed);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input `to` $precision attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

#endif
