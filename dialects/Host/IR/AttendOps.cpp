//===- AttendOps.cpp - attention and its gradient -------------------------===//
//
// Its rules, and what it says of itself as a call of the runtime (LibraryCall).
//
//===----------------------------------------------------------------------===//

#include "VerifyHelpers.h"
#include "dialects/Host/IR/Host.h"

using namespace mlir;
using namespace braid;
using namespace braid::host;

using NameOf = llvm::function_ref<std::string(Value)>;

/// H3 for the lists: an entry for each source, each of them something.
template <typename Attend> static LogicalResult verifyMasks(Attend op) {
  size_t n = op.getKeys().size();
  auto isOther = [&](auto list) { return list && list->size() != n; };
  if (!n || op.getValues().size() != n || op.getKinds().size() != n || op.getMasks().size() != n ||
      op.getWindows().size() != n || op.getSlots().size() != n || isOther(op.getChunks()) || isOther(op.getSpans()))
    return op.emitOpError("H3: needs one k, v, kind, mask, window, chunk, span and number of slots for each source");
  for (size_t i = 0; i < n; ++i) {
    auto mask = braid::rt::maskOf(op.getMasks()[i], op.getWindows()[i], op.getChunks() ? (*op.getChunks())[i] : 0,
                                  op.getSpans() ? (*op.getSpans())[i] : 0);
    int64_t kind = op.getKinds()[i];
    if (kind < 0 || kind > 1 || !mask ||
        (kind && (mask->picksKeys() || mask->chunk || mask->span || op.getSlots()[i] <= 0)))
      return op.emitOpError("H3: source ") << i << " has a kind, mask or number of slots that there is not";
  }
  return success();
}

/// H3 for what picks keys: as many as the masks ask for, each one number a token.
static LogicalResult verifyPicks(Operation *op, StringRef what, OperandRange picks, size_t wanted, Storage storage) {
  if (picks.size() != wanted)
    return op->emitOpError("H3: has ") << picks.size() << " " << what << ", the masks ask for " << wanted;
  for (Value pick : picks) {
    auto type = cast<BufferType>(pick.getType());
    if (type.getSpace() != Space::Token || type.getNumbers() != 1 || type.getStorage() != storage)
      return op->emitOpError("H3: ") << what << " are one number a token, stored as " << stringifyStorage(storage);
  }
  return success();
}

/// H3, for both attention ops.
template <typename Attend> static LogicalResult verifyAttention(Attend op) {
  ArrayRef<int64_t> geometry = op.getGeometry();
  if (geometry.size() != 4 || llvm::any_of(geometry, [](int64_t d) { return d <= 0; }))
    return op.emitOpError("H3: needs four positive numbers: heads, group, d, e");
  if (failed(verifyMasks(op)))
    return failure();
  int64_t heads = geometry[0], group = geometry[1], d = geometry[2], e = geometry[3];
  auto fits = [&](Value buffer, Space space, int64_t numbers) {
    auto type = cast<BufferType>(buffer.getType());
    return type.getSpace() == space && type.getNumbers() == numbers && type.getStorage() != Storage::I32;
  };
  size_t segmented = 0, marked = 0;
  for (size_t i = 0; i < op.getKeys().size(); ++i) {
    AttentionMask mask = op.maskOf(i);
    segmented += mask.segments;
    marked += mask.only;
    bool slots = op.getKinds()[i] == 1;
    Space space = slots ? Space::Fixed : Space::Token;
    int64_t count = slots ? op.getSlots()[i] : 1;
    if (!fits(op.getKeys()[i], space, product({count, heads, d})) ||
        !fits(op.getValues()[i], space, product({count, heads, e})))
      return op.emitOpError("H3: source ") << i << " has keys or values of another size than the geometry says";
  }
  if (failed(verifyPicks(op, "segments", op.getSegments(), segmented, Storage::I32)) ||
      failed(verifyPicks(op, "marks", op.getMarks(), marked, Storage::F32)))
    return failure();
  if (!fits(op.getQuery(), Space::Token, product({heads, group, d})) ||
      !fits(op.getOutput(), Space::Token, product({heads, group, e})) ||
      !fits(op.getLse(), Space::Token, product({heads, group})) ||
      cast<BufferType>(op.getLse().getType()).getStorage() != Storage::F32)
    return op.emitOpError("H3: query, output or denominators have another size than the geometry says");
  return success();
}

LogicalResult AttendOp::verify() { return verifyAttention(*this); }

LogicalResult AttendGradOp::verify() {
  if (failed(verifyAttention(*this)))
    return failure();
  auto same = [](Value gradient, Value value) {
    auto g = cast<BufferType>(gradient.getType()), v = cast<BufferType>(value.getType());
    return g.getSpace() == v.getSpace() && g.getNumbers() == v.getNumbers();
  };
  bool fits = getKeyGrads().size() == getKeys().size() && getValueGrads().size() == getValues().size() &&
              same(getOutputGrad(), getOutput()) && same(getQueryGrad(), getQuery());
  for (auto [gradient, value] : llvm::zip(getKeyGrads(), getKeys()))
    fits &= same(gradient, value);
  for (auto [gradient, value] : llvm::zip(getValueGrads(), getValues()))
    fits &= same(gradient, value);
  if (!fits)
    return emitOpError("H3: every gradient has the size of what it is the gradient of");
  return success();
}

template <typename Attend> static void writeSources(Attend op, TableWriter &table) {
  table.put({int64_t(op.getKeys().size())});
  table.put(op.getGeometry());
  double scale = op.getScale().convertToDouble();
  table.put({llvm::bit_cast<int64_t>(scale)});
  table.typedPlace(op.getQuery());
  table.typedPlace(op.getOutput());
  table.typedPlace(op.getLse());
  size_t segmented = 0, marked = 0;
  for (size_t i = 0; i < op.getKeys().size(); ++i) {
    AttentionMask mask = op.maskOf(i);
    table.put({op.getKinds()[i], op.getMasks()[i], mask.window, mask.chunk, mask.span, op.getSlots()[i]});
    table.typedPlace(op.getKeys()[i]);
    table.typedPlace(op.getValues()[i]);
    if (mask.segments)
      table.place(op.getSegments()[segmented++]);
    if (mask.only)
      table.place(op.getMarks()[marked++]);
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
  for (ValueRange more :
       {ValueRange(getKeys()), ValueRange(getValues()), ValueRange(getSegments()), ValueRange(getMarks())})
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
  for (ValueRange more :
       {ValueRange(getKeys()), ValueRange(getValues()), ValueRange(getSegments()), ValueRange(getMarks())})
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
