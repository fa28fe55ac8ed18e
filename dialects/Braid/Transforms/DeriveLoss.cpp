//===- DeriveLoss.cpp - @loss from @logits --------------------------------===//

#include "dialects/Braid/IR/Emitter.h"
#include "dialects/Braid/Transforms/Passes.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDDERIVELOSS
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// The cross-entropy of one token: log Σ exp(x - m) + m - x[target]; for a token whose target is absent something
/// finite, whose gradient is zero even where the token's logits are not finite.
static Value crossEntropy(Emitter &emit, Value logits, Value targets, Value absent, StringRef classes) {
  Value counted = emit.map(Fn::Select, {absent, emit.number(0), logits});
  Value highest = emit.reduce(ReduceKind::Max, counted, {classes});
  highest = emit.builder.create<DetachOp>(emit.loc, highest.getType(), highest);
  Value exps = emit.map(Fn::Exp, {emit.map(Fn::Sub, {counted, highest})});
  Value logSum = emit.map(Fn::Log, {emit.reduce(ReduceKind::Sum, exps, {classes})});
  Value chosen = emit.builder.create<GatherOp>(emit.loc, typeOf(logits).without({classes}), logits, targets, classes);
  return emit.map(Fn::Sub, {emit.add(logSum, highest), chosen});
}

/// Replaces the output and the auxiliary losses of a copy of @logits by the loss.
static LogicalResult appendLoss(FuncOp loss) {
  OutputOp output;
  SmallVector<Value> auxiliary;
  for (Operation &op : llvm::make_early_inc_range(loss.getBody().getOps())) {
    if (auto found = dyn_cast<OutputOp>(op); found && found.getName() == "logits") {
      output = found;
      continue;
    }
    if (auto aux = dyn_cast<AuxLossOp>(op))
      auxiliary.push_back(aux.getValue());
    if (isa<OutputOp, AuxLossOp, ObserveOp>(op))
      op.erase();
  }
  if (!output)
    return loss.emitOpError("has no output `logits`");
  Value logits = output.getValue();
  ValueType type = typeOf(logits);
  if (!type.isToken() || !type.isReal() || type.getAxes().size() != 1)
    return output.emitOpError() << "is " << type << "; logits vary per token and have exactly one axis";

  OpBuilder builder(output);
  Emitter emit(builder, output.getLoc());
  AxisAttr classes = type.getAxes()[0];
  MLIRContext *context = loss.getContext();
  ArrayRef<AxisAttr> none;
  Value targets = builder.create<InputOp>(
      emit.loc, ValueType::get(context, Kind::Token, none, Element::Id, classes.getSize()), "targets");
  Value scale = builder.create<InputOp>(emit.loc, ValueType::get(context, Kind::Static, none), "loss_scale");
  Value zero = emit.number(0);
  Value absent = emit.map(Fn::Lt, {emit.map(Fn::Real, {targets}), zero});
  Value sum = crossEntropy(emit, logits, targets, absent, classes.getName());
  for (Value value : auxiliary)
    sum = emit.add(sum, value);
  Value counted = emit.map(Fn::Select, {absent, zero, sum});
  builder.create<OutputOp>(emit.loc, "loss", emit.tokenSum(emit.mul(counted, scale)));
  output.erase();
  return success();
}

namespace {
struct DeriveLoss : public braid::lang::impl::BraidDeriveLossBase<DeriveLoss> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module.lookupSymbol("loss"))
      return;
    auto logits = module.lookupSymbol<FuncOp>("logits");
    if (!logits) {
      module.emitError("there is no braid.func @logits to derive the loss from");
      return signalPassFailure();
    }
    OpBuilder builder(logits->getContext());
    builder.setInsertionPointAfter(logits);
    auto loss = cast<FuncOp>(builder.clone(*logits));
    loss.setSymName("loss");
    if (failed(appendLoss(loss)))
      signalPassFailure();
  }
};
} // namespace
