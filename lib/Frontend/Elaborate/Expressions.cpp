//===- Expressions.cpp - evaluation of expressions ------------------------===//

#include "Elaborator.h"
#include "llvm/ADT/ScopeExit.h"
#include <cmath>

using namespace mlir;

namespace braid::elab {

using ast::Expr;

Val Elaborator::eval(Frame &f, const Expr &e) {
  if (!spend(ExpressionSteps, e.range))
    return Val::poison();
  if (tooNested(e.range))
    return Val::poison();
  Restore<unsigned> level(nesting, nesting + 1);
  Val v = evalKind(f, e);
  if (v.kind == Val::Kind::Tensor && checkedTypes.insert(v.tensor.getType()).second &&
      !checkNumbers(SmallVector<AxisAttr>(typeOf(v).getAxes()), e.range, "this value"))
    return Val::poison();
  return v;
}

Val Elaborator::evalKind(Frame &f, const Expr &e) {
  switch (e.kind) {
  case Expr::Kind::Number:
    if (e.isInt && e.number > maxInteger) {
      error(Diag::IntegerTooLarge, e.range, {sourceText(e.range)});
      return Val::poison();
    }
    if (!std::isfinite(e.number)) {
      error(Diag::NotFinite, e.range, {sourceText(e.range)});
      return Val::poison();
    }
    return e.isInt ? Val::integer(int64_t(e.number)) : Val::real(e.number);
  case Expr::Kind::String: error(Diag::ExpectedValue, e.range, {"a string"}); return Val::poison();
  case Expr::Kind::Ident: return evalIdent(f, e.name);
  case Expr::Kind::Size: return evalSize(f, e);
  case Expr::Kind::Unary: return evalUnary(f, e);
  case Expr::Kind::Binary: return evalBinary(f, e);
  case Expr::Kind::Call: return evalCall(f, e);
  case Expr::Kind::Member: return evalMember(f, e);
  case Expr::Kind::Index: return evalIndex(f, e);
  case Expr::Kind::If: return evalIf(f, e);
  case Expr::Kind::Fold: return evalFold(f, e);
  case Expr::Kind::BlockExpr: return evalLabelled(f, e);
  case Expr::Kind::Each: return evalEach(f, e);
  case Expr::Kind::Read:
    error(Diag::BareStream, e.range, {e.name.text}).hint = "a read with `by` or `over` stands alone in a `let`";
    return Val::poison();
  case Expr::Kind::Tuple: error(Diag::ExpectedValue, e.range, {"several"}).hint = severalValues; return Val::poison();
  case Expr::Kind::AxisList: {
    Axes &axes = axisLists.emplace_back();
    if (!evalAxes(f, e.index, axes))
      return Val::poison();
    Val v = Val::of(Val::Kind::Axes);
    v.axes = &axes;
    return v;
  }
  }
  return Val::poison();
}

/// An expression that must have elements.
Val Elaborator::evalData(Frame &f, const Expr &e) {
  Val v = eval(f, e);
  checkData(v, e.range);
  return v;
}

const Val *Elaborator::findName(Frame &f, StringRef name) {
  for (Frame::Binding &b : llvm::reverse(f.names))
    if (b.name == name)
      return &b.value;
  return inLibrary(f) ? nullptr : findConfig(name);
}

std::vector<std::string> Elaborator::namesInScope(Frame &f) {
  std::vector<std::string> names;
  for (Frame::Binding &b : f.names)
    names.push_back(b.name.str());
  if (!inLibrary(f))
    for (auto &entry : globals)
      names.push_back(entry.getKey().str());
  return names;
}

Val Elaborator::evalIdent(Frame &f, const ast::Name &name) {
  if (const Val *v = findName(f, name.text)) {
    if (v->kind == Val::Kind::Stream)
      return mention(f, v->stream, name.range);
    if (v->kind == Val::Kind::Deferred && initAxes)
      return initialiser(*v->frame, *v->expr, initPath);
    return *v;
  }
  StringRef text = name.text;
  if (text == "eye" && initAxes) {
    if (initAxes->size() == 2 && (*initAxes)[0].getSize() == (*initAxes)[1].getSize())
      return identity((*initAxes)[0], (*initAxes)[1], name.range);
    error(Diag::EyeAxes, name.range, {show(*initAxes)});
    return Val::poison();
  }
  if (text == "zeros" || text == "ones") {
    Val v = Val::real(text == "ones");
    v.fills = true;
    return v;
  }
  if (text == "true" || text == "false")
    return Val::boolean(text == "true");
  if (text == "none")
    return Val::none();
  if (text == "site" || text == "sites") {
    for (Frame *g = &f; g; g = g->caller)
      if (g->use)
        return Val::integer(text == "site" ? g->use->stream->writes : sitesOf(g->use->stream));
      else if (g->site && g->site->stream)
        return Val::integer(text == "site" ? g->site->stream->writes : sitesOf(g->site->stream));
    error(Diag::NoSite, name.range, {name.text});
    return Val::poison();
  }
  if (text == "position") {
    builder.setInsertionPointToEnd(base);
    auto type = lang::ValueType::get(&context, lang::Kind::Token, ArrayRef<AxisAttr>(), lang::Element::Id, 0);
    return Val::of(builder.create<lang::PositionOp>(loc(name.range), type).getResult());
  }
  Diagnostic &d = error(Diag::UnknownName, name.range, {name.text});
  if (decls.count(text) || builtins().count(text))
    d.hint = "`" + name.text + "` is to be called: `" + name.text + "(…)`";
  else
    hint(d, text, namesInScope(f));
  return Val::poison();
}

/// `|axis|`, `|..e|` (the product), `|v.depth|`.
Val Elaborator::evalSize(Frame &f, const Expr &e) {
  if (e.member) {
    const Val *v = findName(f, e.name.text);
    if (!v) {
      hint(error(Diag::UnknownName, e.name.range, {e.name.text}), e.name.text, namesInScope(f));
      return Val::poison();
    }
    if (v->kind == Val::Kind::Stream && e.member->text == "depth")
      for (Field &field : v->stream->fields)
        if (field.history)
          return Val::integer(field.entries.size());
    Axes axes = v->kind == Val::Kind::Stream ? v->stream->axes : axesOf(*v);
    for (AxisAttr axis : axes)
      if (axisName(axis) == e.member->text || axis == findAxis(f, e.member->text))
        return Val::integer(axis.getSize());
    if (!v->isPoison())
      error(Diag::UnknownAxis, e.member->range, {e.member->text}).hint =
          "`" + e.name.text + "` has the axes " + show(axes);
    return Val::poison();
  }
  if (const Axes *rest = findRest(f, e.name.text)) {
    int64_t product = 1;
    for (AxisAttr axis : *rest)
      product *= axis.getSize();
    return Val::integer(product);
  }
  AxisAttr axis = lookupAxis(f, e.name);
  return axis ? Val::integer(axis.getSize()) : Val::poison();
}

Val Elaborator::evalUnary(Frame &f, const Expr &e) {
  Val v = evalData(f, *e.operands[0]);
  if (v.isPoison())
    return v;
  if (e.text == "!")
    return map(lang::Fn::Not, {v}, e.range);
  if (v.isNumber() && !v.isBool)
    return v.isInt ? Val::integer(int64_t(-v.number)) : Val::real(-v.number);
  return map(lang::Fn::Neg, {v}, e.range);
}

Val Elaborator::evalBinary(Frame &f, const Expr &e) {
  Val a = eval(f, *e.operands[0]);
  // `&&` and `||` on compile-time values look at the second only when needed.
  if (a.isNumber() && a.isBool && ((e.text == "&&" && !a.number) || (e.text == "||" && a.number)))
    return a;
  Val b = eval(f, *e.operands[1]);
  if ((e.text == "==" || e.text == "!=") && (a.kind == Val::Kind::None || b.kind == Val::Kind::None) && !a.isPoison() &&
      !b.isPoison())
    return Val::boolean((a.kind == b.kind) == (e.text == "=="));
  bool ok = checkData(a, e.operands[0]->range);
  return checkData(b, e.operands[1]->range) && ok ? binary(e.text, a, b, e.range) : Val::poison();
}

Val Elaborator::binary(StringRef op, const Val &a, const Val &b, Range range) {
  if (a.isNumber() && b.isNumber())
    return foldBinary(op, a, b, range);
  if (op == "+")
    return map(lang::Fn::Add, {a, b}, range);
  if (op == "-")
    return map(lang::Fn::Sub, {a, b}, range);
  if (op == "*")
    return map(lang::Fn::Mul, {a, b}, range);
  if (op == "/")
    return map(lang::Fn::Div, {a, b}, range);
  if (op == "^") {
    if (b.isNumber() && b.number == 2)
      return map(lang::Fn::Mul, {a, a}, range, "^");
    if (b.isNumber() && b.number == 1)
      return a;
    if (b.isNumber() && b.number == 0.5)
      return map(lang::Fn::Sqrt, {a}, range, "^");
    if (b.isNumber() && b.number == -0.5)
      return map(lang::Fn::Rsqrt, {a}, range, "^");
    return map(lang::Fn::Pow, {a, b}, range);
  }
  if (op == "<")
    return map(lang::Fn::Lt, {a, b}, range, op);
  if (op == "<=")
    return map(lang::Fn::Le, {a, b}, range, op);
  if (op == ">")
    return map(lang::Fn::Lt, {b, a}, range, op);
  if (op == ">=")
    return map(lang::Fn::Le, {b, a}, range, op);
  if (op == "==")
    return map(lang::Fn::Eq, {a, b}, range, op);
  if (op == "!=")
    return map(lang::Fn::Not, {map(lang::Fn::Eq, {a, b}, range, op)}, range, op);
  if (op == "&&")
    return map(lang::Fn::And, {a, b}, range, op);
  if (op == "||")
    return map(lang::Fn::Or, {a, b}, range, op);
  error(Diag::NotCompileTime, range, {"an operand of `" + op.str() + "`", show(a.isNumber() ? b : a)});
  return Val::poison();
}

/// `x.state`, `v.last`, `h.q` (an index of the axis that has the label `q`).
Val Elaborator::evalMember(Frame &f, const Expr &e) {
  const Expr &object = *e.operands[0];
  StringRef member = e.name.text;
  if (object.kind == Expr::Kind::Ident)
    if (const Val *v = findName(f, object.name.text); v && v->kind == Val::Kind::Stream)
      if (member == "state" || member == "first" || member == "last" || v->stream->find(member))
        return rawState(f, v->stream, member, e.range);
  Val v = eval(f, object);
  if (v.isPoison())
    return v;
  if (v.kind == Val::Kind::Stack && (member == "first" || member == "last"))
    return indexStack(v.stack, member == "first" ? 0 : -1, e.range);
  std::vector<std::string> candidates;
  for (AxisAttr axis : axesOf(v)) {
    if (std::optional<int64_t> index = labelIndex(axis, member))
      return slice(v, axis, *index, e.range);
    if (const std::vector<ast::Name> *labels = axisInfo[axis].labels)
      for (const ast::Name &label : *labels)
        candidates.push_back(label.text);
  }
  if (v.kind == Val::Kind::Stack)
    candidates.insert(candidates.end(), {"first", "last"});
  hint(error(Diag::NoSuchMember, e.name.range, {sourceText(object.range), e.name.text}), member, candidates);
  return Val::poison();
}

/// Compile-time, or a choice per element of a static condition such as
/// `index[depth] == 0`.
Val Elaborator::evalIf(Frame &f, const Expr &e) {
  Val c = evalData(f, *e.operands[0]);
  if (c.isPoison())
    return c;
  if (c.kind == Val::Kind::Tensor && typeOf(c).isStatic() && e.elseBlock) {
    Val a = evalBlock(f, *e.block), b = evalBlock(f, *e.elseBlock);
    return map(lang::Fn::Select, {c, a, b}, e.range, "if");
  }
  if (!c.isNumber()) {
    error(Diag::NotCompileTime, e.operands[0]->range, {"the condition of `if`", show(c)}).hint =
        "`where(condition, a, b)` chooses per token";
    return Val::poison();
  }
  if (!c.isBool) {
    error(Diag::ConditionNotBool, e.operands[0]->range, {sourceText(e.operands[0]->range)});
    return Val::poison();
  }
  if (c.number)
    return evalBlock(f, *e.block);
  return e.elseBlock ? evalBlock(f, *e.elseBlock) : Val::none();
}

Val Elaborator::evalFold(Frame &f, const Expr &e) {
  std::optional<int64_t> count = integer(f, *e.operands[0], "the number of steps of `fold`");
  Val value = eval(f, *e.operands[1]);
  if (!count)
    return Val::poison();
  spenders.push_back({e.range, steps});
  auto done = llvm::make_scope_exit([&] { spenders.pop_back(); });
  Restore<unsigned> inLoop(loops, loops + 1);
  for (int64_t i = 0; i < *count; ++i) {
    if (!spend(IterationSteps, e.range))
      return Val::poison();
    size_t mark = f.names.size();
    f.bind(e.name.text, value);
    Val next = evalBlock(f, *e.block);
    f.names.truncate(mark);
    if (next.isPoison())
      return next;
    if (next.isData() && value.isData() && !sameAxes(axesOf(next), axesOf(value))) {
      error(Diag::AxesMismatch, e.block->range, {"each step of `fold`", show(axesOf(value)), show(axesOf(next))});
      return Val::poison();
    }
    value = next;
  }
  return value;
}

/// `each[depth] f(v)`: inside the call the axis is out of sight.
Val Elaborator::evalEach(Frame &f, const Expr &e) {
  Axes axes;
  for (const ast::AxisItem &item : e.axes->from)
    if (AxisAttr axis = lookupAxis(f, item.name))
      axes.push_back(axis);
    else
      return Val::poison();
  size_t mark = hidden.size();
  Restore<std::string> path(f.path);
  Restore<const Expr *> outermost(f.outermost);
  if (e.label) {
    f.path += (f.path.empty() ? "" : ".") + e.label->text;
    f.outermost = e.operands[0].get();
  }
  hidden.append(axes.begin(), axes.end());
  Val v = eval(f, *e.operands[0]);
  hidden.truncate(mark);
  if (v.isPoison() || !checkData(v, e.range))
    return Val::poison();
  for (auto [axis, item] : llvm::zip(axes, e.axes->from))
    if (!llvm::is_contained(axesOf(v), axis)) {
      error(Diag::MissingOperandAxis, item.name.range,
            {"each", "works over", item.name.text, sourceText(e.operands[0]->range)});
      return Val::poison();
    }
  return v;
}

Val Elaborator::evalBlock(Frame &f, const ast::Block &b) {
  size_t mark = f.names.size();
  Restore<unsigned> inBlock(f.blocks, f.blocks + 1);
  execAll(f, b.statements);
  Val v = b.value ? eval(f, *b.value) : Val::none();
  f.names.truncate(mark);
  return v;
}

/// `{ … e }` or `name: { … e }`.
Val Elaborator::evalLabelled(Frame &f, const Expr &e) {
  if (!e.label || f.outermost == &e)
    return evalBlock(f, *e.block);
  Restore<std::string> path(f.path);
  f.path += (f.path.empty() ? "" : ".") + e.label->text;
  return evalBlock(f, *e.block);
}

} // namespace braid::elab
