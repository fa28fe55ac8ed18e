#ifndef BRAID_IR_ENUMS
#define BRAID_IR_ENUMS

include "mlir/IR/EnumAttr.td"
include "dialects/Elementwise.td"

class Braid_I32Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::braid::lang";
  let genSpecializedAttr = 0;
}

def Braid_Kind : Braid_I32Enum<"Kind", "over what a value varies", [
  I32EnumAttrCase<"Static", 0, "static">,
  I32EnumAttrCase<"Sequence", 1, "sequence">,
  I32EnumAttrCase<"Token", 2, "token">]>;

def Braid_Element : Braid_I32Enum<"Element", "what a value is made of", [
  I32EnumAttrCase<"Real", 0, "real">,
  I32EnumAttrCase<"Id", 1, "id">,
  I32EnumAttrCase<"Bool", 2, "bool">]>;

// The elementwise functions; Booleans are 0 or 1.
def Braid_Fn : Braid_I32Enum<"Fn", "an elementwise function", elementwiseCases>;

def Braid_ReduceKind : Braid_I32Enum<"ReduceKind", "how a reduction combines", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Max", 1, "max">,
  I32EnumAttrCase<"Min", 2, "min">]>;

def Braid_MaskKind : Braid_I32Enum<"MaskKind", "which positions are visible", [
  I32EnumAttrCase<"Causal", 0, "causal">, I32EnumAttrCase<"Strict", 1, "strict">,
  I32EnumAttrCase<"All", 2, "all">, I32EnumAttrCase<"Earlier", 3, "earlier">]>;

def Braid_Distribution : Braid_I32Enum<"Distribution", "a distribution to draw from", [
  I32EnumAttrCase<"Normal", 0, "normal">, I32EnumAttrCase<"Uniform", 1, "uniform">]>;

def Braid_Precision : Braid_I32Enum<"Precision", "a storage format", [
  I32EnumAttrCase<"BF16", 0, "bf16">, I32EnumAttrCase<"F32", 1, "f32">]>;

#endif
