//===- Attend.cpp - attention over tokens and slots -----------------------===//
//
// A call is read (what is written), checked (axes, masks against what the keys are), and
// then built.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;

namespace {

struct Source {
  Val key, value;
  Range keyRange, valueRange, range;
  std::optional<lang::MaskKind> kind;
  int64_t window = 0, chunk = 0, span = 0;
  Val segment = Val::none(), only = Val::none();
  Range maskRange;   ///< of the base mask
  Range narrowRange; ///< of what slots cannot have
  Range segmentRange, onlyRange;
  Axes shared, slots, further; ///< of key and value: with the query, of a set of slots, of the output
};

} // namespace

/// One call of `attend`.
class AttendBuilder {
public:
  AttendBuilder(Elaborator &elaborator, Frame &frame, const Expr &call)
      : e(elaborator), f(frame), call(call), queryRange(call.range) {}
  bool read();
  bool check();
  Val build();

private:
  bool readSource(const ast::Argument &argument);
  bool readMask(Source &source, const ast::Argument &part);
  bool readSize(const Expr &mask, Range range, int64_t &size);
  bool readSegment(Source &source, const Expr &mask, Range range);
  bool readOnly(Source &source, const Expr &mask, Range range);
  bool checkAxes(Source &source);
  bool checkMask(Source &source);
  Value valueOf(const Source &source);

  Elaborator &e;
  Frame &f;
  const Expr &call;
  Val query, scaleVal = Val::none();
  Range queryRange;
  SmallVector<Source, 2> sources;
  AxisAttr axis;
  double scale = 1;
};

//===----------------------------------------------------------------------===//
// What is written
//===----------------------------------------------------------------------===//

bool AttendBuilder::read() {
  if (!call.axes || call.axes->from.size() != 1 || call.axes->arrow) {
    e.error(Diag::NeedsAxes, call.name.range, {call.name.text}).hint = "`attend[axis](q, (k, v, causal))`";
    return false;
  }
  // What is on the stack here is as much as for several levels.
  Restore<unsigned> level(e.nesting, e.nesting + 8);
  bool ok = true, haveQuery = false;
  for (const ast::Argument &a : call.arguments) {
    if (a.name && a.name->text == "scale") {
      scaleVal = e.evalArgument(f, a, false);
      ok &= !scaleVal.isPoison();
    } else if (a.name) {
      e.hint(e.error(Diag::UnknownArgument, a.name->range, {"attend", a.name->text}), a.name->text, {"scale"});
      ok = false;
    } else if (!haveQuery) {
      haveQuery = true;
      query = e.evalArgument(f, a, false);
      queryRange = a.range;
      ok = e.checkData(query, a.range) && ok;
    } else {
      ok = readSource(a) && ok;
    }
  }
  if (ok && (!haveQuery || sources.empty())) {
    e.error(Diag::AttendSource, call.range);
    return false;
  }
  return ok;
}

bool AttendBuilder::readSource(const ast::Argument &a) {
  if (!a.value || a.value->kind != Expr::Kind::Tuple || a.value->arguments.size() < 2) {
    e.error(Diag::AttendSource, a.range);
    return false;
  }
  Source s;
  const auto &parts = a.value->arguments;
  s.range = a.range;
  s.keyRange = parts[0].range;
  s.valueRange = parts[1].range;
  s.key = e.evalArgument(f, parts[0], false);
  s.value = e.evalArgument(f, parts[1], false);
  bool ok = e.checkData(s.key, s.keyRange);
  ok = e.checkData(s.value, s.valueRange) && ok;
  for (size_t i = 2; i < parts.size(); ++i)
    ok = readMask(s, parts[i]) && ok;
  sources.push_back(s);
  return ok;
}

