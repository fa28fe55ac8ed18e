//===- AttendCall.cpp - attention and its gradient as calls ---------------===//

#include "CallLowering.h"
#include "dialects/Braid/Analysis/Values.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {

using Axes = SmallVector<AxisAttr>;

namespace {

/// The axes of an attention, in the order of the runtime's layouts.
struct AttendAxes {
  Axes heads, group, width;
  AxisAttr contracted;
  Axes slots; ///< one for each source; null for the tokens of the sequence

  template <typename Attend> static AttendAxes of(Attend op) {
    return AttendAxes(op.getQuery(), op.getKeys(), op.getValues(), op.getAxis());
  }
  AttendAxes(Value query, ValueRange keys, ValueRange values, StringRef axis);

  Axes ofQuery() const { return join({heads, group, contracted}); }
  Axes ofOutput() const { return join({heads, group, width}); }
  Axes ofLse() const { return join({heads, group}); }
  Axes ofKey(size_t source) const { return join({front(source), heads, contracted}); }
  Axes ofValue(size_t source) const { return join({front(source), heads, width}); }

private:
  Axes front(size_t source) const { return slots[source] ? Axes{slots[source]} : Axes{}; }
  static Axes join(std::initializer_list<ArrayRef<AxisAttr>> lists) {
    Axes result;
    for (ArrayRef<AxisAttr> list : lists)
      result.append(list.begin(), list.end());
    return result;
  }
};

} // namespace

AttendAxes::AttendAxes(Value query, ValueRange keys, ValueRange values, StringRef axis) {
  ValueType q = typeOf(query);
  for (AxisAttr a : q.getAxes()) {
    bool shared = llvm::any_of(keys, [&](Value k) { return typeOf(k).has(a.getName()); });
    if (a.getName() == axis)
      contracted = a;
    else
      (shared ? heads : group).push_back(a);
  }
  for (auto [k, v] : llvm::zip(keys, values)) {
    AxisAttr slot;
    if (!typeOf(k).isToken())
      for (AxisAttr a : typeOf(k).getAxes())
        if (!q.has(a.getName()))
          slot = a;
    slots.push_back(slot);
    if (slots.size() == 1)
      for (AxisAttr a : typeOf(v).getAxes())
        if (a != slot && !llvm::is_contained(heads, a))
          width.push_back(a);
  }
}

/// Whether the operands that all attention has lie in order.
template <typename Attend> static bool sourcesStand(Attend op, const AttendAxes &axes) {
  auto lies = [](Value value, const Axes &as) { return typeOf(value).getAxes() == ArrayRef<AxisAttr>(as); };
  bool good =
      lies(op.getQuery(), axes.ofQuery()) && lies(op.getOutput(), axes.ofOutput()) && lies(op.getLse(), axes.ofLse());
  for (size_t s = 0; s < op.getKeys().size(); ++s)
    good &= lies(op.getKeys()[s], axes.ofKey(s)) && lies(op.getValues()[s], axes.ofValue(s));
  return good;
}

static bool isInOrder(AttendOp op, const AttendAxes &axes) { return sourcesStand(op, axes); }

static bool isInOrder(AttendGradOp op, const AttendAxes &axes) {
  auto same = [](ValueRange some, ValueRange others) { return some.getTypes() == others.getTypes(); };
  return sourcesStand(op, axes) && typeOf(op.getOutputGrad()).getAxes() == ArrayRef<AxisAttr>(axes.ofOutput()) &&
         op.getQueryGrad().getType() == op.getQuery().getType() && same(op.getKeyGrads(), op.getKeys()) &&
         same(op.getValueGrads(), op.getValues());
}

/// Ids that are computed have no memory of their own.
template <typename Attend> static bool segmentsAreInputs(Attend op) {
  return llvm::all_of(op.getSegments(), [](Value segment) {
    auto remember = segment.getDefiningOp<RememberOp>();
    return rootOf(remember ? remember.getInput() : segment).getDefiningOp<InputOp>();
  });
}

/// What is remembered is remembered in order.
static Value orderedSource(OpBuilder &b, Location loc, Value value, ArrayRef<AxisAttr> axes) {
  auto remember = value.getDefiningOp<RememberOp>();
  if (!remember || typeOf(value).getAxes() == axes)
    return ordered(b, loc, value, axes);
  std::string path = remember.getPath().str();
  if (!value.hasOneUse()) { // others may take it in another order
    for (AxisAttr axis : axes)
      path += "." + axis.getName().str();
    for (auto known : remember->getBlock()->getOps<RememberOp>())
      if (known.getPath() == path)
        return known;
  }
  Value input = ordered(b, loc, remember.getInput(), axes);
  return b.create<RememberOp>(remember.getLoc(), input.getType(), input, b.getStringAttr(path), remember.getRowsAttr());
}

