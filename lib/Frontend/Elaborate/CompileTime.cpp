//===- CompileTime.cpp - numbers known while elaborating ------------------===//
//
// Config values, loop variables, axis sizes, `site` and what is computed from
// them. Integers stay integers; a division that is not exact makes a real,
// which is then refused where an integer is needed.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include <cmath>

using namespace mlir;

namespace braid::elab {

Val Elaborator::number(Frame &f, const ast::Expr &e, StringRef what) {
  Val v = eval(f, e);
  if (v.isNumber() || v.isPoison())
    return v;
  error(Diag::NotCompileTime, e.range, {what.str(), show(v)});
  return Val::poison();
}

std::optional<int64_t> Elaborator::integer(Frame &f, const ast::Expr &e, StringRef what) {
  Val v = number(f, e, what);
  if (!v.isNumber())
    return std::nullopt;
  if (v.isBool || v.number != std::floor(v.number)) {
    Diagnostic &d = error(Diag::NotAnInteger, e.range, {what.str(), v.isBool ? "a truth value" : showNumber(v.number)});
    if (e.kind == ast::Expr::Kind::Binary && e.text == "/")
      d.hint = "the division is not exact";
    return std::nullopt;
  }
  return int64_t(v.number);
}

std::optional<bool> Elaborator::condition(Frame &f, const ast::Expr &e) {
  Val v = eval(f, e);
  if (v.isPoison())
    return std::nullopt;
  if (!v.isNumber()) {
    error(Diag::NotCompileTime, e.range, {"the condition of `if`", show(v)}).hint =
        "`where(condition, a, b)` chooses per token";
    return std::nullopt;
  }
  if (!v.isBool) {
    error(Diag::ConditionNotBool, e.range, {sourceText(e.range)});
    return std::nullopt;
  }
  return v.number != 0;
}

Val Elaborator::foldBinary(StringRef op, const Val &a, const Val &b, Range range) {
  double x = a.number, y = b.number;
  bool ints = a.isInt && b.isInt;
  auto make = [&](double value) {
    bool integer = ints && value == std::floor(value);
    if (integer && std::fabs(value) <= maxInteger)
      return Val::integer(int64_t(value));
    if (!integer && std::isfinite(value))
      return Val::real(value);
    error(integer ? Diag::IntegerTooLarge : Diag::NotFinite, range, {sourceText(range)});
    return Val::poison();
  };
  if (op == "&&" || op == "||") {
    if (!a.isBool || !b.isBool) {
      error(Diag::WrongElement, range, {"`" + op.str() + "`", "truth values", show(a.isBool ? b : a)});
      return Val::poison();
    }
    return Val::boolean(op == "&&" ? x && y : x || y);
  }
  if (op == "==")
    return Val::boolean(x == y);
  if (op == "!=")
    return Val::boolean(x != y);
  if (a.isBool || b.isBool) {
    error(Diag::WrongElement, range, {"`" + op.str() + "`", "numbers", "a truth value"});
    return Val::poison();
  }
  if (op == "<")
    return Val::boolean(x < y);
  if (op == "<=")
    return Val::boolean(x <= y);
  if (op == ">")
    return Val::boolean(x > y);
  if (op == ">=")
    return Val::boolean(x >= y);
  if (op == "+")
    return make(x + y);
  if (op == "-")
    return make(x - y);
  if (op == "*")
    return make(x * y);
  if (op == "^")
    return make(std::pow(x, y));
  if ((op == "/" || op == "%") && y == 0) {
    error(Diag::DivisionByZero, range, {sourceText(range)});
    return Val::poison();
  }
  if (op == "/")
    return make(x / y);
  if (op == "%")
    return make(x - y * std::floor(x / y));
  return Val::poison();
}

} // namespace braid::elab
