//===- ObjectFile.cpp - programs compiled ahead of time -------------------===//

#include "CodeGen.h"
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

static std::string headerOf(ArrayRef<FunctionInfo> functions) {
  std::string text;
  raw_string_ostream out(text);
  out << "/* Programs compiled by braid. Link with the object file and libbraid_runtime. */\n#pragma once\n"
         "#include \"braid/Runtime/C.h\"\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
  for (const FunctionInfo &function : functions) {
    out << "\n/* Needs " << function.tokenBytes << " bytes of token arena for each padded token and "
        << function.fixedBytes << " bytes of fixed arena.\n   Externals:\n";
    for (auto [i, external] : enumerate(function.externals))
      out << "     [" << i << "] " << external.name() << ": " << external.numbers << ' ' << cName(external.dtype)
          << (external.perToken ? " for each token" : "")
          << (external.past == BRAID_PAST_ALL     ? ", of all earlier ones; a braid_state's"
              : external.past == BRAID_PAST_CARRY ? ", two of a sequence; a braid_state's"
              : external.past ? ", of " + std::to_string(external.past) + " earlier ones; a braid_state's"
                              : "")
          << (external.ids ? ", ids below " + std::to_string(external.ids) : "") << '\n';
    if (function.positions)
      out << "   A sequence has at most " << function.positions << " tokens.\n";
    out << "*/\nextern const struct braid_program " << host::programSymbol(function.name) << ";\n";
  }
  out << "\n#ifdef __cplusplus\n}\n#endif\n";
  return text;
}

Error braid::writeObject(mlir::ModuleOp module, const EngineOptions &options, StringRef objectPath,
                         StringRef headerPath) {
  auto programs = lower(module, options, /*constants=*/true);
  if (!programs)
    return programs.takeError();
  std::vector<FunctionInfo> functions;
  for (const host::ProgramData &program : *programs)
    functions.push_back(describe(program));
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
  // Only programs are seen from outside: objects of two models may be linked together.
  for (Function &function : *whole)
    if (!function.isDeclaration())
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