namespace {
/// The operands of an attention in order.
struct Sources {
  SmallVector<Value> keys, values;
  Value query;

  template <typename Attend> Sources(OpBuilder &b, Attend op, const AttendAxes &axes) {
    query = ordered(b, op.getLoc(), op.getQuery(), axes.ofQuery());
    for (size_t s = 0; s < op.getKeys().size(); ++s) {
      keys.push_back(orderedSource(b, op.getLoc(), op.getKeys()[s], axes.ofKey(s)));
      values.push_back(orderedSource(b, op.getLoc(), op.getValues()[s], axes.ofValue(s)));
    }
  }
};
} // namespace

/// Replaces `from` by `to`, transposed back into the order of `from`.
static void replaceOrdered(OpBuilder &b, Value from, Value to) {
  ValueType type = typeOf(from);
  if (type != to.getType())
    to = b.create<TransposeOp>(from.getLoc(), type, to);
  from.replaceAllUsesWith(to);
}

static void putInOrder(AttendOp op) {
  OpBuilder b(op);
  AttendAxes axes = AttendAxes::of(op);
  Sources s(b, op, axes);
  auto fresh =
      b.create<AttendOp>(op.getLoc(), typeOf(op.getOutput()).withAxes(axes.ofOutput()),
                         typeOf(op.getLse()).withAxes(axes.ofLse()), s.query, s.keys, s.values, op.getSegments(),
                         op.getOnly(), op.getAxis(), op.getMasks(), op.getScale(), op.getInstanceAttr());
  replaceOrdered(b, op.getOutput(), fresh.getOutput());
  replaceOrdered(b, op.getLse(), fresh.getLse());
  op.erase();
}

static void putInOrder(AttendGradOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  AttendAxes axes = AttendAxes::of(op);
  Sources s(b, op, axes);
  Value output = ordered(b, loc, op.getOutput(), axes.ofOutput());
  Value lse = ordered(b, loc, op.getLse(), axes.ofLse());
  Value grad = ordered(b, loc, op.getOutputGrad(), axes.ofOutput());
  auto fresh = b.create<AttendGradOp>(
      loc, s.query.getType(), ValueRange(s.keys).getTypes(), ValueRange(s.values).getTypes(), s.query, s.keys, s.values,
      op.getSegments(), op.getOnly(), output, lse, grad, op.getAxisAttr(), op.getMasksAttr(), op.getScaleAttr());
  replaceOrdered(b, op.getQueryGrad(), fresh.getQueryGrad());
  // The gradient of a key that was repeated along an axis is the sum over that axis.
  auto replace = [&](Value from, Value to) {
    SmallVector<StringRef> summed;
    for (AxisAttr axis : typeOf(to).getAxes())
      if (!typeOf(from).has(axis.getName()))
        summed.push_back(axis.getName());
    if (!summed.empty())
      to = b.create<ReduceOp>(loc, from.getType(), ReduceKind::Sum, to, b.getStrArrayAttr(summed));
    replaceOrdered(b, from, to);
  };
  for (auto [from, to] : llvm::zip(op.getKeyGrads(), fresh.getKeyGrads()))
    replace(from, to);
  for (auto [from, to] : llvm::zip(op.getValueGrads(), fresh.getValueGrads()))
    replace(from, to);
  op.erase();
}

namespace {
int64_t sizeOf(ArrayRef<AxisAttr> axes) {
  int64_t n = 1;
  for (AxisAttr axis : axes)
    n *= axis.getSize();
  return n;
}

/// The attributes that describe an attention's sources.
struct Geometry {
  SmallVector<int64_t> geometry, kinds, masks, windows, chunks, spans, slots;

