//===- TestStripAttributes.cpp - --test-strip-attributes ------------------===//
//
// What decides which code is made is declared: an op, an operand or an attribute of the op's definition. This pass
// drops every other attribute of ours, and a test sees that nothing but a refusal follows from it.
//
//===----------------------------------------------------------------------===//

#include "TestStripAttributes.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace {
struct StripAttributes : PassWrapper<StripAttributes, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(StripAttributes)
  StringRef getArgument() const final { return "test-strip-attributes"; }
  StringRef getDescription() const final { return "drops every discardable attribute of Braid's"; }
  void runOnOperation() final {
    getOperation()->walk([](Operation *op) {
      bool ours =
          isa_and_nonnull<braid::ir::BraidDialect, braid::row::RowDialect, braid::host::HostDialect>(op->getDialect());
      for (NamedAttribute attribute : llvm::to_vector(op->getDiscardableAttrs()))
        if (ours || attribute.getName().strref().starts_with("braid."))
          op->removeDiscardableAttr(attribute.getName());
    });
  }
};
} // namespace

void braid::registerTestStripAttributes() { PassRegistration<StripAttributes>(); }
