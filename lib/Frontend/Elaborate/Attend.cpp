//===- Attend.cpp - attention over tokens and slots -----------------------===//

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
  int64_t window = 0;
  Val segment = Val::none();
  Range maskRange, segmentRange;
};
} // namespace

/// The words after k and v: `causal`, `strict`, `all`, `window(512)`, `segment(document)`.
static bool isMaskWord(StringRef word) {
  return word == "causal" || word == "strict" || word == "all" || word == "window" || word == "segment";
}

/// The id in `segment(…)`, which is kept in `segment`.
bool Elaborator::segmentMask(Frame &f, const Expr &mask, Range range, Val &segment) {
  if (segment.kind != Val::Kind::None) {
    error(Diag::ArgumentTwice, range, {"segment"});
    return false;
  }
  if (mask.kind != Expr::Kind::Call || mask.arguments.size() != 1 || !mask.arguments[0].value) {
    error(Diag::ViewArgument, range, {"segment", "needs an input that numbers the segments"}).hint =
        "`segment(document)`";
    return false;
  }
  Range at = mask.arguments[0].range;
  segment = evalArgument(f, mask.arguments[0], false);
  if (!checkData(segment, at))
    return false;
  if (segment.kind == Val::Kind::Tensor && typeOf(segment).isId() && segment.tensor.getDefiningOp<lang::InputOp>())
    return true;
  error(Diag::WrongElement, at,
        {"`segment`", "an id that is an input of the model",
         segment.kind == Val::Kind::Tensor && typeOf(segment).isId() ? "`" + sourceText(at) + "`" : show(segment)})
      .hint = "`model m(tokens: id[vocab], document: id)`";
  return false;
}

