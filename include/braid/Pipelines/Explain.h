//===- Explain.h - what a planned program costs ---------------------------===//
#ifndef BRAID_PIPELINES_EXPLAIN_H
#define BRAID_PIPELINES_EXPLAIN_H

#include "mlir/IR/BuiltinOps.h"
#include <map>
#include <string>
#include <vector>

namespace braid {

/// What a sequence remembers of one value of its tokens.
struct Remembered {
  std::string path;
  int64_t rows;       ///< the newest so many; -1: all
  int64_t bytes;      ///< of a row
  bool carry = false; ///< what the newest token left
};

/// What one host.func costs. "Per token" numbers are multiplied by batch · time; attention's
/// FLOPs per token also depend on the length of the sequence.
struct Cost {
  std::string function;
  double productFlops = 0;       ///< products, of matrices and along rows, per token
  double attendFlops = 0;        ///< attention, per token and visible position
  double fixedFlops = 0;         ///< products of static values, in all
  double loaded = 0, stored = 0; ///< bytes per token moved by row kernels
  double bound = 0;              ///< bytes per token if each kernel read each input once and wrote each output once
  double fixedBytes = 0;         ///< bytes moved by kernels of the fixed space, in all
  int64_t tokenArena = 0;        ///< bytes a token
  int64_t fixedArena = 0;        ///< bytes in all
  int64_t launches = 0, products = 0, kernels = 0;
  std::map<std::string, int64_t> categories; ///< bytes a token by category (sums of sizes, not of places)
  std::vector<Remembered> remembered;        ///< for runs that go on

  /// Bytes that a sequence remembers for each of its tokens, and beside those, however long it is.
  int64_t rememberedPerToken() const;
  int64_t rememberedInAll() const;

  /// FLOPs of a run over batch · time tokens with causal attention over `time` positions.
  double flops(int64_t batch, int64_t time) const {
    return (productFlops + attendFlops * (time + 1) / 2) * batch * time + fixedFlops;
  }
};

/// The cost of every host.func of a planned module.
std::vector<Cost> costs(mlir::ModuleOp planned);
/// The schedule, its traffic and its memory, as text.
std::string explain(mlir::ModuleOp planned);

} // namespace braid

#endif
