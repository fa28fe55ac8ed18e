//===- KernelOps.cpp - the ops of the braid dialect as row work -----------===//

#include "KernelBuilder.h"
#include "braid/Support/Elementary.h"
#include "dialects/Braid/Analysis/Values.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {

static row::ReduceKind rowKind(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Sum: return row::ReduceKind::Sum;
  case ReduceKind::Max: return row::ReduceKind::Max;
  case ReduceKind::Min: return row::ReduceKind::Min;
  }
  llvm_unreachable("a kind of reduction");
}

Value KernelBuilder::emitFree(Operation *op) {
  row::ValueType type = rowType(typeOf(op->getResult(0)));
  if (auto constant = dyn_cast<ConstantOp>(op))
    return b.create<row::ConstantOp>(op->getLoc(), type, constant.getValueAttr());
  if (isa<IotaOp>(op))
    return b.create<row::IotaOp>(op->getLoc(), type);
  if (auto random = dyn_cast<RandomOp>(op))
    return emitRandom(random);
  return b.create<row::PositionOp>(op->getLoc(), type);
}

/// The stream's path is an argument of the launch, so that sites that draw alike share a kernel.
Value KernelBuilder::emitRandom(RandomOp op) {
  MLIRContext *context = op.getContext();
  if (!llvm::is_contained(streams, op.getStream()))
    streams.push_back(op.getStream());
  int64_t number = llvm::find(streams, op.getStream()) - streams.begin();
  // No axis of a model has a dot in its name and this size.
  auto words = row::AxisAttr::get(context, "draw.word", 4);
  Value draw = argument(row::BufferType::get(context, false, words, row::Storage::I32), buffers.draw());
  auto distribution =
      op.getDistribution() == Distribution::Normal ? row::Distribution::Normal : row::Distribution::Uniform;
  return b.create<row::RandomOp>(op.getLoc(), rowType(typeOf(op.getResult())), distribution, op.getScale(), number,
                                 op.getPerSequence(), draw);
}

Value KernelBuilder::emitView(Operation *op) {
  Value input = get(op->getOperand(0));
  row::ValueType type = rowType(typeOf(op->getResult(0)));
  if (type == input.getType())
    return input;
  // A constant is the same under any axes.
  if (auto constant = input.getDefiningOp<row::ConstantOp>())
    return b.create<row::ConstantOp>(op->getLoc(), type, constant.getValueAttr());
  return b.create<row::ViewOp>(op->getLoc(), type, input);
}

/// The elementwise product over the union of the axes.
Value KernelBuilder::product(Location loc, Value lhs, Value rhs, ValueType lhsType, ValueType rhsType) {
  if (rhsType.getAxes().size() > lhsType.getAxes().size())
    std::swap(lhsType, rhsType);
  SmallVector<AxisAttr> all(lhsType.getAxes());
  for (AxisAttr axis : rhsType.getAxes())
    if (!lhsType.has(axis.getName()))
      all.push_back(axis);
  return b.create<row::MapOp>(loc, rowType(lhsType.withAxes(all)), row::Fn::Mul, ValueRange{lhs, rhs});
}

Value KernelBuilder::emitDot(DotOp op) {
  Value value = product(op.getLoc(), get(op.getLhs()), get(op.getRhs()), typeOf(op.getLhs()), typeOf(op.getRhs()));
  row::ValueType type = rowType(typeOf(op.getResult()));
  if (!op.getAxes().empty())
    return b.create<row::ReduceOp>(op.getLoc(), type, row::ReduceKind::Sum, value, op.getAxes());
  if (value.getType() != type)
    value = b.create<row::TransposeOp>(op.getLoc(), type, value);
  return value;
}

