//===- BraidVerifiers.cpp - rules R1 to R9: elementwise ops and sums ------===//
//
// The rules are stated in the ops' descriptions; each check carries its rule's label.
//
//===----------------------------------------------------------------------===//

#include "braid/Support/Elementary.h"
#include "dialects/Braid/IR/VerifyHelpers.h"

using namespace mlir;
using namespace braid;
using namespace braid::lang;

LogicalResult ConstantOp::verify() {
  // R1.
  if (!typeOf(getResult()).isStatic())
    return emitOpError() << "result is " << typeOf(getResult()) << "; a constant is static";
  return success();
}

LogicalResult IotaOp::verify() {
  // R2.
  ValueType type = typeOf(getResult());
  if (!type.isStatic() || !type.isReal())
    return emitOpError() << "result is " << type << "; it must be static and real";
  if (type.getAxes().size() != 1)
    return emitOpError() << "result has the axes " << axesText(type) << "; it must have exactly one";
  return success();
}

LogicalResult RandomOp::verify() {
  // R24.
  ValueType type = typeOf(getResult());
  if (!type.isReal())
    return emitOpError() << "result is " << type << "; draws are real";
  if (getPerSequence() && !type.isToken())
    return emitOpError() << "result is " << type << "; `per_sequence` is for values that vary per token";
  return success();
}

/// R5: operand and result elements of an elementwise function.
static LogicalResult verifyElements(MapOp op) {
  Fn fn = op.getFn();
  auto expect = [&](unsigned i, Element element) -> LogicalResult {
    Element found = typeOf(op.getInputs()[i]).getElement();
    if (found == element)
      return success();
    return op.emitOpError() << "operand " << i << " of `" << stringifyFn(fn) << "` is " << stringifyElement(found)
                            << ", but must be " << stringifyElement(element);
  };
  Element result = yieldsBool(fn) ? Element::Bool : Element::Real;
  if (typeOf(op.getResult()).getElement() != result)
    return op.emitOpError() << "`" << stringifyFn(fn) << "` gives a " << stringifyElement(result)
                            << ", but the result is " << stringifyElement(typeOf(op.getResult()).getElement());
  for (unsigned i = 0, n = op.getInputs().size(); i < n; ++i) {
    ValueType input = typeOf(op.getInputs()[i]);
    switch (elementwiseInfo(fn).role) {
    case ElementwiseRole::Arithmetic:
      if (failed(expect(i, Element::Real)))
        return failure();
      break;
    case ElementwiseRole::Logic:
      if (failed(expect(i, Element::Bool)))
        return failure();
      break;
    case ElementwiseRole::Choice:
      if (failed(expect(i, i == 0 ? Element::Bool : Element::Real)))
        return failure();
      break;
    case ElementwiseRole::Conversion:
      if (input.isReal())
        return op.emitOpError() << "operand 0 of `" << stringifyFn(fn)
                                << "` is real already; it must be a bool or an id";
      break;
    case ElementwiseRole::Comparison:
      if (input.isBool())
        return op.emitOpError() << "`" << stringifyFn(fn) << "` compares numbers or ids, not bools";
      break;
    }
  }
  return success();
}

LogicalResult MapOp::verify() {
  // R5.
  if (getInputs().size() != arity(getFn()))
    return emitOpError() << "`" << stringifyFn(getFn()) << "` takes " << arity(getFn()) << " operands, but has "
                         << getInputs().size();
  // R3 and R4.
  for (Value input : getInputs())
    if (failed(expectBroadcastable(*this, typeOf(input), typeOf(getResult()))))
      return failure();
  return verifyElements(*this);
}

LogicalResult BroadcastOp::verify() {
  ValueType from = typeOf(getInput()), to = typeOf(getResult());
  // R3 and R4.
  if (failed(expectBroadcastable(*this, from, to)))
    return failure();
  if (from.getElement() != to.getElement() || from.getIdSize() != to.getIdSize())
    return emitOpError() << "operand " << from << " and result " << to << " have different elements";
  return success();
}

LogicalResult ReduceOp::verify() {
  // R6.
  ValueType from = typeOf(getInput()), to = typeOf(getResult());
  if (failed(expectAxesOf(*this, getAxes(), from)))
    return failure();
  if (!from.isReal())
    return emitOpError() << "operand is " << from << "; only reals are reduced";
  ValueType rest = from.without(strings(getAxes()));
  if (!sameAxisSet(rest.getAxes(), to.getAxes()))
    return emitOpError() << "result has the axes " << axesText(to) << ", but those left are " << axesText(rest);
  return expectSameType(*this, to.withAxes({}), from.withAxes({}), "result (axes aside)");
}

LogicalResult DotOp::verify() {
  ValueType lhs = typeOf(getLhs()), rhs = typeOf(getRhs()), result = typeOf(getResult());
  // R7.
  if (failed(expectAxesOf(*this, getAxes(), lhs)) || failed(expectAxesOf(*this, getAxes(), rhs)))
    return failure();
  if (!lhs.isReal() || !rhs.isReal() || !result.isReal())
    return emitOpError("operands and result must be real");
  for (AxisAttr axis : lhs.getAxes())
    if (rhs.has(axis.getName()) && rhs.sizeOf(axis.getName()) != axis.getSize())
      return emitOpError() << "axis `" << axis.getName() << "` has size " << axis.getSize() << " on the left and "
                           << rhs.sizeOf(axis.getName()) << " on the right";
  SmallVector<AxisAttr> kept(lhs.without(strings(getAxes())).getAxes());
  for (AxisAttr axis : rhs.without(strings(getAxes())).getAxes())
    if (!llvm::is_contained(kept, axis))
      kept.push_back(axis);
  if (!sameAxisSet(kept, result.getAxes()))
    return emitOpError() << "result has the axes " << axesText(result) << ", but those kept are " << axesText(kept);
  // R8.
  if (getTokens()) {
    if (!lhs.isToken() || !rhs.isToken())
      return emitOpError() << "contracts tokens, but an operand is "
                           << stringifyKind(std::min(lhs.getKind(), rhs.getKind()));
    if (!result.isStatic())
      return emitOpError() << "contracts tokens, but the result is " << stringifyKind(result.getKind());
    return success();
  }
  Kind kind = std::max(lhs.getKind(), rhs.getKind());
  if (result.getKind() != kind)
    return emitOpError() << "result is " << stringifyKind(result.getKind()) << ", but the operand that varies most is "
                         << stringifyKind(kind);
  return success();
}

LogicalResult TokenSumOp::verify() {
  // R9.
  ValueType from = typeOf(getInput());
  if (!from.isToken() || !from.isReal())
    return emitOpError() << "operand is " << from << "; it must be real and vary per token";
  return expectSameType(*this, typeOf(getResult()), from.withKind(Kind::Static), "result");
}

LogicalResult DetachOp::verify() { return expectSameType(*this, typeOf(getResult()), typeOf(getInput()), "result"); }

LogicalResult MaterializeOp::verify() {
  return expectSameType(*this, typeOf(getResult()), typeOf(getInput()), "result");
}

LogicalResult RoundOp::verify() {
  if (!typeOf(getInput()).isReal())
    return emitOpError() << "operand is " << typeOf(getInput()) << "; only reals are rounded";
  return expectSameType(*this, typeOf(getResult()), typeOf(getInput()), "result");
}
