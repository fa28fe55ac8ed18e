//===- Elementary.h - values of the elementwise functions -----------------===//
//
// What Elementwise.def says of them, as templates over the enum: the dialects are leaves,
// each with an enum of its own, made from the same list. Values are in double precision,
// for folding constants and for the interpreter of rows; the oracle has definitions of
// its own, so that an error here is found.
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
#define ELEMENTWISE(NAME, WORD, ARITY, ROLE, VALUE, COST, ULPS, ...)                                                   \
  case Fn::NAME: return VALUE;
#include "braid/Support/Elementwise.def"
  default: return NAN; // every function is above
  }
}

/// What a function takes and gives.
enum class ElementwiseRole { Arithmetic, Comparison, Logic, Conversion, Choice };
enum class ElementwiseCost { Cheap, Costly };
struct ElementwiseInfo {
  unsigned arity;
  ElementwiseRole role;
  ElementwiseCost cost;
  double ulps;
  bool yieldsBool() const { return role == ElementwiseRole::Comparison || role == ElementwiseRole::Logic; }
};

template <typename Fn> ElementwiseInfo elementwiseInfo(Fn fn) {
  switch (fn) {
#define ELEMENTWISE(NAME, WORD, ARITY, ROLE, VALUE, COST, ULPS, ...)                                                   \
  case Fn::NAME: return {ARITY, ElementwiseRole::ROLE, ElementwiseCost::COST, ULPS};
#include "braid/Support/Elementwise.def"
  default: return {1, ElementwiseRole::Choice, ElementwiseCost::Cheap, 0}; // `copy`: what it takes
  }
}

/// The same function of the other dialect.
template <typename To, typename From> To sameElementwise(From fn) {
  switch (fn) {
#define ELEMENTWISE(NAME, ...)                                                                                         \
  case From::NAME: return To::NAME;
#include "braid/Support/Elementwise.def"
  }
  __builtin_unreachable();
}

} // namespace braid

#endif
