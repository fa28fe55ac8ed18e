//===- LibraryCalls.h - what a call of the runtime says of itself ---------===//
#ifndef BRAID_DIALECTS_HOST_IR_LIBRARYCALLS_H
#define BRAID_DIALECTS_HOST_IR_LIBRARYCALLS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <string>

namespace braid::host {

/// Takes a call's table, number by number.
class TableWriter {
public:
  virtual ~TableWriter() = default;
  virtual void put(llvm::ArrayRef<int64_t> values) = 0;
  /// A buffer: base, offset.
  virtual void place(mlir::Value buffer) = 0;
  /// A buffer with its format: dtype, base, offset.
  virtual void typedPlace(mlir::Value buffer) = 0;
  /// A row kernel: its number in the program, and the scratch of a thread.
  virtual void kernel(llvm::StringRef name) = 0;
};

/// What compiled programs have of the streams of draws with these paths, for each token.
llvm::SmallVector<int64_t> streamHashes(std::optional<mlir::ArrayAttr> paths);

/// FLOPs of a call.
struct Work {
  double token = 0;     ///< for each token
  double position = 0;  ///< for each token and each position that it sees
  double fixed = 0;     ///< in all, beside those
  bool product = false; ///< a product of matrices
};

} // namespace braid::host

#endif
