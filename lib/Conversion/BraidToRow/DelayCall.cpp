//===- DelayCall.cpp - values at other tokens as calls --------------------===//

#include "CallLowering.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {
namespace {

/// The result has the input's type, hence its order in memory, whatever that is.
struct DelayCall : CallLowering::ExternalModel<DelayCall, DelayOp> {
  bool isPrepared(Operation *) const { return true; }
  LogicalResult prepare(Operation *) const { return success(); }
  LogicalResult emitCall(Operation *op, Buffers &buffers, OpBuilder &host, IntegerAttr level) const {
    auto delay = cast<DelayOp>(op);
    host.create<host::DelayOp>(delay.getLoc(), buffers.get(delay.getInput()), buffers.get(delay.getResult()),
                               delay.getDistance(), level);
    return success();
  }
};

} // namespace

void attachDelayCall(MLIRContext &context);
void attachDelayCall(MLIRContext &context) { DelayOp::attachInterface<DelayCall>(context); }

} // namespace braid::convert
