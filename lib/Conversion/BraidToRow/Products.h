//===- Products.h - a contraction as a strided, batched matrix product ----===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_PRODUCTS_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_PRODUCTS_H

#include "dialects/Braid/IR/Braid.h"
#include <array>

namespace braid::convert {

/// `C[b,m,n] = Σ_k A[b,m,k] B[b,k,n]`; strides in numbers as `host.matmul` has them.
struct Product {
  bool swapped = false;          ///< A is the dot's right operand
  std::array<int64_t, 4> dims{}; ///< batch, m, n, k, without the tokens
  llvm::StringRef tokenDim = "none";
  std::array<int64_t, 3> a{}, b{}, c{};
  /// Operands and the result whose axes' order no strides can express, with the order that they
  /// could have instead; empty when the product stands as it is.
  struct Fix {
    bool needed = false;
    llvm::SmallVector<lang::AxisAttr> axes;
  };
  Fix fixA, fixB, fixC;
  bool stands() const { return !fixA.needed && !fixB.needed && !fixC.needed; }
};

/// Sorts the axes into batch, rows, columns and contracted ones and finds strides for them; where
/// orders conflict, the cheapest transposes that resolve it.
Product planProduct(lang::DotOp dot);

} // namespace braid::convert

#endif