Value KernelBuilder::emitGather(GatherOp op) {
  Location loc = op.getLoc();
  Value table = op.getTable();
  row::ValueType type = rowType(typeOf(op.getResult()));
  Operation *def = rootOf(table).getDefiningOp();
  bool outside = def && !local.contains(table) && !isFree(def) && !isInside(rootOf(table));
  Value id = get(op.getId());
  if (outside)
    return b.create<row::GatherOp>(loc, type, bufferArgument(table), id, op.getAxis());
  // The table is in registers: the sum of its entries where the index is the id.
  ValueType tableType = typeOf(table);
  ValueType line = tableType.withAxes({tableType.getAxes()[tableType.find(op.getAxis())]});
  row::ValueType real = row::ValueType::get(b.getContext(), {}, row::Element::Real);
  Value index = b.create<row::IotaOp>(loc, rowType(line));
  Value wanted = b.create<row::MapOp>(loc, real, row::Fn::Real, ValueRange(id));
  Value hit =
      b.create<row::MapOp>(loc, rowType(line.withElement(Element::Bool)), row::Fn::Eq, ValueRange{index, wanted});
  Value zero = b.create<row::ConstantOp>(loc, real, b.getF64FloatAttr(0));
  Value masked = b.create<row::MapOp>(loc, rowType(tableType), row::Fn::Select, ValueRange{hit, get(table), zero});
  return b.create<row::ReduceOp>(loc, type, row::ReduceKind::Sum, masked, b.getStrArrayAttr({op.getAxis()}));
}

/// Offsets at the end of an axis whose size is an argument are counted from there.
static int64_t offsetIn(int64_t offset, int64_t size, int64_t length, bool isDynamic) {
  return isDynamic && offset > 0 && offset + size == length ? offset - length : offset;
}

Value KernelBuilder::emitSlice(SliceOp op) {
  int64_t length = typeOf(op.getInput()).sizeOf(op.getAxis());
  Value input = get(op.getInput());
  row::ValueType type = rowType(typeOf(op.getResult()));
  if (op.getAs() && int64_t(op.getSize()) == length)
    return b.create<row::ViewOp>(op.getLoc(), type, input);
  int64_t offset = offsetIn(op.getOffset(), op.getSize(), length, dynamic.contains(op.getAxis()));
  return b.create<row::SliceOp>(op.getLoc(), type, input, op.getAxisAttr(), b.getI64IntegerAttr(offset),
                                op.getSizeAttr(), op.getAsAttr());
}

Value KernelBuilder::emitPad(PadOp op) {
  ValueType in = typeOf(op.getInput()), out = typeOf(op.getResult());
  int64_t size = op.getFrom() ? in.sizeOf(*op.getFrom()) : 1;
  int64_t offset = offsetIn(op.getOffset(), size, out.sizeOf(op.getAxis()), dynamic.contains(op.getAxis()));
  Value input = get(op.getInput());
  if (op.getFrom() && size == out.sizeOf(op.getAxis()))
    return b.create<row::ViewOp>(op.getLoc(), rowType(out), input);
  return b.create<row::PadOp>(op.getLoc(), rowType(out), input, op.getAxisAttr(), b.getI64IntegerAttr(offset),
                              op.getFromAttr());
}

/// The sum over all rows goes to memory; nothing in this launch can use it.
LogicalResult KernelBuilder::emitSum(Operation *op, Value sum) {
  Value result = op->getResult(0);
  if (result.use_empty())
    return success();
  if (!buffers.stored(result))
    return op->emitOpError("sums over all tokens inside the region of a read; take the sum outside");
  b.create<row::AccumulateOp>(op->getLoc(), sum, bufferArgument(result));
  return success();
}

