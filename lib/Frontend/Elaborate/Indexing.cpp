//===- Indexing.cpp - t[lane: 0], t[tokens], t[out -> dim] ----------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;

std::optional<int64_t> Elaborator::labelIndex(AxisAttr axis, StringRef label) const {
  auto it = axisInfo.find(axis);
  if (it != axisInfo.end() && it->second.labels)
    for (auto [i, name] : llvm::enumerate(*it->second.labels))
      if (name.text == label)
        return int64_t(i);
  return std::nullopt;
}

Val Elaborator::evalIndex(Frame &f, const Expr &e) {
  // `index[axis]`: 0, 1, 2, … along the axis.
  const Expr &object = *e.operands[0];
  if (object.kind == Expr::Kind::Ident && object.name.text == "index" && !findName(f, "index") && e.index.size() == 1 &&
      e.index[0].name.text.empty() && e.index[0].size && e.index[0].size->kind == Expr::Kind::Ident) {
    AxisAttr axis = lookupAxis(f, e.index[0].size->name);
    return axis ? iota(axis, e.range) : Val::poison();
  }
  if (std::optional<Val> filled = constantOver(f, e))
    return *filled;
  Val v = evalData(f, *e.operands[0]);
  if (v.isPoison())
    return v;
  if (e.axes)
    return renameView(f, v, *e.axes, e.range);
  for (const ast::AxisItem &item : e.index) {
    v = indexBy(f, v, item);
    if (v.isPoison())
      break;
  }
  return v;
}

/// `ones[dim]`, `zeros[lane, dim]`, `eye[a, b]`: constants with the axes in brackets.
std::optional<Val> Elaborator::constantOver(Frame &f, const Expr &e) {
  const Expr &object = *e.operands[0];
  StringRef name = object.kind == Expr::Kind::Ident ? StringRef(object.name.text) : StringRef();
  if ((name != "zeros" && name != "ones" && name != "eye") || findName(f, name) || e.axes)
    return std::nullopt;
  Axes axes;
  for (const ast::AxisItem &item : e.index) {
    std::vector<ast::AxisItem> one(1);
    one[0].range = item.range;
    one[0].rest = item.rest;
    one[0].name = item.name;
    if (!item.rest) {
      if (!item.name.text.empty() || !item.size || item.size->kind != Expr::Kind::Ident) {
        error(Diag::BareIndex, item.range, {sourceText(item.range)}).hint = "`" + name.str() + "[axis]`";
        return Val::poison();
      }
      one[0].name = item.size->name;
    }
    Axes found;
    if (!evalAxes(f, one, found))
      return Val::poison();
    for (AxisAttr axis : found)
      if (llvm::is_contained(axes, axis)) {
        error(Diag::DuplicateAxis, item.range, {axisName(axis)});
        return Val::poison();
      }
    axes.append(found);
  }
  if (!checkNumbers(axes, e.range, "this value"))
    return Val::poison();
  if (name != "eye")
    return broadcast(Val::real(name == "ones"), axes, e.range, lang::Kind::Static);
  if (axes.size() != 2 || axes[0].getSize() != axes[1].getSize()) {
    error(Diag::EyeAxes, e.range, {show(axes)});
    return Val::poison();
  }
  return identity(axes[0], axes[1], e.range);
}

Val Elaborator::indexStack(Stack *stack, int64_t index, Range range) {
  int64_t size = stack->entries.size();
  if (index < -size || index >= size) {
    error(Diag::BadIndex, range, {std::to_string(index), "depth", std::to_string(size)});
    return Val::poison();
  }
  return Val::of(stack->entries[index < 0 ? index + size : index]);
}

