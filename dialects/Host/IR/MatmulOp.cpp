//===- MatmulOp.cpp - a product of matrices -------------------------------===//
//
// Its rules, and what it says of itself as a call of the runtime (LibraryCall).
//
//===----------------------------------------------------------------------===//

#include "dialects/Host/IR/Host.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::host;

using NameOf = llvm::function_ref<std::string(Value)>;

/// Numbers from the first to the last element that strides reach, per token or in all; what
/// the tokens multiply is left out. -1 where they reach further than any buffer.
static int64_t reach(ArrayRef<int64_t> dims, ArrayRef<int64_t> strides) {
  int64_t last = 1, step;
  for (auto [dim, stride] : llvm::zip(dims, strides))
    if (llvm::MulOverflow<int64_t>(dim - 1, stride, step) || llvm::AddOverflow(last, step, last))
      return -1;
  return last;
}

LogicalResult MatmulOp::verify() {
  ArrayRef<int64_t> dims = getDims();
  if (dims.size() != 4 || llvm::any_of(dims, [](int64_t d) { return d <= 0; }))
    return emitOpError("H2: needs four positive dims: batch, m, n, k");
  int tokens =
      llvm::StringSwitch<int>(getTokenDim()).Case("batch", 0).Case("m", 1).Case("k", 3).Case("none", 4).Default(-1);
  if (tokens < 0)
    return emitOpError("H2: `tokens` is \"batch\", \"m\", \"k\" or \"none\", not \"") << getTokenDim() << '"';
  struct Operand {
    const char *name;
    Value buffer;
    ArrayRef<int64_t> strides;
    int dims[3];
  } operands[] = {{"A", getA(), getAStrides(), {0, 1, 3}},
                  {"B", getB(), getBStrides(), {0, 3, 2}},
                  {"C", getC(), getCStrides(), {0, 1, 2}}};
  for (const Operand &operand : operands) {
    if (operand.strides.size() != 3 || llvm::any_of(operand.strides, [](int64_t s) { return s <= 0; }))
      return emitOpError("H2: needs three positive strides of ") << operand.name;
    auto type = cast<BufferType>(operand.buffer.getType());
    int64_t sizes[3];
    bool varies = false;
    for (int i = 0; i < 3; ++i) {
      sizes[i] = dims[operand.dims[i]];
      varies |= operand.dims[i] == tokens;
    }
    if (varies != (type.getSpace() == Space::Token))
      return emitOpError("H2: ") << operand.name << (varies ? " varies" : " does not vary")
                                 << " per token, its buffer does" << (varies ? " not" : "");
    if (type.getStorage() == Storage::I32)
      return emitOpError("H2: ") << operand.name << " holds ids";
    int64_t needed = reach(sizes, operand.strides);
    if (needed < 0)
      return emitOpError("H2: strides of ") << operand.name << " reach further than any buffer";
    if (needed > type.getNumbers())
      return emitOpError("H2: strides of ")
             << operand.name << " reach " << needed << " numbers, the buffer has " << type.getNumbers();
  }
  return success();
}

int64_t MatmulOp::getCallKind() { return BRAID_CALL_MATMUL; }
StringRef MatmulOp::getWord() { return "product"; }
Value MatmulOp::getNamesake() { return getC(); }
SmallVector<Value> MatmulOp::getReads() {
  SmallVector<Value> reads = {getA(), getB()};
  if (getAccumulate())
    reads.push_back(getC());
  return reads;
}
SmallVector<Value> MatmulOp::getWrites() { return {getC()}; }

void MatmulOp::writeTable(TableWriter &table) {
  table.put(getDims());
  StringRef tokens = getTokenDim();
  table.put(
      {(tokens == "m" ? 1 : 0) | (tokens == "k" ? 2 : 0) | (tokens == "batch" ? 4 : 0) | (getAccumulate() ? 8 : 0)});
  for (auto [buffer, strides] : {std::pair(getA(), getAStrides()), {getB(), getBStrides()}, {getC(), getCStrides()}}) {
    table.typedPlace(buffer);
    table.put(strides);
  }
}

Work MatmulOp::getWork() {
  double flops = 2;
  for (int64_t dim : getDims())
    flops *= double(dim);
  Work work;
  work.product = true;
  (getTokenDim() == "none" ? work.fixed : work.token) = flops;
  return work;
}

void MatmulOp::describe(llvm::raw_ostream &out, NameOf nameOf) {
  ArrayRef<int64_t> d = getDims();
  auto dim = [&](int64_t size, StringRef name) {
    if (getTokenDim() != name)
      out << size;
    else
      out << (size == 1 ? "T" : "T·" + std::to_string(size));
  };
  out << "product " << nameOf(getA()) << " · " << nameOf(getB()) << " -> " << nameOf(getC()) << ": ";
  if (d[0] != 1 || getTokenDim() == "batch") {
    dim(d[0], "batch");
    out << " of ";
  }
  dim(d[1], "m");
  out << " × " << d[2] << " × ";
  dim(d[3], "k");
}
