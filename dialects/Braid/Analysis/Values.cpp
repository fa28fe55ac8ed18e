//===- Values.cpp - where a value of the braid dialect comes from ---------===//

#include "dialects/Braid/Analysis/Values.h"

using namespace mlir;

namespace braid::lang {

Value rootOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isView(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

bool worksPerToken(Operation *op) {
  auto token = [](Value v) { return typeOf(v).isToken(); };
  return llvm::any_of(op->getOperands(), token) || llvm::any_of(op->getResults(), token);
}

template <typename Attend> static bool hasSourceOfAll(Attend attend) {
  return llvm::any_of(llvm::zip(attend.getKeys(), attend.getMasks()), [](auto source) {
    auto [key, mask] = source;
    return typeOf(key).isToken() && cast<MaskAttr>(mask).getKind() == MaskKind::All;
  });
}

bool seesLater(Operation *op) {
  if (auto attend = dyn_cast<AttendOp>(op))
    return hasSourceOfAll(attend);
  auto gradient = dyn_cast<AttendGradOp>(op);
  return gradient && hasSourceOfAll(gradient);
}

bool isZero(Value value) {
  value = rootOf(value);
  Operation *op = value.getDefiningOp();
  if (auto constant = dyn_cast_or_null<ConstantOp>(op))
    return constant.getValue().isZero();
  if (auto broadcast = dyn_cast_or_null<BroadcastOp>(op))
    return isZero(broadcast.getInput());
  return false;
}

ValueRange groupOf(ReadOp read, int64_t group) { return read.getEntries().slice(group * read.length(), read.length()); }

std::pair<Value, int64_t> yieldOf(OpResult result) {
  auto read = cast<ReadOp>(result.getOwner());
  int64_t left = result.getResultNumber();
  for (auto [i, value] : llvm::enumerate(read.body()->getTerminator()->getOperands())) {
    int64_t count = read.isUnstacked(i) ? read.length() : 1;
    if (left < count)
      return {value, read.isUnstacked(i) ? left : -1};
    left -= count;
  }
  llvm_unreachable("a read has as many results as its region yields");
}

} // namespace braid::lang
