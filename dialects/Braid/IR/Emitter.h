//===- Emitter.h - short-hand for building braid ops ----------------------===//
//
// Builds elementwise code without spelling out result types: a result has the axes of
// the operand that has the most, and varies as the operand that varies most.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_IR_EMITTER_H
#define BRAID_DIALECTS_BRAID_IR_EMITTER_H

#include "dialects/Braid/IR/Braid.h"
#include "mlir/IR/Builders.h"

namespace braid::lang {

class Emitter {
public:
  Emitter(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  /// A static scalar.
  mlir::Value number(double value);
  /// `value` in every element; static, with the axes of `like`.
  mlir::Value filled(double value, ValueType like);
  /// The axes of one operand must contain those of the others.
  mlir::Value map(Fn fn, llvm::ArrayRef<mlir::Value> operands);
  /// As `map`, with these axes.
  mlir::Value mapTo(Fn fn, llvm::ArrayRef<mlir::Value> operands, llvm::ArrayRef<AxisAttr> axes);
  mlir::Value add(mlir::Value a, mlir::Value b) { return map(Fn::Add, {a, b}); }
  mlir::Value mul(mlir::Value a, mlir::Value b) { return map(Fn::Mul, {a, b}); }
  mlir::Value scale(mlir::Value a, double by) { return mul(a, number(by)); }
  /// A gradient times a slope, exactly 0 where either is.
  mlir::Value chain(mlir::Value gradient, mlir::Value slope) { return map(Fn::MulZ, {gradient, slope}); }

  /// Combines over the axes named; all others keep their order.
  mlir::Value reduce(ReduceKind kind, mlir::Value value, llvm::ArrayRef<llvm::StringRef> over);
  /// Sums over the axes that `type` lacks and brings the rest into its order.
  mlir::Value sumTo(mlir::Value value, ValueType type);
  /// `value` itself, or a broadcast of it to `type`.
  mlir::Value broadcast(mlir::Value value, ValueType type);
  /// `value` itself, or a transpose of it with the axes in this order.
  mlir::Value ordered(mlir::Value value, llvm::ArrayRef<AxisAttr> axes);
  mlir::Value tokenSum(mlir::Value value);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace braid::lang

#endif
