//===- ObjectFile.cpp - programs compiled ahead of time -------------------===//

#include "CodeGen.h"
#include "braid/Conversion/HostToLLVM.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace braid;

static Error writeFile(StringRef path, StringRef contents) {
  std::error_code error;
  raw_fd_ostream out(path, error);
  if (!error) {
    out << contents;
    out.close();
    error = out.error();
    out.clear_error();
  }
  return error ? createStringError(error, "cannot write " + path) : Error::success();
}

static const char *cName(braid_dtype dtype) { return dtype == BRAID_F32 ? "float" : dtype == BRAID_BF16 ? "bf16 bits" : "int32_t"; }

static std::string headerOf(ArrayRef<FunctionInfo> functions) {
  std::string text;
  raw_string_ostream out(text);
  out << "/* Programs compiled by braid. Link with the object file and the runtime. */\n#pragma once\n"
         "#include \"braid/Runtime/ABI.h\"\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
  for (const FunctionInfo &function : functions) {
    out << "\n/* Needs " << function.tokenBytes << " bytes of token arena for each padded token and " << function.fixedBytes
        << " bytes of fixed arena.\n   context->external:\n";
    for (auto [i, external] : enumerate(function.externals))
      out << "     [" << i << "] " << external.name << ": " << external.numbers << ' ' << cName(external.dtype)
          << (external.perToken ? " for each token\n" : "\n");
    out << "*/\nint32_t " << host::functionName(function.name) << "(struct braid_context *context);\n";
  }
  out << "\n#ifdef __cplusplus\n}\n#endif\n";
  return text;
}

Error braid::writeObject(mlir::ModuleOp module, const EngineOptions &options, StringRef objectPath, StringRef headerPath) {
  std::vector<FunctionInfo> functions = describe(module);
  if (Error error = lower(module, options))
    return error;
  // One object: the parts are linked before code is generated.
  std::vector<Part> parts = split(module, 1);
  LLVMContext context;
  std::unique_ptr<Module> whole;
  for (Part &part : parts) {
    std::unique_ptr<Module> next = mlir::translateModuleToLLVMIR(*part.module, context, part.name);
    if (!next)
      return createStringError(inconvertibleErrorCode(), "translation to LLVM IR failed");
    if (!whole)
      whole = std::move(next);
    else if (Linker::linkModules(*whole, std::move(next)))
      return createStringError(inconvertibleErrorCode(), "the parts of the program do not fit together");
  }
  auto machine = makeMachine(options, false);
  if (!machine)
    return machine.takeError();
  auto object = generate(*whole, **machine, options, false, "program");
  if (!object)
    return object.takeError();
  if (Error error = writeFile(objectPath, StringRef(object->data(), object->size())))
    return error;
  return headerPath.empty() ? Error::success() : writeFile(headerPath, headerOf(functions));
}
