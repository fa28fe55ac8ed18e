//===- Traffic.h - which ops are rows, and what values weigh --------------===//
//
// The one place that decides what is row-local (fused into row kernels) and what is not
// (matrix products, attention, scatters: they start a new level), by bytes moved.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_ANALYSIS_TRAFFIC_H
#define BRAID_DIALECTS_BRAID_ANALYSIS_TRAFFIC_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::ir {

/// A cache feeds a core this many times as fast as memory does.
constexpr int64_t cacheFactor = 8;

/// Bytes of one token's value (of the whole value, when static) as stored: a real takes
/// four, or two where it is the result of a rounding to bf16; an id four, a bool one.
int64_t bytesOf(mlir::Value value);
/// The same from the type alone, reals in fp32.
int64_t bytesOf(ValueType type);

/// True where a dot is worth a matrix product of its own. As part of a row kernel each of
/// its multiplications loads a number from cache (and, summed over tokens, stores one);
/// as a product, the operands that vary per token and such a result are written to
/// memory and read again. So it is a product if
///   4 · multiplications > cacheFactor · 2 · (bytes of the token operand + of the result)
/// with a static operand, or, with `tokens`, if
///   8 · multiplications > cacheFactor · 2 · (bytes of both operands).
/// A dot of two values that vary per token, and one of two static values, never is.
/// E.g. [dim: 384]·[dim: 384, heads: 6] is row work, [dim: 384]·[dim: 384, inner: 64] is not.
bool isMatrixProduct(DotOp dot);

/// True for what can be part of a row kernel: all but matrix products, attention and its
/// gradient, scatters, and the ops that stand for inputs and outputs of the function
/// (`input`, `param`, `output`, `observe`, `aux_loss`). Ops on static values are rows of
/// the static space. A read is row-local if its region is.
bool isRowLocal(mlir::Operation *op);

/// True for row-local ops whose result, a sum over all tokens, is there only when the
/// kernel has ended: `token_sum`, and a `dot` with `tokens` that is no matrix product.
bool endsLevel(mlir::Operation *op);

/// The level of every op of a function: the step of the schedule in which a row-local op
/// can be computed at the earliest. Row kernels of level n run before the non-row ops of
/// level n, these before the kernels of level n + 1.
class Levels {
public:
  explicit Levels(FuncOp func);
  /// Of an op: the highest `available` of its operands, 0 without any.
  int level(mlir::Operation *op) const { return levels.lookup(op); }
  /// The first level whose row kernels can read the value: `level` of the op that makes
  /// it, plus one where that op is not row-local or ends its level.
  int available(mlir::Value value) const;
  /// The highest level of any op.
  int last() const { return highest; }

private:
  llvm::DenseMap<mlir::Operation *, int> levels;
  int highest = 0;
};

} // namespace braid::ir

#endif
