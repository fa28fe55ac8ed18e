//===- Connections.cpp - what a connection reads and writes at a site -----===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

using ast::Stmt;

/// The connection, its arguments and the view of one read: those of the stream
/// unless the statement says otherwise.
bool Elaborator::chooseConnection(Frame &f, ConnectionUse &use, const std::optional<ast::Name> &by,
                                  const std::vector<ast::Argument> *arguments, const std::optional<ast::View> &view) {
  StreamVar &stream = *use.stream;
  use.view = view ? evalView(f, view) : stream.view;
  if (view && !stream.fields[0].history) {
    error(Diag::ViewOfState, view->range, {stream.connection->name.text});
    return false;
  }
  if (!by) {
    use.decl = stream.connection;
    use.arguments = stream.arguments;
    use.shared = stream.shared;
    return true;
  }
  use.decl = connectionNamed(*by);
  if (!use.decl)
    return false;
  if (arguments)
    use.arguments = bindNow(f, *arguments);
  SmallVector<const ast::Formal *> states;
  for (const ast::Formal &formal : use.decl->formals)
    if (isState(formal))
      states.push_back(&formal);
  if (states.empty() || states.size() > stream.fields.size()) {
    error(Diag::WrongState, by->range,
          {"`" + by->text + "`", std::to_string(states.size()) + " fields", stream.name.str(),
           std::to_string(stream.fields.size())});
    return false;
  }
  for (auto [formal, field] : llvm::zip(states, stream.fields))
    if (isHistoryFormal(*formal) != field.history) {
      error(Diag::WrongState, by->range,
            {"`" + by->text + "`", isHistoryFormal(*formal) ? "a history" : "an overwritten state", stream.name.str(),
             field.history ? "a history" : "an overwritten state"})
          .notes.push_back({formal->range, "declared here"});
      return false;
    }
  return true;
}

bool Elaborator::bindConnectionArguments(ConnectionUse &use, Frame &g) {
  SmallVector<StringRef> names;
  SmallVector<const ast::Formal *> formals;
  for (const ast::Formal &formal : use.decl->formals)
    if (!isState(formal)) {
      names.push_back(formal.name.text);
      formals.push_back(&formal);
    }
  SmallVector<Slot> slots;
  bool ok = fillSlots(names, &use.arguments, {}, use.decl->name.text, use.range, slots);
  for (auto [formal, slot] : llvm::zip(formals, slots)) {
    if (slot.bound)
      ok &= bindFormal(g, *formal, slot.bound->value, slot.bound->range, false);
    else if (formal->defaultValue)
      ok &= bindFormal(g, *formal, eval(g, *formal->defaultValue), formal->defaultValue->range, true);
    else
      ok = (error(Diag::MissingArgument, use.range, {use.decl->name.text, formal->name.text}), false);
  }
  return ok;
}

/// Binds the state's names and axes in the instance.
bool Elaborator::bindState(ConnectionUse &use, Frame &g) {
  StreamVar &stream = *use.stream;
  size_t i = 0;
  for (const ast::Formal &formal : use.decl->formals) {
    if (!isState(formal))
      continue;
    Field &field = stream.fields[i++];
    if (!matchAxes(g, formal.type->axes, field.axes, use.range, "the state of `" + use.decl->name.text + "`",
                   formal.type->range, /*skipDepth=*/true))
      return false;
    if (!field.history) {
      g.bind(formal.name.text, Val::of(field.entries[0]));
      continue;
    }
    SmallVector<Value> entries;
    viewEntries(stream, field, i == 1 ? use.view : ViewSpec(), entries, use.range);
    if (entries.empty()) {
      // No error unless something is made of it.
      use.seesNothing = true;
      g.axes.push_back({"depth", AxisAttr()});
      g.bind(formal.name.text, Val::poison());
      continue;
    }
    Stack *stack = makeStack(entries, use.range);
    g.axes.push_back({"depth", stack->axis});
    Val v = Val::of(Val::Kind::Stack);
    v.stack = stack;
    g.bind(formal.name.text, v);
  }
  return true;
}