LogicalResult KernelBuilder::emitRead(ReadOp read) {
  Location loc = read.getLoc();
  Block *body = read.body();
  for (int64_t group = 0; group < int64_t(read.getGroups()); ++group) {
    ValueRange values = groupOf(read, group);
    BlockArgument argument = body->getArgument(group);
    ValueType entry = typeOf(values.front());
    Format format = Format::BF16;
    bool zeros = llvm::all_of(values, isZero);
    for (Value value : values)
      if (!isZero(value))
        format = buffers.format(value);
    if (zeros) {
      local[argument] = b.create<row::ConstantOp>(loc, rowType(typeOf(argument)), b.getF64FloatAttr(0));
      continue;
    }
    SmallVector<Value> entries;
    for (Value value : values)
      entries.push_back(isZero(value) ? buffers.zeros(entry, format) : buffers.get(value));
    Value list = listArgument(read.getAxis(), entry, format, entries);
    local[argument] = b.create<row::StackOp>(loc, rowType(typeOf(argument)), list);
  }
  for (auto [i, capture] : llvm::enumerate(read.getCaptures()))
    local[body->getArgument(read.getGroups() + i)] = get(capture);
  for (Operation &op : body->without_terminator())
    if (failed(emit(&op)))
      return failure();

  unsigned next = 0;
  for (auto [i, value] : llvm::enumerate(body->getTerminator()->getOperands())) {
    if (!read.isUnstacked(i)) {
      set(read.getOutputs()[next++], get(value));
      continue;
    }
    ValueRange results = read.getOutputs().slice(next, read.length());
    next += read.length();
    if (llvm::all_of(results, [](Value v) { return v.use_empty(); }))
      continue;
    ValueType entry = typeOf(results.front());
    Format format = Format::F32;
    for (Value result : results)
      if (buffers.stored(result))
        format = buffers.format(result);
    SmallVector<Value> entries;
    for (Value result : results)
      entries.push_back(buffers.stored(result) ? buffers.get(result) : buffers.unused(entry, format));
    b.create<row::UnstackOp>(loc, get(value), listArgument(read.getAxis(), entry, format, entries));
    // Who uses an entry here loads it again: the list is in memory, not in registers.
    for (Value result : results)
      if (isUsedHere(result))
        local[result] = load(result);
  }
  return success();
}

LogicalResult KernelBuilder::emit(Operation *op) {
  if (auto read = dyn_cast<ReadOp>(op))
    return emitRead(read);
  if (op->getNumResults() != 1)
    return op->emitOpError("is not row work");
  Value result = op->getResult(0);
  row::ValueType type = rowType(typeOf(result));
  if (auto sum = dyn_cast<TokenSumOp>(op))
    return emitSum(op, get(sum.getInput()));
  if (auto dot = dyn_cast<DotOp>(op); dot && dot.getTokens())
    return emitSum(op, emitDot(dot));

  Value computed = isFree(op) ? emitFree(op) : isView(op) ? emitView(op) : emitRow(op, type);
  if (!computed)
    return op->emitOpError("is not row work");
  set(result, computed);
  return success();
}

Value KernelBuilder::emitRow(Operation *op, row::ValueType type) {
  Location loc = op->getLoc();
  auto operands = [&] {
    SmallVector<Value> values;
    for (Value operand : op->getOperands())
      values.push_back(get(operand));
    return values;
  };
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<MapOp>([&](MapOp map) -> Value {
        return b.create<row::MapOp>(loc, type, sameElementwise<row::Fn>(map.getFn()), operands());
      })
      .Case<BroadcastOp>([&](BroadcastOp) -> Value {
        Value input = get(op->getOperand(0));
        if (input.getType() == type)
          return input;
        return b.create<row::MapOp>(loc, type, row::Fn::Copy, ValueRange(input));
      })
      .Case<ReduceOp>([&](ReduceOp reduce) -> Value {
        return b.create<row::ReduceOp>(loc, type, rowKind(reduce.getKind()), get(reduce.getInput()), reduce.getAxes());
      })
      .Case<DotOp>([&](DotOp dot) { return emitDot(dot); })
      .Case<RoundOp>([&](RoundOp round) -> Value {
        auto storage = round.getPrecision() == Precision::BF16 ? row::Storage::BF16 : row::Storage::F32;
        return b.create<row::RoundOp>(loc, type, get(round.getInput()), storage);
      })
      .Case<TransposeOp>(
          [&](TransposeOp) -> Value { return b.create<row::TransposeOp>(loc, type, get(op->getOperand(0))); })
      .Case<SliceOp>([&](SliceOp slice) { return emitSlice(slice); })
      .Case<PadOp>([&](PadOp pad) { return emitPad(pad); })
      .Case<ConcatOp>([&](ConcatOp concat) -> Value {
        return b.create<row::ConcatOp>(loc, type, operands(), concat.getAxes(), concat.getAxisAttr());
      })
      .Case<GatherOp>([&](GatherOp gather) { return emitGather(gather); })
      .Default([](Operation *) { return Value(); });
}

} // namespace braid::convert
