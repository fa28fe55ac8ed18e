//===- RememberCall.cpp - what later runs find again, as calls ------------===//

#include "CallLowering.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {
namespace {

/// The result is memory of the caller's, which has rows of earlier runs (Buffers.cpp). Its order is the input's.
struct RememberCall : CallLowering::ExternalModel<RememberCall, RememberOp> {
  bool isPrepared(Operation *) const { return true; }
  LogicalResult prepare(Operation *) const { return success(); }
  LogicalResult emitCall(Operation *op, Buffers &buffers, OpBuilder &host, IntegerAttr level) const {
    auto remember = cast<RememberOp>(op);
    host.create<host::RememberOp>(remember.getLoc(), buffers.get(remember.getInput()),
                                  buffers.get(remember.getResult()), level);
    return success();
  }
};

} // namespace

void attachRememberCall(MLIRContext &context);
void attachRememberCall(MLIRContext &context) { RememberOp::attachInterface<RememberCall>(context); }

} // namespace braid::convert
