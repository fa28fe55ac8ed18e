//===- Calls.cpp - instances of functions and layers ----------------------===//

#include "Elaborator.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;

static constexpr unsigned maxDepth = 100;

Frame *Elaborator::newFrame(Frame::Kind kind, const ast::Decl *decl, Frame &caller) {
  Frame &g = frames.emplace_back();
  g.kind = kind;
  g.decl = decl;
  g.caller = &caller;
  g.depth = caller.depth + 1;
  g.unnamed = caller.unnamed;
  g.shared = caller.shared;
  g.sharedCall = caller.sharedCall;
  return &g;
}

/// The path of an instance: the label, or else a layer's name. The call that
/// already named its statement adds nothing, and functions are no instances of
/// their own.
std::string Elaborator::callPath(Frame &f, const Expr &e, bool named) {
  if (f.outermost == &e || (!e.label && !named))
    return f.path;
  return f.path + (f.path.empty() ? "" : ".") + (e.label ? e.label->text : e.name.text);
}

/// The declaration that a name means; null if it means a built-in, or nothing.
const ast::Decl *Elaborator::findDecl(Frame &f, StringRef name) {
  auto it = decls.find(name);
  return it == decls.end() || (inLibrary(f) && !libraryNames.contains(name)) ? nullptr : it->second;
}

Val Elaborator::evalCall(Frame &f, const Expr &e) {
  StringRef name = e.name.text;
  if (const Val *v = findName(f, name); v && v->kind == Val::Kind::Callable) {
    Callable *callable = v->callable;
    if (callable->decl)
      return callDecl(f, e, *callable->decl, callable);
    Restore<Callable *> inside(instance, callable);
    return (this->*builtins().find(callable->builtin)->second.call)(f, e);
  }
  Restore<Callable *> inside(instance, nullptr);
  if (const ast::Decl *found = findDecl(f, name)) {
    const ast::Decl &decl = *found;
    if (decl.kind == ast::Decl::Kind::Fn || decl.kind == ast::Decl::Kind::Layer)
      return callDecl(f, e, decl, nullptr);
    Diagnostic &d = error(Diag::NotCallable, e.name.range, {e.name.text});
    d.hint = decl.kind == ast::Decl::Kind::Connection ? "a connection is named in `with` or `by`" : "";
    d.notes.push_back({decl.name.range, "declared here"});
    return Val::poison();
  }
  if (auto it = builtins().find(name); it != builtins().end()) {
    if (e.axes && !it->second.takesAxes) {
      error(Diag::TooManyAxes, e.name.range, {name.str(), "it has none"}).hint =
          "what stands behind the call is of its result: `" + name.str() + "(…)[axis: i]`";
      return Val::poison();
    }
    return (this->*it->second.call)(f, e);
  }
  if (const Val *v = findName(f, name)) {
    if (!v->isPoison())
      error(Diag::NotCallable, e.name.range, {e.name.text}).hint =
          "it is " + show(*v) + (v->isData() && !v->isNumber() ? "; an element is `" + name.str() + "[…]`" : "");
    return Val::poison();
  }
  std::vector<std::string> candidates = namesInScope(f);
  for (auto &entry : decls)
    candidates.push_back(entry.getKey().str());
  for (auto &entry : builtins())
    candidates.push_back(entry.getKey().str());
  Diagnostic &d = error(Diag::UnknownFunction, e.name.range, {e.name.text});
  if (initAxes)
    d.hint = "an initial value is a number, `zeros`, `ones`, `normal(std)`, `uniform(bound)`, `onehot[axis](index)` or "
             "`eye`";
  hint(d, name, candidates);
  return Val::poison();
}

Val Elaborator::evalArgument(Frame &f, const ast::Argument &argument, bool wantsStream) {
  if (argument.axes) {
    Axes &axes = axisLists.emplace_back();
    if (!evalAxes(f, *argument.axes, axes))
      return Val::poison();
    Val v = Val::of(Val::Kind::Axes);
    v.axes = &axes;
    return v;
  }
  if (wantsStream && argument.value->kind == Expr::Kind::Ident)
    if (const Val *v = findName(f, argument.value->name.text); v && v->kind == Val::Kind::Stream)
      return *v;
  return eval(f, *argument.value);
}

std::vector<BoundArgument> Elaborator::bindNow(Frame &f, const std::vector<ast::Argument> &arguments) {
  std::vector<BoundArgument> result;
  for (const ast::Argument &argument : arguments)
    result.push_back({argument.name ? StringRef(argument.name->text) : StringRef(), evalArgument(f, argument, true),
                      argument.range});
  return result;
}