bool AttendBuilder::readMask(Source &s, const ast::Argument &part) {
  const Expr *m = part.value.get();
  StringRef word = m && (m->kind == Expr::Kind::Ident || m->kind == Expr::Kind::Call) ? StringRef(m->name.text) : "";
  if (word == "segment")
    return readSegment(s, *m, part.range);
  if (word == "only")
    return readOnly(s, *m, part.range);
  if (word == "window")
    return readSize(*m, part.range, s.window);
  if (word == "chunk") {
    s.narrowRange = part.range;
    return readSize(*m, part.range, s.chunk);
  }
  std::optional<lang::MaskKind> base = lang::symbolizeMaskKind(word);
  if (!base) {
    e.hint(e.error(Diag::UnknownMask, part.range, {e.sourceText(part.range)}), word,
           {"causal", "strict", "all", "earlier", "chunk", "window", "segment", "only"});
    return false;
  }
  bool ok = true;
  if (s.kind) {
    e.error(Diag::ArgumentTwice, part.range, {"mask"});
    ok = false;
  }
  s.maskRange = part.range;
  s.kind = base;
  if (base == lang::MaskKind::Earlier)
    return readSize(*m, part.range, s.span) && ok;
  if (m->kind == Expr::Kind::Call) {
    e.error(Diag::ViewArgument, part.range, {word.str(), "takes no argument"});
    return false;
  }
  return ok;
}

/// The positive number in `window(…)`, `chunk(…)`, `earlier(…)`.
bool AttendBuilder::readSize(const Expr &mask, Range range, int64_t &size) {
  if (size != 0) {
    e.error(Diag::ArgumentTwice, range, {mask.name.text});
    return false;
  }
  auto fail = [&](const char *why) {
    e.error(Diag::ViewArgument, range, {mask.name.text, why});
    return false;
  };
  const auto &arguments = mask.arguments;
  if (mask.kind != Expr::Kind::Call || arguments.size() != 1 || !arguments[0].value || arguments[0].name)
    return fail("takes one argument, a positive number of positions");
  std::optional<int64_t> n = e.integer(f, *arguments[0].value, "the argument of `" + mask.name.text + "`");
  if (!n)
    return false;
  if (*n < 1)
    return fail("needs a positive number of positions");
  size = *n;
  return true;
}

/// The id in `segment(…)`.
bool AttendBuilder::readSegment(Source &s, const Expr &mask, Range range) {
  s.segmentRange = s.narrowRange = range;
  if (s.segment.kind != Val::Kind::None) {
    e.error(Diag::ArgumentTwice, range, {"segment"});
    return false;
  }
  if (mask.kind != Expr::Kind::Call || mask.arguments.size() != 1 || !mask.arguments[0].value) {
    e.error(Diag::ViewArgument, range, {"segment", "needs an input that numbers the segments"}).hint =
        "`segment(document)`";
    return false;
  }
  Range at = mask.arguments[0].range;
  Val &segment = s.segment = e.evalArgument(f, mask.arguments[0], false);
  if (!e.checkData(segment, at))
    return false;
  bool isId = segment.kind == Val::Kind::Tensor && e.typeOf(segment).isId();
  if (isId && segment.tensor.getDefiningOp<lang::InputOp>())
    return true;
  e.error(Diag::WrongElement, at,
          {"`segment`", "an id that is an input of the model", isId ? "`" + e.sourceText(at) + "`" : e.show(segment)})
      .hint = "`model m(tokens: id[vocab], document: id)`";
  return false;
}

