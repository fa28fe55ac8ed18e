//===- LibraryCalls.cpp - what a call of the runtime says of itself -------===//

#include "braid/Runtime/ABI.h"
#include "dialects/Host/IR/Host.h"

using namespace mlir;
using namespace braid::host;

using NameOf = llvm::function_ref<std::string(Value)>;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

template <typename Attend> static void writeSources(Attend op, TableWriter &table) {
  table.put({int64_t(op.getKeys().size())});
  table.put(op.getGeometry());
  double scale = op.getScale().convertToDouble();
  table.put({llvm::bit_cast<int64_t>(scale)});
  table.typedPlace(op.getQuery());
  table.typedPlace(op.getOutput());
  table.typedPlace(op.getLse());
  size_t segmented = 0;
  for (size_t i = 0; i < op.getKeys().size(); ++i) {
    table.put({op.getKinds()[i], op.getMasks()[i], op.getWindows()[i], op.getSlots()[i]});
    table.typedPlace(op.getKeys()[i]);
    table.typedPlace(op.getValues()[i]);
    if (op.maskOf(i).segments)
      table.place(op.getSegments()[segmented++]);
  }
}

/// `products`: two forward; five backward, as the scores are made again.
template <typename Attend> static Work workOf(Attend op, double products) {
  ArrayRef<int64_t> g = op.getGeometry();
  double each = products * double(g[0] * g[1]) * double(g[2] + g[3]);
  Work work;
  for (auto [kind, slots] : llvm::zip(op.getKinds(), op.getSlots()))
    (kind == 1 ? work.token : work.position) += kind == 1 ? each * double(slots) : each;
  return work;
}

template <typename Attend> static void describeAttention(Attend op, llvm::raw_ostream &out, NameOf nameOf) {
  ArrayRef<int64_t> g = op.getGeometry();
  size_t sources = op.getKinds().size();
  out << op.getWord() << " -> " << nameOf(op.getNamesake()) << ": " << sources
      << (sources == 1 ? " source, " : " sources, ") << g[0] << " × " << g[1] << " heads of " << g[2];
}

int64_t AttendOp::getCallKind() { return BRAID_CALL_ATTEND; }
StringRef AttendOp::getWord() { return "attend"; }
Value AttendOp::getNamesake() { return getOutput(); }
SmallVector<Value> AttendOp::getReads() {
  SmallVector<Value> reads = {getQuery()};
  for (ValueRange more : {ValueRange(getKeys()), ValueRange(getValues()), ValueRange(getSegments())})
    llvm::append_range(reads, more);
  return reads;
}
SmallVector<Value> AttendOp::getWrites() { return {getOutput(), getLse()}; }
void AttendOp::writeTable(TableWriter &table) { writeSources(*this, table); }
Work AttendOp::getWork() { return workOf(*this, 2); }
void AttendOp::describe(llvm::raw_ostream &out, NameOf nameOf) { describeAttention(*this, out, nameOf); }

int64_t AttendGradOp::getCallKind() { return BRAID_CALL_ATTEND_GRAD; }
StringRef AttendGradOp::getWord() { return "attend_grad"; }
Value AttendGradOp::getNamesake() { return getQueryGrad(); }
SmallVector<Value> AttendGradOp::getReads() {
  SmallVector<Value> reads = {getQuery(), getOutput(), getLse(), getOutputGrad()};
  for (ValueRange more : {ValueRange(getKeys()), ValueRange(getValues()), ValueRange(getSegments())})
    llvm::append_range(reads, more);
  if (getAccumulate()) {
    llvm::append_range(reads, getKeyGrads());
    llvm::append_range(reads, getValueGrads());
  }
  return reads;
}
SmallVector<Value> AttendGradOp::getWrites() {
  SmallVector<Value> writes = {getQueryGrad()};
  llvm::append_range(writes, getKeyGrads());
  llvm::append_range(writes, getValueGrads());
  return writes;
}
void AttendGradOp::writeTable(TableWriter &table) {
  writeSources(*this, table);
  table.put({getAccumulate()});
  table.typedPlace(getOutputGrad());
  table.typedPlace(getQueryGrad());
  for (auto [key, value] : llvm::zip(getKeyGrads(), getValueGrads())) {
    table.typedPlace(key);
    table.typedPlace(value);
  }
}
Work AttendGradOp::getWork() { return workOf(*this, 5); }
void AttendGradOp::describe(llvm::raw_ostream &out, NameOf nameOf) { describeAttention(*this, out, nameOf); }

//===----------------------------------------------------------------------===//
// Sums by id
//===----------------------------------------------------------------------===//

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
