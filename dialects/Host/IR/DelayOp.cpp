//===- DelayOp.cpp - values at other tokens -------------------------------===//
//
// Its rules, and what it says of itself as a call of the runtime (LibraryCall).
//
//===----------------------------------------------------------------------===//

#include "dialects/Host/IR/Host.h"

using namespace mlir;
using namespace braid::host;

using NameOf = llvm::function_ref<std::string(Value)>;

LogicalResult DelayOp::verify() {
  auto input = cast<BufferType>(getInput().getType()), output = cast<BufferType>(getOutput().getType());
  if (input.getSpace() != Space::Token || output.getSpace() != Space::Token ||
      input.getNumbers() != output.getNumbers())
    return emitOpError("H9: input and output vary per token and have as many numbers");
  if ((input.getStorage() == Storage::I32) != (output.getStorage() == Storage::I32))
    return emitOpError("H9: ids and real numbers do not become each other");
  int64_t distance = getDistance();
  if (distance == 0 || distance < -65536 || distance > 65536)
    return emitOpError("H9: the distance is ") << distance << "; it must be from -65536 to 65536 and not 0";
  return success();
}

int64_t DelayOp::getCallKind() { return BRAID_CALL_DELAY; }
StringRef DelayOp::getWord() { return "delay"; }
Value DelayOp::getNamesake() { return getOutput(); }
SmallVector<Value> DelayOp::getReads() { return {getInput()}; }
SmallVector<Value> DelayOp::getWrites() { return {getOutput()}; }
void DelayOp::writeTable(TableWriter &table) {
  table.put({int64_t(getDistance()), cast<BufferType>(getInput().getType()).getNumbers()});
  table.typedPlace(getInput());
  table.typedPlace(getOutput());
}
Work DelayOp::getWork() { return {}; }
void DelayOp::describe(llvm::raw_ostream &out, NameOf nameOf) {
  out << "delay " << nameOf(getInput()) << " by " << int64_t(getDistance()) << " -> " << nameOf(getOutput());
}