/// Gives each formal its argument: those bound by `use` first, then the call's.
bool Elaborator::fillSlots(ArrayRef<StringRef> names, const std::vector<BoundArgument> *bound,
                           const std::vector<ast::Argument> &arguments, StringRef callee, Range range,
                           SmallVectorImpl<Slot> &slots) {
  slots.assign(names.size(), Slot());
  bool ok = true;
  auto place = [&](StringRef name, Range where, Slot slot) {
    size_t i = 0;
    if (name.empty()) {
      while (i < slots.size() && (slots[i].argument || slots[i].bound))
        ++i;
      if (i == slots.size()) {
        Diagnostic &d = error(Diag::TooManyArguments, where,
                              {callee.str(), names.empty() ? "no argument"
                                                           : std::to_string(names.size()) +
                                                                 (names.size() == 1 ? " argument" : " arguments")});
        if (bound && !bound->empty() && !names.empty()) {
          d.hint = "`use` gives " + std::to_string(bound->size()) +
                   " of them already, in order unless named: `use … = " + callee.str() + "(" + names.back().str() +
                   " = …)`";
          d.notes.push_back({bound->front().range, "given by `use`"});
        }
        ok = false;
        return;
      }
    } else {
      i = llvm::find(names, name) - names.begin();
      if (i == names.size()) {
        std::vector<std::string> candidates;
        for (StringRef n : names)
          candidates.push_back(n.str());
        hint(error(Diag::UnknownArgument, where, {callee.str(), name.str()}), name, candidates);
        ok = false;
        return;
      }
      if (slots[i].argument || slots[i].bound) {
        error(Diag::ArgumentTwice, where, {name.str()});
        ok = false;
        return;
      }
    }
    slots[i] = slot;
  };
  if (bound)
    for (const BoundArgument &b : *bound)
      place(b.name, b.range, {nullptr, &b});
  // Positions are counted among what is left, names may come anywhere.
  for (const ast::Argument &a : arguments)
    if (a.name)
      place(a.name->text, a.name->range, {&a, nullptr});
  for (const ast::Argument &a : arguments)
    if (!a.name)
      place("", a.range, {&a, nullptr});
  return ok;
}

Val Elaborator::callDecl(Frame &f, const Expr &e, const ast::Decl &decl, Callable *callable) {
  if (endless.contains(&decl))
    return Val::poison();
  if (f.depth >= maxDepth) {
    error(Diag::TooDeep, e.name.range, {e.name.text});
    endless.insert(&decl); // it may be called twice at each of the depths
    return Val::poison();
  }
  if (!spend(CallSteps, e.range))
    return Val::poison();
  spenders.push_back({e.range, steps});
  auto done = llvm::make_scope_exit([&] { spenders.pop_back(); });
  bool layer = decl.kind == ast::Decl::Kind::Layer;
  Frame &g = *newFrame(layer ? Frame::Kind::Layer : Frame::Kind::Function, &decl, f);
  g.callRange = e.range;
  g.called = true;
  if (callable) {
    g.path = callable->shared->path;
    g.shared = callable->shared;
    g.bound = callable->bound;
    g.unnamed = nullptr;
    g.sharedCall = ++g.shared->call;
  } else {
    g.path = callPath(f, e, layer);
  }
  SmallVector<StringRef, 4> names;
  for (const ast::Formal &formal : decl.formals)
    names.push_back(formal.name.text);
  SmallVector<Slot, 4> slots;
  bool ok = fillSlots(names, callable ? callable->bound : nullptr, e.arguments, decl.name.text, e.name.range, slots);
  SmallVector<Val, 4> values(names.size());
  SmallVector<Range, 4> ranges(names.size(), e.name.range);
  for (auto [i, slot] : llvm::enumerate(slots)) {
    const ast::Formal &formal = decl.formals[i];
    bool stream = formal.type && formal.type->kind == ast::TypeExpr::Kind::Stream;
    if (slot.bound) {
      values[i] = slot.bound->value;
      ranges[i] = slot.bound->range;
    } else if (slot.argument) {
      values[i] = evalArgument(f, *slot.argument, stream);
      ranges[i] = slot.argument->value ? slot.argument->value->range : slot.argument->range;
    }
  }
  ok &= bindAxisVariables(f, g, e, values);
  for (auto [i, slot] : llvm::enumerate(slots)) {
    const ast::Formal &formal = decl.formals[i];
    if (slot.bound || slot.argument) {
      ok &= bindFormal(g, formal, values[i], ranges[i], false);
    } else if (formal.defaultValue) {
      ok &= bindFormal(g, formal, eval(g, *formal.defaultValue), formal.defaultValue->range, true);
    } else {
      error(Diag::MissingArgument, e.name.range, {decl.name.text, formal.name.text})
          .notes.push_back({formal.range, "declared here"});
      ok = false;
    }
  }
  if (!ok)
    return Val::poison();
  for (const ast::Name &variable : decl.axisVariables)
    if (StringRef(variable.text).starts_with("..")
            ? !findRest(g, StringRef(variable.text).drop_front(2))
            : llvm::none_of(g.axes, [&](auto &bound) { return bound.first == variable.text; })) {
      error(Diag::AxisNotInferred, e.name.range, {variable.text, decl.name.text}).hint =
          "give it: `" + decl.name.text + "[" + variable.text + "](…)`";
      return Val::poison();
    }
  Restore<Frame *> body(current, &g);
  elaborated.insert(&decl);
  Val result = runBody(g, *decl.body);
  closeCarries(g, 0);
  if (decl.result && result.isData() && decl.result->kind == ast::TypeExpr::Kind::Axes &&
      !(result.isNumber() && decl.result->axes.empty()))
    if (!matchAxes(g, decl.result->axes, axesOf(result),
                   g.returned         ? g.resultRange
                   : decl.body->value ? decl.body->value->range
                                      : decl.name.range,
                   "the result of `" + decl.name.text + "`", decl.result->range))
      return Val::poison();
  return result;
}

