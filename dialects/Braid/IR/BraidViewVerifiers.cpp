//===- BraidViewVerifiers.cpp - rules R10 to R14: views -------------------===//

#include "dialects/Braid/IR/VerifyHelpers.h"

using namespace mlir;
using namespace braid::lang;

LogicalResult RenameOp::verify() {
  // R10.
  SmallVector<StringRef> from = strings(getFrom()), to = strings(getTo());
  ValueType input = typeOf(getInput());
  if (from.size() != to.size())
    return emitOpError() << "names " << from.size() << " axes to be renamed and gives " << to.size() << " names";
  if (failed(expectAxesOf(*this, getFrom(), input)))
    return failure();
  SmallVector<AxisAttr> axes(input.getAxes());
  llvm::StringSet<> seen;
  for (AxisAttr &axis : axes) {
    auto found = llvm::find(from, axis.getName());
    StringRef name = found == from.end() ? axis.getName() : to[found - from.begin()];
    if (!seen.insert(name).second)
      return emitOpError() << "two axes would be called `" << name << "`";
    axis = AxisAttr::get(getContext(), name, axis.getSize());
  }
  return expectSameType(*this, typeOf(getResult()), input.withAxes(axes), "result");
}

LogicalResult TransposeOp::verify() {
  // R11.
  ValueType from = typeOf(getInput()), to = typeOf(getResult());
  if (!sameAxisSet(from.getAxes(), to.getAxes()))
    return emitOpError() << "operand has the axes " << axesText(from) << ", but the result " << axesText(to);
  return expectSameType(*this, to.withAxes({}), from.withAxes({}), "result (axes aside)");
}

/// R12: `whole` is `parts` with several consecutive axes as the one axis `name`.
static LogicalResult verifySplit(Operation *op, ValueType whole, ValueType parts, StringRef name) {
  int at = whole.find(name);
  if (at < 0)
    return op->emitOpError() << "axis `" << name << "` is not one of " << axesText(whole);
  size_t after = whole.getAxes().size() - at - 1;
  if (parts.getAxes().size() < at + after)
    return op->emitOpError() << axesText(parts) << " does not split `" << name << "` of " << axesText(whole);
  if (whole.getAxes().take_front(at) != parts.getAxes().take_front(at) ||
      whole.getAxes().take_back(after) != parts.getAxes().take_back(after))
    return op->emitOpError() << "the axes beside `" << name << "` are not the same in " << axesText(whole) << " and "
                             << axesText(parts);
  ArrayRef<AxisAttr> made = parts.getAxes().drop_front(at).drop_back(after);
  int64_t product = 1;
  for (AxisAttr axis : made)
    product *= axis.getSize();
  if (product != whole.sizeOf(name))
    return op->emitOpError() << axesText(made) << " has " << product << " elements, but axis `" << name << "` has size "
                             << whole.sizeOf(name);
  return expectSameType(op, parts.withAxes({}), whole.withAxes({}), "result (axes aside)");
}

LogicalResult SplitOp::verify() { return verifySplit(*this, typeOf(getInput()), typeOf(getResult()), getAxis()); }

LogicalResult JoinOp::verify() { return verifySplit(*this, typeOf(getResult()), typeOf(getInput()), getAxis()); }

LogicalResult ConcatOp::verify() {
  // R13.
  SmallVector<StringRef> axes = strings(getAxes());
  ValueType result = typeOf(getResult());
  if (getInputs().empty() || axes.size() != getInputs().size())
    return emitOpError() << "has " << getInputs().size() << " operands and names " << axes.size()
                         << " axes; there must be one each, and at least one";
  int64_t sum = 0;
  Kind kind = Kind::Static;
  for (auto [input, name] : llvm::zip(getInputs(), axes)) {
    ValueType type = typeOf(input);
    int at = type.find(name);
    if (at < 0)
      return emitOpError() << "axis `" << name << "` is not an axis of its operand " << axesText(type);
    sum += type.sizeOf(name);
    SmallVector<AxisAttr> wanted(type.getAxes());
    wanted[at] = AxisAttr::get(getContext(), getAxis(), result.has(getAxis()) ? result.sizeOf(getAxis()) : 1);
    if (ArrayRef<AxisAttr>(wanted) != result.getAxes())
      return emitOpError() << "operand " << axesText(type) << " does not fit into the result " << axesText(result);
    if (type.getElement() != result.getElement())
      return emitOpError() << "operand is " << stringifyElement(type.getElement()) << ", but the result "
                           << stringifyElement(result.getElement());
    kind = std::max(kind, type.getKind());
  }
  if (sum != result.sizeOf(getAxis()))
    return emitOpError() << "the parts add up to " << sum << ", but axis `" << getAxis() << "` has size "
                         << result.sizeOf(getAxis());
  if (kind != result.getKind())
    return emitOpError() << "result is " << stringifyKind(result.getKind()) << ", but the operand that varies most is "
                         << stringifyKind(kind);
  return success();
}

LogicalResult SliceOp::verify() {
  // R14.
  ValueType input = typeOf(getInput());
  int at = input.find(getAxis());
  if (at < 0)
    return emitOpError() << "axis `" << getAxis() << "` is not an axis of the operand " << axesText(input);
  int64_t offset = getOffset(), size = getSize(), extent = input.sizeOf(getAxis());
  if (offset < 0 || size <= 0 || size > extent || offset > extent - size)
    return emitOpError() << "range of " << size << " from " << offset << " is not inside axis `" << getAxis()
                         << "` of size " << extent;
  SmallVector<AxisAttr> axes(input.getAxes());
  if (std::optional<StringRef> name = getAs())
    axes[at] = AxisAttr::get(getContext(), *name, size);
  else if (size != 1)
    return emitOpError() << "takes " << size << " elements but names no axis for them";
  else
    axes.erase(axes.begin() + at);
  return expectSameType(*this, typeOf(getResult()), input.withAxes(axes), "result");
}

LogicalResult PadOp::verify() {
  // R14.
  ValueType input = typeOf(getInput()), result = typeOf(getResult());
  if (!result.has(getAxis()))
    return emitOpError() << "axis `" << getAxis() << "` is not an axis of the result " << axesText(result);
  SmallVector<AxisAttr> axes(input.getAxes());
  AxisAttr padded = result.getAxes()[result.find(getAxis())];
  int64_t size = 1, offset = getOffset();
  if (std::optional<StringRef> from = getFrom()) {
    int at = input.find(*from);
    if (at < 0)
      return emitOpError() << "axis `" << *from << "` is not an axis of the operand " << axesText(input);
    size = input.sizeOf(*from);
    axes[at] = padded;
  } else {
    axes.insert(axes.begin(), padded);
  }
  if (offset < 0 || size > padded.getSize() || offset > padded.getSize() - size)
    return emitOpError() << "range of " << size << " from " << offset << " is not inside axis `" << getAxis()
                         << "` of size " << padded.getSize();
  if (!input.isReal())
    return emitOpError() << "operand is " << input << "; only reals are padded";
  return expectSameType(*this, result, input.withAxes(axes), "result");
}
