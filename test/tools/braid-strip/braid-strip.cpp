//===- braid-strip.cpp - a stage's text without what no op declares -------===//
//
// What decides which code is made is declared: an op, an operand or an attribute of the op's definition. This tool
// drops every other attribute of ours, and a test sees that nothing but a refusal follows from it.
//
//===----------------------------------------------------------------------===//

#include "braid/Pipelines/Dialects.h"
#include "braid/Support/ModuleFile.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

static void strip(Operation *op) {
  bool ours =
      isa_and_nonnull<braid::lang::BraidDialect, braid::row::RowDialect, braid::host::HostDialect>(op->getDialect());
  for (NamedAttribute attribute : llvm::to_vector(op->getDiscardableAttrs()))
    if (ours || attribute.getName().strref().starts_with("braid."))
      op->removeDiscardableAttr(attribute.getName());
}

/// braid-strip MODULE [--keep]: prints the module, with the places of its ops; --keep drops nothing.
int main(int argc, char **argv) {
  if (argc < 2)
    return llvm::errs() << "usage: braid-strip MODULE [--keep]\n", 1;
  DialectRegistry registry;
  braid::registerStageDialects(registry);
  MLIRContext context(registry);
  auto text = braid::readModuleFile(argv[1]);
  if (!text)
    return llvm::errs() << "error: " << llvm::toString(text.takeError()) << "\n", 1;
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*text), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return 1;
  if (argc < 3)
    module->walk(strip);
  module->print(llvm::outs(), OpPrintingFlags().enableDebugInfo());
  return 0;
}
