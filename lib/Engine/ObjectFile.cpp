//===- ObjectFile.cpp - programs compiled ahead of time -------------------===//

#include "CodeGen.h"
#include "braid/Conversion/HostToLLVM.h"
#include "braid/IO/OutputFile.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace braid;

static Error writeFile(StringRef path, StringRef contents) {
  rt::Status status = rt::writeFileAtomically(path.str(), {std::string_view(contents.data(), contents.size())});
  return status ? Error::success() : createStringError(status.message());
}

static const char *cName(braid_dtype dtype) {
  switch (dtype) {
#define FORMAT(NAME, WORD, BYTES, C)                                                                                   \
  case BRAID_##NAME: return C;
#include "braid/Support/Formats.def"
  }
  llvm_unreachable("a format");
}
static const char *constantName(braid_dtype dtype) {
  switch (dtype) {
#define FORMAT(NAME, WORD, BYTES, C)                                                                                   \
  case BRAID_##NAME: return "BRAID_" #NAME;
#include "braid/Support/Formats.def"
  }
  llvm_unreachable("a format");
}

static std::string headerOf(ArrayRef<FunctionInfo> functions) {
  std::string text;
  raw_string_ostream out(text);
  out << "/* Programs compiled by braid. Link with the object file and libbraid_runtime. */\n#pragma once\n"
         "#include \"braid/Runtime/C.h\"\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
  for (const FunctionInfo &function : functions) {
    std::string symbol = host::functionName(function.name);
    out << "\n/* Needs " << function.tokenBytes << " bytes of token arena for each padded token and "
        << function.fixedBytes << " bytes of fixed arena.\n   context->external:\n";
    for (auto [i, external] : enumerate(function.externals))
      out << "     [" << i << "] " << external.name << ": " << external.numbers << ' ' << cName(external.dtype)
          << (external.perToken ? " for each token" : "")
          << (external.ids ? ", ids below " + std::to_string(external.ids) : "") << '\n';
    if (function.positions)
      out << "   A sequence has at most " << function.positions << " tokens.\n";
    out << "*/\nint32_t " << symbol << "(struct braid_context *context);\n";
    out << "static const struct braid_external " << symbol << "_externals[] = {\n";
    for (const External &external : function.externals) {
      out << "    {\"";
      out.write_escaped(external.name) << "\", " << external.numbers << ", " << int(external.perToken) << ", "
                                       << constantName(external.dtype) << ", " << external.ids << "},\n";
    }
    if (function.externals.empty())
      out << "    {0, 0, 0, 0, 0}, /* none */\n";
    out << "};\nstatic const struct braid_program " << symbol << "_program = {\"" << function.name << "\", " << symbol
        << ", " << function.tokenBytes << ", " << function.fixedBytes << ", " << function.externals.size() << ", "
        << symbol << "_externals, " << function.positions << "};\n";
  }
  out << "\n#ifdef __cplusplus\n}\n#endif\n";
  return text;
}

Error braid::writeObject(mlir::ModuleOp module, const EngineOptions &options, StringRef objectPath,
                         StringRef headerPath) {
  if (Error error = lower(module, options))
    return error;
  std::vector<FunctionInfo> functions = describe(module);
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
  // Only programs are called from outside: objects of two models may be linked together.
  for (Function &function : *whole)
    if (!function.isDeclaration() && none_of(functions, [&](const FunctionInfo &info) {
          return function.getName() == host::functionName(info.name);
        }))
      function.setLinkage(GlobalValue::InternalLinkage);
  auto machine = makeMachine(options, false);
  if (!machine)
    return machine.takeError();
  auto object = generate(*whole, **machine, options, false, "program");
  if (!object)
    return object.takeError();
  if (!headerPath.empty())
    if (Error error = writeFile(headerPath, headerOf(functions)))
      return error;
  Error error = writeFile(objectPath, StringRef(object->data(), object->size()));
  if (error && !headerPath.empty())
    sys::fs::remove(headerPath);
  return error;
}
