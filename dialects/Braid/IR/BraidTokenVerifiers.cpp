//===- BraidTokenVerifiers.cpp - rules R15 to R18: tables and attention ---===//

#include "dialects/Braid/IR/VerifyHelpers.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace braid::lang;

static LogicalResult expectPlainId(Operation *op, ValueType id) {
  if (id.isId() && id.getAxes().empty())
    return success();
  return op->emitOpError() << "id is " << id << "; it must be an id without axes";
}

LogicalResult GatherOp::verify() {
  // R15.
  ValueType table = typeOf(getTable()), id = typeOf(getId()), result = typeOf(getResult());
  if (failed(expectPlainId(*this, id)))
    return failure();
  if (!table.has(getAxis()))
    return emitOpError() << "axis `" << getAxis() << "` is not an axis of the table " << axesText(table);
  if (!table.isReal())
    return emitOpError() << "table is " << table << "; it must be real";
  ValueType wanted = table.without({getAxis()}).withKind(std::max(table.getKind(), id.getKind()));
  return expectSameType(*this, result, wanted, "result");
}

LogicalResult ScatterOp::verify() {
  // R16.
  ValueType input = typeOf(getInput()), id = typeOf(getId()), result = typeOf(getResult());
  if (failed(expectPlainId(*this, id)))
    return failure();
  if (!input.isToken() || !id.isToken() || !input.isReal())
    return emitOpError() << "scatters " << input << " by " << id << "; reals and ids must vary per token";
  if (!result.has(getAxis()))
    return emitOpError() << "axis `" << getAxis() << "` is not an axis of the result " << axesText(result);
  return expectSameType(*this, result.without({getAxis()}), input.withKind(Kind::Static),
                        "result without its table axis");
}

LogicalResult DelayOp::verify() {
  ValueType type = typeOf(getInput());
  constexpr int64_t farthest = 65536;
  int64_t distance = getDistance();
  if (!type.isToken())
    return emitOpError() << "input is " << type << "; what does not vary per token has no earlier tokens";
  if (distance < (type.isReal() ? -farthest : 1) || distance > farthest || distance == 0)
    return emitOpError() << "distance is " << distance << "; it must be from 1 to 65536"
                         << (type.isReal() ? ", or from -65536 to -1" : "");
  return expectSameType(*this, typeOf(getResult()), type, "result");
}

/// Whether who takes it looks at other tokens and knows that there may be more than the run's.
static bool looksBack(OpOperand &use) {
  if (isa<DelayOp>(use.getOwner()))
    return true;
  if (auto attend = dyn_cast<AttendOp>(use.getOwner()))
    return use.get() != attend.getQuery();
  auto gradient = dyn_cast<AttendGradOp>(use.getOwner());
  return gradient &&
         !llvm::is_contained({gradient.getQuery(), gradient.getOutput(), gradient.getLse(), gradient.getOutputGrad()},
                             use.get());
}

// R27.
LogicalResult RememberOp::verify() {
  ValueType type = typeOf(getInput());
  if (!type.isToken())
    return emitOpError("input is ") << type << "; what does not vary per token needs no remembering";
  if (getRows() && int64_t(*getRows()) < 1)
    return emitOpError("keeps ") << int64_t(*getRows()) << " rows";
  for (OpOperand &use : getResult().getUses())
    if (!looksBack(use))
      return emitOpError("is taken by ") << use.getOwner()->getName() << ", which looks at no other tokens";
  return expectSameType(*this, typeOf(getResult()), type, "result");
}

LogicalResult PositionOp::verify() {
  ValueType type = typeOf(getResult());
  if (!type.isId() || !type.isToken() || !type.getAxes().empty())
    return emitOpError() << "result is " << type << "; it must be an id without axes that varies per token";
  return success();
}

