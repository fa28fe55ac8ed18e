//===- BraidViewAdjoints.cpp - derivatives of views -----------------------===//
//
// The adjoint of a view is the view back.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/IR/Emitter.h"

using namespace mlir;
using namespace braid::lang;

/// The type of `of`'s gradient when the gradient at hand varies as `g`.
static ValueType gradientType(Value of, Value g) { return typeOf(of).withKind(typeOf(g).getKind()); }

LogicalResult RenameOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  grads.add(getInput(), builder.create<RenameOp>(getLoc(), gradientType(getInput(), resultGrads[0]), resultGrads[0],
                                                 getTo(), getFrom()));
  return success();
}

LogicalResult TransposeOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  grads.add(getInput(),
            builder.create<TransposeOp>(getLoc(), gradientType(getInput(), resultGrads[0]), resultGrads[0]));
  return success();
}

LogicalResult MaterializeOp::buildAdjoint(OpBuilder &, ValueRange resultGrads, GradientSink &grads) {
  grads.add(getInput(), resultGrads[0]);
  return success();
}

LogicalResult SplitOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  grads.add(getInput(),
            builder.create<JoinOp>(getLoc(), gradientType(getInput(), resultGrads[0]), resultGrads[0], getAxisAttr()));
  return success();
}

LogicalResult JoinOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  grads.add(getInput(),
            builder.create<SplitOp>(getLoc(), gradientType(getInput(), resultGrads[0]), resultGrads[0], getAxisAttr()));
  return success();
}

LogicalResult ConcatOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  int64_t offset = 0;
  for (auto [operand, axis] : llvm::zip(getInputs(), getAxes().getAsRange<StringAttr>())) {
    int64_t size = typeOf(operand).sizeOf(axis.getValue());
    if (grads.wants(operand))
      grads.add(operand,
                builder.create<SliceOp>(getLoc(), gradientType(operand, resultGrads[0]), resultGrads[0], getAxisAttr(),
                                        builder.getI64IntegerAttr(offset), builder.getI64IntegerAttr(size), axis));
    offset += size;
  }
  return success();
}

LogicalResult SliceOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  Emitter emit(builder, getLoc());
  ValueType type = gradientType(getInput(), resultGrads[0]);
  SmallVector<AxisAttr> axes(type.getAxes());
  if (!getAs()) // The axis comes in front, then goes where it was.
    std::rotate(axes.begin(), axes.begin() + type.find(getAxis()), axes.begin() + type.find(getAxis()) + 1);
  Value padded =
      builder.create<PadOp>(getLoc(), type.withAxes(axes), resultGrads[0], getAxisAttr(), getOffsetAttr(), getAsAttr());
  grads.add(getInput(), emit.ordered(padded, type.getAxes()));
  return success();
}

LogicalResult PadOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  int64_t size = getFrom() ? typeOf(getInput()).sizeOf(*getFrom()) : 1;
  grads.add(getInput(),
            builder.create<SliceOp>(getLoc(), gradientType(getInput(), resultGrads[0]), resultGrads[0], getAxisAttr(),
                                    getOffsetAttr(), builder.getI64IntegerAttr(size), getFromAttr()));
  return success();
}
