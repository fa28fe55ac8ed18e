#ifndef BRAID_IR_DIALECT
#define BRAID_IR_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/Braid/IR/BraidInterfaces.td"

def Braid_Dialect : Dialect {
  let name = "braid";
  let cppNamespace = "::braid::lang";
  let summary = "what one token computes on its way through the depth";
  let description = [{
    The topology of a model, from one token's point of view. Batch and time are
    implicit; axes have names; memory, order of loops and targets are unknown here.
    A module holds `braid.parameter`s and `braid.func`s. A function is straight-line
    code: it reads named inputs and parameters and produces named outputs.

    A module has the attributes `braid.model` (its name, which a model must have), `braid.ignored_inputs` (inputs that the program
    declares and nothing uses; none by default) and, once programs are derived, `braid.derived`.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 0;
  let hasOperationAttrVerify = 1;
}

// What an op is, one of the cases of `Role` in Roles.h; "Own": the op says so itself.
class Braid_HasRole<string role> : ParamNativeOpTrait<"HasRole", "::braid::lang::Role::" # role> {
  let cppNamespace = "::braid::lang";
}
class Braid_RoleTraits<string role> {
  list<Trait> traits = !if(!eq(role, "Own"), [DeclareOpInterfaceMethods<Braid_RoleInterface, ["getRole"]>],
                                             [Braid_HasRole<role>, Braid_RoleInterface]);
}
// Every number of the result is one of the operand's.
def Braid_MovesNumbers : NativeOpTrait<"MovesNumbers"> {
  let cppNamespace = "::braid::lang";
}

// What uses a result belongs to a later kernel.
def Braid_EndsKernel : NativeOpTrait<"EndsKernel"> {
  let cppNamespace = "::braid::lang";
}

class Braid_Op<string mnemonic, string role, list<Trait> traits = []>
    : Op<Braid_Dialect, mnemonic, !listconcat(traits, Braid_RoleTraits<role>.traits)>;

#endif
