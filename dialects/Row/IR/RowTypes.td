#ifndef BRAID_ROW_TYPES
#define BRAID_ROW_TYPES

include "dialects/Row/IR/RowDialect.td"
include "dialects/Elementwise.td"

class Row_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::braid::row";
  let genSpecializedAttr = 0;
}
// Those of the dialect `braid`, and one that gives what it takes, under more axes.
def Row_Fn : Row_Enum<"Fn", "an elementwise function", !listconcat(elementwiseCases, [I32EnumAttrCase<"Copy", 1000, "copy">])>;
def Row_ReduceKind : Row_Enum<"ReduceKind", "how a reduction combines", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Max", 1, "max">, I32EnumAttrCase<"Min", 2, "min">]>;
def Row_Element : Row_Enum<"Element", "what a value is made of while a row is computed", [
  I32EnumAttrCase<"Real", 0, "real">, I32EnumAttrCase<"Id", 1, "id">, I32EnumAttrCase<"Bool", 2, "bool">]>;
def Row_Storage : Row_Enum<"Storage", "how a buffer stores a number", [
  I32EnumAttrCase<"F32", 0, "f32">, I32EnumAttrCase<"BF16", 1, "bf16">, I32EnumAttrCase<"I32", 2, "i32">]>;
def Row_Distribution : Row_Enum<"Distribution", "a distribution to draw from", [
  I32EnumAttrCase<"Normal", 0, "normal">, I32EnumAttrCase<"Uniform", 1, "uniform">]>;
def Row_Space : Row_Enum<"Space", "what the rows of a kernel are", [
  I32EnumAttrCase<"Token", 0, "token">, I32EnumAttrCase<"Fixed", 1, "fixed">, I32EnumAttrCase<"Recur", 2, "recur">]>;

def Row_MapFn : EnumAttr<Row_Dialect, Row_Fn, "fn">;
def Row_ReduceKindParam : EnumAttr<Row_Dialect, Row_ReduceKind, "reduce_kind">;
def Row_DistributionParam : EnumAttr<Row_Dialect, Row_Distribution, "distribution">;
def Row_SpaceParam : EnumAttr<Row_Dialect, Row_Space, "space">;
def Row_StorageParam : EnumAttr<Row_Dialect, Row_Storage, "storage">;

class Row_Attr<string cname, string mnem> : AttrDef<Row_Dialect, cname> { let mnemonic = mnem; }
def Row_AxisAttr : Row_Attr<"Axis", "axis"> {
  let summary = "a named axis; size -1: an argument of the kernel";
  let parameters = (ins StringRefParameter<"name">:$name, "int64_t":$size);
  let assemblyFormat = "`<` $name `,` $size `>`";
  let extraClassDeclaration = [{ bool isDynamic() const { return getSize() < 0; } }];
}

class Row_Type<string cname, string mnem> : TypeDef<Row_Dialect, cname> {
  let mnemonic = mnem;
  let hasCustomAssemblyFormat = 1;
}
def Row_ValueType : Row_Type<"Value", "value"> {
  let summary = "a named tensor of one row: `!row.value<[lane: 4, dim: 768]>`, `!row.value<[depth: ?]>`, `!row.value<[], id>`";
  let parameters = (ins ArrayRefParameter<"AxisAttr">:$axes, "Element":$element);
  let extraClassDeclaration = [{
    int find(::llvm::StringRef axis) const;
    bool has(::llvm::StringRef axis) const { return find(axis) >= 0; }
  }];
}
def Row_BufferType : Row_Type<"Buffer", "buffer"> {
  let summary = "memory: `!row.buffer<rows, [dim: 768], f32>` holds one tensor a row, `shared` one for all";
  let description = [{
    Contiguous, the last axis fastest, rows outermost. `!row.buffer<rows of 6, [head: 64], f32>`: the tensor is one of six
    that lie one behind the other in a row of the memory (a kernel of a recurrence works on one of them).
  }];
  let parameters = (ins "bool":$perRow, ArrayRefParameter<"AxisAttr">:$axes, "Storage":$storage, "int64_t":$parts);
  let skipDefaultBuilders = 1;
  let builders = [TypeBuilder<(ins "bool":$perRow, "::llvm::ArrayRef<AxisAttr>":$axes, "Storage":$storage, CArg<"int64_t", "1">:$parts),
                              [{ return $_get($_ctxt, perRow, axes, storage, parts); }]>];
}
def Row_ListType : Row_Type<"List", "list"> {
  let summary = "one buffer for each entry along `axis`: `!row.list<depth, [dim: 768], f32>`";
  let description = [{
    `axis` is a dynamic axis of the kernel. Every entry has a base address and a distance between rows of its own
    (zero for an entry that all rows share).
  }];
  let parameters = (ins StringRefParameter<"axis">:$axis, ArrayRefParameter<"AxisAttr">:$axes, "Storage":$storage);
}

#endif
