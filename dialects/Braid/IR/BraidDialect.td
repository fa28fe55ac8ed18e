#ifndef BRAID_IR_DIALECT
#define BRAID_IR_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Braid_Dialect : Dialect {
  let name = "braid";
  let cppNamespace = "::braid::ir";
  let summary = "what one token computes on its way through the depth";
  let description = [{
    The topology of a model, from one token's point of view. Batch and time are
    implicit; axes have names; memory, order of loops and targets are unknown here.
    A module holds `braid.parameter`s and `braid.func`s. A function is straight-line
    code: it reads named inputs and parameters and produces named outputs.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 0;
}

class Braid_Op<string mnemonic, list<Trait> traits = []> : Op<Braid_Dialect, mnemonic, traits>;

#endif