  Geometry(const AttendAxes &axes, ArrayAttr maskAttrs) {
    geometry = {sizeOf(axes.heads), sizeOf(axes.group), axes.contracted.getSize(), sizeOf(axes.width)};
    for (auto [mask, slot] : llvm::zip(maskAttrs, axes.slots)) {
      auto m = cast<MaskAttr>(mask);
      kinds.push_back(slot ? 1 : 0);
      masks.push_back(rt::maskNumber(m.describe()));
      windows.push_back(m.getWindow());
      chunks.push_back(m.getChunk());
      spans.push_back(m.getSpan());
      slots.push_back(slot ? slot.getSize() : 0);
    }
  }
  /// As the ops want them: left out where no source has one.
  static DenseI64ArrayAttr sizes(OpBuilder &b, ArrayRef<int64_t> of) {
    return llvm::any_of(of, [](int64_t size) { return size != 0; }) ? b.getDenseI64ArrayAttr(of) : DenseI64ArrayAttr();
  }
};

/// Of what picks keys, the value of each source that names one, in order.
SmallVector<Value> pickedOf(Buffers &buffers, ValueRange picks, ArrayAttr masks,
                            int64_t (MaskAttr::*numberIn)() const) {
  SmallVector<Value> result;
  for (auto mask : masks.getAsRange<MaskAttr>())
    if (int64_t number = (mask.*numberIn)(); number >= 0)
      result.push_back(buffers.get(picks[number]));
  return result;
}

SmallVector<Value> memoryOf(Buffers &buffers, ValueRange values) {
  SmallVector<Value> result;
  for (Value value : values)
    result.push_back(buffers.get(value));
  return result;
}

} // namespace

static void emit(AttendOp op, Buffers &buffers, OpBuilder &host, IntegerAttr level) {
  Geometry g(AttendAxes::of(op), op.getMasks());
  host.create<host::AttendOp>(
      op.getLoc(), buffers.get(op.getQuery()), memoryOf(buffers, op.getKeys()), memoryOf(buffers, op.getValues()),
      pickedOf(buffers, op.getSegments(), op.getMasks(), &MaskAttr::getSegment),
      pickedOf(buffers, op.getOnly(), op.getMasks(), &MaskAttr::getOnly), buffers.get(op.getOutput()),
      buffers.get(op.getLse()), g.geometry, op.getScale(), g.kinds, g.masks, g.windows, Geometry::sizes(host, g.chunks),
      Geometry::sizes(host, g.spans), g.slots, level);
}

static void emit(AttendGradOp op, Buffers &buffers, OpBuilder &host, IntegerAttr level) {
  Geometry g(AttendAxes::of(op), op.getMasks());
  // Gradients that nobody uses are still written.
  auto results = [&](ValueRange values) {
    SmallVector<Value> memory;
    for (Value value : values)
      memory.push_back(value.use_empty() ? buffers.unused(typeOf(value), Format::F32) : buffers.get(value));
    return memory;
  };
  host.create<host::AttendGradOp>(
      op.getLoc(), buffers.get(op.getQuery()), memoryOf(buffers, op.getKeys()), memoryOf(buffers, op.getValues()),
      pickedOf(buffers, op.getSegments(), op.getMasks(), &MaskAttr::getSegment),
      pickedOf(buffers, op.getOnly(), op.getMasks(), &MaskAttr::getOnly), buffers.get(op.getOutput()),
      buffers.get(op.getLse()), buffers.get(op.getOutputGrad()), results(op.getQueryGrad()).front(),
      results(op.getKeyGrads()), results(op.getValueGrads()), g.geometry, op.getScale(), g.kinds, g.masks, g.windows,
      Geometry::sizes(host, g.chunks), Geometry::sizes(host, g.spans), g.slots,
      /*accumulate=*/false, level);
}

namespace {

/// Of attention and of its gradient; what differs is overloaded above.
template <typename Attend> struct Call : CallLowering::ExternalModel<Call<Attend>, Attend> {
  bool isPrepared(Operation *op) const {
    auto attend = cast<Attend>(op);
    return segmentsAreInputs(attend) && isInOrder(attend, AttendAxes::of(attend));
  }
  LogicalResult prepare(Operation *op) const {
    auto attend = cast<Attend>(op);
    if (!segmentsAreInputs(attend))
      return attend.emitOpError("has segments that are not an input of the program");
    if (!isPrepared(op))
      putInOrder(attend);
    return success();
  }
  LogicalResult emitCall(Operation *op, Buffers &buffers, OpBuilder &host, IntegerAttr level) const {
    emit(cast<Attend>(op), buffers, host, level);
    return success();
  }
};

} // namespace

void attachAttendCalls(MLIRContext &context);
void attachAttendCalls(MLIRContext &context) {
  AttendOp::attachInterface<Call<AttendOp>>(context);
  AttendGradOp::attachInterface<Call<AttendGradOp>>(context);
}

} // namespace braid::convert
