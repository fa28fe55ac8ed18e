//===- RowVerifiers.cpp - the rules K1 … K19 ------------------------------===//
//
// Axes are matched by name, so most rules compare lists of axes as sets; only
// `row.load` and `row.view` care about their order, because memory has one.
//
//===----------------------------------------------------------------------===//

#include "braid/Support/Elementary.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace braid;
using namespace braid::row;

using Axes = ArrayRef<AxisAttr>;

static bool contains(Axes axes, AxisAttr axis) { return llvm::is_contained(axes, axis); }

static bool distinct(Axes axes) {
  llvm::StringSet<> names;
  return llvm::all_of(axes, [&](AxisAttr axis) { return names.insert(axis.getName()).second; });
}

/// The same axes, in any order.
static bool sameSet(Axes a, Axes b) {
  return a.size() == b.size() && llvm::all_of(a, [&](AxisAttr axis) { return contains(b, axis); });
}

static SmallVector<AxisAttr> without(Axes axes, StringRef name) {
  SmallVector<AxisAttr> rest;
  llvm::copy_if(axes, std::back_inserter(rest), [&](AxisAttr axis) { return axis.getName() != name; });
  return rest;
}

static AxisAttr named(Axes axes, StringRef name) {
  for (AxisAttr axis : axes)
    if (axis.getName() == name)
      return axis;
  return {};
}

static Element elementOf(Storage storage) { return storage == Storage::I32 ? Element::Id : Element::Real; }

/// The axis that stands for the entries in a value that is stacked or unstacked; null of other ops, and of values that
/// are the same for all entries.
static AxisAttr entriesOf(Operation &op) {
  if (auto stack = dyn_cast<StackOp>(op))
    return named(typeOf(stack.getResult()).getAxes(), stack.getList().getType().getAxis());
  if (auto unstack = dyn_cast<UnstackOp>(op))
    return named(typeOf(unstack.getValue()).getAxes(), unstack.getList().getType().getAxis());
  return {};
}

static bool isIn(Operation *op, Space space) {
  auto kernel = op->getParentOfType<KernelOp>();
  return kernel && kernel.getSpace() == space;
}

LogicalResult KernelOp::verify() {
  llvm::StringSet<> dynamic;
  for (Attribute name : getDynamic())
    if (!dynamic.insert(cast<StringAttr>(name).getValue()).second)
      return emitOpError("K1: `dynamic` repeats ") << name;
  auto check = [&](Location at, Type type) -> LogicalResult {
    Axes axes;
    if (auto value = dyn_cast<ValueType>(type))
      axes = value.getAxes();
    else if (auto buffer = dyn_cast<BufferType>(type))
      axes = buffer.getAxes();
    else if (auto list = dyn_cast<ListType>(type)) {
      axes = list.getAxes();
      if (!dynamic.contains(list.getAxis()))
        return mlir::emitError(at) << "K2: the list's axis `" << list.getAxis() << "` is not in `dynamic`";
      if (named(axes, list.getAxis()))
        return mlir::emitError(at) << "K2: the list's axis `" << list.getAxis() << "` is also an axis of its entries";
    } else
      return mlir::emitError(at) << "a row kernel works on buffers, lists and values, not on " << type;
    if (!distinct(axes))
      return mlir::emitError(at) << "two axes of " << type << " have the same name";
    int64_t numbers = 1, most = int64_t(1) << (isa<ValueType>(type) ? 60 : 40);
    for (AxisAttr axis : axes) {
      if (axis.getName().empty())
        return mlir::emitError(at) << "K1: an axis has no name";
      if (axis.isDynamic() && !dynamic.contains(axis.getName()))
        return mlir::emitError(at) << "K1: the size of axis `" << axis.getName()
                                   << "` is not an argument of the kernel";
      if (axis.getSize() == 0 || axis.getSize() < -1)
        return mlir::emitError(at) << "K1: axis `" << axis.getName() << "` is empty";
      if (!axis.isDynamic() && (llvm::MulOverflow(numbers, axis.getSize(), numbers) || numbers > most))
        return mlir::emitError(at) << "K15: " << type << " has more numbers than there can be";
    }
    return success();
  };
  // K19.
  bool recurs = getSpace() == Space::Recur;
  if (getReverse() && !recurs)
    return emitOpError("K19: only the rows of a recurrence come in an order");
  for (BlockArgument argument : getBody().getArguments()) {
    auto buffer = dyn_cast<BufferType>(argument.getType());
    if (recurs && !buffer)
      return emitOpError("K19: argument ") << argument.getArgNumber() << " of a recurrence is no buffer";
    if (!recurs && buffer && buffer.getParts() != 1)
      return emitOpError("K19: argument ") << argument.getArgNumber() << " has rows of parts, which recurrences have";
  }
  // K16.
  if (ArrayAttr pairs = getAliasesAttr()) {
    int64_t count = getBody().getNumArguments();
    bool good = llvm::all_of(pairs, [&](Attribute attribute) {
      auto pair = dyn_cast<DenseI64ArrayAttr>(attribute);
      return pair && pair.size() == 2 && pair[0] >= 0 && pair[0] < count && pair[1] >= 0 && pair[1] < count &&
             pair[0] != pair[1];
    });
    if (!good)
      return emitOpError("K16: `aliases` holds pairs of numbers of arguments");
  }
  for (BlockArgument argument : getBody().getArguments()) {
    if (isa<ValueType>(argument.getType()))
      return emitOpError("argument ") << argument.getArgNumber() << " is a value; arguments are buffers and lists";
    if (failed(check(argument.getLoc(), argument.getType())))
      return failure();
  }
  llvm::StringMap<int64_t> lengths;
  for (Operation &op : getBody().front()) {
    if (!isa_and_nonnull<RowDialect>(op.getDialect()))
      return op.emitOpError("is not an op of the row dialect");
    if (AxisAttr axis = entriesOf(op);
        axis && lengths.try_emplace(axis.getName(), axis.getSize()).first->second != axis.getSize())
      return op.emitOpError("K2: the list's axis `") << axis.getName() << "` has another size elsewhere in the kernel";
    for (Type type : op.getResultTypes())
      if (failed(check(op.getLoc(), type)))
        return failure();
  }
  return success();
}

