//===- VectorMath.h - elementary functions as straight-line code ----------===//
//
// Every function takes and gives an f32 or a vector of them. Accuracy, in units in the last place of
// the result, is in VectorMath.cpp beside each function and checked by test/Engine/math-accuracy.mlir.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWCODE_VECTORMATH_H
#define BRAID_LIB_CONVERSION_ROWCODE_VECTORMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace braid::row {

class VectorMath {
public:
  VectorMath(mlir::OpBuilder &builder, mlir::Location loc) : b(builder), loc(loc) {}
  using V = mlir::Value;

  V exp(V x) {
    return apply("exp", x, [&](V v) { return expInline(v); });
  }
  V log(V x) {
    return apply("log", x, [&](V v) { return logInline(v); });
  }
  V tanh(V x) {
    return apply("tanh", x, [&](V v) { return tanhInline(v); });
  }
  V sigmoid(V x) {
    return apply("sigmoid", x, [&](V v) { return sigmoidInline(v); });
  }
  V erf(V x) {
    return apply("erf", x, [&](V v) { return erfInline(v); });
  }
  V sin(V x) {
    return apply("sin", x, [&](V v) { return sinOrCos(v, 0); });
  }
  V cos(V x) {
    return apply("cos", x, [&](V v) { return sinOrCos(v, 1); });
  }
  V pow(V x, V y);
  V sqrt(V x);
  V abs(V x);

  /// One rounding each; `fma` has one for both of its operations.
  V add(V x, V y);
  V sub(V x, V y);
  V mul(V x, V y);
  V div(V x, V y);
  /// x · y, and 0 where either is 0, whatever the other.
  V mulz(V x, V y);
  /// NaN if either is.
  V max(V x, V y);
  V min(V x, V y);
  V fma(V x, V y, V z);
  V number(mlir::Type type, double value);
  V integer(mlir::Type type, int64_t value);
  V compare(mlir::arith::CmpFPredicate predicate, V x, V y);
  V compare(mlir::arith::CmpIPredicate predicate, V x, V y);
  V select(V condition, V x, V y);
  /// From here on, functions are called (true) or expanded where they stand. Calls keep code with many
  /// functions of few numbers small; both give the same bits.
  void setCalls(bool on) { calls = on; }
  /// The prefix of the symbols of called functions.
  static constexpr llvm::StringLiteral functionPrefix = "braid_math_";
  /// The vector (or scalar) type with the given elements in place of `like`'s.
  static mlir::Type withElement(mlir::Type like, mlir::Type element);

private:
  V apply(llvm::StringRef name, V x, llvm::function_ref<V(V)> expand);
  V expInline(V x);
  V logInline(V x);
  V tanhInline(V x);
  V sigmoidInline(V x);
  V erfInline(V x);
  V sinOrCos(V x, int64_t quarter);
  /// The nearest whole number of quarters of a turn, modulo 4, and the rest in radians.
  std::pair<V, V> quartersOfLarge(V x);
  V horner(V x, llvm::ArrayRef<double> coefficients);
  V bits(V x);
  V real(V bits);
  V ior(V x, V y);
  V iand(V x, V y);
  V iadd(V x, V y);
  V isub(V x, V y);
  V shl(V x, int64_t by);
  V sra(V x, int64_t by);
  V srl(V x, int64_t by);
  V copySign(V magnitude, V sign);
  /// x · 2^n for the integer n, correct into the subnormal numbers.
  V scale(V x, V n);
  /// x = n · log 2 + r: e^r - 1 and the integer n. |x| is below 1e6.
  std::pair<V, V> expTail(V x);

  mlir::OpBuilder &b;
  mlir::Location loc;
  bool calls = false;
};

} // namespace braid::row

#endif
