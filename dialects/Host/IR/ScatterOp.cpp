//===- ScatterOp.cpp - sums by id -----------------------------------------===//
//
// Its rules, and what it says of itself as a call of the runtime (LibraryCall).
//
//===----------------------------------------------------------------------===//

#include "VerifyHelpers.h"
#include "dialects/Host/IR/Host.h"

using namespace mlir;
using namespace braid::host;

using NameOf = llvm::function_ref<std::string(Value)>;

LogicalResult ScatterOp::verify() {
  auto input = cast<BufferType>(getInput().getType()), ids = cast<BufferType>(getIds().getType()),
       table = cast<BufferType>(getTable().getType());
  if (int64_t(getRows()) <= 0 || product({input.getNumbers(), int64_t(getRows())}) != table.getNumbers())
    return emitOpError("H4: the input's numbers are the table's divided by the rows");
  if (ids.getStorage() != Storage::I32 || ids.getNumbers() != 1)
    return emitOpError("H4: there is one id a token, stored as i32");
  if (input.getSpace() != Space::Token || ids.getSpace() != Space::Token || table.getSpace() != Space::Fixed ||
      table.getStorage() != Storage::F32)
    return emitOpError("H4: input and ids vary per token; the table is fixed and fp32");
  return success();
}

int64_t ScatterOp::getCallKind() { return BRAID_CALL_SCATTER; }
StringRef ScatterOp::getWord() { return "scatter"; }
Value ScatterOp::getNamesake() { return getTable(); }
SmallVector<Value> ScatterOp::getReads() { return {getInput(), getIds()}; }
SmallVector<Value> ScatterOp::getWrites() { return {getTable()}; }
void ScatterOp::writeTable(TableWriter &table) {
  table.put({int64_t(getRows()), cast<BufferType>(getInput().getType()).getNumbers()});
  table.typedPlace(getInput());
  table.typedPlace(getIds());
  table.typedPlace(getTable());
}
Work ScatterOp::getWork() { return {}; }
void ScatterOp::describe(llvm::raw_ostream &out, NameOf nameOf) {
  out << "scatter " << nameOf(getInput()) << " by " << nameOf(getIds()) << " -> " << nameOf(getTable());
}
