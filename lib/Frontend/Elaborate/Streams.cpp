//===- Streams.cpp - streams, sites and reads -----------------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;
using ast::Stmt;

bool Elaborator::isState(const ast::Formal &formal) {
  return formal.type && formal.type->kind == ast::TypeExpr::Kind::Axes;
}

bool Elaborator::isHistoryFormal(const ast::Formal &formal) {
  return formal.type && llvm::any_of(formal.type->axes,
                                     [](const ast::AxisItem &item) { return !item.rest && item.name.text == "depth"; });
}

const ast::Decl *Elaborator::connectionNamed(const ast::Name &name) {
  auto it = decls.find(name.text);
  if (it != decls.end() && it->second->kind == ast::Decl::Kind::Connection)
    return it->second;
  std::vector<std::string> candidates;
  for (auto &entry : decls)
    if (entry.getValue()->kind == ast::Decl::Kind::Connection)
      candidates.push_back(entry.getKey().str());
  hint(error(Diag::NotAConnection, name.range, {name.text}), name.text, candidates);
  return nullptr;
}

/// `stream x: [dim] = e with c over view`.
void Elaborator::execStream(Frame &f, const Stmt &s) {
  StreamVar &stream = streams.emplace_back();
  stream.ordinal = streams.size() - 1;
  stream.name = s.name.text;
  stream.range = s.name.range;
  stream.empty = s.empty;
  bool ok = s.type && evalAxes(f, s.type->axes, stream.axes);
  ok &= s.with && (stream.connection = connectionNamed(*s.with));
  stream.arguments = bindNow(f, s.withArguments);
  stream.view = evalView(f, s.view);
  if (ok && s.shared) {
    stream.shared = &sharedStore.emplace_back();
    stream.shared->path = f.path + (f.path.empty() ? "" : ".") + s.name.text + "." + s.with->text;
  }
  ok = ok && setUpFields(f, stream, s);
  if (!ok) {
    stream.poisoned = true;
    if (s.value)
      eval(f, *s.value);
  }
  Val v = Val::of(Val::Kind::Stream);
  v.stream = &stream;
  f.bind(s.name.text, v);
}

/// The fields of the state, with their initial values.
bool Elaborator::checkStreamFormals(const ast::Decl &connection) {
  if (llvm::none_of(connection.formals, isState)) // which is said of it
    return true;
  for (const ast::Formal &formal : connection.formals)
    if (formal.type && formal.type->kind == ast::TypeExpr::Kind::Stream) {
      error(Diag::ConnectionState, formal.range, {"`" + formal.name.text + "` is declared as a stream"}).hint =
          "a `stream` is an argument of layers; a connection declares its state, `v: [depth, …]` or `x: […]`";
      return false;
    }
  return true;
}

