//===- Formals.cpp - arguments against their declared types ---------------===//
//
// Axes match exactly. Names in a signature that stand for axes of the caller,
// and rests `..e`, are bound on the way.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

bool Elaborator::bindStreamFormal(Frame &g, const ast::Formal &formal, const Val &value, Range range) {
  if (value.kind != Val::Kind::Stream) {
    if (!value.isPoison())
      error(Diag::StreamArgument, range, {formal.name.text, show(value)});
    return false;
  }
  bool history = isHistoryFormal(formal);
  StreamVar &stream = *value.stream;
  if (!stream.fields.empty() && stream.fields[0].history != history) {
    Diagnostic &d = error(Diag::WrongState, range,
                          {"argument `" + formal.name.text + "`", history ? "a history" : "an overwritten state",
                           stream.name.str(), history ? "an overwritten state" : "a history"});
    d.hint = history ? "without `depth`, `stream […]` is an overwritten state"
                     : "a history is declared with its axis: `stream [depth, …]`";
    d.notes.push_back({formal.range, "declared here"});
    return false;
  }
  g.bind(formal.name.text, value);
  return matchAxes(g, formal.type->axes, stream.axes, range, "argument `" + formal.name.text + "`", formal.type->range,
                   /*skipDepth=*/true);
}

bool Elaborator::bindFormal(Frame &g, const ast::Formal &formal, Val value, Range range, bool isDefault) {
  using TypeKind = ast::TypeExpr::Kind;
  if (value.isPoison())
    return false;
  if (!formal.type || value.kind == Val::Kind::None) {
    if (value.kind == Val::Kind::Stream) {
      error(Diag::BareStream, range, {value.stream->name.str()});
      return false;
    }
    g.bind(formal.name.text, value);
    return true;
  }
  auto mismatch = [&](StringRef wanted) {
    Diagnostic &d = error(Diag::WrongArgument, range, {formal.name.text, wanted.str(), show(value)});
    d.notes.push_back({formal.range, "declared here"});
    // Those of `use` come first, so that one meant for a later argument shifts the call's.
    if (g.bound && llvm::any_of(*g.bound, [](const BoundArgument &b) { return b.name.empty(); })) {
      d.hint = "arguments of `use` come before those of the call, unless named: `use … = " + g.decl->name.text + "(" +
               formal.name.text + " = …)`";
      d.notes.push_back({g.bound->front().range, "given by `use`"});
    }
    return false;
  };
  switch (formal.type->kind) {
  case TypeKind::Stream: return bindStreamFormal(g, formal, value, range);
  case TypeKind::Int:
    if (!value.isNumber() || value.isBool || value.number != std::floor(value.number))
      return mismatch("an integer known at compile time");
    value = Val::integer(int64_t(value.number));
    break;
  case TypeKind::Real:
    if (!value.isNumber() || value.isBool)
      return mismatch("a number known at compile time");
    break;
  case TypeKind::Bool:
    if (!value.isNumber() || !value.isBool)
      return mismatch("a truth value known at compile time");
    break;
  case TypeKind::Id:
    if (value.kind != Val::Kind::Tensor || !typeOf(value).isId())
      return mismatch("an id");
    if (formal.type->idAxis.text.empty())
      break;
    if (AxisAttr axis = lookupAxis(g, formal.type->idAxis); axis && value.idAxis && axis != value.idAxis)
      return mismatch("an id of `" + axisName(axis) + "`");
    break;
  case TypeKind::Axes: {
    if (value.kind == Val::Kind::Deferred) // an initialiser; its axes are the parameter's
      break;
    if (value.kind != Val::Kind::Axes && !value.isData())
      return mismatch("a value");
    Axes found = value.kind == Val::Kind::Axes ? *value.axes : axesOf(value);
    if (value.isNumber() && isDefault && !formal.type->axes.empty()) {
      Axes axes;
      if (!evalAxes(g, formal.type->axes, axes))
        return false;
      value = broadcast(value, axes, range, lang::Kind::Static);
      break;
    }
    if (!matchAxes(g, formal.type->axes, found, range, "argument `" + formal.name.text + "`", formal.type->range))
      return false;
    break;
  }
  }
  g.bind(formal.name.text, value);
  return true;
}

