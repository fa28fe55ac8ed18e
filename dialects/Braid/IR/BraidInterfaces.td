#ifndef BRAID_IR_INTERFACES
#define BRAID_IR_INTERFACES

include "mlir/IR/OpBase.td"

def Braid_AdjointOpInterface : OpInterface<"AdjointOpInterface"> {
  let cppNamespace = "::braid::lang";
  let description = [{
    The derivative of a primitive. Given the gradient of each result (null where there is
    none), adds the gradient of each operand to `grads` with ops that are themselves
    differentiable. Written beside the primitive; there is none for a topology.
  }];
  let methods = [
    InterfaceMethod<"Appends the gradients of the operands; fails with a diagnostic where the op has no derivative.",
      "::llvm::LogicalResult", "buildAdjoint",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGrads,
           "::braid::lang::GradientSink &":$grads)>
  ];
}

def Braid_RoleInterface : OpInterface<"RoleInterface"> {
  let cppNamespace = "::braid::lang";
  let description = [{
    What an op is to those that schedule, store and round it. Every op of the dialect has a role; none of them is found
    by its name.
  }];
  let methods = [
    InterfaceMethod<"What the op is.", "::braid::lang::Role", "getRole", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return ConcreteOp::role;">
  ];
}

def Braid_MixInterface : OpInterface<"MixInterface"> {
  let cppNamespace = "::braid::lang";
  let description = [{
    An op that becomes a call of the runtime where its role is `Mix`: how storage in bf16 concerns it, and whether it looks at
    other tokens. What only moves numbers is not rounded. How it becomes a call is said where calls are made (`CallLowering`, lib/Conversion/BraidToRow).
  }];
  let methods = [
    InterfaceMethod<"Whether a token's results depend on other tokens' operands.", "bool", "mixesTokens", (ins), "", "return true;">,
    InterfaceMethod<"Whether bf16 mode gives it this operand rounded.", "bool", "roundsOperand", (ins "unsigned":$operand), "", "return !ConcreteOp::template hasTrait<MovesNumbers>();">,
    InterfaceMethod<"Whether bf16 mode rounds this result.", "bool", "roundsResult", (ins "unsigned":$result), "", "return !ConcreteOp::template hasTrait<MovesNumbers>();">,
    InterfaceMethod<"Whether the call can round its first result itself (the attribute `narrow`).", "bool", "canNarrow", (ins), "", "return false;">
  ];
}

#endif
