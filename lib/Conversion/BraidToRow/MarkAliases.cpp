//===- MarkAliases.cpp - arguments that are one memory somewhere ----------===//

#include "braid/Conversion/BraidToRow.h"
#include "braid/Conversion/Launches.h"

using namespace mlir;

namespace braid {

#define GEN_PASS_DEF_MARKALIASES
#include "lib/Conversion/Passes.h.inc"

namespace {

class MarkAliases : public braid::impl::MarkAliasesBase<MarkAliases> {
public:
  void runOnOperation() override {
    if (failed(markAliases(getOperation())))
      signalPassFailure();
  }
};

} // namespace

std::unique_ptr<Pass> createMarkAliasesPass() { return std::make_unique<MarkAliases>(); }

} // namespace braid
