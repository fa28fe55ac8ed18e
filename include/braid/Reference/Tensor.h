//===- Tensor.h - the oracle's values: named axes, double precision -------===//
#ifndef BRAID_REFERENCE_TENSOR_H
#define BRAID_REFERENCE_TENSOR_H

#include "dialects/Braid/IR/Braid.h"
#include "llvm/ADT/SmallVector.h"
#include <string>
#include <vector>

namespace braid::ref {

struct Dim {
  std::string name;
  int64_t size;
  bool operator==(const Dim &other) const { return name == other.name && size == other.size; }
};
using Dims = llvm::SmallVector<Dim, 4>;

/// Names of the two dimensions of the token space; no axis can have them.
inline constexpr const char *batchDim = "@batch", *timeDim = "@time";

/// A value of the dialect with everything that varies spelled out. `data` is row-major over
/// [batch, time, axes…] for a token value, [batch, axes…] for one per sequence, [axes…] for a
/// static one. Ids and booleans are numbers too.
struct Tensor {
  lang::Kind kind = lang::Kind::Static;
  lang::Element element = lang::Element::Real;
  Dims axes;
  int64_t batch = 1, time = 1; ///< meaningful where the kind varies over them
  std::vector<double> data;

  /// All dimensions, slowest first: batch and time (as the kind says), then the axes.
  Dims dims() const;
  /// The sizes of `dims()`.
  std::vector<int64_t> shape() const;
  int64_t numElements() const;

  /// Zeros of a type of the dialect.
  static Tensor zeros(lang::ValueType type, int64_t batch, int64_t time);
  /// A static real value; `data` is row-major.
  static Tensor makeStatic(Dims axes, std::vector<double> data);
  static Tensor scalar(double value) { return makeStatic({}, {value}); }
  /// Ids, one a token: `ids` is [batch, time].
  static Tensor makeIds(int64_t batch, int64_t time, std::vector<double> ids);
};

} // namespace braid::ref

#endif
