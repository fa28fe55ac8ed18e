//===- Statements.cpp - statements of bodies and blocks -------------------===//

#include "Elaborator.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;
using ast::Stmt;

void Elaborator::execAll(Frame &f, const std::vector<ast::StmtPtr> &statements) {
  for (const ast::StmtPtr &s : statements) {
    if (f.returned)
      return;
    exec(f, *s);
  }
}

void Elaborator::exec(Frame &f, const Stmt &s) {
  if (!spend(ExpressionSteps, s.range))
    return;
  if (tooNested(s.range))
    return;
  Restore<unsigned> level(nesting, nesting + 1);
  execKind(f, s);
}

void Elaborator::execKind(Frame &f, const Stmt &s) {
  switch (s.kind) {
  case Stmt::Kind::Let: return execLet(f, s);
  case Stmt::Kind::Param: return execParam(f, s);
  case Stmt::Kind::Carry: return execCarry(f, s);
  case Stmt::Kind::Stream: return execStream(f, s);
  case Stmt::Kind::Site: return execSite(f, s);
  case Stmt::Kind::For: return execFor(f, s);
  case Stmt::Kind::If: return execIf(f, s);
  case Stmt::Kind::Return: return execReturn(f, s);
  case Stmt::Kind::Observe: return execObserve(f, s);
  case Stmt::Kind::AuxLoss: return execAuxLoss(f, s);
  case Stmt::Kind::Use: return execUse(f, s);
  case Stmt::Kind::Axis: return execAxis(f, s.name, s.labels, s.value.get(), f.kind == Frame::Kind::Model);
  case Stmt::Kind::Read:
  case Stmt::Kind::Write:
    error(Diag::ReadWriteOutside, s.range, {s.kind == Stmt::Kind::Read ? "read" : "write"});
    return;
  case Stmt::Kind::ExprStmt:
    eval(f, *s.value);
    error(Diag::UnusedValue, s.value->range).hint = "a value stands at the end of a block";
    return;
  }
}

void Elaborator::execLet(Frame &f, const Stmt &s) {
  Val v;
  const Expr &e = *s.value;
  const Val *named = e.kind == Expr::Kind::Ident ? findName(f, e.name.text) : nullptr;
  bool mentioned =
      named && named->kind == Val::Kind::Stream && f.site && (!f.site->stream || f.site->stream == named->stream);
  if (e.kind == Expr::Kind::Read || (named && named->kind == Val::Kind::Stream && !mentioned))
    v = readAlone(f, e, s.name);
  else
    v = eval(f, e);
  if (v.kind == Val::Kind::Stream)
    v = Val::poison();
  f.bind(s.name.text, v);
}

void Elaborator::execFor(Frame &f, const Stmt &s) {
  std::optional<int64_t> from = integer(f, *s.from, "the start of a loop");
  std::optional<int64_t> to = integer(f, *s.to, "the end of a loop");
  if (!from || !to)
    return;
  Range head{s.range.file, s.range.begin, s.to->range.end};
  spenders.push_back({head, steps});
  auto done = llvm::make_scope_exit([&] { spenders.pop_back(); });
  Restore<unsigned> inLoop(loops, loops + 1);
  for (int64_t i = *from; i < *to && !f.returned; ++i) {
    if (!spend(IterationSteps, head))
      return;
    Restore<std::string> path(f.path);
    f.path += (f.path.empty() ? "" : ".") + s.name.text + "." + std::to_string(i - *from);
    size_t mark = f.names.size();
    f.bind(s.name.text, Val::integer(i));
    size_t carried = f.carries.size();
    execAll(f, s.body->statements);
    closeCarries(f, carried);
    if (s.body->value) {
      eval(f, *s.body->value);
      error(Diag::UnusedValue, s.body->value->range).hint = "a `for` has no value";
    }
    f.names.truncate(mark);
  }
}

void Elaborator::execIf(Frame &f, const Stmt &s) {
  std::optional<bool> c = condition(f, *s.value);
  if (!c)
    return;
  const ast::Block *body = *c ? s.body.get() : s.elseBody.get();
  if (!body)
    return;
  size_t mark = f.names.size();
  execAll(f, body->statements);
  if (body->value) {
    eval(f, *body->value);
    error(Diag::UnusedValue, body->value->range).hint = "an `if` statement has no value";
  }
  f.names.truncate(mark);
}

void Elaborator::execReturn(Frame &f, const Stmt &s) {
  if (f.kind == Frame::Kind::Model) {
    Restore<std::string> path(f.path);
    f.path += (f.path.empty() ? "" : ".") + std::string("readout");
    SiteContext context;
    context.frame = &f;
    Restore<SiteContext *> site(f.site, &context);
    f.result = evalData(f, *s.value);
  } else if (f.kind == Frame::Kind::Connection) {
    error(Diag::ReadWriteOutside, s.range, {"return"}).hint = "a connection says `read e`";
  } else {
    f.result = eval(f, *s.value);
  }
  f.returned = true;
  f.resultRange = s.value->range;
}

