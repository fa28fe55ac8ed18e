#ifndef BRAID_IR_VIEW_OPS
#define BRAID_IR_VIEW_OPS

include "dialects/Braid/IR/BraidMathOps.td"

class Braid_ViewOp<string mnemonic, string role, list<Trait> traits = [Braid_MovesNumbers]> : Braid_PureOp<mnemonic, role, traits> {
  let arguments = (ins Braid_ValueType:$input);
  let results = (outs Braid_ValueType:$result);
  let hasVerifier = 1;
}

def Braid_RenameOp : Braid_ViewOp<"rename", "View"> {
  let summary = "gives axes other names";
  let description = [{
    R10: the result is the operand with each axis `from[i]` called `to[i]`, in the same order.
    ```mlir
    %1 = braid.rename %0 ["to"] to ["lane"] : !braid.value<token, [to: 4]> -> !braid.value<token, [lane: 4]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, StrArrayAttr:$from, StrArrayAttr:$to);
  let assemblyFormat = "$input $from `to` $to attr-dict `:` type($input) `->` type($result)";
}

def Braid_TransposeOp : Braid_ViewOp<"transpose", "Row"> {
  let arguments = (ins Braid_ValueType:$input, UnitAttr:$recomputed);
  let summary = "the same value with its axes in another order in memory";
  let description = [{
    R11: operand and result have the same axes.
    ```mlir
    %1 = braid.transpose %0 : !braid.value<static, [a: 2, b: 3]> -> !braid.value<static, [b: 3, a: 2]>
    ```
  }];
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Braid_SplitOp : Braid_ViewOp<"split", "View"> {
  let summary = "one axis as several, row-major";
  let description = [{
    R12: `axis` is replaced, in place, by consecutive axes of the result whose sizes multiply to its own.
    ```mlir
    %1 = braid.split %0 "dim" : !braid.value<token, [dim: 8]> -> !braid.value<token, [heads: 2, head: 4]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, StrAttr:$axis);
  let assemblyFormat = "$input $axis attr-dict `:` type($input) `->` type($result)";
}

def Braid_JoinOp : Braid_ViewOp<"join", "View"> {
  let summary = "several adjacent axes as one, row-major";
  let description = [{
    R12 with operand and result exchanged; `axis` is the result's. The joined axes stand next to each other in
    the operand, in the order meant (transpose first where they do not).
    ```mlir
    %1 = braid.join %0 "dim" : !braid.value<token, [heads: 2, head: 4]> -> !braid.value<token, [dim: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, StrAttr:$axis);
  let assemblyFormat = "$input $axis attr-dict `:` type($input) `->` type($result)";
}

def Braid_ConcatOp : Braid_PureOp<"concat", "Row"> {
  let summary = "values one after another along an axis";
  let description = [{
    `axes[i]` is the axis of operand i that becomes its part of the result's axis `axis`.
    R13: the sizes of the parts add up; all other axes are equal, in the same order.
    ```mlir
    %2 = braid.concat %0, %1 along ["a", "b"] to "both" : (!braid.value<token, [a: 2]>, !braid.value<token, [b: 3]>) -> !braid.value<token, [both: 5]>
    ```
  }];
  let arguments = (ins Variadic<Braid_ValueType>:$inputs, StrArrayAttr:$axes, StrAttr:$axis, UnitAttr:$recomputed);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$inputs `along` $axes `to` $axis attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
}

def Braid_SliceOp : Braid_ViewOp<"slice", "Row"> {
  let summary = "a range of one axis, or one index of it";
  let description = [{
    Elements `offset … offset+size-1` of `axis`. The result has in its place the axis `as`
    of that size, or, when `as` is absent, no axis (the size is then one).
    R14: the range lies inside the axis.
    ```mlir
    %1 = braid.slice %0 "dim" at 4 size 4 as "half" : !braid.value<token, [dim: 8]> -> !braid.value<token, [half: 4]>
    %2 = braid.slice %0 "dim" at 7 size 1 : !braid.value<token, [dim: 8]> -> !braid.value<token, []>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, StrAttr:$axis, I64Attr:$offset, I64Attr:$size, OptionalAttr<StrAttr>:$as, UnitAttr:$recomputed);
  let builders = [OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$input, "::mlir::StringAttr":$axis, "::mlir::IntegerAttr":$offset,
                                 "::mlir::IntegerAttr":$size, "::mlir::StringAttr":$as),
                            "build($_builder, $_state, type, input, axis, offset, size, as, ::mlir::UnitAttr());">];
  let assemblyFormat = "$input $axis `at` $offset `size` $size (`as` $as^)? attr-dict `:` type($input) `->` type($result)";
}

def Braid_PadOp : Braid_ViewOp<"pad", "Row", []> {
  let summary = "a value placed into zeros along one axis";
  let description = [{
    The transpose of `braid.slice`: the result's axis `axis` is zero except at
    `offset …`, where it holds the operand along its axis `from` (or the operand itself, when `from` is absent).
    R14 as for `braid.slice`. The result's axis stands where `from` stood, or first.
    ```mlir
    %1 = braid.pad %0 to "dim" at 4 from "half" : !braid.value<token, [half: 4]> -> !braid.value<token, [dim: 8]>
    ```
  }];
  let arguments = (ins Braid_ValueType:$input, StrAttr:$axis, I64Attr:$offset, OptionalAttr<StrAttr>:$from, UnitAttr:$recomputed);
  let builders = [OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$input, "::mlir::StringAttr":$axis, "::mlir::IntegerAttr":$offset,
                                 "::mlir::StringAttr":$from),
                            "build($_builder, $_state, type, input, axis, offset, from, ::mlir::UnitAttr());">];
  let assemblyFormat = "$input `to` $axis `at` $offset (`from` $from^)? attr-dict `:` type($input) `->` type($result)";
}

#endif
