//===- HoistFactors.cpp - factors out of sums -----------------------------===//
//
// A sum whose terms have a factor that is itself a sum's result must wait for it: two
// walks over the same memory. With the factor outside, both sums are one walk. Products
// in which 0 wins (`mulz`) are among themselves.
//
//===----------------------------------------------------------------------===//

#include "dialects/Row/IR/Row.h"
#include "dialects/Row/Transforms/Passes.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"

using namespace mlir;
using namespace braid::row;

namespace braid::row {
#define GEN_PASS_DEF_ROWHOISTFACTORS
#include "dialects/Row/Transforms/Passes.h.inc"
} // namespace braid::row

namespace {

/// A product of more factors is left as it is: squares of squares have twice as many with each op.
constexpr size_t maxFactors = 32;

/// The factors of a tree of products by `fn`, in the order of the tree; false if there are too many.
bool flatten(Value value, Fn fn, SmallVectorImpl<Value> &factors) {
  SmallVector<Value> work = {value};
  while (!work.empty()) {
    Value next = work.pop_back_val();
    auto map = next.getDefiningOp<MapOp>();
    if (map && map.getFn() == fn)
      llvm::append_range(work, llvm::reverse(map.getInputs()));
    else
      factors.push_back(next);
    if (factors.size() + work.size() > maxFactors)
      return false;
  }
  return true;
}

/// The product of the factors, over the union of their axes.
Value multiply(OpBuilder &b, Location loc, Fn fn, ArrayRef<Value> factors) {
  Value result = factors.front();
  for (Value factor : factors.drop_front()) {
    ValueType left = typeOf(result), right = typeOf(factor);
    if (right.getAxes().size() > left.getAxes().size())
      std::swap(left, right);
    SmallVector<AxisAttr> axes(left.getAxes());
    for (AxisAttr axis : right.getAxes())
      if (!left.has(axis.getName()))
        axes.push_back(axis);
    result = b.create<MapOp>(loc, ValueType::get(b.getContext(), axes, Element::Real), fn, ValueRange{result, factor});
  }
  return result;
}

bool hoist(ReduceOp reduce) {
  if (reduce.getKind() != ReduceKind::Sum)
    return false;
  auto product = reduce.getInput().getDefiningOp<MapOp>();
  if (!product || (product.getFn() != Fn::Mul && product.getFn() != Fn::MulZ))
    return false;
  Fn fn = product.getFn();
  SmallVector<Value> factors, inside, outside;
  if (!flatten(product, fn, factors))
    return false;
  auto varies = [&](Value value) {
    return llvm::any_of(reduce.getAxes(),
                        [&](Attribute axis) { return typeOf(value).has(cast<StringAttr>(axis).getValue()); });
  };
  for (Value factor : factors)
    (varies(factor) ? inside : outside).push_back(factor);
  if (outside.empty() || inside.empty())
    return false;
  // The sum's axes must all be those of what stays inside.
  for (Attribute axis : reduce.getAxes())
    if (llvm::none_of(inside, [&](Value v) { return typeOf(v).has(cast<StringAttr>(axis).getValue()); }))
      return false;
  OpBuilder b(reduce);
  Location loc = reduce.getLoc();
  Value terms = multiply(b, loc, fn, inside);
  SmallVector<AxisAttr> axes;
  for (AxisAttr axis : typeOf(terms).getAxes())
    if (!llvm::is_contained(reduce.getAxes(), StringAttr::get(b.getContext(), axis.getName())))
      axes.push_back(axis);
  Value sum = b.create<ReduceOp>(loc, ValueType::get(b.getContext(), axes, Element::Real), ReduceKind::Sum, terms,
                                 reduce.getAxes());
  Value factor = multiply(b, loc, fn, outside);
  Value result = b.create<MapOp>(loc, typeOf(reduce.getResult()), fn, ValueRange{sum, factor});
  reduce.getResult().replaceAllUsesWith(result);
  reduce.erase();
  return true;
}

class HoistFactors : public braid::row::impl::RowHoistFactorsBase<HoistFactors> {
public:
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    for (auto kernel : getOperation().getOps<KernelOp>()) {
      for (Operation &op : llvm::make_early_inc_range(kernel.getBody().front()))
        if (auto reduce = dyn_cast<ReduceOp>(op))
          hoist(reduce);
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(kernel.getBody().front())))
        if (isOpTriviallyDead(&op))
          op.erase();
      DominanceInfo dominance(kernel);
      eliminateCommonSubExpressions(rewriter, dominance, kernel);
    }
  }
};

} // namespace

std::unique_ptr<Pass> braid::row::createHoistFactorsPass() { return std::make_unique<HoistFactors>(); }
