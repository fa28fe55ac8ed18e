#ifndef BRAID_ROW_TYPES
#define BRAID_ROW_TYPES

include "dialects/Row/IR/RowDialect.td"

class Row_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::braid::row";
  let genSpecializedAttr = 0;
}
def Row_Fn : Row_Enum<"Fn", "an elementwise function", [
  I32EnumAttrCase<"Neg", 0, "neg">,       I32EnumAttrCase<"Exp", 1, "exp">,
  I32EnumAttrCase<"Log", 2, "log">,       I32EnumAttrCase<"Sqrt", 3, "sqrt">,
  I32EnumAttrCase<"Rsqrt", 4, "rsqrt">,   I32EnumAttrCase<"Tanh", 5, "tanh">,
  I32EnumAttrCase<"Sigmoid", 6, "sigmoid">, I32EnumAttrCase<"Erf", 7, "erf">,
  I32EnumAttrCase<"Sin", 8, "sin">,       I32EnumAttrCase<"Cos", 9, "cos">,
  I32EnumAttrCase<"Abs", 10, "abs">,      I32EnumAttrCase<"Not", 11, "not">,
  I32EnumAttrCase<"Real", 12, "real">,    I32EnumAttrCase<"Copy", 13, "copy">,
  I32EnumAttrCase<"Add", 20, "add">,      I32EnumAttrCase<"Sub", 21, "sub">,
  I32EnumAttrCase<"Mul", 22, "mul">,      I32EnumAttrCase<"Div", 23, "div">,
  I32EnumAttrCase<"Max", 24, "max">,      I32EnumAttrCase<"Min", 25, "min">,
  I32EnumAttrCase<"Pow", 26, "pow">,      I32EnumAttrCase<"Lt", 27, "lt">,
  I32EnumAttrCase<"Le", 28, "le">,        I32EnumAttrCase<"Eq", 29, "eq">,
  I32EnumAttrCase<"And", 30, "and">,      I32EnumAttrCase<"Or", 31, "or">,
  I32EnumAttrCase<"MulZ", 32, "mulz">,
  I32EnumAttrCase<"Select", 40, "select">, I32EnumAttrCase<"Fma", 41, "fma">]>;
def Row_ReduceKind : Row_Enum<"ReduceKind", "how a reduction combines", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Max", 1, "max">, I32EnumAttrCase<"Min", 2, "min">]>;
def Row_Element : Row_Enum<"Element", "what a value is made of while a row is computed", [
  I32EnumAttrCase<"Real", 0, "real">, I32EnumAttrCase<"Id", 1, "id">, I32EnumAttrCase<"Bool", 2, "bool">]>;
def Row_Storage : Row_Enum<"Storage", "how a buffer stores a number", [
  I32EnumAttrCase<"F32", 0, "f32">, I32EnumAttrCase<"BF16", 1, "bf16">, I32EnumAttrCase<"I32", 2, "i32">]>;
def Row_Distribution : Row_Enum<"Distribution", "a distribution to draw from", [
  I32EnumAttrCase<"Normal", 0, "normal">, I32EnumAttrCase<"Uniform", 1, "uniform">]>;
def Row_Space : Row_Enum<"Space", "what the rows of a kernel are", [
  I32EnumAttrCase<"Token", 0, "token">, I32EnumAttrCase<"Fixed", 1, "fixed">]>;

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
  let description = [{ Contiguous, the last axis fastest, rows outermost. }];
  let parameters = (ins "bool":$perRow, ArrayRefParameter<"AxisAttr">:$axes, "Storage":$storage);
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
