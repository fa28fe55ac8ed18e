//===- BraidReadAdjoint.cpp - the derivative of a history read ------------===//
//
// The adjoint of a read is a read: the same entries, then what arrived as gradients of
// unstacked results, then the gradients of the entries gathered so far; its region is a
// copy of the forward region followed by that region's adjoint. It yields, for every
// entry, the whole new gradient, so one op reads entries and accumulators once and
// writes the accumulators once; and the gradients of the captures, which are summed over
// the tokens outside where the capture is static.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/IR/Emitter.h"
#include "dialects/Braid/IR/ReverseMode.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace braid::lang;

namespace {

/// Collects operands, the region and what becomes of the results, then creates the op.
class ReadAdjoint {
public:
  ReadAdjoint(ReadOp forward, OpBuilder &builder, ValueRange resultGrads, GradientSink &grads)
      : forward(forward), outer(builder), resultGrads(resultGrads), grads(grads), length(forward.length()),
        inner(forward.getContext()) {}

  LogicalResult build();

private:
  Value addGroup(ArrayRef<Value> values);
  Value addCapture(Value value);
  void gatherAccumulators(ReverseMode &reverse);
  void cloneBody();
  void bringCotangents();
  void yieldEntryGradients(ReverseMode &reverse);
  void yieldCaptureGradients(ReverseMode &reverse);
  void finish();
  ValueRange entries(int64_t group) { return forward.getEntries().slice(group * length, length); }
  /// Static zeros with the axes of `like`.
  Value zeros(Value like) { return Emitter(outer, forward.getLoc()).filled(0, typeOf(like)); }

  ReadOp forward;
  OpBuilder &outer;
  ValueRange resultGrads;
  GradientSink &grads;
  int64_t length;

  OpBuilder inner;
  Region region;
  IRMapping mapping;
  SmallVector<Operation *> clones;
  SmallVector<Value> operands, captures, yielded;
  int64_t groups = 0;
  SmallVector<int64_t> unstacked;
  SmallVector<std::pair<Value, Value>> cotangents; // (forward yielded value, gradient)
  DenseMap<int64_t, Value> accumulators;           // by group, region arguments
  /// What the gradient of each yielded value is the gradient of.
  SmallVector<SmallVector<Value>> targets;
};

} // namespace

/// Adds a list of entries; returns the region's argument for it.
Value ReadAdjoint::addGroup(ArrayRef<Value> values) {
  Kind kind = Kind::Static;
  for (Value value : values)
    kind = std::max(kind, typeOf(value).getKind());
  SmallVector<AxisAttr> axes = {AxisAttr::get(forward.getContext(), forward.getAxis(), length)};
  llvm::append_range(axes, typeOf(values[0]).getAxes());
  operands.append(values.begin(), values.end());
  return region.front().insertArgument(unsigned(groups++), typeOf(values[0]).withAxes(axes).withKind(kind),
                                       forward.getLoc());
}

Value ReadAdjoint::addCapture(Value value) {
  captures.push_back(value);
  return region.front().addArgument(value.getType(), value.getLoc());
}

void ReadAdjoint::cloneBody() {
  Block *body = forward.body();
  for (int64_t group = 0; group < int64_t(forward.getGroups()); ++group)
    mapping.map(body->getArgument(group), addGroup(SmallVector<Value>(entries(group))));
  for (auto [i, capture] : llvm::enumerate(forward.getCaptures()))
    mapping.map(body->getArgument(forward.getGroups() + i), addCapture(capture));
  for (Operation &op : body->without_terminator())
    clones.push_back(inner.clone(op, mapping));
}

/// The gradients of the results become a capture, or a list where they are unstacked.
void ReadAdjoint::bringCotangents() {
  auto yield = cast<YieldOp>(forward.body()->back());
  unsigned next = 0;
  for (auto [i, value] : llvm::enumerate(yield.getValues())) {
    bool many = forward.isUnstacked(i);
    unsigned count = many ? length : 1;
    SmallVector<Value> mine(resultGrads.slice(next, count));
    next += count;
    if (llvm::none_of(mine, [](Value g) { return bool(g); }))
      continue;
    if (!many) {
      cotangents.push_back({value, addCapture(mine[0])});
      continue;
    }
    Value like = *llvm::find_if(mine, [](Value g) { return bool(g); });
    for (Value &g : mine)
      if (!g)
        g = zeros(like);
    Value argument = addGroup(mine);
    // The list has the axis in front; the yielded value may have it elsewhere.
    cotangents.push_back({value, Emitter(inner, forward.getLoc()).ordered(argument, typeOf(value).getAxes())});
  }
}