LogicalResult LoadOp::verify() {
  BufferType buffer = getBuffer().getType();
  ValueType result = getResult().getType();
  if (buffer.getAxes() != result.getAxes())
    return emitOpError("K3: the result has the axes of the buffer, in the same order");
  if (elementOf(buffer.getStorage()) != result.getElement())
    return emitOpError("K3: i32 gives ids, f32 and bf16 give reals");
  return success();
}

LogicalResult GatherOp::verify() {
  BufferType buffer = getBuffer().getType();
  ValueType id = getId().getType(), result = getResult().getType();
  if (!named(buffer.getAxes(), getAxis()))
    return emitOpError("K4: the buffer has no axis `") << getAxis() << "`";
  if (result.getAxes() != Axes(without(buffer.getAxes(), getAxis())))
    return emitOpError("K4: the result has the buffer's other axes, in the same order");
  if (!id.getAxes().empty() || id.getElement() != Element::Id)
    return emitOpError("K4: the id is one id, without axes");
  if (elementOf(buffer.getStorage()) != result.getElement())
    return emitOpError("K4: i32 gives ids, f32 and bf16 give reals");
  return success();
}

LogicalResult StackOp::verify() {
  ListType list = getList().getType();
  ValueType result = getResult().getType();
  Axes axes = result.getAxes();
  if (axes.empty() || axes.front().getName() != list.getAxis() || axes.drop_front() != list.getAxes())
    return emitOpError("K5: the result has the list's axis in front of the entries' axes");
  if (elementOf(list.getStorage()) != result.getElement())
    return emitOpError("K5: i32 gives ids, f32 and bf16 give reals");
  return success();
}

/// The value's axes are among `target`, its element is what `storage` holds.
static LogicalResult verifyWritten(Operation *op, StringRef rule, ValueType value, Axes target, Storage storage) {
  for (AxisAttr axis : value.getAxes())
    if (!contains(target, axis))
      return op->emitOpError(rule) << ": the target has no axis `" << axis.getName() << "` of that size";
  if (elementOf(storage) != value.getElement())
    return op->emitOpError(rule) << ": ids are stored as i32, reals as f32 or bf16";
  return success();
}

LogicalResult StoreOp::verify() {
  BufferType buffer = getBuffer().getType();
  if (!buffer.getPerRow() && !isIn(*this, Space::Fixed) && !isIn(*this, Space::Recur))
    return emitOpError("K6: a shared buffer is stored to in the spaces `fixed` and `recur` only");
  return verifyWritten(*this, "K6", getValue().getType(), buffer.getAxes(), buffer.getStorage());
}

LogicalResult UnstackOp::verify() {
  ListType list = getList().getType();
  AxisAttr known = named(getValue().getType().getAxes(), list.getAxis());
  SmallVector<AxisAttr> axes = {known ? known : AxisAttr::get(getContext(), list.getAxis(), -1)};
  llvm::append_range(axes, list.getAxes());
  return verifyWritten(*this, "K7", getValue().getType(), axes, list.getStorage());
}

