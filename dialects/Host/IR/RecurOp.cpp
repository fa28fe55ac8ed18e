//===- RecurOp.cpp - row recurrences --------------------------------------===//
//
// Its rules, and what it says of itself as a call of the runtime (LibraryCall).
//
//===----------------------------------------------------------------------===//

#include "dialects/Host/IR/Host.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::host;

using NameOf = llvm::function_ref<std::string(Value)>;

static BufferType bufferOf(Value value) { return cast<BufferType>(value.getType()); }

/// Each a number of one of `count` operands, or -1 if that is allowed.
static bool areNumbers(ArrayRef<int64_t> list, size_t count, bool none) {
  return llvm::all_of(list, [&](int64_t i) { return i >= (none ? -1 : 0) && i < int64_t(count); });
}

LogicalResult RecurOp::verify() {
  auto positive = [](ArrayRef<int64_t> list) {
    return llvm::all_of(list, [](int64_t n) { return n >= 1 && n <= (int64_t(1) << 40); });
  };
  int64_t most = int64_t(1) << 40, parts = getParts(), piece = getPiece();
  if (parts < 1 || parts > most || piece < 1 || piece > most || !positive(getCarries()) || !positive(getReplayed()) ||
      !positive(getWide()))
    return emitOpError("H11: parts, pieces, carries and wide values have 1 to 2^40 numbers");
  if (getReplay() ? !getReverse() : !getReplayed().empty() || !getWide().empty() || !getReplayArgs().empty())
    return emitOpError("H11: a reverse recurrence replays, and what is replayed has a kernel");
  ArrayRef<int64_t> forward = forwardCarries();
  if (getInitOf().size() != forward.size() || !areNumbers(getInitOf(), getInits().size(), true) ||
      (!getPasts().empty() && getPasts().size() != forward.size()) ||
      (!getTapes().empty() && getTapes().size() != forward.size()) ||
      (getReplay() && getTapes().empty() && !forward.empty()))
    return emitOpError("H11: initial values, pasts and tapes are those of the forward carries");
  if (getFinalOf().size() != (getReverse() ? getCarries().size() : 0) ||
      !areNumbers(getFinalOf(), getFinals().size(), true))
    return emitOpError("H11: sums of what is left at the beginning are those of reverse carries");
  if (!areNumbers(getWritten(), getArgs().size(), false) || !areNumbers(getSums(), getArgs().size(), false) ||
      getParted().size() != getArgs().size() || getReplayParted().size() != getReplayArgs().size())
    return emitOpError("H11: what is said of arguments is said of each, by its number");
  if (getWritten().empty() && getFinals().empty() && getPasts().empty())
    return emitOpError("H11: leaves nothing");
  auto is = [](Value value, Space space, int64_t numbers) {
    BufferType type = bufferOf(value);
    return type.getSpace() == space && type.getNumbers() == numbers && type.getStorage() == Storage::F32;
  };
  for (auto [i, carry] : llvm::enumerate(forward)) {
    if (getInitOf()[i] >= 0 && !is(getInits()[getInitOf()[i]], Space::Fixed, carry * parts))
      return emitOpError("H11: the initial value of carry ") << i << " has not its numbers";
    if (!getPasts().empty()) {
      auto past = getPasts()[i].getDefiningOp<ExternalOp>();
      if (!past || past.getPast() != BRAID_PAST_CARRY || !is(past, Space::Token, carry * parts))
        return emitOpError("H11: what carry ") << i << " was left is no `past` of a carry with its numbers";
    }
    if (!getTapes().empty() &&
        !is(getTapes()[i], Space::Token, int64_t(llvm::divideCeil(uint64_t(carry * parts), uint64_t(piece)))))
      return emitOpError("H11: the tape of carry ")
             << i << " has not ⌈" << carry * parts << " / " << piece << "⌉ numbers";
  }
  for (auto [i, carry] : llvm::enumerate(getFinalOf()))
    if (carry >= 0 && !is(getFinals()[carry], Space::Fixed, getCarries()[i] * parts))
      return emitOpError("H11: the sum of what is left in carry ") << i << " has not its numbers";
  return success();
}

