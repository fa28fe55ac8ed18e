//===- Views.cpp - which entries of a history a read sees -----------------===//
//
// Sums of groups of writes are plain additions in the function, made once and
// shared by all reads with the same view, so that a write adds at most one op.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

ViewSpec Elaborator::evalView(Frame &f, const std::optional<ast::View> &view) {
  ViewSpec spec;
  if (!view)
    return spec;
  for (const ast::View::Part &part : view->parts) {
    StringRef kind = part.kind.text;
    ViewSpec::Part p{ViewSpec::Kind::All};
    if (kind == "last")
      p.kind = ViewSpec::Kind::Last;
    else if (kind == "first")
      p.kind = ViewSpec::Kind::First;
    else if (kind == "every")
      p.kind = ViewSpec::Kind::Every;
    else if (kind == "blocks")
      p.kind = ViewSpec::Kind::Blocks;
    else if (kind != "all") {
      Diagnostic &d = error(Diag::UnknownView, part.kind.range, {part.kind.text});
      d.hint = "there are `last(k)`, `first`, `every(k)`, `blocks(s)` and `all`";
      hint(d, kind, {"last", "first", "every", "blocks", "all"});
      continue;
    }
    bool counts = p.kind != ViewSpec::Kind::First && p.kind != ViewSpec::Kind::All;
    if (counts != bool(part.argument)) {
      error(Diag::ViewArgument, part.range,
            {part.kind.text, counts ? "needs a number of entries" : "takes no argument"});
      continue;
    }
    if (counts) {
      std::optional<int64_t> n = integer(f, *part.argument, "the argument of `" + part.kind.text + "`");
      if (n && *n < 1)
        error(Diag::ViewArgument, part.argument->range, {part.kind.text, "needs a positive number"});
      if (!n || *n < 1)
        continue;
      p.count = *n;
    }
    if (p.kind == ViewSpec::Kind::Blocks && view->parts.size() > 1) {
      error(Diag::BlocksAlone, part.range);
      continue;
    }
    spec.parts.push_back(p);
  }
  return spec;
}

Stack *Elaborator::makeStack(ArrayRef<Value> entries, Range range) {
  Stack &stack = stacks.emplace_back();
  stack.entries.assign(entries.begin(), entries.end());
  stack.axis = makeAxis("depth", entries.size());
  Axes axes{stack.axis};
  lang::ValueType entry = lang::typeOf(entries[0]);
  axes.append(entry.getAxes().begin(), entry.getAxes().end());
  lang::Kind kind = lang::Kind::Static;
  for (Value v : entries)
    kind = std::max(kind, lang::typeOf(v).getKind());
  stack.type = lang::ValueType::get(&context, kind, axes);
  return &stack;
}

void Elaborator::viewEntries(StreamVar &stream, Field &field, const ViewSpec &view, SmallVectorImpl<Value> &out,
                             Range range) {
  ArrayRef<Value> all = field.entries;
  if (view.parts.empty()) {
    out.append(all.begin(), all.end());
    return;
  }
  if (view.parts[0].kind == ViewSpec::Kind::Blocks) {
    int64_t size = view.parts[0].count;
    Field::Groups &groups = field.groups[size];
    size_t start = stream.empty ? 0 : 1;
    for (groups.taken = std::max(groups.taken, start); groups.taken < all.size(); ++groups.taken) {
      Value entry = all[groups.taken];
      if (!groups.open) {
        groups.open = entry;
      } else {
        Val sum = map(lang::Fn::Add, {Val::of(groups.open), Val::of(entry)}, range);
        groups.open = sum.isPoison() ? groups.open : sum.tensor;
      }
      if (++groups.inOpen == size) {
        groups.complete.push_back(groups.open);
        groups.open = {};
        groups.inOpen = 0;
      }
    }
    if (!stream.empty && !all.empty())
      out.push_back(all[0]);
    out.append(groups.complete);
    if (groups.open)
      out.push_back(groups.open);
    return;
  }
  SmallVector<bool> seen(all.size(), false);
  for (const ViewSpec::Part &part : view.parts) {
    int64_t n = all.size();
    if (part.kind == ViewSpec::Kind::All)
      seen.assign(n, true);
    else if (part.kind == ViewSpec::Kind::First && n)
      seen[0] = true;
    else if (part.kind == ViewSpec::Kind::Last)
      for (int64_t i = std::max<int64_t>(0, n - part.count); i < n; ++i)
        seen[i] = true;
    else if (part.kind == ViewSpec::Kind::Every)
      for (int64_t i = n - 1; i >= 0; i -= part.count)
        seen[i] = true;
  }
  for (auto [entry, visible] : llvm::zip(all, seen))
    if (visible)
      out.push_back(entry);
}

} // namespace braid::elab