/// `lse[c](m)`: the axes in the call's brackets are the declaration's variables.
bool Elaborator::bindAxisVariables(Frame &f, Frame &g, const Expr &e, ArrayRef<Val> values) {
  if (!e.axes)
    return true;
  if (e.axes->arrow) {
    error(Diag::UnexpectedArrow, e.axes->range, {e.name.text});
    return false;
  }
  Axes axes;
  for (const ast::AxisItem &item : e.axes->from) {
    if (item.name.text == "depth" && !item.size && !item.rest && !findAxis(f, "depth")) {
      if (llvm::any_of(f.axes, [](auto &bound) { return bound.first == "depth"; }))
        return false; // of a history without entries
      AxisAttr found;
      for (const Val &v : values)
        for (AxisAttr axis : axesOf(v))
          if (axisName(axis) == "depth")
            found = axis;
      if (found) {
        axes.push_back(found);
        continue;
      }
    }
    // Through evalAxes one by one: it knows rests and sizes.
    if (item.rest) {
      if (const Axes *rest = findRest(f, item.name.text)) {
        axes.append(*rest);
        continue;
      }
      error(Diag::UnknownAxis, item.range, {".." + item.name.text});
      return false;
    }
    AxisAttr axis;
    if (item.size) {
      int64_t size = axisSize(f, *item.size, item.name.text);
      axis = size ? declareAxis(f, item.name, size) : AxisAttr();
    } else {
      axis = findAxis(f, item.name.text);
      if (!axis && !reportedAxis(f, item.name)) {
        // An argument may have it under this name without it being in scope.
        Diagnostic &d = error(Diag::UnknownAxis, item.name.range, {item.name.text});
        std::vector<std::string> candidates = axesInScope(f);
        for (const Val &v : values)
          for (AxisAttr a : axesOf(v))
            candidates.push_back(axisName(a));
        hint(d, item.name.text, candidates);
      }
    }
    if (!axis)
      return false;
    axes.push_back(axis);
  }
  size_t next = 0;
  for (const ast::Name &variable : g.decl->axisVariables) {
    StringRef name = variable.text;
    if (name.consume_front("..")) {
      g.rests.push_back({name, Axes(axes.begin() + next, axes.end())});
      next = axes.size();
    } else if (next < axes.size()) {
      g.axes.push_back({name, axes[next++]});
    }
  }
  if (next < axes.size()) {
    error(Diag::TooManyAxes, e.axes->range, {e.name.text, std::to_string(g.decl->axisVariables.size())});
    return false;
  }
  return true;
}

Val Elaborator::runBody(Frame &g, const ast::Block &body) {
  execAll(g, body.statements);
  if (g.returned)
    return g.result;
  if (body.value)
    return eval(g, *body.value);
  return Val::none();
}

} // namespace braid::elab
