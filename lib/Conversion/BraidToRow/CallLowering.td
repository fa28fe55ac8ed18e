#ifndef BRAID_CONVERSION_CALL_LOWERING
#define BRAID_CONVERSION_CALL_LOWERING

include "mlir/IR/OpBase.td"

def CallLoweringInterface : OpInterface<"CallLowering"> {
  let cppNamespace = "::braid::convert";
  let description = [{
    How an op of role `Mix` becomes a call of the runtime. Attached to the ops from outside (CallLowering.h): the dialect does not
    know the calls.
  }];
  let methods = [
    InterfaceMethod<"Whether operands and results lie as the call wants them.", "bool", "isPrepared">,
    InterfaceMethod<[{Gives the op operands and results that lie so, with views and transposes around it; the op may be
      replaced. Fails, with a diagnostic, where no order would do.}], "::llvm::LogicalResult", "prepare">,
    InterfaceMethod<"Makes the call of a prepared op, which is in this level of the schedule.",
      "::llvm::LogicalResult", "emitCall",
      (ins "::braid::convert::Buffers &":$buffers, "::mlir::OpBuilder &":$host, "::mlir::IntegerAttr":$level)>
  ];
}

#endif
