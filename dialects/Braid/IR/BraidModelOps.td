#ifndef BRAID_IR_MODEL_OPS
#define BRAID_IR_MODEL_OPS

include "dialects/Braid/IR/BraidMathOps.td"

def Braid_ParameterOp : Braid_Op<"parameter", "Effect", [HasParent<"::mlir::ModuleOp">, Symbol, IsolatedFromAbove, SingleBlock]> {
  let summary = "a trained tensor, its path and its initial value";
  let description = [{
    The region computes the initial value from constants, `braid.random` and other parameters, and yields it.
    `decay`: weight decay applies; `lr`: factor on the learning rate; `group`: a name for per-group settings.
    R19: the type is static and real and is what the region yields; `lr` is a finite number.
    ```mlir
    braid.parameter @"block.0.mlp.up.weight" : !braid.value<static, [dim: 8, inner: 32]> decay init {
      %0 = braid.random normal scale 2.000000e-02 stream "block.0.mlp.up.weight" : !braid.value<static, [dim: 8, inner: 32]>
      braid.yield %0 : !braid.value<static, [dim: 8, inner: 32]>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Braid_ValueType>:$type, UnitAttr:$decay,
                       OptionalAttr<F64Attr>:$lr, OptionalAttr<StrAttr>:$group);
  let regions = (region SizedRegion<1>:$init);
  let assemblyFormat = "$sym_name `:` $type (`decay` $decay^)? (`lr` $lr^)? (`group` $group^)? `init` custom<IsolatedRegion>($init) attr-dict";
  let hasVerifier = 1;
}

def Braid_FuncOp : Braid_Op<"func", "Effect", [HasParent<"::mlir::ModuleOp">, Symbol, IsolatedFromAbove, SingleBlock, NoTerminator]> {
  let summary = "a derived program over one token";
  let description = [{
    Straight-line code. Inputs are `braid.input` and `braid.param`, results are `braid.output`. The front end
    makes `@logits`; passes derive `@loss` and `@grad` from it.
    R25: every op in a function, a read or an initial value has a role (`RoleInterface`), as every op of this dialect has, and a function takes no arguments.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword custom<IsolatedRegion>($body)";
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

def Braid_YieldOp : Braid_Op<"yield", "Effect", [Pure, Terminator, ParentOneOf<["ParameterOp", "ReadOp", "RecurOp"]>]> {
  let summary = "ends the region of a parameter's initial value, of a history read or of a recurrence";
  let arguments = (ins Variadic<Braid_ValueType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Braid_InputOp : Braid_PureOp<"input", "Leaf"> {
  let summary = "a named input of the function";
  let description = [{
    `tokens` and `targets` are ids of the vocabulary, one a token; `loss_scale` is a static scalar, one over the
    number of counted targets of the whole optimiser step.
    ```mlir
    %0 = braid.input "tokens" : !braid.value<token, [], id 256>
    ```
  }];
  let arguments = (ins StrAttr:$name);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

def Braid_ParamOp : Braid_PureOp<"param", "Leaf", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of a parameter";
  let description = [{
    R20: the parameter exists and has this type.
  }];
  let arguments = (ins FlatSymbolRefAttr:$parameter);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$parameter attr-dict `:` type($result)";
}

def Braid_OutputOp : Braid_Op<"output", "Effect"> {
  let summary = "a named result of the function";
  let description = [{
    `logits`, `loss`, `grad:<path>`, `observe:<site>.<name>`. Names are unique in a function (R21). With `newest` only the value at the
    newest token of each sequence is asked for; without it that of every token is there.
  }];
  let arguments = (ins StrAttr:$name, Braid_ValueType:$value, UnitAttr:$newest);
  let assemblyFormat = "$name `,` $value attr-dict `:` type($value)";
  let hasVerifier = 1;
}

def Braid_ObserveOp : Braid_Op<"observe", "Effect"> {
  let summary = "exposes a value under a name, at no cost when unused";
  let description = [{
    Becomes an output `observe:<name>` of the function `@observe`; is dropped from every other.
  }];
  let arguments = (ins StrAttr:$name, Braid_ValueType:$value);
  let assemblyFormat = "$name `,` $value attr-dict `:` type($value)";
}

def Braid_AuxLossOp : Braid_Op<"aux_loss", "Effect"> {
  let summary = "a scalar per token that is averaged over the counted positions and added to the loss";
  let arguments = (ins Braid_ValueType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
  let hasVerifier = 1;
}

def Braid_ReadOp : Braid_Op<"read", "Row", [Pure, IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<Braid_AdjointOpInterface>]> {
  let summary = "reads a history: a region over the axis of its entries";
  let description = [{
    `entries` are `groups` lists of |axis| values each, one list after the other (usually one list: the history; an
    adjoint has further ones). All values of a list have the same axes and element; a static entry stands for itself
    at every token. The region's first `groups` arguments are the lists as values with the axis `axis` in front; the
    further arguments are `captures`. Every yielded value that has the axis `axis` and whose position is in
    `unstack` becomes |axis| results, one an entry; every other becomes one result. No stack is ever materialised.
    R22: the number of entries is groups · |axis|, |axis| > 0; the arguments' types follow from the operands'; results follow from the yield.
    R23: a region argument of a group is a token value, unless every entry is static.
    ```mlir
    %h = braid.read "depth" groups 1 entries(%a, %b : ...) captures(%q : ...) unstack [] -> !braid.value<token, [dim: 8]> {
    ^bb0(%v: !braid.value<token, [depth: 2, dim: 8]>, %query: !braid.value<static, [dim: 8]>):
      ...
      braid.yield %r : !braid.value<token, [dim: 8]>
    }
    ```
  }];
  let arguments = (ins StrAttr:$axis, I64Attr:$groups, Variadic<Braid_ValueType>:$entries,
                       Variadic<Braid_ValueType>:$captures, DenseI64ArrayAttr:$unstack, OptionalAttr<I64Attr>:$own_results, UnitAttr:$recomputed);
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$types, "::mlir::StringAttr":$axis, "::mlir::IntegerAttr":$groups,
                                 "::mlir::ValueRange":$entries, "::mlir::ValueRange":$captures, "::mlir::DenseI64ArrayAttr":$unstack),
                            [{ build($_builder, $_state, types, axis, groups, entries, captures, unstack, ::mlir::IntegerAttr(), ::mlir::UnitAttr()); }]>];
  let results = (outs Variadic<Braid_ValueType>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $axis `groups` $groups `entries` `(` ($entries^ `:` type($entries))? `)` `captures` `(` ($captures^ `:` type($captures))? `)`
    `unstack` $unstack (`->` type($outputs)^)? custom<IsolatedRegion>($body) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Number of entries in each group: the size of the axis.
    int64_t length() { return getGroups() ? int64_t(getEntries().size()) / getGroups() : 0; }
    ::mlir::Block *body() { return &getBody().front(); }
    bool isUnstacked(int64_t yielded) { return ::llvm::is_contained(getUnstack(), yielded); }
  }];
}

#endif
