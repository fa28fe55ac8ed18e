//===- Plant.cpp - faults put into a derived program ----------------------===//
#include "Plant.h"
#include "braid/Support/Random.h"
#include "dialects/Braid/IR/Emitter.h"
#include "dialects/Braid/Transforms/ExposeValues.h"

namespace braid::compare {

std::string plant(mlir::ModuleOp derived, uint64_t number) {
  auto values = lang::computedValues(derived.lookupSymbol<lang::FuncOp>("grad"));
  if (values.empty())
    return "";
  mlir::Value value = values[rt::streamKey(number, "plant") % values.size()];
  mlir::OpBuilder builder(value.getContext());
  builder.setInsertionPointAfter(value.getDefiningOp());
  mlir::Value wrong = lang::Emitter(builder, value.getLoc()).scale(value, 1.01);
  value.replaceAllUsesExcept(wrong, wrong.getDefiningOp());
  return value.getDefiningOp()->getName().getStringRef().str();
}

} // namespace braid::compare
