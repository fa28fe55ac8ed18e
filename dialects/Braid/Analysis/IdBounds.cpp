//===- IdBounds.cpp - what tables demand of the ids that index them -------===//

#include "dialects/Braid/Analysis/IdBounds.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace braid::lang;

/// The values that an id is, one step closer to where it comes from.
static void origins(Value id, llvm::SetVector<Value> &found) {
  if (auto argument = dyn_cast<BlockArgument>(id)) {
    auto read = dyn_cast<ReadOp>(argument.getOwner()->getParentOp());
    if (!read)
      return;
    int64_t number = argument.getArgNumber(), groups = read.getGroups(), length = read.length();
    if (number >= groups)
      found.insert(read.getCaptures()[number - groups]);
    else
      for (Value entry : read.getEntries().slice(number * length, length))
        found.insert(entry);
    return;
  }
  auto collect = [&](OperandRange operands) {
    for (Value operand : operands)
      if (typeOf(operand).isId())
        found.insert(operand);
  };
  if (auto read = id.getDefiningOp<ReadOp>())
    collect(read.body()->getTerminator()->getOperands());
  else
    collect(id.getDefiningOp()->getOperands());
}

static void lower(int64_t &bound, int64_t size) { bound = bound ? std::min(bound, size) : size; }

IdBounds braid::lang::idBoundsOf(FuncOp func) {
  IdBounds bounds;
  func.walk([&](InputOp input) {
    if (int64_t size = typeOf(input.getResult()).getIdSize())
      lower(bounds.inputs[input.getName()], size);
  });
  auto index = [&](Value id, StringRef axis, int64_t size) {
    llvm::SetVector<Value> values;
    values.insert(id);
    for (size_t i = 0; i < values.size(); ++i) {
      Value value = values[i];
      if (auto input = value.getDefiningOp<InputOp>()) {
        lower(bounds.inputs[input.getName()], size);
      } else if (value.getDefiningOp<PositionOp>()) {
        if (!bounds.positions || size < bounds.positions)
          bounds.axis = axis.str();
        lower(bounds.positions, size);
      } else {
        origins(value, values);
      }
    }
  };
  func.walk([&](Operation *op) {
    if (auto gather = dyn_cast<GatherOp>(op))
      index(gather.getId(), gather.getAxis(), typeOf(gather.getTable()).sizeOf(gather.getAxis()));
    else if (auto scatter = dyn_cast<ScatterOp>(op))
      index(scatter.getId(), scatter.getAxis(), typeOf(scatter.getResult()).sizeOf(scatter.getAxis()));
  });
  return bounds;
}
