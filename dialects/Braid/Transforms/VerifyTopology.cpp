//===- VerifyTopology.cpp - what the stage `braid` promises ---------------===//

#include "dialects/Braid/Transforms/Passes.h"
#include "llvm/ADT/StringMap.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDVERIFYTOPOLOGY
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// Every axis name stands for one size, and nothing varies per sequence.
static LogicalResult verifyAxes(FuncOp func) {
  llvm::StringMap<int64_t> sizes;
  auto check = [&](Operation *op, Type type) -> LogicalResult {
    auto value = dyn_cast<ValueType>(type);
    if (!value)
      return success();
    if (value.getKind() == Kind::Sequence)
      return op->emitOpError("holds a value per sequence, which nothing can lower yet");
    for (AxisAttr axis : value.getAxes()) {
      auto [it, isNew] = sizes.try_emplace(axis.getName(), axis.getSize());
      if (!isNew && it->second != axis.getSize())
        return op->emitOpError() << "axis `" << axis.getName() << "` has size " << axis.getSize() << " here and "
                                 << it->second << " elsewhere in @" << func.getSymName();
    }
    return success();
  };
  WalkResult result = func.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (failed(check(op, type)))
        return WalkResult::interrupt();
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        if (failed(check(op, argument.getType())))
          return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

static LogicalResult verifyLogits(ModuleOp module) {
  auto logits = module.lookupSymbol<FuncOp>("logits");
  if (!logits)
    return module.emitError("there is no braid.func @logits");
  for (auto output : logits.getBody().getOps<OutputOp>()) {
    if (output.getName() != "logits")
      continue;
    ValueType type = typeOf(output.getValue());
    if (!type.isToken() || !type.isReal() || type.getAxes().size() != 1)
      return output.emitOpError() << "is " << type << "; logits vary per token and have exactly one axis";
    return success();
  }
  return logits.emitOpError("has no output `logits`");
}

namespace {
struct VerifyTopology : public braid::lang::impl::BraidVerifyTopologyBase<VerifyTopology> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto fail = [&](LogicalResult result) {
      if (failed(result))
        signalPassFailure();
      return failed(result);
    };
    if (!module->getAttrOfType<StringAttr>("braid.model"))
      return void(fail(module.emitError("the module lacks its name, `braid.model`")));
    for (auto parameter : module.getOps<ParameterOp>())
      if (parameter.getSymName() == "loss" || parameter.getSymName() == "logits")
        return void(fail(parameter.emitOpError()
                         << "is called `" << parameter.getSymName() << "`, which is the name of an output"));
    if (fail(verifyLogits(module)))
      return;
    for (auto func : module.getOps<FuncOp>())
      if (fail(verifyAxes(func)))
        return;
    markAllAnalysesPreserved();
  }
};
} // namespace