LogicalResult AccumulateOp::verify() {
  BufferType buffer = getBuffer().getType();
  if (buffer.getPerRow() || buffer.getStorage() != Storage::F32)
    return emitOpError("K8: sums across rows go to a shared f32 buffer");
  if (!getBuffer().hasOneUse())
    return emitOpError("K8: the buffer of a sum across rows is used once in a kernel");
  return verifyWritten(*this, "K8", getValue().getType(), buffer.getAxes(), buffer.getStorage());
}

LogicalResult IotaOp::verify() {
  ValueType result = getResult().getType();
  if (result.getAxes().size() != 1 || result.getElement() != Element::Real)
    return emitOpError("the result is real and has exactly one axis");
  return success();
}

LogicalResult PositionOp::verify() {
  ValueType result = getResult().getType();
  if (!result.getAxes().empty() || result.getElement() != Element::Id)
    return emitOpError("K17: a position is an id without axes");
  return success();
}

LogicalResult RoundOp::verify() {
  ValueType input = getInput().getType(), result = getResult().getType();
  if (input.getElement() != Element::Real || result.getElement() != Element::Real ||
      !sameSet(input.getAxes(), result.getAxes()))
    return emitOpError("K18: a real is rounded, and keeps its axes");
  if (getStorage() == Storage::I32)
    return emitOpError("K18: rounds to f32 or bf16");
  return success();
}

LogicalResult RandomOp::verify() {
  BufferType draw = getDraw().getType();
  if (draw.getPerRow() || draw.getStorage() != Storage::I32 || draw.getAxes().size() != 1 ||
      draw.getAxes()[0].getSize() != 4)
    return emitOpError("K14: the run's coordinates are a shared i32 buffer of four numbers");
  if (getResult().getType().getElement() != Element::Real)
    return emitOpError("K14: draws are real");
  if (isIn(*this, Space::Fixed))
    return emitOpError("K14: rows of the fixed space have no position to draw for");
  if (int64_t(getStream()) < 0)
    return emitOpError("K14: streams are numbered from 0");
  return success();
}

int64_t KernelOp::fixedLength(StringRef axis) {
  for (Operation &op : getBody().front())
    if (AxisAttr found = entriesOf(op); found && found.getName() == axis)
      return found.getSize();
  return -1;
}

int64_t KernelOp::numStreams() {
  int64_t count = 0;
  for (auto random : getBody().getOps<RandomOp>())
    count = std::max<int64_t>(count, random.getStream() + 1);
  return count;
}

LogicalResult MapOp::verify() {
  ValueType result = getResult().getType();
  if (getInputs().size() != arity(getFn()))
    return emitOpError("K9: `") << stringifyFn(getFn()) << "` takes " << arity(getFn()) << " operands";
  for (Value input : getInputs())
    for (AxisAttr axis : typeOf(input).getAxes())
      if (!contains(result.getAxes(), axis))
        return emitOpError("K9: the result has no axis `") << axis.getName() << "` of that size";
  Element made = result.getElement();
  Fn fn = getFn();
  ElementwiseRole role = elementwiseInfo(fn).role;
  bool keeps = role == ElementwiseRole::Choice; // the kind of element
  if (!keeps && made != (yieldsBool(fn) ? Element::Bool : Element::Real))
    return emitOpError("K9: `lt le eq and or not` give a bool, other functions a real");
  for (auto [i, input] : llvm::enumerate(getInputs())) {
    Element element = typeOf(input).getElement();
    if (fn == Fn::Select && i == 0) {
      if (element != Element::Bool)
        return emitOpError("K9: the first operand of `select` is a bool");
    } else if (keeps) {
      if (element != made)
        return emitOpError("K9: `") << stringifyFn(fn) << "` gives what it takes";
    } else if (role == ElementwiseRole::Logic) {
      if (element != Element::Bool)
        return emitOpError("K9: `") << stringifyFn(fn) << "` takes bools";
    } else if (role == ElementwiseRole::Comparison) {
      if (element == Element::Bool)
        return emitOpError("K9: `") << stringifyFn(fn) << "` compares numbers, not bools";
    } else if (element != Element::Real && role != ElementwiseRole::Conversion) {
      return emitOpError("K9: `") << stringifyFn(fn) << "` takes reals";
    }
  }
  return success();
}

LogicalResult ReduceOp::verify() {
  ValueType input = getInput().getType(), result = getResult().getType();
  SmallVector<AxisAttr> rest(input.getAxes());
  for (Attribute name : getAxes()) {
    StringRef axis = cast<StringAttr>(name).getValue();
    if (!named(rest, axis))
      return emitOpError("K10: `") << axis << "` is not an axis of the operand, or is named twice";
    rest = without(rest, axis);
  }
  if (!sameSet(rest, result.getAxes()))
    return emitOpError("K10: the result has the axes that are not reduced");
  if (input.getElement() != result.getElement() || input.getElement() == Element::Bool)
    return emitOpError("K10: reals give a real, ids an id");
  return success();
}