/// The sums so far, where the list gets a gradient and an entry has one already. A static
/// entry in a list that varies per token is left out: its share is yet to be summed.
void ReadAdjoint::gatherAccumulators(ReverseMode &reverse) {
  for (int64_t group = 0; group < int64_t(forward.getGroups()); ++group) {
    Value argument = mapping.lookup(Value(forward.body()->getArgument(group)));
    if (!reverse.gradient(argument))
      continue;
    Kind kind = typeOf(argument).getKind();
    SmallVector<Value> sums;
    for (Value entry : entries(group))
      sums.push_back(typeOf(entry).getKind() == kind && grads.wants(entry) ? grads.take(entry) : Value());
    if (llvm::none_of(sums, [](Value g) { return bool(g); }))
      continue;
    for (auto [sum, entry] : llvm::zip(sums, entries(group)))
      if (!sum)
        sum = zeros(entry);
    accumulators[group] = addGroup(sums);
  }
}

void ReadAdjoint::yieldEntryGradients(ReverseMode &reverse) {
  Emitter emit(inner, forward.getLoc());
  for (int64_t group = 0; group < int64_t(forward.getGroups()); ++group) {
    Value argument = mapping.lookup(Value(forward.body()->getArgument(group)));
    Value sum = accumulators.lookup(group), own = reverse.gradient(argument);
    if (sum && own)
      own = emit.add(sum, own);
    // What varies per token of a static list is summed outside, hence apart.
    for (Value part : {own, reverse.perTokenGradient(argument)}) {
      if (!part)
        continue;
      unstacked.push_back(yielded.size());
      yielded.push_back(part);
      targets.push_back(SmallVector<Value>(entries(group)));
    }
  }
}

void ReadAdjoint::yieldCaptureGradients(ReverseMode &reverse) {
  for (auto [i, capture] : llvm::enumerate(forward.getCaptures())) {
    Value argument = mapping.lookup(Value(forward.body()->getArgument(forward.getGroups() + i)));
    if (!grads.wants(capture))
      continue;
    for (Value part : {reverse.gradient(argument), reverse.perTokenGradient(argument)}) {
      if (!part)
        continue;
      yielded.push_back(part);
      targets.push_back({capture});
    }
  }
}

void ReadAdjoint::finish() {
  SmallVector<Type> types;
  for (auto [i, value] : llvm::enumerate(yielded))
    if (llvm::is_contained(unstacked, int64_t(i)))
      types.append(length, typeOf(value).without({forward.getAxis()}));
    else
      types.push_back(value.getType());
  inner.create<YieldOp>(forward.getLoc(), yielded);
  auto adjoint = outer.create<ReadOp>(forward.getLoc(), types, forward.getAxisAttr(), outer.getI64IntegerAttr(groups),
                                      operands, captures, outer.getDenseI64ArrayAttr(unstacked));
  adjoint.getBody().takeBody(region);
  unsigned next = 0;
  for (ArrayRef<Value> of : targets)
    for (Value target : of)
      grads.add(target, adjoint.getOutputs()[next++]);
}

LogicalResult ReadAdjoint::build() {
  region.emplaceBlock();
  inner.setInsertionPointToEnd(&region.front());
  cloneBody();
  bringCotangents();

  ReverseMode reverse(inner, /*rowLocal=*/true);
  Block *body = forward.body();
  for (int64_t group = 0; group < int64_t(forward.getGroups()); ++group)
    if (llvm::any_of(entries(group), [&](Value entry) { return grads.wants(entry); }))
      reverse.watch(mapping.lookup(Value(body->getArgument(group))));
  for (auto [i, capture] : llvm::enumerate(forward.getCaptures()))
    if (grads.wants(capture))
      reverse.watch(mapping.lookup(Value(body->getArgument(forward.getGroups() + i))));
  reverse.analyse(clones);
  for (auto [value, gradient] : cotangents)
    reverse.seed(mapping.lookup(value), gradient);
  if (failed(reverse.run(clones)))
    return failure();

  gatherAccumulators(reverse);
  yieldEntryGradients(reverse);
  yieldCaptureGradients(reverse);
  if (!yielded.empty())
    finish();
  return success();
}

LogicalResult ReadOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  return ReadAdjoint(*this, builder, resultGrads, grads).build();
}
