//===- Differentiate.cpp - @grad from @loss by reverse mode ---------------===//
//
// The walk itself is ReverseMode (IR/ReverseMode.h), which the adjoint of a read shares.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/IR/Emitter.h"
#include "dialects/Braid/IR/ReverseMode.h"
#include "dialects/Braid/Transforms/Passes.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDDIFFERENTIATE
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// Leaves one braid.param a parameter, so that its gradient is one sum.
static llvm::DenseMap<StringAttr, Value> mergeParams(FuncOp func) {
  llvm::DenseMap<StringAttr, Value> values;
  for (auto param : llvm::make_early_inc_range(func.getBody().getOps<ParamOp>())) {
    auto [it, isNew] = values.try_emplace(param.getParameterAttr().getAttr(), param.getResult());
    if (isNew)
      continue;
    param.getResult().replaceAllUsesWith(it->second);
    param.erase();
  }
  return values;
}

/// Appends the gradients of the output `loss` to `func`, a copy of @loss.
static LogicalResult appendGradients(FuncOp func, ModuleOp module) {
  llvm::DenseMap<StringAttr, Value> values = mergeParams(func);
  SmallVector<Operation *> forward;
  Value loss;
  for (Operation &op : func.getBody().getOps()) {
    if (auto output = dyn_cast<OutputOp>(op)) {
      if (output.getName() == "loss")
        loss = output.getValue();
    } else if (!isa<ObserveOp, AuxLossOp>(op)) {
      forward.push_back(&op);
    }
  }
  if (!loss || !typeOf(loss).isStatic() || typeOf(loss).numElements() != 1)
    return func.emitOpError("has no static scalar output `loss`");

  OpBuilder builder(func.getContext());
  builder.setInsertionPointToEnd(&func.getBody().front());
  Emitter emit(builder, func.getLoc());
  ReverseMode reverse(builder, /*rowLocal=*/false);
  for (auto [path, value] : values)
    reverse.watch(value);
  reverse.analyse(forward);
  reverse.seed(loss, emit.filled(1, typeOf(loss)));
  if (failed(reverse.run(forward)))
    return failure();

  for (auto parameter : module.getOps<ParameterOp>()) {
    Value value = values.lookup(parameter.getSymNameAttr());
    Value gradient = value ? reverse.gradient(value) : Value();
    if (!gradient)
      gradient = emit.filled(0, cast<ValueType>(parameter.getType()));
    builder.create<OutputOp>(parameter.getLoc(), ("grad:" + parameter.getSymName()).str(), gradient);
  }
  return success();
}

namespace {
struct Differentiate : public braid::lang::impl::BraidDifferentiateBase<Differentiate> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module.lookupSymbol("grad"))
      return;
    auto loss = module.lookupSymbol<FuncOp>("loss");
    if (!loss) {
      module.emitError("there is no braid.func @loss to differentiate");
      return signalPassFailure();
    }
    OpBuilder builder(loss->getContext());
    builder.setInsertionPointAfter(loss);
    auto grad = cast<FuncOp>(builder.clone(*loss));
    grad.setSymName("grad");
    if (failed(appendGradients(grad, module)))
      signalPassFailure();
  }
};
} // namespace
