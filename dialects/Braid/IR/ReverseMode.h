//===- ReverseMode.h - gradients of straight-line code --------------------===//
//
// One routine for functions and for the regions of history reads: it walks the ops from
// last to first and asks each for its adjoint. The code it appends is ordinary braid.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_IR_REVERSEMODE_H
#define BRAID_DIALECTS_BRAID_IR_REVERSEMODE_H

#include "dialects/Braid/IR/Braid.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"

namespace braid::lang {

class ReverseMode final : public GradientSink {
public:
  /// Builds at the builder's insertion point. With `rowLocal` (the region of a read) the
  /// gradient of a static value that tokens use varies per token; the caller sums it.
  ReverseMode(mlir::OpBuilder &builder, bool rowLocal) : builder(builder), local(rowLocal) {}

  /// Asks for the gradient of `value`.
  void watch(mlir::Value value) { wanted.insert(value); }
  /// Gives the gradient of a result of the code.
  void seed(mlir::Value value, mlir::Value gradient) { add(value, gradient); }
  /// Marks what depends on the watched values. Call before `run` and before `seed`.
  void analyse(llvm::ArrayRef<mlir::Operation *> forward);
  /// Appends the adjoints of `forward`, last op first. Fails with a diagnostic on the op
  /// that has no derivative.
  mlir::LogicalResult run(llvm::ArrayRef<mlir::Operation *> forward);

  /// The gradient found, of the value's own kind, or null.
  mlir::Value gradient(mlir::Value value) const { return gradients[0].lookup(value); }
  /// The gradient of a static value that is still to be summed over the tokens, or null;
  /// only with `rowLocal`.
  mlir::Value perTokenGradient(mlir::Value value) const { return gradients[1].lookup(value); }

  bool wants(mlir::Value value) const override { return wanted.contains(value); }
  void add(mlir::Value value, mlir::Value gradient) override;
  mlir::Value take(mlir::Value value) override;
  bool rowLocal() const override { return local; }

private:
  mlir::LogicalResult visit(mlir::Operation *op, int slot);
  /// The adjoint of time is time backwards: what a token leaves gets the gradient of what the next one finds.
  void beginCarries(llvm::ArrayRef<mlir::Operation *> forward);
  void leave(CarryOp carry);

  mlir::OpBuilder &builder;
  bool local;
  llvm::DenseSet<mlir::Value> wanted;
  /// 0: of the value's kind; 1: per token, of a static value.
  llvm::DenseMap<mlir::Value, mlir::Value> gradients[2];
  /// What the token behind leaves for a carry, of those that are wanted.
  llvm::DenseMap<mlir::StringAttr, mlir::Value> found;
};

} // namespace braid::lang

#endif
