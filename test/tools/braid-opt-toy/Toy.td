#ifndef BRAID_TEST_TOOLS_TOY
#define BRAID_TEST_TOOLS_TOY

include "dialects/Braid/IR/BraidDialect.td"
include "dialects/Braid/IR/BraidTypes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

def Toy_Dialect : Dialect {
  let name = "toy";
  let cppNamespace = "::braid::toy";
  let summary = "a primitive from outside, for tests: the token before, the token after";
}

// A new token-mixing op: its role, its derivative, how bf16 concerns it (the defaults of MixInterface).
class Toy_Op<string mnemonic>
    : Op<Toy_Dialect, mnemonic, [Pure, SameOperandsAndResultType, Braid_HasRole<"Mix">, Braid_RoleInterface, Braid_MixInterface,
                                 DeclareOpInterfaceMethods<Braid_AdjointOpInterface>]> {
  let arguments = (ins Braid_ValueType:$input);
  let results = (outs Braid_ValueType:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}

def Toy_BeforeOp : Toy_Op<"before"> {
  let summary = "the value at the token before, 0 at the first of a sequence";
}

def Toy_MuteOp : Toy_Op<"mute"> {
  let summary = "something that has no derivative and that nothing makes a call of";
}

def Toy_AfterOp : Toy_Op<"after"> {
  let summary = "the value at the token after, 0 at the last of a sequence: the transpose of `toy.before`";
}

#endif