int64_t RecurOp::getCallKind() { return BRAID_CALL_RECUR; }
StringRef RecurOp::getWord() { return "recur"; }
Value RecurOp::getNamesake() {
  if (!getWritten().empty())
    return getArgs()[getWritten()[0]];
  return !getFinals().empty() ? getFinals()[0] : !getPasts().empty() ? getPasts()[0] : getOperand(0);
}

SmallVector<Value> RecurOp::getReads() {
  SmallVector<Value> reads;
  auto add = [&](ValueRange values) {
    for (Value value : values)
      if (!llvm::is_contained(reads, value))
        reads.push_back(value);
  };
  for (auto [i, value] : llvm::enumerate(getArgs()))
    if (!llvm::is_contained(getWritten(), int64_t(i)))
      add(value);
  add(getReplayArgs());
  add(getInits());
  if (getReplay())
    add(getTapes());
  add(getPasts());
  return reads;
}

SmallVector<Value> RecurOp::getWrites() {
  SmallVector<Value> writes;
  for (int64_t i : getWritten())
    writes.push_back(getArgs()[i]);
  if (!getReplay()) {
    llvm::append_range(writes, getTapes());
    llvm::append_range(writes, getPasts());
  }
  llvm::append_range(writes, getFinals());
  return writes;
}

static void writeKernel(TableWriter &table, StringRef kernel, std::optional<ArrayAttr> streams, ValueRange args,
                        ArrayRef<int64_t> parted, ArrayRef<int64_t> sums, int64_t parts) {
  table.kernel(kernel);
  SmallVector<int64_t> hashes = streamHashes(streams);
  table.put({int64_t(hashes.size())});
  table.put(hashes);
  table.put({int64_t(args.size())});
  for (auto [i, arg] : llvm::enumerate(args)) {
    BufferType type = bufferOf(arg);
    bool sum = llvm::is_contained(sums, int64_t(i));
    int64_t share = parted[i] ? parts : 1;
    table.put({sum ? BRAID_ARG_SUM : BRAID_ARG_BUFFER});
    table.place(arg);
    table.put({parted[i] ? type.bytes() / share : 0});
    if (sum)
      table.put({type.getNumbers() / share});
  }
}

void RecurOp::writeTable(TableWriter &table) {
  int64_t parts = getParts();
  ArrayRef<int64_t> forward = forwardCarries();
  table.put({int64_t(getReverse()), int64_t(getPiece()), parts, int64_t(forward.size())});
  auto optional = [&](Value value) {
    table.put({value ? 1 : 0});
    if (value)
      table.place(value);
  };
  for (auto [i, numbers] : llvm::enumerate(forward)) {
    table.put({numbers});
    optional(getInitOf()[i] >= 0 ? getInits()[getInitOf()[i]] : Value());
    optional(getPasts().empty() ? Value() : getPasts()[i]);
    optional(getTapes().empty() ? Value() : getTapes()[i]);
  }
  ArrayRef<int64_t> backward = getReverse() ? getCarries() : ArrayRef<int64_t>();
  table.put({int64_t(backward.size())});
  for (auto [i, numbers] : llvm::enumerate(backward)) {
    table.put({numbers});
    optional(getFinalOf()[i] >= 0 ? getFinals()[getFinalOf()[i]] : Value());
  }
  table.put({int64_t(getWide().size())});
  table.put(getWide());
  writeKernel(table, getKernel(), getStreams(), getArgs(), getParted(), getSums(), parts);
  table.put({getReplay() ? 1 : 0});
  if (getReplay())
    writeKernel(table, *getReplay(), getReplayStreams(), getReplayArgs(), getReplayParted(), {}, parts);
}

/// What its kernels do is counted there.
Work RecurOp::getWork() { return {}; }

void RecurOp::describe(llvm::raw_ostream &out, NameOf nameOf) {
  int64_t numbers = 0;
  for (int64_t carry : getCarries())
    numbers += carry;
  out << (getReverse() ? "recur back " : "recur ") << nameOf(getNamesake()) << "   row recurrence, "
      << int64_t(getParts()) << (getParts() == 1 ? " row" : " rows") << " a sequence, state " << numbers << " numbers";
  if (!getTapes().empty())
    out << (getReplay() ? ", computed again" : ", kept") << " every " << int64_t(getPiece()) << " tokens";
}
