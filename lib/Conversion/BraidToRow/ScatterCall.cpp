//===- ScatterCall.cpp - sums of rows by id as calls ----------------------===//

#include "CallLowering.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {
namespace {

struct ScatterCall : CallLowering::ExternalModel<ScatterCall, ScatterOp> {
  static bool isFirst(ScatterOp scatter) { return typeOf(scatter.getResult()).find(scatter.getAxis()) == 0; }

  bool isPrepared(Operation *op) const { return isFirst(cast<ScatterOp>(op)); }

  /// Rows come first in a table.
  LogicalResult prepare(Operation *op) const {
    auto scatter = cast<ScatterOp>(op);
    if (isFirst(scatter))
      return success();
    OpBuilder b(scatter);
    ValueType type = typeOf(scatter.getResult());
    SmallVector<AxisAttr> axes{type.getAxes()[type.find(scatter.getAxis())]};
    for (AxisAttr axis : type.getAxes())
      if (axis != axes.front())
        axes.push_back(axis);
    reorderResult(b, scatter, axes);
    return success();
  }

  LogicalResult emitCall(Operation *op, Buffers &buffers, OpBuilder &host, IntegerAttr level) const {
    auto scatter = cast<ScatterOp>(op);
    int64_t rows = typeOf(scatter.getResult()).sizeOf(scatter.getAxis());
    host.create<host::ScatterOp>(scatter.getLoc(), buffers.get(scatter.getInput()), buffers.get(scatter.getId()),
                                 buffers.get(scatter.getResult()), rows, level);
    return success();
  }
};

} // namespace

void attachScatterCall(MLIRContext &context);
void attachScatterCall(MLIRContext &context) { ScatterOp::attachInterface<ScatterCall>(context); }

} // namespace braid::convert
