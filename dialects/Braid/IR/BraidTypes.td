#ifndef BRAID_IR_TYPES
#define BRAID_IR_TYPES

include "dialects/Braid/IR/BraidDialect.td"
include "dialects/Braid/IR/BraidEnums.td"

class Braid_Attr<string cname, string mnem> : AttrDef<Braid_Dialect, cname> { let mnemonic = mnem; }

def Braid_AxisAttr : Braid_Attr<"Axis", "axis"> {
  let summary = "a named axis and its size";
  let parameters = (ins StringRefParameter<"name">:$name, "int64_t":$size);
  let assemblyFormat = "`<` $name `,` $size `>`";
}

def Braid_MapFn : EnumAttr<Braid_Dialect, Braid_Fn, "fn">;
def Braid_ReduceKindParam : EnumAttr<Braid_Dialect, Braid_ReduceKind, "reduce_kind">;
def Braid_RandomDist : EnumAttr<Braid_Dialect, Braid_Distribution, "distribution">;
def Braid_PrecisionParam : EnumAttr<Braid_Dialect, Braid_Precision, "precision">;

def Braid_MaskAttr : Braid_Attr<"Mask", "mask"> {
  let summary = "which positions of a source a token may see";
  let description = [{
    `causal`: keys at or before the token; `strict`: before it; `all`: every key of the
    sequence, or every slot of a static source; `earlier`: keys in the chunks of `span` positions before the token's own.
    Of these `chunk c` leaves those in the token's own chunk of c positions, `segment i` the tokens whose i-th value of
    the op's `segments` equals the token's own, `only i` those for which the i-th value of the op's `only` holds.
    `window` > 0 keeps only the newest `window` positions that are left (the token's own included where it is visible).
    ```mlir
    #braid.mask<causal, 128>
    #braid.mask<earlier, 64, span 32, chunk 256, segment 0, only 1>
    ```
  }];
  let parameters = (ins "MaskKind":$kind, "int64_t":$window, DefaultValuedParameter<"int64_t", "0">:$span,
                        DefaultValuedParameter<"int64_t", "0">:$chunk, DefaultValuedParameter<"int64_t", "-1">:$segment,
                        DefaultValuedParameter<"int64_t", "-1">:$only);
  let hasCustomAssemblyFormat = 1;
  let builders = [AttrBuilder<(ins "MaskKind":$kind, "int64_t":$window), [{
    return $_get($_ctxt, kind, window, int64_t(0), int64_t(0), int64_t(-1), int64_t(-1));
  }]>];
  let extraClassDeclaration = [{
    bool hasSegment() const { return getSegment() >= 0; }
    bool hasOnly() const { return getOnly() >= 0; }
    /// What a query sees of a source with this mask.
    AttentionMask describe() const;
  }];
}

def Braid_ValueType : TypeDef<Braid_Dialect, "Value"> {
  let mnemonic = "value";
  let summary = "a named tensor that every token has, or that all tokens share";
  let description = [{
    `!braid.value<token, [lane: 4, dim: 384]>`: real numbers, one such tensor for every
    token. `static`: one for all (parameters, constants, losses); `sequence`: one for
    every sequence. `!braid.value<token, [], id 256>`: an integer that indexes an axis
    of that size (negative: absent). `bool`: a truth value. The order of the axes is the
    order in memory (last is contiguous) wherever the value is stored; it has no other meaning.
    Axis names are unique in a function: two axes are the same axis if and only if they
    have the same name.
  }];
  let parameters = (ins "Kind":$kind, ArrayRefParameter<"AxisAttr">:$axes, "Element":$element,
                        "int64_t":$idSize);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    TypeBuilder<(ins "Kind":$kind, "::llvm::ArrayRef<AxisAttr>":$axes), [{
      return $_get($_ctxt, kind, axes, Element::Real, int64_t(0));
    }]>
  ];
  let extraClassDeclaration = [{
    /// Position of the axis in the type, or -1.
    int find(::llvm::StringRef axis) const;
    bool has(::llvm::StringRef axis) const { return find(axis) >= 0; }
    /// Size of an axis that must be there.
    int64_t sizeOf(::llvm::StringRef axis) const;
    /// Numbers per token (or in all, when static).
    int64_t numElements() const;
    bool isToken() const { return getKind() == Kind::Token; }
    bool isStatic() const { return getKind() == Kind::Static; }
    bool isReal() const { return getElement() == Element::Real; }
    bool isId() const { return getElement() == Element::Id; }
    bool isBool() const { return getElement() == Element::Bool; }
    /// Every axis of `other` is an axis of this one.
    bool contains(ValueType other) const;
    ValueType withAxes(::llvm::ArrayRef<AxisAttr> axes) const;
    ValueType withKind(Kind kind) const;
    ValueType withElement(Element element) const;
    /// Without the axes named.
    ValueType without(::llvm::ArrayRef<::llvm::StringRef> axes) const;
  }];
}

#endif