/// Elaborates the connection's body at its site: parameters, `let`s, and the
/// read if the statement reads.
bool Elaborator::instantiate(ConnectionUse &use, bool reads) {
  if (use.frame)
    return !use.read.isPoison() || !reads;
  if (!spend(CallSteps, use.range))
    return false;
  Frame &caller = *use.argumentFrame;
  Frame &g = *newFrame(Frame::Kind::Connection, use.decl, caller);
  use.frame = &g;
  use.reads = reads;
  g.use = &use;
  g.callRange = use.range;
  g.called = true;
  if (use.shared) {
    g.shared = use.shared;
    g.sharedCall = ++g.shared->call;
    g.path = use.shared->path;
    g.unnamed = nullptr;
  } else {
    g.path = use.sitePath + (use.sitePath.empty() ? "" : ".") + use.decl->name.text;
  }
  if (!bindState(use, g) || !bindConnectionArguments(use, g))
    return false;
  use.bound = true;
  if (reads && use.seesNothing) {
    Diagnostic &d = error(Diag::ReadSeesNothing, use.range, {use.stream->name.str()});
    d.notes.push_back({use.stream->range, use.stream->empty ? "it starts empty" : "declared here"});
    return false;
  }
  ++connectionDepth;
  Restore<Frame *> body(current, &g);
  elaborated.insert(use.decl);
  execConnectionBody(use, g, use.decl->body->statements);
  if (use.decl->body->value)
    error(Diag::UnusedValue, use.decl->body->value->range).hint = "a connection says `read e`";
  --connectionDepth;
  if (reads && !use.hasRead) {
    error(Diag::NoReadClause, use.range, {use.decl->name.text, use.stream->name.str()})
        .notes.push_back({use.decl->name.range, "declared here"});
    use.read = Val::poison();
  }
  if (use.read.kind == Val::Kind::Tensor || use.read.kind == Val::Kind::Stack)
    use.read = Val::of(outside(use.read, use.range), use.read.idAxis);
  flushPending(use);
  return !reads || !use.read.isPoison();
}

void Elaborator::execConnectionBody(ConnectionUse &use, Frame &g, const std::vector<ast::StmtPtr> &statements) {
  for (const ast::StmtPtr &s : statements) {
    switch (s->kind) {
    case Stmt::Kind::Read:
      if (use.hasRead)
        error(Diag::ClauseTwice, s->range, {use.decl->name.text, "read"});
      use.hasRead = true;
      if (use.reads)
        use.read = evalData(g, *s->value);
      else
        use.readAxes = axesOfRead(g, *s->value);
      break;
    case Stmt::Kind::Write:
      if (use.write)
        error(Diag::ClauseTwice, s->range, {use.decl->name.text, "write"});
      use.write = s.get();
      break;
    case Stmt::Kind::If:
      if (std::optional<bool> c = condition(g, *s->value))
        if (const ast::Block *body = *c ? s->body.get() : s->elseBody.get())
          execConnectionBody(use, g, body->statements);
      break;
    default: exec(g, *s);
    }
  }
}

/// The axes that a read would have at a site that does not read: they are those of what is written. Nothing
/// of it stays, parameters of its own are erased at the end.
std::optional<Axes> Elaborator::axesOfRead(Frame &g, const ast::Expr &e) {
  Restore<bool> quiet(silent, true);
  Restore<llvm::StringMap<unsigned>> drawn(draws);
  SmallVector<Operation *> made;
  Restore<SmallVector<Operation *> *> inTrial(trial, &made);
  Val v = evalData(g, e);
  for (Operation *op : made)
    parameters.erase(cast<lang::ParameterOp>(op).getSymName());
  trialParameters.append(made);
  if (!v.isData())
    return std::nullopt;
  return axesOf(v);
}

/// A value with the right axes to go on with after an error.
Val Elaborator::standIn(ArrayRef<AxisAttr> axes, Range range) {
  return broadcast(Val::real(0), axes, range, lang::Kind::Token);
}

