//===- RememberOp.cpp - rows for later runs -------------------------------===//
//
// Its rules, and what it says of itself as a call of the runtime (LibraryCall).
//
//===----------------------------------------------------------------------===//

#include "dialects/Host/IR/Host.h"

using namespace mlir;
using namespace braid::host;

using NameOf = llvm::function_ref<std::string(Value)>;

LogicalResult RememberOp::verify() {
  auto output = getOutput().getDefiningOp<ExternalOp>();
  if (!output || !output.getPast())
    return emitOpError("H10: the output is no `past`");
  if (getInput().getType() != getOutput().getType() ||
      cast<BufferType>(getInput().getType()).getSpace() != Space::Token)
    return emitOpError("H10: input and output vary per token and have one type");
  return success();
}

int64_t RememberOp::getCallKind() { return BRAID_CALL_REMEMBER; }
StringRef RememberOp::getWord() { return "remember"; }
Value RememberOp::getNamesake() { return getOutput(); }
SmallVector<Value> RememberOp::getReads() { return {getInput()}; }
SmallVector<Value> RememberOp::getWrites() { return {getOutput()}; }
void RememberOp::writeTable(TableWriter &table) {
  table.put({cast<BufferType>(getInput().getType()).getNumbers()});
  table.typedPlace(getInput());
  table.typedPlace(getOutput());
}
Work RememberOp::getWork() { return {}; }
void RememberOp::describe(llvm::raw_ostream &out, NameOf nameOf) {
  out << "remember " << nameOf(getInput()) << " -> " << nameOf(getOutput());
}
