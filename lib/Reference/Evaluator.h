//===- Evaluator.h - the values of a function's ops -----------------------===//
#ifndef BRAID_LIB_REFERENCE_EVALUATOR_H
#define BRAID_LIB_REFERENCE_EVALUATOR_H

#include "Loops.h"
#include "braid/Reference/Interpreter.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <memory>

namespace braid::ref {

using TensorRef = std::shared_ptr<const Tensor>;

/// An error that names the op and its place.
llvm::Error failureAt(mlir::Operation *op, const llvm::Twine &message);

/// Evaluates blocks of straight-line code. Every value is computed once, so that values inside
/// the regions of reads live in the same table as the function's own.
class Evaluator {
public:
  /// With `keep`, all values stay in `values` (a tape needs them); without, a value lives until its
  /// last use. `inputs` and `params` must outlive the evaluator.
  Evaluator(const Options &options, const TensorMap &inputs, const TensorMap &params, bool keep)
      : options(options), inputs(inputs), params(params), keep(keep), batch(options.batch), time(options.time) {}

  /// In the order of the block, but for what carries tie together: that is evaluated token by token (Recurrence.cpp).
  llvm::Error evaluate(mlir::Block &block);
  llvm::Error evaluate(mlir::Operation *op);

  const Tensor &operator[](mlir::Value value) const { return *values.find(value)->second; }
  /// True if the value depends on a parameter through differentiable ops.
  bool isActive(mlir::Value value) const { return active.contains(value); }
  Dims dimsOf(mlir::Value value) const;
  Tensor zerosFor(mlir::Value value) const { return Tensor::zeros(lang::typeOf(value), batch, time); }
  void bind(mlir::Value value, Tensor tensor) { bind(value, std::make_shared<Tensor>(std::move(tensor))); }
  void bind(mlir::Value value, TensorRef tensor);
  /// Without the roundings that the options ask for, which the numbers have had.
  void bindAsIs(mlir::Value value, TensorRef tensor);

  const Options &options;
  const TensorMap &inputs;
  const TensorMap &params;
  const bool keep;
  int64_t batch, time;
  TensorMap outputs;
  /// The values of `braid.aux_loss` (kept alive), in order.
  llvm::SmallVector<std::pair<mlir::Value, TensorRef>> auxLosses;

private:
  friend class Recurrence;
  llvm::Error recur(lang::RecurOp op);
  llvm::Error input(lang::InputOp op);
  llvm::Error param(lang::ParamOp op);
  llvm::Error read(lang::ReadOp op);
  void output(const std::string &name, mlir::Value value);
  void yieldToRecurrence(lang::RecurOp op, lang::YieldOp yield);
  void markActive(mlir::Operation *op);
  void release(mlir::Operation *op);

  llvm::DenseMap<mlir::StringAttr, TensorRef> finals; ///< of reverse carries that have been evaluated
  llvm::SmallVector<TensorRef> replayed;              ///< what the region of a replay yielded
  llvm::DenseMap<mlir::Value, TensorRef> values;
  llvm::DenseMap<mlir::Value, int64_t> usesLeft;
  llvm::DenseSet<mlir::Value> active;
};

// What the ops of Ops.def compute; each binds the results of its op.
#define VALUE(OP) void evaluate(lang::OP op, Evaluator &eval);
#include "Ops.def"

/// For an op whose result is a sum of (parts of) its operands' elements: the nest, per operand,
/// along which an operand is added into the result. Empty for every other op.
llvm::SmallVector<Nest<2>> copiesOf(mlir::Operation *op, const Evaluator &eval);

/// Adds entry `index` of a stack along `axis` into the stack; operand 1 has the dimension `axis`.
Nest<2> stackCopy(const Dims &entry, const Dims &stack, llvm::StringRef axis, int64_t index);

} // namespace braid::ref

#endif