/// What the statement `x <- y` does to the state.
void Elaborator::performWrite(ConnectionUse &use, Val y, Range range) {
  StreamVar &stream = *use.stream;
  use.writes = true;
  if (!use.frame)
    instantiate(use, false);
  Frame &g = *use.frame;
  if (!use.bound) {
    ++stream.writes;
    return;
  }
  writes.push_back({&use, range, loops > 0, {}, true});
  Field &first = stream.fields[0];
  if (!use.write) {
    if (!first.history) {
      error(Diag::NoWriteClause, use.range, {use.decl->name.text})
          .notes.push_back({use.decl->name.range, "declared here"});
    } else {
      store(use, first, y, true, range);
    }
    ++stream.writes;
    return;
  }
  const Stmt &w = *use.write;
  std::string what = "what is written to `" + stream.name.str() + "`";
  if (y.isData() && !checkReal(y, range, what))
    y = Val::poison();
  if (y.isData() && !y.fills) {
    bool fits = true;
    std::optional<Axes> wanted;
    if (use.reads && use.read.isData())
      wanted = axesOf(use.read);
    else if (!use.reads)
      wanted = use.hasRead ? use.readAxes : first.axes;
    if (w.type) {
      fits = matchAxes(g, w.type->axes, axesOf(y), range, what, w.type->range);
    } else if (wanted && !sameAxes(axesOf(y), *wanted)) {
      fits = false;
      Diagnostic &d = error(Diag::AxesMismatch, range, {what, show(*wanted), show(axesOf(y))});
      d.notes.push_back({w.range, "`" + use.decl->name.text + "` writes here"});
      if (axesOf(y).empty())
        d.hint = "`spread" + show(*wanted) + "(…)` repeats it";
    }
    if (!fits)
      y = Val::poison();
  }
  ++connectionDepth;
  Restore<Frame *> body(current, &g);
  size_t mark = g.names.size();
  if (w.writeValue)
    g.bind(w.writeValue->text, y);
  SmallVector<Val> values;
  for (const ast::WriteField &field : w.fields)
    values.push_back(evalData(g, *field.value));
  g.names.truncate(mark);
  --connectionDepth;
  for (auto [field, value] : llvm::zip(w.fields, values)) {
    noteSum(use, y, value, range);
    Field *target = &first;
    if (field.field) {
      // The fields go by the names that this connection gives them.
      size_t i = 0;
      target = nullptr;
      for (const ast::Formal &formal : use.decl->formals)
        if (isState(formal)) {
          if (formal.name.text == field.field->text && i < stream.fields.size())
            target = &stream.fields[i];
          ++i;
        }
    }
    if (!target) {
      error(Diag::UnknownField, field.field->range, {use.decl->name.text, field.field->text});
      continue;
    }
    if (target->history != field.append) {
      Diagnostic &d =
          error(Diag::AppendMismatch, field.range, {target->name.str(), target->history ? "a history" : "no history"});
      d.hint = target->history ? "write `append …`" : "leave out `append`";
      continue;
    }
    if (value.isPoison() && y.isData() && use.seesNothing)
      error(Diag::ReadSeesNothing, use.range, {stream.name.str()})
          .notes.push_back({w.range, "what is written is computed from it"});
    store(use, *target, value, field.append, field.value->range);
  }
  flushPending(use);
  ++stream.writes;
}

void Elaborator::store(ConnectionUse &use, Field &field, Val value, bool append, Range range) {
  if (value.isNumber() && (value.fills || field.axes.empty()))
    value = broadcast(value, field.axes, range, lang::Kind::Token);
  if (value.isData() && !sameAxes(axesOf(value), field.axes)) {
    Diagnostic &d = error(Diag::AxesMismatch, range,
                          {(append ? "an entry of `" : "the new state of `") + use.stream->name.str() + "`",
                           show(field.axes), show(axesOf(value))});
    d.notes.push_back({use.stream->range, "declared here"});
    value = Val::poison();
  }
  if (value.isData() && !checkReal(value, range, "a state"))
    value = Val::poison();
  if (!value.isData())
    value = standIn(field.axes, range);
  Val stored = transpose(Val::of(outside(value, range)), field.axes, range);
  Value written = writtenValue(stored.tensor, range);
  if (append)
    field.entries.push_back(written);
  else
    field.entries[0] = written;
}

} // namespace braid::elab
