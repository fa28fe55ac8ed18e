//===- Calls.cpp - products, attention and scatters as host ops -----------===//

#include "Calls.h"
#include "Prepare.h"
#include "Products.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace braid::ir;

namespace braid::convert {
namespace {

int64_t sizeOf(ArrayRef<AxisAttr> axes) {
  int64_t n = 1;
  for (AxisAttr axis : axes)
    n *= axis.getSize();
  return n;
}

/// The attributes that describe an attention's sources.
struct Geometry {
  SmallVector<int64_t> geometry, kinds, masks, windows, slots;

  Geometry(Value query, ValueRange keys, ValueRange values, StringRef axis, ArrayAttr maskAttrs) {
    AttendAxes axes = attendAxes(query, keys, values, axis);
    geometry = {sizeOf(axes.heads), sizeOf(axes.group), axes.contracted.getSize(), sizeOf(axes.width)};
    for (auto [mask, slot] : llvm::zip(maskAttrs, axes.slots)) {
      auto m = cast<MaskAttr>(mask);
      kinds.push_back(slot ? 1 : 0);
      masks.push_back(int64_t(m.getKind()) + (m.hasSegment() ? 4 : 0));
      windows.push_back(m.getWindow());
      slots.push_back(slot ? slot.getSize() : 0);
    }
  }
};

/// The segments of each source that has some, in order.
SmallVector<Value> segmentsOf(Buffers &buffers, ValueRange segments, ArrayAttr masks) {
  SmallVector<Value> result;
  for (auto mask : masks.getAsRange<MaskAttr>())
    if (mask.hasSegment())
      result.push_back(buffers.get(segments[mask.getSegment()]));
  return result;
}

SmallVector<Value> memoryOf(Buffers &buffers, ValueRange values) {
  SmallVector<Value> result;
  for (Value value : values)
    result.push_back(buffers.get(value));
  return result;
}

LogicalResult emitProduct(DotOp op, Buffers &buffers, OpBuilder &host, IntegerAttr level) {
  Product plan = planProduct(op);
  if (!plan.stands())
    return op.emitOpError("has operands whose order of axes no strides express (internal error)");
  Value a = buffers.get(plan.swapped ? op.getRhs() : op.getLhs());
  Value b = buffers.get(plan.swapped ? op.getLhs() : op.getRhs());
  Value c = buffers.get(op.getResult());
  host.create<host::MatmulOp>(op.getLoc(), a, b, c, plan.dims, plan.tokenDim, plan.a, plan.b, plan.c, false, level);
  return success();
}

LogicalResult emitAttend(AttendOp op, Buffers &buffers, OpBuilder &host, IntegerAttr level) {
  Geometry g(op.getQuery(), op.getKeys(), op.getValues(), op.getAxis(), op.getMasks());
  host.create<host::AttendOp>(op.getLoc(), buffers.get(op.getQuery()), memoryOf(buffers, op.getKeys()),
                              memoryOf(buffers, op.getValues()), segmentsOf(buffers, op.getSegments(), op.getMasks()),
                              buffers.get(op.getOutput()), buffers.get(op.getLse()), g.geometry, op.getScale(), g.kinds,
                              g.masks, g.windows, g.slots, level);
  return success();
}

LogicalResult emitAttendGrad(AttendGradOp op, Buffers &buffers, OpBuilder &host, IntegerAttr level) {
  Geometry g(op.getQuery(), op.getKeys(), op.getValues(), op.getAxis(), op.getMasks());
  // Gradients that nobody uses are still written.
  auto results = [&](ValueRange values) {
    SmallVector<Value> memory;
    for (Value value : values)
      memory.push_back(value.use_empty() ? buffers.unused(typeOf(value), Format::F32) : buffers.get(value));
    return memory;
  };
  host.create<host::AttendGradOp>(
      op.getLoc(), buffers.get(op.getQuery()), memoryOf(buffers, op.getKeys()), memoryOf(buffers, op.getValues()),
      segmentsOf(buffers, op.getSegments(), op.getMasks()), buffers.get(op.getOutput()), buffers.get(op.getLse()),
      buffers.get(op.getOutputGrad()), results(op.getQueryGrad()).front(), results(op.getKeyGrads()),
      results(op.getValueGrads()), g.geometry, op.getScale(), g.kinds, g.masks, g.windows, g.slots,
      /*accumulate=*/false, level);
  return success();
}

LogicalResult emitScatter(ScatterOp op, Buffers &buffers, OpBuilder &host, IntegerAttr level) {
  int64_t rows = typeOf(op.getResult()).sizeOf(op.getAxis());
  host.create<host::ScatterOp>(op.getLoc(), buffers.get(op.getInput()), buffers.get(op.getId()),
                               buffers.get(op.getResult()), rows, level);
  return success();
}

} // namespace

LogicalResult emitCall(Operation *op, int64_t step, Buffers &buffers, OpBuilder &host) {
  IntegerAttr level = host.getI64IntegerAttr(step);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<DotOp>([&](auto o) { return emitProduct(o, buffers, host, level); })
      .Case<AttendOp>([&](auto o) { return emitAttend(o, buffers, host, level); })
      .Case<AttendGradOp>([&](auto o) { return emitAttendGrad(o, buffers, host, level); })
      .Case<ScatterOp>([&](auto o) { return emitScatter(o, buffers, host, level); })
      .Default([](Operation *o) { return o->emitOpError("is no call"); });
}

} // namespace braid::convert