/// The truth value in `only(…)`.
bool AttendBuilder::readOnly(Source &s, const Expr &mask, Range range) {
  s.onlyRange = s.narrowRange = range;
  if (s.only.kind != Val::Kind::None) {
    e.error(Diag::ArgumentTwice, range, {"only"});
    return false;
  }
  if (mask.kind != Expr::Kind::Call || mask.arguments.size() != 1 || !mask.arguments[0].value) {
    e.error(Diag::ViewArgument, range, {"only", "needs a truth value of the token"}).hint = "`only(position > 0)`";
    return false;
  }
  Range at = mask.arguments[0].range;
  s.only = e.evalArgument(f, mask.arguments[0], false);
  if (!e.checkData(s.only, at))
    return false;
  if (s.only.kind == Val::Kind::Tensor && e.typeOf(s.only).isBool() && e.typeOf(s.only).isToken() &&
      e.axesOf(s.only).empty())
    return true;
  bool isBool = s.only.isNumber() ? s.only.isBool : s.only.kind == Val::Kind::Tensor && e.typeOf(s.only).isBool();
  bool isSame = s.only.isNumber() || (s.only.kind == Val::Kind::Tensor && e.typeOf(s.only).isStatic());
  std::string found = isBool && isSame ? "one that is the same for all tokens" : e.show(s.only);
  e.error(Diag::WrongElement, at, {"`only`", "a truth value of the token, without axes", found}).hint =
      "`only(position > 0)`";
  return false;
}

//===----------------------------------------------------------------------===//
// What fits
//===----------------------------------------------------------------------===//

bool AttendBuilder::check() {
  Axes over;
  SmallVector<Val> keys{query};
  SmallVector<Range> keyRanges{queryRange};
  for (Source &s : sources) {
    keys.push_back(s.key);
    keyRanges.push_back(s.keyRange);
  }
  if (!e.operandAxes(f, call.axes->from, keys, keyRanges, "attend", over))
    return false;
  axis = over[0];
  scale = 1 / std::sqrt(double(axis.getSize()));
  if (scaleVal.kind != Val::Kind::None) {
    if (!scaleVal.isNumber()) {
      e.error(Diag::NotCompileTime, call.range, {"`scale`", e.show(scaleVal)}).hint = "multiply the query instead";
      return false;
    }
    scale = scaleVal.number;
  }
  for (Source &s : sources)
    if (!checkAxes(s) || !checkMask(s) || !e.checkReal(s.key, s.keyRange, "`attend`") ||
        !e.checkReal(s.value, s.valueRange, "`attend`"))
      return false;
  return e.checkReal(query, queryRange, "`attend`");
}

bool AttendBuilder::checkAxes(Source &s) {
  ArrayRef<AxisAttr> q = e.typeOf(query).getAxes();
  lang::ValueType k = e.typeOf(s.key), v = e.typeOf(s.value);
  for (AxisAttr a : k.getAxes())
    if (a != axis)
      (llvm::is_contained(q, a) ? s.shared : s.slots).push_back(a);
  bool isStatic = k.isStatic();
  if (s.slots.size() != (isStatic ? 1 : 0) || isStatic != v.isStatic()) {
    e.error(Diag::AttendKey, s.keyRange,
            {e.show(e.axesOf(s.key)), e.show(e.axesOf(query)), isStatic ? "exactly one axis" : "no axis"})
        .notes.push_back({queryRange, "the query has " + e.show(e.axesOf(query))});
    return false;
  }
  for (AxisAttr a : v.getAxes())
    if (!llvm::is_contained(s.shared, a) && !llvm::is_contained(s.slots, a)) {
      s.further.push_back(a);
      if (a != axis && llvm::is_contained(q, a)) {
        e.error(Diag::AttendValue, s.valueRange, {e.axisName(a)})
            .notes.push_back({s.keyRange, "the key has " + e.show(e.axesOf(s.key))});
        return false;
      }
    }
  for (AxisAttr a : llvm::concat<AxisAttr>(s.shared, s.slots))
    if (!v.has(a.getName())) {
      e.error(Diag::AxesMismatch, s.valueRange,
              {"a value of `attend`", "with `" + e.axisName(a) + "`", e.show(e.axesOf(s.value))})
          .notes.push_back({s.keyRange, "the key has " + e.show(e.axesOf(s.key))});
      return false;
    }
  const Axes &first = sources.front().further;
  if (e.sameAxes(first, s.further))
    return true;
  e.error(Diag::AxesMismatch, s.valueRange,
          {"the values of all sources of `attend`", e.show(first), e.show(s.further)});
  return false;
}

