//===- KernelBuilder.cpp - one launch's row work as a row.kernel ----------===//
//
// The frame: types, arguments, loads and stores. What becomes of each op is in
// KernelOps.cpp.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "dialects/Braid/Analysis/Values.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

row::AxisAttr KernelBuilder::axis(AxisAttr axis) const {
  bool isDynamic = dynamic.contains(axis.getName());
  return row::AxisAttr::get(axis.getContext(), axis.getName(), isDynamic ? -1 : axis.getSize());
}

SmallVector<row::AxisAttr> KernelBuilder::axes(ValueType type) const {
  SmallVector<row::AxisAttr> result;
  for (AxisAttr a : type.getAxes())
    if (a.getName() != leading || leading.empty())
      result.push_back(axis(a));
  return result;
}

static row::Element rowElement(Element element) {
  switch (element) {
  case Element::Real: return row::Element::Real;
  case Element::Id: return row::Element::Id;
  case Element::Bool: return row::Element::Bool;
  }
  llvm_unreachable("a kind of element");
}

row::ValueType KernelBuilder::rowType(ValueType type) const {
  return row::ValueType::get(type.getContext(), axes(type), rowElement(type.getElement()));
}

row::Storage KernelBuilder::rowStorage(Format format) const { return sameFormat<row::Storage>(format); }

bool KernelBuilder::perRow(ValueType type) const { return type.isToken() || (!leading.empty() && type.has(leading)); }

/// The axis that every op of a step on static values treats elementwise, if it stands first everywhere;
/// its indices are then the rows. Otherwise, and for little work, there is one row.
StringRef KernelBuilder::leadingAxis() const {
  if (step->kind != Step::FixedRows)
    return {};
  ValueType first = typeOf(step->ops.front()->getResult(0));
  if (first.getAxes().size() < 2)
    return {};
  StringRef name = first.getAxes()[0].getName();
  if (dynamic.contains(name))
    return {};
  int64_t largest = 0;
  auto leads = [&](Value v) { return typeOf(v).find(name) == 0; };
  for (Operation *op : step->ops) {
    if (!isa<MapOp, RoundOp, BroadcastOp, ReduceOp, DotOp, SliceOp, PadOp, ConcatOp, TransposeOp>(op) ||
        !leads(op->getResult(0)))
      return {};
    for (Value operand : op->getOperands()) {
      // A value that lacks the axis may come from outside, for all rows.
      if (isInside(rootOf(operand)) ? !leads(operand) || operand != rootOf(operand)
                                    : !leads(operand) && typeOf(operand).has(name))
        return {};
      if (auto iota = rootOf(operand).getDefiningOp<IotaOp>(); iota && typeOf(operand).has(name))
        return {};
      largest = std::max(largest, typeOf(operand).numElements());
    }
    // A slice, pad or concatenation of this very axis changes its name or leaves an operand without it.
    if (isa<SliceOp, PadOp, ConcatOp>(op) && !llvm::all_of(op->getOperands(), leads))
      return {};
    if (auto slice = dyn_cast<SliceOp>(op); slice && slice.getAxis() == name)
      return {};
    if (auto pad = dyn_cast<PadOp>(op); pad && pad.getAxis() == name)
      return {};
    if (auto concat = dyn_cast<ConcatOp>(op); concat && concat.getAxis() == name)
      return {};
  }
  return largest >= 4096 ? name : StringRef();
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

Value KernelBuilder::argument(Type type, ValueRange operands) {
  for (Argument &a : arguments)
    if (a.type == type && llvm::equal(a.operands, operands))
      return a.value;
  Value value = kernel.getBody().front().addArgument(type, operands.front().getLoc());
  arguments.push_back({type, SmallVector<Value>(operands), value});
  return value;
}

/// The memory of the value's root, under the value's own axes.
Value KernelBuilder::bufferArgument(Value value) {
  ValueType type = typeOf(value);
  auto buffer = row::BufferType::get(type.getContext(), perRow(type), axes(type), rowStorage(buffers.format(value)));
  return argument(buffer, buffers.get(value));
}

Value KernelBuilder::listArgument(StringRef axis, ValueType entry, Format format, ValueRange entries) {
  return argument(row::ListType::get(entry.getContext(), axis, axes(entry), rowStorage(format)), entries);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

bool KernelBuilder::isInside(Value root) const {
  Operation *op = root.getDefiningOp();
  return op && partition->stepOf(op) == number;
}

/// True if an op of this kernel uses the value, views looked through, otherwise than as an entry of a list, which lies
/// in memory.
bool KernelBuilder::isUsedHere(Value value) const {
  return llvm::any_of(value.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isView(user))
      return isUsedHere(user->getResult(0));
    auto read = dyn_cast<ReadOp>(user);
    bool isEntry = read && use.getOperandNumber() < read.getEntries().size();
    return !isEntry && partition->stepOf(user) == number;
  });
}

