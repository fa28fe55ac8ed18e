//===- Elementary.h - values of the elementwise functions -----------------===//
//
// In double precision, for folding constants and for the interpreter of rows. The
// dialects are leaves, each with an enum of its own; both give the functions the same
// names, and this is a template over the enum. The oracle has definitions of its own,
// so that an error here is found.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_SUPPORT_ELEMENTARY_H
#define BRAID_SUPPORT_ELEMENTARY_H

#include <cmath>

namespace braid {

/// `x` has as many numbers as the function takes. Truths are 0 and 1; NaN comes through `max` and `min`.
template <typename Fn> double elementary(Fn fn, const double *x) {
  if constexpr (requires { Fn::Copy; })
    if (fn == Fn::Copy)
      return x[0];
  switch (fn) {
  case Fn::Neg: return -x[0];
  case Fn::Exp: return std::exp(x[0]);
  case Fn::Log: return std::log(x[0]);
  case Fn::Sqrt: return std::sqrt(x[0]);
  case Fn::Rsqrt: return 1 / std::sqrt(x[0]);
  case Fn::Tanh: return std::tanh(x[0]);
  case Fn::Sigmoid: return 1 / (1 + std::exp(-x[0]));
  case Fn::Erf: return std::erf(x[0]);
  case Fn::Sin: return std::sin(x[0]);
  case Fn::Cos: return std::cos(x[0]);
  case Fn::Abs: return std::fabs(x[0]);
  case Fn::Not: return x[0] == 0;
  case Fn::Real: return x[0];
  case Fn::Add: return x[0] + x[1];
  case Fn::Sub: return x[0] - x[1];
  case Fn::Mul: return x[0] * x[1];
  case Fn::Div: return x[0] / x[1];
  case Fn::Max: return std::isnan(x[0]) || x[0] > x[1] ? x[0] : x[1];
  case Fn::Min: return std::isnan(x[0]) || x[0] < x[1] ? x[0] : x[1];
  case Fn::Pow: return std::pow(x[0], x[1]);
  case Fn::Lt: return x[0] < x[1];
  case Fn::Le: return x[0] <= x[1];
  case Fn::Eq: return x[0] == x[1];
  case Fn::And: return x[0] != 0 && x[1] != 0;
  case Fn::Or: return x[0] != 0 || x[1] != 0;
  case Fn::MulZ: return x[0] == 0 || x[1] == 0 ? 0 : x[0] * x[1];
  case Fn::Select: return x[0] != 0 ? x[1] : x[2];
  case Fn::Fma: return std::fma(x[0], x[1], x[2]);
  default: return NAN; // every function is above
  }
}

} // namespace braid

#endif