bool Elaborator::setUpFields(Frame &f, StreamVar &stream, const Stmt &s) {
  const ast::Decl &decl = *stream.connection;
  Frame &g = *newFrame(Frame::Kind::Connection, &decl, f);
  unsigned histories = 0;
  if (!checkStreamFormals(decl))
    return false;
  for (const ast::Formal &formal : decl.formals) {
    if (!isState(formal))
      continue;
    Field field;
    field.name = formal.name.text;
    field.history = isHistoryFormal(formal);
    histories += field.history;
    bool first = stream.fields.empty();
    if (first) {
      field.axes = stream.axes;
      if (!matchAxes(g, formal.type->axes, stream.axes, s.type->range, "the state of `" + decl.name.text + "`",
                     formal.type->range, /*skipDepth=*/true))
        return false;
    } else if (!formal.defaultValue && !field.history) {
      error(Diag::ConnectionState, formal.range, {"field `" + formal.name.text + "` has no initial value"});
      return false;
    } else {
      for (const ast::AxisItem &item : formal.type->axes)
        if (item.rest ? false : item.name.text == "depth")
          continue;
        else if (item.rest) {
          if (const Axes *rest = findRest(g, item.name.text))
            field.axes.append(*rest);
        } else if (AxisAttr axis = lookupAxis(g, item.name))
          field.axes.push_back(axis);
        else
          return false;
    }
    Val initial = Val::none();
    if (first && s.value) {
      initial = eval(f, *s.value);
      if (initial.kind == Val::Kind::Deferred)
        initial = realise(initial, field.axes, f);
      checkData(initial, s.value->range);
      if (initial.isPoison())
        initial = standIn(field.axes, s.value->range);
    } else if (!first && formal.defaultValue) {
      initial = evalData(g, *formal.defaultValue);
    }
    if (initial.kind == Val::Kind::None && !field.history) {
      error(Diag::EmptyState, first ? s.name.range : formal.range, {stream.name.str(), decl.name.text})
          .notes.push_back({formal.range, "the state has no axis `depth`"});
      return false;
    }
    if (initial.isData()) {
      Range range = first ? s.value->range : formal.defaultValue->range;
      if (initial.isNumber())
        initial = broadcast(initial, field.axes, range, lang::Kind::Static);
      if (!sameAxes(axesOf(initial), field.axes)) {
        Diagnostic &d =
            error(Diag::AxesMismatch, range,
                  {"the initial value of `" + stream.name.str() + "`", show(field.axes), show(axesOf(initial))});
        d.notes.push_back({first ? s.type->range : formal.range, "declared here"});
        initial = standIn(field.axes, range);
      }
      if (!checkReal(initial, range, "a state"))
        initial = standIn(field.axes, range);
      field.entries.push_back(transpose(Val::of(outside(initial, range)), field.axes, range).tensor);
    }
    stream.fields.push_back(std::move(field));
  }
  if (stream.fields.empty() || histories > 1) {
    Diagnostic &d = error(Diag::ConnectionState, decl.name.range,
                          {stream.fields.empty() ? "`" + decl.name.text + "` has no state"
                                                 : "`" + decl.name.text + "` has two histories"});
    d.hint = histories > 1 ? "one of them has the axis `depth`"
                           : "a history is an argument `v: [depth, …]`, an overwritten state one `x: […]`";
    for (const ast::Formal &formal : decl.formals)
      if (formal.type && formal.type->kind == ast::TypeExpr::Kind::Stream)
        d.notes.push_back({formal.range, "a `stream` is an argument of layers; here the state itself is declared"});
    return false;
  }
  if (!stream.fields[0].history && !stream.view.parts.empty()) {
    error(Diag::ViewOfState, s.view->range, {decl.name.text});
    return false;
  }
  return true;
}

StreamVar *Elaborator::streamOf(Frame &f, const ast::Name &name) {
  const Val *v = findName(f, name.text);
  if (v && v->kind == Val::Kind::Stream)
    return v->stream;
  if (v && v->isPoison())
    return nullptr;
  Diagnostic &d = error(Diag::NotAStream, name.range, {name.text});
  std::vector<std::string> candidates;
  for (Frame::Binding &b : f.names)
    if (b.value.kind == Val::Kind::Stream)
      candidates.push_back(b.name.str());
  hint(d, name.text, candidates);
  return nullptr;
}

int64_t Elaborator::sitesOf(StreamVar *stream) {
  usedSites = true;
  return stream->ordinal < knownCounts.size() ? knownCounts[stream->ordinal] : 1;
}

SmallVector<int64_t> Elaborator::siteCounts() const {
  SmallVector<int64_t> counts;
  for (const StreamVar &stream : streams)
    counts.push_back(stream.writes);
  return counts;
}

ConnectionUse *Elaborator::newUse(Frame &f, StreamVar *stream, Range range, std::string sitePath) {
  ConnectionUse &use = uses.emplace_back();
  use.stream = stream;
  use.range = range;
  use.sitePath = std::move(sitePath);
  use.argumentFrame = &f;
  return &use;
}

