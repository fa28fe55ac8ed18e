//===- Toy.cpp - the ops and their derivatives ----------------------------===//

#include "Toy.h"

using namespace mlir;
using namespace braid::toy;

#include "test/tools/braid-opt-toy/ToyDialect.cpp.inc"
#define GET_OP_CLASSES
#include "test/tools/braid-opt-toy/ToyOps.cpp.inc"

void ToyDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "test/tools/braid-opt-toy/ToyOps.cpp.inc"
      >();
}

LogicalResult BeforeOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, lang::GradientSink &grads) {
  grads.add(getInput(), builder.create<AfterOp>(getLoc(), resultGrads[0]));
  return success();
}

LogicalResult MuteOp::buildAdjoint(OpBuilder &, ValueRange, lang::GradientSink &) {
  return emitOpError("has no derivative");
}

LogicalResult AfterOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, lang::GradientSink &grads) {
  grads.add(getInput(), builder.create<BeforeOp>(getLoc(), resultGrads[0]));
  return success();
}
