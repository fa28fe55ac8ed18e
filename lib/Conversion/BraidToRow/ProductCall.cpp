//===- ProductCall.cpp - matrix products as calls -------------------------===//

#include "CallLowering.h"
#include "Products.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {
namespace {

struct ProductCall : CallLowering::ExternalModel<ProductCall, DotOp> {
  bool isPrepared(Operation *op) const { return planProduct(cast<DotOp>(op)).stands(); }

  /// Operands and a result that strides can express.
  LogicalResult prepare(Operation *op) const {
    auto dot = cast<DotOp>(op);
    Product plan = planProduct(dot);
    if (plan.stands())
      return success();
    OpBuilder b(dot);
    auto transposed = [&](Value value, const Product::Fix &fix) -> Value {
      if (!fix.needed)
        return value;
      return b.create<TransposeOp>(dot.getLoc(), typeOf(value).withAxes(fix.axes), value);
    };
    dot.getLhsMutable().assign(transposed(dot.getLhs(), plan.swapped ? plan.fixB : plan.fixA));
    dot.getRhsMutable().assign(transposed(dot.getRhs(), plan.swapped ? plan.fixA : plan.fixB));
    if (plan.fixC.needed)
      reorderResult(b, dot, plan.fixC.axes);
    return success();
  }

  LogicalResult emitCall(Operation *op, Buffers &buffers, OpBuilder &host, IntegerAttr level) const {
    auto dot = cast<DotOp>(op);
    Product plan = planProduct(dot);
    Value a = buffers.get(plan.swapped ? dot.getRhs() : dot.getLhs());
    Value b = buffers.get(plan.swapped ? dot.getLhs() : dot.getRhs());
    Value c = buffers.get(dot.getResult());
    host.create<host::MatmulOp>(dot.getLoc(), a, b, c, plan.dims, plan.tokenDim, plan.a, plan.b, plan.c, false, level);
    return success();
  }
};

} // namespace

void attachProductCall(MLIRContext &context);
void attachProductCall(MLIRContext &context) { DotOp::attachInterface<ProductCall>(context); }

} // namespace braid::convert