Val Elaborator::callAttend(Frame &f, const Expr &e) {
  if (!e.axes || e.axes->from.size() != 1 || e.axes->arrow) {
    error(Diag::NeedsAxes, e.name.range, {e.name.text}).hint = "`attend[axis](q, (k, v, causal))`";
    return Val::poison();
  }
  // What is on the stack here is as much as for several levels.
  Restore<unsigned> level(nesting, nesting + 8);
  Val query, scaleVal = Val::none();
  Range queryRange = e.range;
  SmallVector<Source, 2> sources;
  bool ok = true, haveQuery = false;
  for (const ast::Argument &a : e.arguments) {
    if (a.name && a.name->text == "scale") {
      scaleVal = evalArgument(f, a, false);
      ok &= !scaleVal.isPoison();
      continue;
    }
    if (a.name) {
      hint(error(Diag::UnknownArgument, a.name->range, {"attend", a.name->text}), a.name->text, {"scale"});
      ok = false;
      continue;
    }
    if (!haveQuery) {
      haveQuery = true;
      query = evalArgument(f, a, false);
      queryRange = a.range;
      ok = checkData(query, a.range) && ok;
      continue;
    }
    if (!a.value || a.value->kind != Expr::Kind::Tuple || a.value->arguments.size() < 2) {
      error(Diag::AttendSource, a.range);
      ok = false;
      continue;
    }
    Source s;
    const auto &parts = a.value->arguments;
    s.range = a.range;
    s.keyRange = parts[0].range;
    s.valueRange = parts[1].range;
    s.key = evalArgument(f, parts[0], false);
    s.value = evalArgument(f, parts[1], false);
    ok = checkData(s.key, s.keyRange) && ok;
    ok = checkData(s.value, s.valueRange) && ok;
    for (size_t i = 2; i < parts.size(); ++i) {
      const Expr *m = parts[i].value.get();
      StringRef word =
          m && (m->kind == Expr::Kind::Ident || m->kind == Expr::Kind::Call) ? StringRef(m->name.text) : "";
      if (!isMaskWord(word)) {
        hint(error(Diag::UnknownMask, parts[i].range, {sourceText(parts[i].range)}), word,
             {"causal", "strict", "all", "window", "segment"});
        ok = false;
      } else if (word == "segment") {
        ok = segmentMask(f, *m, parts[i].range, s.segment) && ok;
        s.segmentRange = parts[i].range;
      } else if (word == "window") {
        std::optional<int64_t> n;
        if (m->kind == Expr::Kind::Call && m->arguments.size() == 1 && m->arguments[0].value)
          n = integer(f, *m->arguments[0].value, "the argument of `window`");
        if (!n || *n < 1) {
          error(Diag::ViewArgument, parts[i].range, {"window", "needs a positive number of positions"});
          ok = false;
        } else {
          s.window = *n;
        }
      } else {
        if (s.kind) {
          error(Diag::ArgumentTwice, parts[i].range, {"mask"});
          ok = false;
        }
        s.maskRange = parts[i].range;
        s.kind = word == "causal"   ? lang::MaskKind::Causal
                 : word == "strict" ? lang::MaskKind::Strict
                                    : lang::MaskKind::All;
      }
    }
    sources.push_back(s);
  }
  if (!ok)
    return Val::poison();
  if (!haveQuery || sources.empty()) {
    error(Diag::AttendSource, e.range);
    return Val::poison();
  }
  Axes over;
  SmallVector<Val> keys{query};
  SmallVector<Range> keyRanges{queryRange};
  for (Source &s : sources) {
    keys.push_back(s.key);
    keyRanges.push_back(s.keyRange);
  }
  if (!operandAxes(f, e.axes->from, keys, keyRanges, "attend", over))
    return Val::poison();
  AxisAttr axis = over[0];
  double scale = 1 / std::sqrt(double(axis.getSize()));
  if (scaleVal.kind != Val::Kind::None) {
    if (!scaleVal.isNumber()) {
      error(Diag::NotCompileTime, e.range, {"`scale`", show(scaleVal)}).hint = "multiply the query instead";
      return Val::poison();
    }
    scale = scaleVal.number;
  }
  Axes q(typeOf(query).getAxes());
  std::optional<Axes> further;
  SmallVector<Attribute> masks;
  SmallVector<Value> keyValues, valueValues;
  llvm::SetVector<Value> segments;
  for (Source &s : sources) {
    lang::ValueType k = typeOf(s.key), v = typeOf(s.value);
    Axes shared, slots, rest;
    for (AxisAttr a : k.getAxes())
      if (a != axis)
        (llvm::is_contained(q, a) ? shared : slots).push_back(a);
    bool isStatic = k.isStatic();
    if (slots.size() != (isStatic ? 1 : 0) || isStatic != v.isStatic()) {
      error(Diag::AttendKey, s.keyRange,
            {show(axesOf(s.key)), show(axesOf(query)), isStatic ? "exactly one axis" : "no axis"})
          .notes.push_back({queryRange, "the query has " + show(axesOf(query))});
      return Val::poison();
    }
    for (AxisAttr a : v.getAxes())
      if (!llvm::is_contained(shared, a) && !llvm::is_contained(slots, a)) {
        rest.push_back(a);
        if (a != axis && llvm::is_contained(q, a)) {
          error(Diag::AttendValue, s.valueRange, {axisName(a)})
              .notes.push_back({s.keyRange, "the key has " + show(axesOf(s.key))});
          return Val::poison();
        }
      }
    for (AxisAttr a : llvm::concat<AxisAttr>(shared, slots))
      if (!v.has(a.getName())) {
        error(Diag::AxesMismatch, s.valueRange,
              {"a value of `attend`", "with `" + axisName(a) + "`", show(axesOf(s.value))})
            .notes.push_back({s.keyRange, "the key has " + show(axesOf(s.key))});
        return Val::poison();
      }
    if (further && !sameAxes(*further, rest)) {
      error(Diag::AxesMismatch, s.valueRange, {"the values of all sources of `attend`", show(*further), show(rest)});
      return Val::poison();
    }
    if (!further)
      further = rest;
    if (!s.kind) {
      if (!isStatic && !s.window) {
        error(Diag::MissingMask, s.range).hint =
            s.segment.kind == Val::Kind::None
                ? "`(k, v, causal)`, or `all` if every token may be seen"
                : "`(k, v, causal, segment(document))`, or `all` if every token of the segment may be seen";
        return Val::poison();
      }
      s.kind = isStatic ? lang::MaskKind::All : lang::MaskKind::Causal;
    }
    if (isStatic && (s.kind != lang::MaskKind::All || s.segment.kind != Val::Kind::None)) {
      Range range = s.kind != lang::MaskKind::All ? s.maskRange : s.segmentRange;
      error(Diag::SlotMask, range, {sourceText(range)})
          .notes.push_back({s.keyRange, "the key is the same for all tokens"});
      return Val::poison();
    }
    int64_t segment = -1;
    if (s.segment.kind != Val::Kind::None) {
      Value ids = outside(s.segment, s.segmentRange);
      segments.insert(ids);
      segment = llvm::find(segments, ids) - segments.begin();
    }
    masks.push_back(lang::MaskAttr::get(&context, *s.kind, s.window, segment));
    if (!checkReal(s.key, s.keyRange, "`attend`") || !checkReal(s.value, s.valueRange, "`attend`"))
      return Val::poison();
    keyValues.push_back(outside(s.key, s.keyRange));
    Value value = outside(s.value, s.valueRange);
    if (value && rest != *further) { // axes have names and no order; the op wants those of all values in one
      Axes order(shared);
      order.append(slots);
      order.append(*further);
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToEnd(base);
      value = builder.create<lang::TransposeOp>(loc(s.valueRange), v.withAxes(order), value);
    }
    valueValues.push_back(value);
  }
  if (!checkReal(query, queryRange, "`attend`"))
    return Val::poison();
  query = broadcast(query, q, queryRange, lang::Kind::Token);
  Axes out, lse;
  for (AxisAttr a : q)
    if (a != axis)
      lse.push_back(a);
  out = lse;
  out.append(*further);
  Value queryValue = outside(query, queryRange);
  builder.setInsertionPointToEnd(base);
  auto op = builder.create<lang::AttendOp>(loc(e.range), lang::ValueType::get(&context, lang::Kind::Token, out),
                                           lang::ValueType::get(&context, lang::Kind::Token, lse), queryValue,
                                           keyValues, valueValues, segments.getArrayRef(), axis.getName(),
                                           builder.getArrayAttr(masks), llvm::APFloat(scale));
  return Val::of(op.getOutput());
}

} // namespace braid::elab
