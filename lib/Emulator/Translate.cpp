//===- Translate.cpp - from the llvm and nvvm dialects to LLVM IR ---------===//
//
// MLIR knows more kinds of locations than LLVM's debug information. So that reports can name any of
// them, each operation gets a line number of its own for the translation, under which a table holds
// the text of its real location.
//
//===----------------------------------------------------------------------===//

#include "Translate.h"
#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace braid::emu;

static std::string text(Location location) {
  if (auto file = dyn_cast<FileLineColLoc>(location))
    return (file.getFilename().getValue() + ":" + Twine(file.getLine()) + ":" + Twine(file.getColumn())).str();
  if (auto name = dyn_cast<NameLoc>(location)) {
    if (isa<UnknownLoc>(name.getChildLoc()))
      return name.getName().str();
    return text(name.getChildLoc()) + " (" + name.getName().str() + ")";
  }
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return text(call.getCallee()) + ", called at " + text(call.getCaller());
  if (auto fused = dyn_cast<FusedLoc>(location)) {
    std::vector<std::string> parts;
    for (Location part : fused.getLocations())
      if (std::string one = text(part); !one.empty() && !llvm::is_contained(parts, one))
        parts.push_back(one);
    return llvm::join(parts, " and ");
  }
  if (auto opaque = dyn_cast<OpaqueLoc>(location))
    return text(opaque.getFallbackLocation());
  return "";
}

/// A location with a file and a line, if there is one in it.
static FileLineColLoc fileLocation(Location location) {
  FileLineColLoc found;
  location->walk([&](Location part) {
    found = dyn_cast<FileLineColLoc>(part);
    return found ? WalkResult::interrupt() : WalkResult::advance();
  });
  return found;
}

/// What debug information of LLVM needs so that locations survive: a subprogram for every function.
static void giveSubprogram(LLVM::LLVMFuncOp function, FileLineColLoc location) {
  MLIRContext *context = function.getContext();
  StringRef path = location.getFilename();
  auto file = LLVM::DIFileAttr::get(context, llvm::sys::path::filename(path), llvm::sys::path::parent_path(path));
  auto type = LLVM::DISubroutineTypeAttr::get(context, llvm::dwarf::DW_CC_normal, {});
  auto unit = LLVM::DICompileUnitAttr::get(DistinctAttr::create(UnitAttr::get(context)), llvm::dwarf::DW_LANG_C, file,
                                           StringAttr::get(context, "braid"), /*isOptimized=*/true,
                                           LLVM::DIEmissionKind::LineTablesOnly);
  StringAttr name = function.getNameAttr();
  auto subprogram = LLVM::DISubprogramAttr::get(
      context, DistinctAttr::create(UnitAttr::get(context)), unit, file, name, name, file, location.getLine(),
      location.getLine(), LLVM::DISubprogramFlags::Definition | LLVM::DISubprogramFlags::Optimized, type);
  function->setLoc(FusedLoc::get(context, {location}, subprogram));
}

/// Diagnostics that arise while `action` runs, joined.
static std::string collect(MLIRContext *context, llvm::function_ref<void()> action) {
  std::string messages;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return failure();
    messages += (messages.empty() ? "" : "\n") + text(diagnostic.getLocation()) + ": error: " + diagnostic.str();
    return success();
  });
  action();
  return messages;
}

/// A copy that can be translated, with the location of every operation replaced by `relocate`.
static OwningOpRef<Operation *> prepare(Operation *module, llvm::function_ref<FileLineColLoc(Operation *)> relocate) {
  OwningOpRef<Operation *> copy(module->clone());
  MLIRContext *context = module->getContext();
  // Instructions without an intrinsic become inline assembly, as on the way to PTX.
  PassManager toAssembly(context, module->getName().getStringRef());
  toAssembly.addPass(createConvertNVVMToLLVMPass());
  if (failed(toAssembly.run(*copy)))
    return nullptr;
  bool marked = false;
  copy->walk([&](LLVM::LLVMFuncOp function) {
    if (function->hasAttr(gpu::GPUDialect::getKernelFuncAttrName()))
      function->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), UnitAttr::get(context));
    marked |= function->hasAttr(NVVM::NVVMDialect::getKernelFuncAttrName());
  });
  copy->walk([&](Operation *op) {
    FileLineColLoc location = relocate(op);
    auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
    if (function && !function.isExternal())
      giveSubprogram(function, location);
    else
      op->setLoc(location);
  });
  return copy;
}

llvm::Expected<Translated> braid::emu::translate(Operation *module, llvm::LLVMContext &llvmContext) {
  Translated translated;
  MLIRContext *context = module->getContext();
  auto file = StringAttr::get(context, "kernels");
  OwningOpRef<Operation *> copy = prepare(module, [&](Operation *op) {
    std::string place = text(op->getLoc());
    translated.locations.push_back(place.empty() ? "unknown location" : place);
    return FileLineColLoc::get(file, unsigned(translated.locations.size()), 0);
  });
  std::string messages = collect(context, [&] {
    if (copy)
      translated.module = translateModuleToLLVMIR(*copy, llvmContext);
  });
  if (!translated.module) {
    // Names of places are numbers of the table by now.
    std::string shown;
    llvm::SmallVector<StringRef> lines;
    StringRef(messages).split(lines, '\n');
    for (StringRef line : lines) {
      unsigned number = 0;
      StringRef rest = line;
      if (rest.consume_front("kernels:") && !rest.consumeInteger(10, number) && number &&
          number <= translated.locations.size() && rest.consume_front(":0"))
        shown += translated.locations[number - 1] + rest.str() + "\n";
      else
        shown += line.str() + "\n";
    }
    return llvm::createStringError("the kernels cannot be translated to LLVM IR:\n" + StringRef(shown).rtrim());
  }
  return std::move(translated);
}

llvm::Expected<std::string> braid::emu::translateToBitcode(Operation *module) {
  auto unknown = FileLineColLoc::get(module->getContext(), "unknown", 0, 0);
  OwningOpRef<Operation *> copy = prepare(module, [&](Operation *op) {
    FileLineColLoc location = fileLocation(op->getLoc());
    return location ? location : unknown;
  });
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> translated;
  std::string messages = collect(module->getContext(), [&] {
    if (copy)
      translated = translateModuleToLLVMIR(*copy, context);
  });
  if (!translated)
    return llvm::createStringError("the kernels cannot be translated to LLVM IR:\n" + messages);
  std::string bitcode;
  llvm::raw_string_ostream out(bitcode);
  llvm::WriteBitcodeToFile(*translated, out);
  return out.str();
}