/// R17 for one source; finds the axes that its values bring to the output.
static LogicalResult verifySource(Operation *op, ValueType query, ValueType key, ValueType value, StringRef axis,
                                  Attribute maskAttr, SmallVectorImpl<AxisAttr> &further) {
  auto mask = dyn_cast<MaskAttr>(maskAttr);
  auto isSize = [](int64_t size) { return size >= 0 && size <= int64_t(1) << 53; };
  if (!mask || !isSize(mask.getWindow()) || !isSize(mask.getSpan()) || !isSize(mask.getChunk()))
    return op->emitOpError() << "mask " << maskAttr << " is not a #braid.mask with sizes from 0 to 2^53";
  if ((mask.getKind() == MaskKind::Earlier) != (mask.getSpan() > 0))
    return op->emitOpError() << "mask " << maskAttr << ": `earlier` has a span, and no other mask";
  if (!key.isReal() || !value.isReal() || key.getKind() != value.getKind())
    return op->emitOpError() << "keys " << key << " and values " << value << " must be real and vary over the same";
  if (!key.has(axis) || key.sizeOf(axis) != query.sizeOf(axis))
    return op->emitOpError() << "axis `" << axis << "` of the query has size " << query.sizeOf(axis)
                             << ", but the keys are " << axesText(key);
  SmallVector<AxisAttr> slots;
  for (AxisAttr a : key.getAxes()) {
    if (a.getName() == axis)
      continue;
    if (!query.has(a.getName()))
      slots.push_back(a);
    else if (query.sizeOf(a.getName()) != a.getSize())
      return op->emitOpError() << "axis `" << a.getName() << "` has another size in the "
                               << "query " << axesText(query) << " than in the keys " << axesText(key);
    if (!llvm::is_contained(value.getAxes(), a))
      return op->emitOpError() << "axis `" << a.getName() << "` of the keys " << axesText(key)
                               << " is not one of the values " << axesText(value);
  }
  size_t expected = key.isStatic() ? 1 : 0;
  if (slots.size() != expected)
    return op->emitOpError() << (key.isStatic() ? "static" : "token") << " keys have " << slots.size()
                             << " axes that the query lacks, " << axesText(slots) << "; there must be "
                             << (expected ? "exactly one" : "none");
  if (key.isStatic() && mask.getKind() != MaskKind::All)
    return op->emitOpError() << "mask of a static source is " << stringifyMaskKind(mask.getKind())
                             << ", but must be all";
  if (key.isStatic() && (mask.hasSegment() || mask.hasOnly() || mask.getChunk()))
    return op->emitOpError() << "mask of a static source names a segment, a truth value or a chunk; slots have none";
  for (AxisAttr a : value.getAxes()) {
    bool batched = a.getName() != axis && key.has(a.getName());
    if (batched)
      continue;
    if (a.getName() != axis && query.has(a.getName()))
      return op->emitOpError() << "axis `" << a.getName() << "` of the values is the query's but not the keys'";
    further.push_back(a);
  }
  return success();
}

/// R17 for what picks keys, once the masks are known to be masks: each value is named by some mask, by its number.
static LogicalResult verifyPicks(Operation *op, ValueRange picks, ArrayAttr masks,
                                 int64_t (MaskAttr::*numberIn)() const, bool (ValueType::*isRight)() const,
                                 StringRef name, StringRef named, StringRef what) {
  llvm::SmallBitVector seen(picks.size());
  for (auto mask : masks.getAsRange<MaskAttr>()) {
    int64_t number = (mask.*numberIn)();
    if (number < -1 || number >= int64_t(picks.size()))
      return op->emitOpError() << "mask names " << named << " " << number << " of " << picks.size();
    if (number >= 0)
      seen.set(number);
  }
  for (auto [i, pick] : llvm::enumerate(picks)) {
    ValueType type = typeOf(pick);
    if (!(type.*isRight)() || !type.isToken() || !type.getAxes().empty())
      return op->emitOpError() << name << " " << i << " is " << type << "; it must be " << what
                               << " without axes that varies per token";
    if (!seen.test(i))
      return op->emitOpError() << "no mask names " << named << " " << i;
  }
  return success();
}

