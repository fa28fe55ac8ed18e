//===- Buffers.h - the memory of the values that leave their kernel -------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_BUFFERS_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_BUFFERS_H

#include "Formats.h"
#include "Partition.h"
#include "dialects/Braid/Analysis/IdBounds.h"
#include "dialects/Host/IR/Host.h"
#include "mlir/IR/Builders.h"
#include <functional>

namespace braid::convert {

/// Where calls that are made of row work put their kernels.
struct KernelSink {
  mlir::OpBuilder builder;
  std::function<std::string()> nextName;
};

/// Creates the host ops for buffers where they are first wanted.
class Buffers {
public:
  Buffers(lang::FuncOp func, const Partition &partition, const lang::IdBounds &bounds, mlir::OpBuilder &host,
          KernelSink &kernels);

  KernelSink &kernels() { return sink; }
  /// What the carry leaves from run to run.
  mlir::Value pastOf(lang::CarryOp carry);

  /// True if the value computed is wanted outside of its step, or as an entry of a list.
  bool stored(mlir::Value root) const { return memory.contains(root); }
  Format format(mlir::Value value) const { return formats.of(value); }
  /// The buffer of the value's root.
  mlir::Value get(mlir::Value value);
  /// Zeros that stand for an entry like `like`, in this format.
  mlir::Value zeros(lang::ValueType like, Format format);
  /// Memory for an entry that is written and never read.
  mlir::Value unused(lang::ValueType like, Format format);
  /// The run's coordinates, for draws.
  mlir::Value draw();

private:
  host::BufferType typeFor(lang::ValueType type, Format format) const;
  llvm::StringRef category(mlir::Value root) const;
  bool isBackward(mlir::Operation *op) const;

  const Partition &partition;
  const lang::IdBounds &bounds;
  mlir::OpBuilder &host;
  KernelSink &sink;
  Formats formats;
  llvm::DenseSet<mlir::Value> memory;
  using External = std::pair<host::Role, std::string>;
  llvm::DenseMap<mlir::Value, External> outputs; ///< the external that a root is written to
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  llvm::DenseMap<mlir::Type, mlir::Value> zeroBlocks, unusedBlocks;
  mlir::Value coordinates;
  llvm::DenseMap<mlir::Value, int64_t> lastUse; ///< level
  int64_t lossLevel = -1;                       ///< where there are gradients of the loss
  unsigned count = 0;
};

/// A short name for where something comes from: the parameter that a product is with, the name of its
/// location, or its op.
std::string describe(mlir::Operation *op);

} // namespace braid::convert

#endif
