//===- Carries.cpp - values that a token leaves to the next one -----------===//
//
// `carry c: [axes] = init` and `c <- e` are two ops with one name, not a loop: what stands
// between them is the program of one token. The name c is what the token found until it is
// written, then what it leaves.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace braid::elab {

using ast::Stmt;

/// Whether every run of this place belongs to one token of one instance.
static bool mayCarry(const Frame &f) {
  if (f.blocks || (f.kind != Frame::Kind::Model && f.kind != Frame::Kind::Layer))
    return false;
  for (const Frame *g = &f; g; g = g->caller)
    if (g->kind == Frame::Kind::Connection)
      return false;
  return true;
}

/// The static value of `= init` with these axes, in this order; null after an error.
Value Elaborator::initialCarry(Frame &f, const Stmt &s, ArrayRef<AxisAttr> axes) {
  Range range = s.value->range;
  Val v = evalData(f, *s.value);
  if (v.isPoison())
    return {};
  if (v.kind == Val::Kind::Tensor && !typeOf(v).isStatic()) {
    error(Diag::CarryInitial, range, {s.name.text});
    return {};
  }
  if (!checkReal(v, range, "a carry"))
    return {};
  if (!v.isNumber() && llvm::any_of(axesOf(v), [&](AxisAttr axis) { return !llvm::is_contained(axes, axis); })) {
    error(Diag::InitialiserAxes, range, {s.name.text, show(axes), show(axesOf(v))})
        .notes.push_back({s.type->range, "declared here"});
    return {};
  }
  bool whole = !v.isNumber() && sameAxes(axesOf(v), axes);
  v = whole ? transpose(v, axes, range) : broadcast(v, axes, range, lang::Kind::Static);
  return outside(v, range);
}

void Elaborator::execCarry(Frame &f, const Stmt &s) {
  Carry carry;
  carry.name = s.name.text;
  carry.range = s.name.range;
  Val found = Val::poison();
  auto declare = llvm::make_scope_exit([&] {
    f.carries.push_back(std::move(carry));
    f.bind(s.name.text, found);
  });
  if (!mayCarry(f) || !hidden.empty()) {
    error(Diag::CarryPlace, s.range, {"stand"});
    return;
  }
  if (s.type->kind != ast::TypeExpr::Kind::Axes) {
    error(Diag::WrongElement, s.type->range, {"a carry", "real numbers", sourceText(s.type->range)});
    return;
  }
  if (!evalAxes(f, s.type->axes, carry.axes) || !checkNumbers(carry.axes, s.range, "carry `" + s.name.text + "`"))
    return;
  Value init = initialCarry(f, s, carry.axes);
  if (!init)
    return;
  std::string path = f.path + (f.path.empty() ? "" : ".") + s.name.text;
  if (f.shared && f.sharedCall > 1)
    path += "#" + std::to_string(f.sharedCall);
  auto [it, fresh] = carryPaths.try_emplace(path, callChain(f, s.name.range));
  if (!fresh) {
    duplicatePath(Diag::DuplicateCarry, path, it->second, callChain(f, s.name.range));
    return;
  }
  carry.path = path;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(base);
  auto type = lang::ValueType::get(&context, lang::Kind::Token, carry.axes);
  found = Val::of(builder.create<lang::CarryOp>(loc(s.range), type, path, init).getResult());
}

Carry *Elaborator::carryOf(Frame &f, StringRef name) {
  for (Carry &carry : llvm::reverse(f.carries))
    if (carry.name == name)
      return &carry;
  return nullptr;
}

/// `c <- e`.
void Elaborator::writeCarry(Frame &f, Carry &carry, const Stmt &s) {
  if (s.with || s.view) {
    carry.written = s.name.range;
    error(Diag::NotAStream, s.name.range, {s.name.text}).hint = "a carry has no connection: `" + s.name.text + " <- e`";
    return;
  }
  bool twice = carry.written.has_value();
  if (twice)
    error(Diag::CarryWrittenTwice, s.name.range, {s.name.text}).notes.push_back({*carry.written, "the first is here"});
  else
    carry.written = s.name.range;
  if (f.blocks && !carry.path.empty())
    error(Diag::CarryPlace, s.range, {"be written"});
  Val v = evalData(f, *s.value);
  if (v.isPoison() || carry.path.empty() || twice || f.blocks)
    return;
  Range range = s.value->range;
  if (v.isNumber() && v.fills)
    v = broadcast(v, carry.axes, range, lang::Kind::Static);
  if (v.isPoison() || !checkReal(v, range, "a carry"))
    return;
  if (!sameAxes(axesOf(v), carry.axes)) {
    error(Diag::AxesMismatch, range, {"what is written to `" + s.name.text + "`", show(carry.axes), show(axesOf(v))})
        .notes.push_back({carry.range, "declared here"});
    return;
  }
  Val token = broadcast(v, carry.axes, range, lang::Kind::Token);
  mlir::Value value = outside(transpose(token, carry.axes, range), range);
  if (!value)
    return;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(base);
  builder.create<lang::NextOp>(loc(s.range), carry.path, value);
  for (Frame::Binding &binding : llvm::reverse(f.names))
    if (binding.name == carry.name) {
      binding.value = v;
      return;
    }
}

void Elaborator::closeCarries(Frame &f, size_t kept) {
  for (size_t i = kept; i < f.carries.size(); ++i)
    if (const Carry &carry = f.carries[i]; !carry.written && !carry.path.empty())
      error(Diag::CarryUnwritten, carry.range, {carry.name.str()});
  f.carries.resize(std::min(kept, f.carries.size()));
}

} // namespace braid::elab
