#ifndef BRAID_ROW_DIALECT
#define BRAID_ROW_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Row_Dialect : Dialect {
  let name = "row";
  let cppNamespace = "::braid::row";
  let summary = "a region run for every row of a row space";
  let description = [{
    A `row.kernel` is what one launch computes: for every row (every token, or every row of a static
    value) its region loads values from buffers, maps and reduces them, and stores results. Values
    have named axes; how they are tiled over loops, vectors or threads is the target's choice. Everything
    is computed in fp32; loads widen and stores narrow. A reduction across rows is `row.accumulate`.
    Topology and target are unknown here.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
}

class Row_Op<string mnemonic, list<Trait> traits = []> : Op<Row_Dialect, mnemonic, traits>;
class Row_Work<string mnemonic, list<Trait> traits = []> : Row_Op<mnemonic, !listconcat([HasParent<"KernelOp">], traits)>;

#endif
