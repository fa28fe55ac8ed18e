#ifndef BRAID_HOST_INTERFACES
#define BRAID_HOST_INTERFACES

include "mlir/IR/OpBase.td"

def Host_LibraryCallInterface : OpInterface<"LibraryCall"> {
  let cppNamespace = "::braid::host";
  let description = [{
    A call of the runtime that is no launch: what it is called, what it works on, what it costs. Who makes programs, explains, draws or
    counts them asks the op; none of the methods has a default, so that an op without one does not compile.
  }];
  let methods = [
    InterfaceMethod<"Its kind in a program, a `braid_call_kind` of ABI.h.", "int64_t", "getCallKind">,
    InterfaceMethod<"What people call it.", "::llvm::StringRef", "getWord">,
    InterfaceMethod<"The buffer whose name the call goes by.", "::mlir::Value", "getNamesake">,
    InterfaceMethod<"The buffers that it reads.", "::llvm::SmallVector<::mlir::Value>", "getReads">,
    InterfaceMethod<"The buffers that it writes, whole.", "::llvm::SmallVector<::mlir::Value>", "getWrites">,
    InterfaceMethod<"Writes the table that ABI.h describes for the kind.", "void", "writeTable", (ins "::braid::host::TableWriter &":$table)>,
    InterfaceMethod<"What it computes.", "::braid::host::Work", "getWork">,
    InterfaceMethod<"Its word, operands and sizes, for `braid explain`.", "void", "describe",
      (ins "::llvm::raw_ostream &":$out, "::llvm::function_ref<std::string(::mlir::Value)>":$nameOf)>
  ];
}

#endif