/// R17.
static LogicalResult verifyAttention(Operation *op, ValueType query, ValueRange keys, ValueRange values,
                                     ValueRange segments, ValueRange only, StringRef axis, ArrayAttr masks,
                                     ValueType output, ValueType lse) {
  if (keys.size() != values.size() || keys.size() != masks.size() || keys.empty())
    return op->emitOpError() << "has " << keys.size() << " keys, " << values.size() << " values and " << masks.size()
                             << " masks; there must be one each a source";
  if (!query.isToken() || !query.isReal())
    return op->emitOpError() << "query is " << query << "; it must be real and vary per token";
  if (!query.has(axis))
    return op->emitOpError() << "axis `" << axis << "` is not an axis of the query " << axesText(query);
  SmallVector<AxisAttr> further;
  for (auto [i, key] : llvm::enumerate(keys)) {
    SmallVector<AxisAttr> mine;
    if (failed(verifySource(op, query, typeOf(key), typeOf(values[i]), axis, masks[i], mine)))
      return failure();
    if (i && mine != further)
      return op->emitOpError() << "the values of source " << i << " bring the axes " << axesText(mine)
                               << ", those of the first " << axesText(further);
    further = mine;
  }
  if (failed(
          verifyPicks(op, segments, masks, &MaskAttr::getSegment, &ValueType::isId, "segment", "segment", "an id")) ||
      failed(verifyPicks(op, only, masks, &MaskAttr::getOnly, &ValueType::isBool, "`only`", "truth value",
                         "a truth value")))
    return failure();
  ValueType rest = query.without({axis});
  if (failed(expectSameType(op, lse, rest, "lse")))
    return failure();
  SmallVector<AxisAttr> axes(rest.getAxes());
  llvm::append_range(axes, further);
  return expectSameType(op, output, query.withAxes(axes), "output");
}

/// R27 for one source: nothing of it is remembered, or all, and equally many rows.
template <typename Attend> static LogicalResult verifyRemembered(Attend op, size_t source) {
  auto mask = cast<MaskAttr>(op.getMasks()[source]);
  SmallVector<Value> parts = {op.getKeys()[source], op.getValues()[source]};
  if (mask.getSegment() >= 0)
    parts.push_back(op.getSegments()[mask.getSegment()]);
  if (mask.getOnly() >= 0)
    parts.push_back(op.getOnly()[mask.getOnly()]);
  auto first = parts.front().template getDefiningOp<RememberOp>();
  for (Value part : parts) {
    auto remember = part.template getDefiningOp<RememberOp>();
    if (bool(remember) != bool(first) || (first && remember.getRows() != first.getRows()))
      return op.emitOpError("source ") << source << " is remembered in part";
  }
  return success();
}

LogicalResult AttendOp::verify() {
  if (failed(verifyAttention(*this, typeOf(getQuery()), getKeys(), getValues(), getSegments(), getOnly(), getAxis(),
                             getMasks(), typeOf(getOutput()), typeOf(getLse()))))
    return failure();
  for (size_t source = 0; source < getKeys().size(); ++source)
    if (failed(verifyRemembered(*this, source)))
      return failure();
  return success();
}

LogicalResult AttendGradOp::verify() {
  if (failed(verifyAttention(*this, typeOf(getQuery()), getKeys(), getValues(), getSegments(), getOnly(), getAxis(),
                             getMasks(), typeOf(getOutput()), typeOf(getLse()))))
    return failure();
  // R18.
  if (failed(expectSameType(*this, typeOf(getOutputGrad()), typeOf(getOutput()), "gradient of the output")) ||
      failed(expectSameType(*this, typeOf(getQueryGrad()), typeOf(getQuery()), "gradient of the query")))
    return failure();
  if (getKeyGrads().size() != getKeys().size() || getValueGrads().size() != getValues().size())
    return emitOpError() << "has " << getKeys().size() << " sources, but gives " << getKeyGrads().size()
                         << " gradients of keys and " << getValueGrads().size() << " of values";
  for (auto [gradient, of] : llvm::zip(getKeyGrads(), getKeys()))
    if (failed(expectSameType(*this, typeOf(gradient), typeOf(of), "gradient of keys")))
      return failure();
  for (auto [gradient, of] : llvm::zip(getValueGrads(), getValues()))
    if (failed(expectSameType(*this, typeOf(gradient), typeOf(of), "gradient of values")))
      return failure();
  for (size_t source = 0; source < getKeys().size(); ++source)
    if (failed(verifyRemembered(*this, source)))
      return failure();
  return success();
}
