//===- VerifyHelpers.h - shared by the verifiers of the braid dialect -----===//
//
// Private to this folder. Each function reports what it found on the op and fails.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_IR_VERIFYHELPERS_H
#define BRAID_DIALECTS_BRAID_IR_VERIFYHELPERS_H

#include "dialects/Braid/IR/Braid.h"
#include "llvm/ADT/StringSet.h"

namespace braid::lang {

/// `[lane: 4, dim: 8]`, for messages.
inline std::string axesText(llvm::ArrayRef<AxisAttr> axes) {
  std::string text = "[";
  for (auto [i, axis] : llvm::enumerate(axes))
    text += (i ? ", " : "") + axis.getName().str() + ": " + std::to_string(axis.getSize());
  return text + "]";
}

inline std::string axesText(ValueType type) { return axesText(type.getAxes()); }

inline mlir::LogicalResult expectSameType(mlir::Operation *op, ValueType found, ValueType wanted,
                                          llvm::StringRef what) {
  if (found == wanted)
    return mlir::success();
  return op->emitOpError() << what << " is " << found << ", but must be " << wanted;
}

/// R3 and R4: `operand` can be repeated to `result`.
inline mlir::LogicalResult expectBroadcastable(mlir::Operation *op, ValueType operand, ValueType result) {
  // R3.
  for (AxisAttr axis : operand.getAxes()) {
    if (!result.has(axis.getName()))
      return op->emitOpError() << "operand axis `" << axis.getName() << "` is not an axis of the result "
                               << axesText(result);
    if (result.sizeOf(axis.getName()) != axis.getSize())
      return op->emitOpError() << "axis `" << axis.getName() << "` has size " << axis.getSize() << " in an operand and "
                               << result.sizeOf(axis.getName()) << " in the result";
  }
  // R4.
  if (operand.getKind() > result.getKind())
    return op->emitOpError() << "operand varies per " << stringifyKind(operand.getKind()) << ", but the result is "
                             << stringifyKind(result.getKind());
  return mlir::success();
}

/// The same axes with the same sizes, in any order.
inline bool sameAxisSet(llvm::ArrayRef<AxisAttr> a, llvm::ArrayRef<AxisAttr> b) {
  return a.size() == b.size() && llvm::all_of(a, [&](AxisAttr axis) { return llvm::is_contained(b, axis); });
}

/// The names are distinct axes of `type`.
inline mlir::LogicalResult expectAxesOf(mlir::Operation *op, mlir::ArrayAttr names, ValueType type) {
  llvm::StringSet<> seen;
  for (llvm::StringRef name : strings(names)) {
    if (!type.has(name))
      return op->emitOpError() << "axis `" << name << "` is not an axis of the operand " << axesText(type);
    if (!seen.insert(name).second)
      return op->emitOpError() << "axis `" << name << "` is named twice";
  }
  return mlir::success();
}

} // namespace braid::lang

#endif
