#ifndef BRAID_IR_INTERFACES
#define BRAID_IR_INTERFACES

include "mlir/IR/OpBase.td"

def Braid_AdjointOpInterface : OpInterface<"AdjointOpInterface"> {
  let cppNamespace = "::braid::ir";
  let description = [{
    The derivative of a primitive. Given the gradient of each result (null where there is
    none), adds the gradient of each operand to `grads` with ops that are themselves
    differentiable. Written beside the primitive; there is none for a topology.
  }];
  let methods = [
    InterfaceMethod<"Appends the gradients of the operands; fails with a diagnostic where the op has no derivative.",
      "::llvm::LogicalResult", "buildAdjoint",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGrads,
           "::braid::ir::GradientSink &":$grads)>
  ];
}

def Braid_RoleInterface : OpInterface<"RoleInterface"> {
  let cppNamespace = "::braid::ir";
  let description = [{
    What an op is to those that schedule, store and round it. Every op of the dialect has a role; none of them is found
    by its name.
  }];
  let methods = [
    InterfaceMethod<"What the op is.", "::braid::ir::Role", "getRole", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return ConcreteOp::role;">
  ];
}

#endif
