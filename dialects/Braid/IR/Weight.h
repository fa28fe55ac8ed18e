//===- Weight.h - what values weigh, and which dots are products ----------===//
#ifndef BRAID_DIALECTS_BRAID_IR_WEIGHT_H
#define BRAID_DIALECTS_BRAID_IR_WEIGHT_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::lang {

/// Bytes of one token's value (of the whole value, when static) as stored: a real takes
/// four, or two where it is the result of a rounding to bf16; an id four, a bool one.
int64_t bytesOf(mlir::Value value);
/// The same from the type alone, reals in fp32.
int64_t bytesOf(ValueType type);

/// True where a dot is worth a matrix product of its own. As part of a row kernel each of
/// its multiplications loads a number from cache (and, summed over tokens, stores one);
/// as a product, the operands that vary per token and such a result are written to
/// memory and read again. So it is a product if
///   4 · multiplications > cost::cacheFactor · 2 · (bytes of the token operand + of the result)
/// with a static operand, or, with `tokens`, if
///   8 · multiplications > cost::cacheFactor · 2 · (bytes of both operands).
/// A dot of two values that vary per token, and one of two static values, never is.
/// E.g. [dim: 384]·[dim: 384, heads: 6] is row work, [dim: 384]·[dim: 384, inner: 64] is not.
bool isMatrixProduct(DotOp dot);

} // namespace braid::lang

#endif