bool AttendBuilder::checkMask(Source &s) {
  bool picks = s.segment.kind != Val::Kind::None || s.only.kind != Val::Kind::None;
  if (!e.typeOf(s.key).isStatic()) {
    // What leaves few keys says enough: of these, up to the token's own.
    if (!s.kind && !s.window && !s.chunk) {
      e.error(Diag::MissingMask, s.range).hint =
          s.segment.kind != Val::Kind::None
              ? "`(k, v, causal, segment(document))`, or `all` if every token of the segment may be seen"
          : picks ? "`(k, v, causal, only(…))`, or `all` if later tokens may be seen"
                  : "`(k, v, causal)`, or `all` if every token may be seen";
      return false;
    }
    s.kind = s.kind.value_or(lang::MaskKind::Causal);
    return true;
  }
  s.kind = s.kind.value_or(lang::MaskKind::All);
  if (s.kind == lang::MaskKind::All && !picks && !s.chunk)
    return true;
  Range range = s.kind != lang::MaskKind::All ? s.maskRange : s.narrowRange;
  e.error(Diag::SlotMask, range, {e.sourceText(range)})
      .notes.push_back({s.keyRange, "the key is the same for all tokens"});
  return false;
}

//===----------------------------------------------------------------------===//
// What it becomes
//===----------------------------------------------------------------------===//

/// Axes have names and no order; the op wants those of all values in one.
Value AttendBuilder::valueOf(const Source &s) {
  Value value = e.outside(s.value, s.valueRange);
  const Axes &further = sources.front().further;
  if (!value || s.further == further)
    return value;
  Axes order(s.shared);
  order.append(s.slots);
  order.append(further);
  OpBuilder::InsertionGuard guard(e.builder);
  e.builder.setInsertionPointToEnd(e.base);
  return e.builder.create<lang::TransposeOp>(e.loc(s.valueRange), lang::typeOf(value).withAxes(order), value);
}

Val AttendBuilder::build() {
  SmallVector<Attribute> masks;
  SmallVector<Value> keys, values;
  llvm::SetVector<Value> segments, only;
  auto number = [&](llvm::SetVector<Value> &all, const Val &value, Range range) -> int64_t {
    if (value.kind == Val::Kind::None)
      return -1;
    Value found = e.outside(value, range);
    all.insert(found);
    return llvm::find(all, found) - all.begin();
  };
  for (Source &s : sources) {
    int64_t segment = number(segments, s.segment, s.segmentRange), marked = number(only, s.only, s.onlyRange);
    masks.push_back(lang::MaskAttr::get(&e.context, *s.kind, s.window, s.span, s.chunk, segment, marked));
    keys.push_back(e.outside(s.key, s.keyRange));
    values.push_back(valueOf(s));
  }
  Axes q(e.typeOf(query).getAxes()), out, lse;
  query = e.broadcast(query, q, queryRange, lang::Kind::Token);
  llvm::copy_if(q, std::back_inserter(lse), [&](AxisAttr a) { return a != axis; });
  out = lse;
  out.append(sources.front().further);
  Value queryValue = e.outside(query, queryRange);
  e.builder.setInsertionPointToEnd(e.base);
  auto typed = [&](const Axes &axes) { return lang::ValueType::get(&e.context, lang::Kind::Token, axes); };
  auto op = e.builder.create<lang::AttendOp>(e.loc(call.range), typed(out), typed(lse), queryValue, keys, values,
                                             segments.getArrayRef(), only.getArrayRef(), axis.getName(),
                                             e.builder.getArrayAttr(masks), llvm::APFloat(scale), e.instanceOf(f));
  return Val::of(op.getOutput());
}

Val Elaborator::callAttend(Frame &f, const Expr &e) {
  AttendBuilder call(*this, f, e);
  return call.read() && call.check() ? call.build() : Val::poison();
}

} // namespace braid::elab