/// A bare stream name: the one read of the statement around it.
Val Elaborator::mention(Frame &f, StreamVar *stream, Range range) {
  if (stream->poisoned)
    return Val::poison();
  SiteContext *site = f.site;
  if (!site || (site->stream && site->stream != stream)) {
    error(Diag::BareStream, range, {stream->name.str()}).hint =
        "read it in a `let` of its own, or write `" + stream->name.str() + ".state` for its raw state";
    return Val::poison();
  }
  for (ConnectionUse *use : site->uses)
    if (use->stream == stream)
      return instantiate(*use, true) ? use->read : Val::poison();
  ConnectionUse *use = newUse(f, stream, range, f.path);
  site->uses.push_back(use);
  if (!chooseConnection(f, *use, std::nullopt, nullptr, std::nullopt))
    return Val::poison();
  return instantiate(*use, true) ? use->read : Val::poison();
}

/// `let z = x by c over view`: a site that only reads.
Val Elaborator::readAlone(Frame &f, const Expr &e, const ast::Name &let) {
  StreamVar *stream = streamOf(f, e.name);
  if (!stream || stream->poisoned)
    return Val::poison();
  ConnectionUse *use = newUse(f, stream, e.name.range, f.path + (f.path.empty() ? "" : ".") + let.text);
  bool ok = e.kind == Expr::Kind::Read ? chooseConnection(f, *use, e.by, &e.arguments, e.view)
                                       : chooseConnection(f, *use, std::nullopt, nullptr, std::nullopt);
  return ok && instantiate(*use, true) ? use->read : Val::poison();
}

/// `x.state`, `x.first`, `x.last`, `x.field`: no connection, no parameters.
Val Elaborator::rawState(Frame &f, StreamVar *stream, StringRef what, Range range) {
  if (stream->poisoned)
    return Val::poison();
  Field *field = stream->find(what);
  if (!field || what == "state" || what == "first" || what == "last")
    field = &stream->fields[0];
  if (!field->history) {
    if (what == "first" || what == "last") {
      error(Diag::NoHistory, range, {stream->name.str(), what.str()});
      return Val::poison();
    }
    return Val::of(field->entries[0]);
  }
  if (field->entries.empty()) {
    error(Diag::ReadSeesNothing, range, {stream->name.str()});
    return Val::poison();
  }
  if (what == "first")
    return Val::of(field->entries.front());
  if (what == "last")
    return Val::of(field->entries.back());
  if (!field->whole || field->whole->entries.size() != field->entries.size())
    field->whole = makeStack(field->entries, range);
  Val v = Val::of(Val::Kind::Stack);
  v.stack = field->whole;
  return v;
}

/// `x by c over view <- e`.
void Elaborator::execSite(Frame &f, const Stmt &s) {
  if (Carry *carry = carryOf(f, s.name.text))
    return writeCarry(f, *carry, s);
  StreamVar *stream = streamOf(f, s.name);
  const Expr &e = *s.value;
  // The call in `each[axis] f(…)` is the outermost one.
  const Expr &call = e.kind == Expr::Kind::Each ? *e.operands[0] : e;
  const std::optional<ast::Name> &label = e.label ? e.label : call.label;
  bool nameable = call.kind == Expr::Kind::Call || label;
  Restore<std::string> path(f.path);
  Restore<const Stmt *> unnamed(f.unnamed);
  Restore<const Expr *> outermost(f.outermost, nameable ? &call : nullptr);
  if (nameable)
    f.path += (f.path.empty() ? "" : ".") + (label ? label->text : call.name.text);
  else
    f.unnamed = &s;
  SiteContext context;
  context.frame = &f;
  context.stream = stream;
  ConnectionUse *use = nullptr;
  bool ok = stream && !stream->poisoned;
  if (ok) {
    use = newUse(f, stream, s.name.range, f.path);
    ok = chooseConnection(f, *use, s.with, &s.withArguments, s.view);
    if (ok)
      context.uses.push_back(use);
  }
  int64_t writes = stream ? stream->writes : 0;
  Val y;
  {
    Restore<SiteContext *> site(f.site, &context);
    if (ok || !stream)
      y = evalData(f, e);
  }
  if (stream && stream->writes != writes)
    error(Diag::WrittenInside, s.name.range, {stream->name.str()});
  if (ok)
    performWrite(*use, y, e.range);
  else if (stream)
    ++stream->writes;
}

} // namespace braid::elab