/// `use f = layer(args)`: one instance whose calls share parameters.
void Elaborator::execUse(Frame &f, const Stmt &s) {
  const Expr &e = *s.value;
  f.bind(s.name.text, Val::poison());
  if (e.kind != Expr::Kind::Call || e.axes) {
    error(Diag::NotALayer, e.range, {sourceText(e.range)});
    return;
  }
  const ast::Decl *decl = nullptr;
  if (auto it = decls.find(e.name.text); it != decls.end())
    decl = it->second;
  bool builtin = !decl && (e.name.text == "linear" || e.name.text == "affine");
  if (!builtin && (!decl || decl->kind != ast::Decl::Kind::Layer)) {
    std::vector<std::string> layers;
    for (auto &entry : decls)
      if (entry.getValue()->kind == ast::Decl::Kind::Layer)
        layers.push_back(entry.getKey().str());
    hint(error(Diag::NotALayer, e.name.range, {e.name.text}), e.name.text, layers);
    return;
  }
  Callable &callable = callables.emplace_back();
  callable.decl = decl;
  callable.builtin = e.name.text;
  callable.shared = &sharedStore.emplace_back();
  callable.shared->path = f.path + (f.path.empty() ? "" : ".") + s.name.text;
  boundArguments.push_back(bindNow(f, e.arguments));
  callable.bound = &boundArguments.back();
  Val v = Val::of(Val::Kind::Callable);
  v.callable = &callable;
  f.names.back().value = v;
}

/// `axis way = (q, k, v, r)` or `axis slots = 8`.
void Elaborator::execAxis(Frame &f, const ast::Name &name, const std::vector<ast::Name> &labels, const Expr *size,
                          bool global) {
  if (refusesTime(name))
    return;
  int64_t n = labels.empty() ? (size ? axisSize(f, *size, name.text) : 0) : int64_t(labels.size());
  if (!n)
    return;
  if (global) {
    if (auto it = globals.find(name.text); it != globals.end() && it->second.isInt && int64_t(it->second.number) != n)
      error(Diag::AxisSizeConflict, name.range, {name.text, std::to_string(n), showNumber(it->second.number)});
    makeGlobalAxis(name.text, n, name.range, labels.empty() ? nullptr : &labels);
    return;
  }
  AxisAttr axis = declareAxis(f, name, n);
  if (axis && !labels.empty())
    axisInfo[axis].labels = &labels;
}

/// In a connection these wait until the read is complete: they use its values,
/// they are no part of it.
void Elaborator::execObserve(Frame &f, const Stmt &s) {
  Val v = evalData(f, *s.value);
  if (v.isPoison())
    return;
  if (f.use) {
    f.use->pending.push_back({&s, v});
    return;
  }
  std::string name = f.path + (f.path.empty() ? "" : ".") + s.name.text;
  auto [it, fresh] = observed.try_emplace(name, s.range);
  if (!fresh) {
    error(Diag::ObservedTwice, s.range, {name}).notes.push_back({it->second, "the first is here"});
    return;
  }
  mlir::Value value = outside(v, s.range);
  builder.setInsertionPointToEnd(base);
  builder.create<lang::ObserveOp>(loc(s.range), name, value);
}

void Elaborator::execAuxLoss(Frame &f, const Stmt &s) {
  Val v = evalData(f, *s.value);
  if (v.isPoison())
    return;
  if (!axesOf(v).empty() || !typeOf(v).isReal()) {
    error(Diag::AxesMismatch, s.value->range, {"`aux_loss`", "[]", show(axesOf(v))});
    return;
  }
  if (f.use) {
    f.use->pending.push_back({&s, v});
    return;
  }
  Val token = broadcast(v, {}, s.range, lang::Kind::Token);
  mlir::Value value = outside(token, s.range);
  builder.setInsertionPointToEnd(base);
  builder.create<lang::AuxLossOp>(loc(s.range), value);
}

/// The statements put off by a connection, under its site's path.
void Elaborator::flushPending(ConnectionUse &use) {
  for (ConnectionUse::Pending &p : use.pending) {
    if (p.statement->kind == Stmt::Kind::AuxLoss) {
      Val token = broadcast(Val::of(outside(p.value, p.statement->range)), {}, p.statement->range, lang::Kind::Token);
      builder.setInsertionPointToEnd(base);
      noteMadeAt(&use, builder.create<lang::AuxLossOp>(loc(p.statement->range), token.tensor));
      continue;
    }
    std::string name = use.sitePath + (use.sitePath.empty() ? "" : ".") + p.statement->name.text;
    auto [it, fresh] = observed.try_emplace(name, p.statement->range);
    if (!fresh) {
      error(Diag::ObservedTwice, use.range, {name}).notes.push_back({p.statement->range, "observed here"});
      continue;
    }
    mlir::Value value = outside(p.value, p.statement->range);
    builder.setInsertionPointToEnd(base);
    noteMadeAt(&use, builder.create<lang::ObserveOp>(loc(p.statement->range), name, value));
  }
  use.pending.clear();
}

} // namespace braid::elab
