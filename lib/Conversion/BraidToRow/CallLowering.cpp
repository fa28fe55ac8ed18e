//===- CallLowering.cpp - how ops become calls of the runtime -------------===//

#include "CallLowering.h"

using namespace mlir;
using namespace braid::lang;

#include "lib/Conversion/BraidToRow/CallLowering.cpp.inc"

namespace braid::convert {

// In the file of each call.
void attachDelayCall(MLIRContext &context);
void attachProductCall(MLIRContext &context);
void attachRecurCall(MLIRContext &context);
void attachRememberCall(MLIRContext &context);
void attachAttendCalls(MLIRContext &context);
void attachScatterCall(MLIRContext &context);

void registerCallLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, BraidDialect *) {
    attachDelayCall(*context);
    attachProductCall(*context);
    attachRecurCall(*context);
    attachRememberCall(*context);
    attachAttendCalls(*context);
    attachScatterCall(*context);
  });
}

Value ordered(OpBuilder &b, Location loc, Value value, ArrayRef<AxisAttr> axes) {
  ValueType type = typeOf(value), wanted = type.withAxes(axes);
  if (type == wanted)
    return value;
  if (type.getAxes().size() == axes.size())
    return b.create<TransposeOp>(loc, wanted, value);
  return b.create<BroadcastOp>(loc, wanted, value);
}

void reorderResult(OpBuilder &b, Operation *op, ArrayRef<AxisAttr> axes) {
  Value result = op->getResult(0);
  ValueType type = typeOf(result);
  result.setType(type.withAxes(axes));
  b.setInsertionPointAfter(op);
  auto back = b.create<TransposeOp>(op->getLoc(), type, result);
  result.replaceAllUsesExcept(back, back);
}

} // namespace braid::convert
