//===- FuseMultiplyAdds.cpp - a product and the sum that is its only use --===//
//
// The one place where a product loses its own rounding. Everything that is made of a
// function afterwards (copies, kernels, code) computes what stands here, so that a value
// has the same bits wherever it is computed. The rule is in Passes.td.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Analysis/Levels.h"
#include "dialects/Braid/IR/Emitter.h"
#include "dialects/Braid/Transforms/Passes.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDFUSEMULTIPLYADDS
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

static MapOp productOf(Value value) {
  auto map = value.getDefiningOp<MapOp>();
  return map && map.getFn() == Fn::Mul ? map : MapOp();
}

/// True if the numbers are those of products, shown otherwise or with another sign.
static bool showsProduct(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (productOf(value))
      return true;
    auto map = dyn_cast<MapOp>(op);
    if (!(map && map.getFn() == Fn::Neg) && !op->hasTrait<MovesNumbers>())
      return false;
    value = op->getOperand(0);
  }
  return false;
}

/// True if the product exists for `sum` alone, is computed as often as it, and in the same kernel.
static bool mayJoin(MapOp product, MapOp sum, const Levels &levels) {
  ValueType from = typeOf(product.getResult()), to = typeOf(sum.getResult());
  return product->hasOneUse() && !product->hasAttr("train_only") && product->getBlock() == sum->getBlock() &&
         from.getKind() == to.getKind() && from.getAxes().size() == to.getAxes().size() &&
         levels.level(product) == levels.level(sum);
}

static void fuse(MapOp sum, const Levels &levels) {
  bool minus = sum.getFn() == Fn::Sub;
  if (!minus && sum.getFn() != Fn::Add)
    return;
  for (unsigned i : {0u, 1u}) {
    MapOp product = productOf(sum.getInputs()[i]);
    Value other = sum.getInputs()[1 - i];
    if (!product || showsProduct(other) || !mayJoin(product, sum, levels))
      continue;
    OpBuilder builder(sum);
    Emitter emit(builder, sum.getLoc());
    Value x = product.getInputs()[0], y = product.getInputs()[1];
    if (minus)
      (i ? x : other) = emit.map(Fn::Neg, {i ? x : other});
    Value fused = builder.create<MapOp>(sum.getLoc(), sum.getType(), Fn::Fma, ValueRange{x, y, other});
    sum.getResult().replaceAllUsesWith(fused);
    sum.erase();
    product.erase();
    return;
  }
}

namespace {
struct FuseMultiplyAdds : public braid::lang::impl::BraidFuseMultiplyAddsBase<FuseMultiplyAdds> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>()) {
      Levels levels(func);
      SmallVector<MapOp> maps;
      func.walk([&](MapOp map) { maps.push_back(map); });
      // Sums only: the products among the maps may be gone when their turn would come.
      llvm::erase_if(maps, [](MapOp map) { return map.getFn() != Fn::Add && map.getFn() != Fn::Sub; });
      for (MapOp sum : maps)
        fuse(sum, levels);
    }
  }
};
} // namespace
