#ifndef BRAID_HOST_DIALECT
#define BRAID_HOST_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Host_Dialect : Dialect {
  let name = "host";
  let cppNamespace = "::braid::host";
  let summary = "the plan: buffers, launches and library calls of one derived program";
  let description = [{
    A `host.func` is a sequence of calls over buffers. Buffers of the token space hold so many numbers for every
    token of a run, so the plan of memory is a formula in the number of tokens and one compiled function serves every
    batch and length. It becomes data that the runtime walks, as include/braid/Runtime/ABI.h describes. How a kernel is
    made is unknown here.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
}

class Host_Op<string mnemonic, list<Trait> traits = []> : Op<Host_Dialect, mnemonic, traits>;
class Host_Step<string mnemonic, list<Trait> traits = []> : Host_Op<mnemonic, !listconcat([HasParent<"FuncOp">], traits)>;

#endif
