//===- ToyCalls.cpp - the ops as calls of the runtime ---------------------===//
//
// Attention that sees the token before and no other (strict, window 1) gives its value with weight 1. The gradient of
// the values is what the token after gives.
//
//===----------------------------------------------------------------------===//

#include "Toy.h"
#include "lib/Conversion/BraidToRow/CallLowering.h"

using namespace mlir;
using namespace braid;
using namespace braid::toy;

namespace {

/// One head of all the numbers; scores are 0.
struct Window {
  SmallVector<int64_t> geometry, kinds{0}, masks{1}, windows{1}, slots{0};
  APFloat scale{0.0};
  Value x, lse;

  Window(Operation *op, convert::Buffers &buffers)
      : geometry{1, 1, numbersOf(op), numbersOf(op)}, x(buffers.get(op->getOperand(0))),
        lse(buffers.unused(lang::typeOf(op->getOperand(0)).withAxes({}), convert::Format::F32)) {}

  void attend(OpBuilder &host, Location loc, Value output, IntegerAttr level) {
    host.create<host::AttendOp>(loc, x, ValueRange(x), ValueRange(x), ValueRange(), ValueRange(), output, lse, geometry,
                                scale, kinds, masks, windows, nullptr, nullptr, slots, level);
  }

private:
  static int64_t numbersOf(Operation *op) { return lang::typeOf(op->getResult(0)).numElements(); }
};

template <typename ConcreteModel, typename ConcreteOp>
struct InAnyOrder : convert::CallLowering::ExternalModel<ConcreteModel, ConcreteOp> {
  bool isPrepared(Operation *) const { return true; }
  LogicalResult prepare(Operation *op) const {
    return lang::typeOf(op->getResult(0)).isToken() ? success() : op->emitOpError("has no tokens");
  }
};

struct BeforeCall : InAnyOrder<BeforeCall, BeforeOp> {
  LogicalResult emitCall(Operation *op, convert::Buffers &buffers, OpBuilder &host, IntegerAttr level) const {
    Window(op, buffers).attend(host, op->getLoc(), buffers.get(op->getResult(0)), level);
    return success();
  }
};

struct AfterCall : InAnyOrder<AfterCall, AfterOp> {
  LogicalResult emitCall(Operation *op, convert::Buffers &buffers, OpBuilder &host, IntegerAttr level) const {
    Window w(op, buffers);
    Value nothing = buffers.unused(lang::typeOf(op->getResult(0)), convert::Format::F32);
    w.attend(host, op->getLoc(), nothing, level);
    host.create<host::AttendGradOp>(op->getLoc(), w.x, ValueRange(w.x), ValueRange(w.x), ValueRange(), ValueRange(),
                                    nothing, w.lse, w.x, nothing, ValueRange(nothing),
                                    ValueRange(buffers.get(op->getResult(0))), w.geometry, w.scale, w.kinds, w.masks,
                                    w.windows, nullptr, nullptr, w.slots, /*accumulate=*/false, level);
    return success();
  }
};

} // namespace

void toy::registerToy(DialectRegistry &registry) {
  registry.insert<ToyDialect>();
  registry.addExtension(+[](MLIRContext *context, ToyDialect *) {
    BeforeOp::attachInterface<BeforeCall>(*context);
    AfterOp::attachInterface<AfterCall>(*context);
  });
}