bool Elaborator::matchAxes(Frame &g, const std::vector<ast::AxisItem> &items, ArrayRef<AxisAttr> found, Range range,
                           StringRef what, Range declared, bool skipDepth) {
  Axes left(found.begin(), found.end()), wanted;
  SmallVector<const ast::AxisItem *> variables;
  SmallVector<const ast::AxisItem *> rests;
  // As declared, with what is known by now in the place of variables.
  auto resolved = [&] {
    std::string text;
    auto add = [&](const std::string &name) { text += (text.empty() ? "" : ", ") + name; };
    for (const ast::AxisItem &item : items)
      if (const Axes *rest = item.rest ? findRest(g, item.name.text) : nullptr)
        for (AxisAttr axis : *rest)
          add(axisName(axis));
      else if (AxisAttr axis = item.rest || item.name.text == "depth" ? AxisAttr() : findAxis(g, item.name.text))
        add(axisName(axis));
      else if (!skipDepth || item.name.text != "depth")
        add((item.rest ? ".." : "") + item.name.text);
    return "[" + text + "]";
  };
  auto mismatch = [&] {
    error(Diag::AxesMismatch, range, {what.str(), resolved(), show(found)})
        .notes.push_back({declared, "declared as `" + sourceText(declared, 80) + "`"});
    return false;
  };
  bool ok = true;
  for (const ast::AxisItem &item : items) {
    if (skipDepth && item.name.text == "depth")
      continue;
    if (item.rest) {
      if (const Axes *bound = findRest(g, item.name.text)) {
        for (AxisAttr axis : *bound) {
          wanted.push_back(axis);
          auto it = llvm::find(left, axis);
          ok &= it != left.end();
          if (it != left.end())
            left.erase(it);
        }
      } else {
        rests.push_back(&item);
      }
      continue;
    }
    bool bound = llvm::any_of(g.axes, [&](auto &b) { return b.first == item.name.text; });
    bool variable = g.decl && llvm::any_of(g.decl->axisVariables, [&](auto &v) { return v.text == item.name.text; });
    if (variable && !bound) {
      variables.push_back(&item);
      continue;
    }
    AxisAttr axis = lookupAxis(g, item.name);
    if (!axis)
      return false;
    if (item.size)
      if (int64_t size = axisSize(g, *item.size, item.name.text); size != axis.getSize()) {
        if (size)
          error(Diag::AxisSizeConflict, item.range,
                {item.name.text, std::to_string(size), std::to_string(axis.getSize())});
        return false;
      }
    wanted.push_back(axis);
    auto it = llvm::find(left, axis);
    ok &= it != left.end();
    if (it != left.end())
      left.erase(it);
  }
  if (!ok)
    return mismatch();
  wanted.clear();
  for (const ast::AxisItem *item : variables) {
    if (left.empty())
      return mismatch();
    g.axes.push_back({item->name.text, left.front()});
    left.erase(left.begin());
  }
  // What is left goes to the rest that is a variable of the declaration (`f[..a]`
  // works over all axes unless told), or else to the first.
  const ast::AxisItem *taker = rests.empty() ? nullptr : rests.front();
  for (const ast::AxisItem *rest : rests)
    if (g.decl && llvm::any_of(g.decl->axisVariables, [&](auto &v) { return v.text == ".." + rest->name.text; }))
      taker = rest;
  for (const ast::AxisItem *rest : rests)
    g.rests.push_back({rest->name.text, rest == taker ? left : Axes()});
  return taker || left.empty() ? true : mismatch();
}

} // namespace braid::elab
