//===- Formats.h - how each value is stored -------------------------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_FORMATS_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_FORMATS_H

#include "dialects/Braid/IR/Braid.h"
#include "llvm/ADT/DenseMap.h"

namespace braid::convert {

enum class Format { F32, BF16, I32 };

/// The format of every value's memory: ids are integers, and a real whose numbers all are
/// bf16 already takes two bytes; but all entries of a history have one format, and
/// the caller's buffers are fp32.
class Formats {
public:
  explicit Formats(lang::FuncOp func);
  Format of(mlir::Value value) const;

private:
  llvm::DenseMap<mlir::Value, Format> formats;
};

/// True if every number of the value is known to be a bf16.
bool isRounded(mlir::Value value);

} // namespace braid::convert

#endif