/// What the kernel has for a value of the function or of an inlined region.
Value KernelBuilder::get(Value value) {
  if (Value known = local.lookup(value))
    return known;
  Operation *op = value.getDefiningOp();
  Value root = rootOf(value);
  Operation *def = root.getDefiningOp();
  Value result;
  if (isFree(op))
    result = emitFree(op);
  else if (isView(op) && (isFree(def) || isInside(root)))
    result = emitView(op);
  else
    result = load(value);
  local[value] = result;
  return result;
}

Value KernelBuilder::load(Value value) {
  ValueType type = typeOf(value);
  Location loc = value.getLoc();
  if (!type.isBool())
    return b.create<row::LoadOp>(loc, rowType(type), bufferArgument(value));
  // A truth value is stored as the number 0 or 1.
  ValueType real = type.withElement(Element::Real);
  Value number = b.create<row::LoadOp>(loc, rowType(real), bufferArgument(value));
  Value zero = b.create<row::ConstantOp>(loc, rowType(real), b.getF64FloatAttr(0));
  return b.create<row::MapOp>(loc, rowType(type), row::Fn::Lt, ValueRange{zero, number});
}

/// Notes what was computed for a value and stores it where others want it.
void KernelBuilder::set(Value value, Value computed) {
  local[value] = computed;
  if (!value.getDefiningOp() || !buffers.stored(value))
    return;
  if (typeOf(value).isBool())
    computed = b.create<row::MapOp>(value.getLoc(), rowType(typeOf(value).withElement(Element::Real)), row::Fn::Real,
                                    ValueRange(computed));
  b.create<row::StoreOp>(value.getLoc(), computed, bufferArgument(value));
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

/// Names of the axes in the types of a kernel, in order of appearance.
static void collectAxes(Type type, llvm::SetVector<StringRef> &names) {
  auto add = [&](ArrayRef<row::AxisAttr> axes) {
    for (row::AxisAttr a : axes)
      if (a.isDynamic())
        names.insert(a.getName());
  };
  if (auto value = dyn_cast<row::ValueType>(type))
    add(value.getAxes());
  else if (auto buffer = dyn_cast<row::BufferType>(type))
    add(buffer.getAxes());
  else if (auto list = dyn_cast<row::ListType>(type)) {
    names.insert(list.getAxis());
    add(list.getAxes());
  }
}

FailureOr<host::LaunchOp> KernelBuilder::build(StringRef name) {
  bool fixed = step->kind == Step::FixedRows;
  leading = leadingAxis();
  Location loc = step->ops.front()->getLoc();
  kernel = kernels.create<row::KernelOp>(loc, name, fixed ? row::Space::Fixed : row::Space::Token,
                                         kernels.getStrArrayAttr({}), ArrayAttr());
  Block &block = kernel.getBody().emplaceBlock();
  b.setInsertionPointToEnd(&block);
  for (Operation *op : step->ops)
    if (failed(emit(op)))
      return failure();

  llvm::SetVector<StringRef> names;
  for (BlockArgument a : block.getArguments())
    collectAxes(a.getType(), names);
  for (Operation &op : block)
    for (Type type : op.getResultTypes())
      collectAxes(type, names);
  // The length of a list is known here even where its axis must keep its size in types.
  SmallVector<int64_t> sizes;
  for (StringRef axis : names) {
    int64_t size = dynamic.lookup(axis);
    for (const Argument &a : arguments)
      if (auto list = dyn_cast<row::ListType>(a.type); list && list.getAxis() == axis)
        size = a.operands.size();
    sizes.push_back(size);
  }
  kernel.setDynamicAttr(b.getStrArrayAttr(names.getArrayRef()));

  SmallVector<Value> operands;
  for (const Argument &a : arguments)
    llvm::append_range(operands, a.operands);
  IntegerAttr rows;
  if (fixed)
    rows = b.getI64IntegerAttr(leading.empty() ? 1 : typeOf(step->ops.front()->getResult(0)).sizeOf(leading));
  return host.create<host::LaunchOp>(loc, kernel.getSymName(), fixed ? host::Space::Fixed : host::Space::Token, rows,
                                     sizes, streams.empty() ? ArrayAttr() : b.getStrArrayAttr(streams), operands,
                                     DenseI64ArrayAttr(), host.getI64IntegerAttr(step->level));
}

} // namespace braid::convert