LogicalResult ViewOp::verify() {
  ValueType input = getInput().getType(), result = getResult().getType();
  if (input.getElement() != result.getElement())
    return emitOpError("K11: a view keeps the kind of element");
  // Products of the sizes between dynamic axes; these stand in the same places on both sides.
  auto products = [](Axes axes) {
    SmallVector<int64_t> found(1, 1);
    for (AxisAttr axis : axes)
      if (axis.isDynamic())
        found.push_back(1);
      else
        found.back() *= axis.getSize();
    return found;
  };
  if (products(input.getAxes()) != products(result.getAxes()))
    return emitOpError("K11: a view keeps the number of elements, and only renames dynamic axes");
  return success();
}

LogicalResult TransposeOp::verify() {
  ValueType input = getInput().getType(), result = getResult().getType();
  if (!sameSet(input.getAxes(), result.getAxes()) || input.getElement() != result.getElement())
    return emitOpError("the result has the axes of the operand in another order");
  return success();
}

/// `part` lies in `axis` when it starts at `offset`, as far as the sizes are known.
static bool fits(AxisAttr axis, int64_t offset, int64_t size) {
  // Sizes of types are bounded, so that sums with them do not overflow.
  constexpr int64_t limit = int64_t(1) << 60;
  if (offset < -limit || offset > limit || size > limit)
    return false;
  if (axis.isDynamic() || size < 0)
    return offset >= 0 || size < 0 || offset + size <= 0;
  int64_t start = offset < 0 ? axis.getSize() + offset : offset;
  return start >= 0 && start + size <= axis.getSize();
}

LogicalResult SliceOp::verify() {
  ValueType input = getInput().getType(), result = getResult().getType();
  AxisAttr axis = named(input.getAxes(), getAxis());
  if (!axis)
    return emitOpError("K12: the operand has no axis `") << getAxis() << "`";
  SmallVector<AxisAttr> expected = without(input.getAxes(), getAxis());
  int64_t size = getSize();
  if (getAs())
    expected.push_back(AxisAttr::get(getContext(), *getAs(), size));
  else if (size != 1)
    return emitOpError("K12: without `as`, one index is taken");
  if (!sameSet(expected, result.getAxes()) || input.getElement() != result.getElement())
    return emitOpError("K12: the result has the range under its name in place of the axis");
  if (!fits(axis, getOffset(), size))
    return emitOpError("K12: the range does not lie in the axis");
  return success();
}

LogicalResult PadOp::verify() {
  ValueType input = getInput().getType(), result = getResult().getType();
  AxisAttr axis = named(result.getAxes(), getAxis());
  if (!axis)
    return emitOpError("the result has no axis `") << getAxis() << "`";
  SmallVector<AxisAttr> expected(input.getAxes());
  int64_t size = 1;
  if (getFrom()) {
    AxisAttr from = named(input.getAxes(), *getFrom());
    if (!from)
      return emitOpError("the operand has no axis `") << *getFrom() << "`";
    size = from.getSize();
    expected = without(input.getAxes(), *getFrom());
  }
  expected.push_back(axis);
  if (!sameSet(expected, result.getAxes()) || input.getElement() != result.getElement() ||
      input.getElement() == Element::Bool)
    return emitOpError("the result has the padded axis, and the operand's other axes");
  if (!fits(axis, getOffset(), size))
    return emitOpError("the operand does not fit into the axis");
  return success();
}

LogicalResult ConcatOp::verify() {
  ValueType result = getResult().getType();
  AxisAttr axis = named(result.getAxes(), getAxis());
  if (!axis)
    return emitOpError("K13: the result has no axis `") << getAxis() << "`";
  if (getInputs().empty() || getInputs().size() != getAxes().size())
    return emitOpError("K13: one axis is named for each operand");
  int64_t total = 0;
  bool known = !axis.isDynamic();
  for (auto [input, name] : llvm::zip(getInputs(), getAxes())) {
    ValueType type = typeOf(input);
    StringRef part = cast<StringAttr>(name).getValue();
    AxisAttr from = named(type.getAxes(), part);
    if (!from)
      return emitOpError("K13: an operand has no axis `") << part << "`";
    SmallVector<AxisAttr> expected = without(type.getAxes(), part);
    expected.push_back(axis);
    if (!sameSet(expected, result.getAxes()) || type.getElement() != result.getElement())
      return emitOpError("K13: operands agree with the result in all other axes");
    known &= !from.isDynamic();
    total += from.getSize();
  }
  if (known && total != axis.getSize())
    return emitOpError("K13: the parts have ") << total << " elements in all, the axis has " << axis.getSize();
  return success();
}
