//===- DropTrainOnly.cpp - factors of training, outside of @grad ----------===//

#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/Builders.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDDROPTRAINONLY
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

static constexpr StringLiteral mark = "train_only";

/// Puts 1 in the place of the op's result.
static void dropFactor(MapOp op) {
  OpBuilder builder(op);
  ValueType type = typeOf(op.getResult());
  ValueType scalar = type.withAxes({}).withKind(Kind::Static);
  Value one = builder.create<ConstantOp>(op.getLoc(), scalar, builder.getF64FloatAttr(1));
  Value factor = scalar == type ? one : Value(builder.create<BroadcastOp>(op.getLoc(), type, one));
  op.getResult().replaceAllUsesWith(factor);
  op.erase();
}

namespace {

struct DropTrainOnly : public braid::lang::impl::BraidDropTrainOnlyBase<DropTrainOnly> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>()) {
      bool trains = func.getSymName() == "grad";
      func.walk([&](MapOp op) {
        if (!op->hasAttr(mark))
          return;
        if (trains)
          op->removeAttr(mark);
        else
          dropFactor(op);
      });
    }
  }
};

} // namespace
