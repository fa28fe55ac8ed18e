#ifndef BRAID_IR_TOKEN_OPS
#define BRAID_IR_TOKEN_OPS

include "dialects/Braid/IR/BraidMathOps.td"

def Braid_GatherOp : Braid_PureOp<"gather", "Row"> {
  let summary = "the entry of a table that an id names";
  let description = [{
    `result[rest] = table[axis: id, rest]`; zero where the id is negative or past the end.
    The table is static (an embedding) or varies per token (the logit of the target).
    R15: `axis` is an axis of the table; the result has the table's other axes in order,
    then none of the id's (an id has no axes), and varies per token unless both are static.
    ```mlir
    %1 = braid.gather %table[%id] along "vocab" : !braid.value<static, [vocab: 256, dim: 8]>, !braid.value<token, [], id 256> -> !braid.value<token, [dim: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$table, Braid_ValueType:$id, StrAttr:$axis, UnitAttr:$recomputed);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$table `[` $id `]` `along` $axis attr-dict `:` type($table) `,` type($id) `->` type($result)";
  let hasVerifier = 1;
}

def Braid_ScatterOp : Braid_PureOp<"scatter", "Mix", [DeclareOpInterfaceMethods<Braid_MixInterface, ["roundsOperand"]>]> {
  let summary = "sums the values of all tokens into the rows of a table that their ids name";
  let description = [{
    `result[axis: i, rest] = sum of input[rest] over the tokens whose id is i`, in token order (deterministic).
    The transpose of `braid.gather` from a static table.
    R16: `axis` is the result's; the others are the input's, in the same order. The result is static.
    ```mlir
    %1 = braid.scatter %g[%id] along "vocab" : !braid.value<token, [dim: 8]>, !braid.value<token, [], id 256> -> !braid.value<static, [vocab: 256, dim: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, Braid_ValueType:$id, StrAttr:$axis);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input `[` $id `]` `along` $axis attr-dict `:` type($input) `,` type($id) `->` type($result)";
  let hasVerifier = 1;
}

def Braid_DelayOp : Braid_PureOp<"delay", "Mix", [Braid_MovesNumbers, Braid_MixInterface]> {
  let summary = "the value at an earlier token of the sequence";
  let description = [{
    `result[t] = input[t - distance]`; where the sequence has no such token: 0, false, or for an id -1, which is no entry of any axis.
    `instance` is the path of the instance in whose program it stands; what is remembered for it goes by that name.
    R26: the input varies per token, and the result has its type. The distance is from 1 to 65536; of real values also from
    -65536 to -1 (later tokens), which only adjoints have.
    ```mlir
    %1 = braid.delay %0 by 1 : !braid.value<token, [dim: 8]> -> !braid.value<token, [dim: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, I64Attr:$distance, OptionalAttr<StrAttr>:$instance);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input `by` $distance attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Braid_RememberOp : Braid_PureOp<"remember", "Mix", [Braid_MovesNumbers, Braid_MixInterface]> {
  let summary = "a value that runs which go on later find again";
  let description = [{
    The identity. Where a run goes on with sequences that an earlier one began, who looks at the result looks at the tokens of
    the earlier runs as well: of these the newest `rows` (absent: all) are kept, under the path.
    R27: the input varies per token, and the result has its type; `rows` is positive; a path is remembered once in a function;
    the result is an operand of delays, and keys, values, segments or `only` of attention, whose source is remembered as a whole with one `rows`.
    ```mlir
    %1 = braid.remember %0 "block.0.attention.keys.0" rows 127 : !braid.value<token, [heads: 4, head: 8]> -> !braid.value<token, [heads: 4, head: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, StrAttr:$path, OptionalAttr<I64Attr>:$rows);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input $path (`rows` $rows^)? attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Braid_PositionOp : Braid_PureOp<"position", "Free"> {
  let summary = "the token's position in its sequence, from 0";
  let description = [{
    An id whose size is a bound on the sequence (0: unbounded).
    ```mlir
    %0 = braid.position : !braid.value<token, [], id 0>
    ```
  }];
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Braid_AttendOp : Braid_PureOp<"attend", "Mix", [AttrSizedOperandSegments, DeclareOpInterfaceMethods<Braid_MixInterface, ["roundsResult", "canNarrow"]>]> {
  let summary = "softmax attention over the tokens of the sequence and over slots";
  let description = [{
    One softmax over all sources: `out = Σ_j softmax_j(scale · <q, k_j>) v_j`, j over the
    visible positions of every source. `axis` is contracted between q and every k.
    Axes that q and k share otherwise are batched and are v's too; q's further axes are repeated over k
    (grouped heads); v's further axes (often `axis` itself) are the output's.
    A token source takes part with every token of the sequence that its mask lets the token see;
    a static source has exactly one axis (`slots[i]`) that q lacks and that is summed over.
    `lse` is the logarithm of the softmax's denominator; a token that sees nothing has output 0 and lse -inf.
    `segments` are integers by which tokens belong together; a mask `segment i` hides the keys whose i-th one is another than the query's.
    `only` are truth values of the tokens; a mask `only i` hides the keys whose i-th one does not hold. `instance` as of a delay.
    R17: one k, v and mask per source, all real; the axes are as said; the output has q's axes other than `axis`, then v's further ones;
    `lse` has q's axes other than `axis`; segments are ids, and `only` truth values, without axes that vary per token, each named by the mask of a source over tokens;
    slots have the mask `all` and no span, chunk, segment or truth value.
    ```mlir
    %o, %lse = braid.attend %q, keys(%k), values(%v) over "head" masks [#braid.mask<causal, 0>] scale 5.000000e-01 : ...
    %p, %lsf = braid.attend %q, keys(%k), values(%v) segments(%s) over "head" masks [#braid.mask<causal, 0, segment 0>] scale 5.000000e-01 : ...
    ```
  }];
  let arguments = (ins Braid_ValueType:$query, Variadic<Braid_ValueType>:$keys,
                       Variadic<Braid_ValueType>:$values, Variadic<Braid_ValueType>:$segments, Variadic<Braid_ValueType>:$only,
                       StrAttr:$axis, ArrayAttr:$masks, F64Attr:$scale, OptionalAttr<StrAttr>:$instance, UnitAttr:$narrow);
  let results = (outs Braid_ValueType:$output, Braid_ValueType:$lse);
  let assemblyFormat = [{
    $query `,` `keys` `(` $keys `)` `,` `values` `(` $values `)` (`segments` `(` $segments^ `)`)? (`only` `(` $only^ `)`)? `over` $axis `masks` $masks `scale` $scale attr-dict
    `:` type($query) `,` `(` type($keys) `)` `,` `(` type($values) `)` (`segments` `(` type($segments)^ `)`)? (`only` `(` type($only)^ `)`)? `->` type($output) `,` type($lse)
  }];
  let hasVerifier = 1;
}

def Braid_AttendGradOp : Braid_Op<"attend_grad", "Mix", [Pure, AttrSizedOperandSegments, AttrSizedResultSegments,
                                                          DeclareOpInterfaceMethods<Braid_MixInterface, ["roundsOperand"]>]> {
  let summary = "the gradient of `braid.attend`";
  let description = [{
    From the operands, the output, its logarithmic denominator and the gradient of the output, the gradients of
    the query and of every source's keys and values (static sources: summed over all tokens). Segments and `only` have none.
    Types of the gradients are those of what they are the gradients of (R18).
  }];
  let arguments = (ins Braid_ValueType:$query, Variadic<Braid_ValueType>:$keys, Variadic<Braid_ValueType>:$values,
                       Variadic<Braid_ValueType>:$segments, Variadic<Braid_ValueType>:$only, Braid_ValueType:$output, Braid_ValueType:$lse, Braid_ValueType:$outputGrad,
                       StrAttr:$axis, ArrayAttr:$masks, F64Attr:$scale);
  let results = (outs Braid_ValueType:$queryGrad, Variadic<Braid_ValueType>:$keyGrads, Variadic<Braid_ValueType>:$valueGrads);
  let assemblyFormat = [{
    $query `,` `keys` `(` $keys `)` `,` `values` `(` $values `)` (`segments` `(` $segments^ `)`)? (`only` `(` $only^ `)`)? `,` `output` `(` $output `,` $lse `,` $outputGrad `)`
    `over` $axis `masks` $masks `scale` $scale attr-dict
    `:` type($query) `,` `(` type($keys) `)` `,` `(` type($values) `)` (`segments` `(` type($segments)^ `)`)? (`only` `(` type($only)^ `)`)? `,` type($output) `,` type($lse) `,` type($outputGrad)
    `->` type($queryGrad) `,` `(` type($keyGrads) `)` `,` `(` type($valueGrads) `)`
  }];
  let hasVerifier = 1;
}

#endif