Val Elaborator::indexBy(Frame &f, Val value, const ast::AxisItem &item) {
  if (item.name.text.empty()) {
    Val id = evalData(f, *item.size);
    if (id.isPoison())
      return id;
    if (id.kind != Val::Kind::Tensor || !typeOf(id).isId() || !id.idAxis) {
      Axes axes = axesOf(value);
      error(Diag::BareIndex, item.size->range, {show(id)}).hint = "name the axis: `[" +
                                                                  (axes.empty() ? "axis" : axisName(axes.front())) +
                                                                  ": " + sourceText(item.size->range) + "]`";
      return Val::poison();
    }
    if (!llvm::is_contained(axesOf(value), id.idAxis)) {
      Diagnostic &d = error(Diag::IdAxis, item.size->range, {axisName(id.idAxis), show(axesOf(value))});
      d.hint = "`[axis: " + sourceText(item.size->range) + "]` indexes another axis";
      return Val::poison();
    }
    return gather(value, id, id.idAxis, item.range);
  }
  if (item.name.text == tokenAxis)
    return delayed(f, value, item);
  Axes axes;
  std::vector<ast::AxisItem> single(1);
  single[0].range = item.range;
  single[0].name = item.name;
  if (!operandAxes(f, single, {value}, {item.range}, "an index", axes))
    return Val::poison();
  AxisAttr axis = axes[0];
  int64_t size = axis.getSize();
  bool isStackAxis = value.kind == Val::Kind::Stack && value.stack->axis == axis;
  int64_t index;
  if (!item.size) {
    error(Diag::BadIndex, item.range, {"nothing", axisName(axis), std::to_string(size)});
    return Val::poison();
  }
  const Expr &e = *item.size;
  std::optional<int64_t> label;
  if (e.kind == Expr::Kind::Ident) {
    label = labelIndex(axis, e.name.text);
    if (!label && !findName(f, e.name.text) && (e.name.text == "first" || e.name.text == "last"))
      label = e.name.text == "first" ? 0 : size - 1;
  }
  if (label) {
    index = *label;
  } else {
    Val v = evalData(f, e);
    if (v.isPoison())
      return v;
    if (v.kind == Val::Kind::Tensor && typeOf(v).isId())
      return gather(value, v, axis, item.range);
    if (!v.isNumber() || v.isBool || v.number != std::floor(v.number)) {
      Diagnostic &d = error(Diag::NotAnInteger, e.range, {"an index", show(v)});
      if (v.kind == Val::Kind::Tensor)
        d.hint = "what is computed is no index; choose among the rows: `where(c, t[" + axisName(axis) + ": i], t[" +
                 axisName(axis) + ": j])`";
      return Val::poison();
    }
    index = int64_t(v.number);
  }
  if (isStackAxis)
    return indexStack(value.stack, index, e.range);
  if (index < -size || index >= size) {
    error(Diag::BadIndex, e.range, {std::to_string(index), axisName(axis), std::to_string(size)});
    return Val::poison();
  }
  return slice(value, axis, index < 0 ? index + size : index, item.range);
}

/// `e[time: -n]`: the value at the token n places earlier.
Val Elaborator::delayed(Frame &f, const Val &value, const ast::AxisItem &item) {
  constexpr int64_t farthest = 65536;
  Val v = item.size ? evalData(f, *item.size) : Val::none();
  if (v.isPoison())
    return v;
  Range at = item.size ? item.size->range : item.range;
  if (!v.isNumber() || v.isBool || v.number != std::floor(v.number) || v.number > 0 || v.number < -farthest) {
    std::string text = item.size ? "`" + sourceText(at) + "`" : "not given";
    if (v.isNumber() && !v.isBool && item.size->kind == Expr::Kind::Ident)
      text += ", " + showNumber(v.number);
    error(Diag::BadDelay, at, {text});
    return Val::poison();
  }
  // Inside of `each` the entries are delayed one by one.
  if (value.kind == Val::Kind::Stack && !isHidden(value.stack->axis)) {
    error(Diag::DelayedHistory, item.range).hint = "`v.last[time: -1]`, or `each[depth] v[time: -1]` for all entries";
    return Val::poison();
  }
  if ((value.kind != Val::Kind::Tensor && value.kind != Val::Kind::Stack) || !typeOf(value).isToken()) {
    error(Diag::NoEarlierToken, item.range, {show(value)}).hint =
        f.kind == Frame::Kind::Connection
            ? "a state that nobody has written yet is its initial value; `if site == 0` tells"
            : "";
    return Val::poison();
  }
  if (v.number == 0)
    return value;
  Value input = outside(value, item.range);
  if (!input)
    return Val::poison();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(base);
  Val result = Val::of(
      builder.create<lang::DelayOp>(loc(item.range), input.getType(), input, int64_t(-v.number), instanceOf(f)));
  result.idAxis = value.idAxis;
  return result;
}

/// `t[a, b -> c, d]`: the same value with other axis names. A name that is not
/// in scope is a new axis of this instance.
Val Elaborator::renameView(Frame &f, const Val &value, const ast::AxisArgs &args, Range range) {
  Axes from, to;
  if (!operandAxes(f, args.from, {value}, {range}, "a renaming", from))
    return Val::poison();
  if (args.to.size() != args.from.size()) {
    error(Diag::RenameCount, args.range, {std::to_string(args.from.size()), std::to_string(args.to.size())}).hint =
        "`split` and `join` change the number of axes";
    return Val::poison();
  }
  for (auto [axis, item] : llvm::zip(from, args.to)) {
    AxisAttr target = item.size ? AxisAttr() : findAxis(f, item.name.text);
    if (item.size) {
      int64_t size = axisSize(f, *item.size, item.name.text);
      target = size ? declareAxis(f, item.name, size) : AxisAttr();
    } else if (!target && !isPoisoned(f, item.name.text)) {
      target = declareAxis(f, item.name, axis.getSize());
    }
    if (!target)
      return Val::poison();
    if (target.getSize() != axis.getSize()) {
      error(Diag::AxisSizeConflict, item.range,
            {item.name.text, std::to_string(axis.getSize()), std::to_string(target.getSize())});
      return Val::poison();
    }
    if (!llvm::is_contained(from, target) && llvm::is_contained(typeOf(value).getAxes(), target)) {
      error(Diag::DuplicateAxis, item.range, {item.name.text});
      return Val::poison();
    }
    to.push_back(target);
  }
  return rename(value, from, to, range);
}

} // namespace braid::elab
