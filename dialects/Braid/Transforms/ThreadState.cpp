//===- ThreadState.cpp - what @extend remembers of earlier tokens ---------===//
//
// Nothing is declared: what looks at other tokens says at which, and what of them it
// reads is as it reads it, after positions and roundings.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Analysis/Values.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SetVector.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDTHREADSTATE
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

namespace {

class Threader {
public:
  explicit Threader(FuncOp func) : func(func), builder(func.getContext()) {}

  void run() {
    for (Operation &op : func.getBody().front())
      if (auto attend = dyn_cast<AttendOp>(op))
        joinSources(attend);
      else if (auto gradient = dyn_cast<AttendGradOp>(op))
        joinSources(gradient);
    for (auto delay : func.getBody().getOps<DelayOp>()) {
      if (!looksBack(delay))
        continue;
      int64_t &rows = farthest[delay.getInput()];
      rows = std::max(rows, int64_t(delay.getDistance()));
    }
    for (Operation &op : llvm::make_early_inc_range(func.getBody().front())) {
      if (auto delay = dyn_cast<DelayOp>(op); delay && looksBack(delay))
        delay.getInputMutable().assign(remembered(delay.getInput(), delay.getLoc(), delay.getInstance(), "delay",
                                                  farthest.lookup(delay.getInput())));
      else if (auto attend = dyn_cast<AttendOp>(op))
        visit(attend, attend.getInstance());
      else if (auto gradient = dyn_cast<AttendGradOp>(op))
        visit(gradient, std::nullopt);
    }
    // What is computed again begins with what was left, too.
    func.walk([](CarryOp carry) {
      if (!carry.getReverse())
        carry.setRemembered(true);
    });
  }

private:
  /// Adjoints look at later tokens, and of these only at the run's: earlier runs get no gradients.
  static bool looksBack(DelayOp delay) { return int64_t(delay.getDistance()) > 0; }
  template <typename Attend> void joinSources(Attend attend);
  /// How many rows of a source over tokens are kept, 0: of its own alone is looked at.
  template <typename Attend> std::optional<int64_t> rowsOf(Attend attend, size_t source);
  template <typename Attend> void visit(Attend attend, std::optional<StringRef> instance);
  /// The value with its newest `rows` earlier rows, or with all.
  Value remembered(Value value, Location loc, std::optional<StringRef> instance, StringRef kind,
                   std::optional<int64_t> rows);

  FuncOp func;
  OpBuilder builder;
  llvm::EquivalenceClasses<void *> together;              ///< keys and values that are kept equally long
  llvm::DenseMap<void *, std::optional<int64_t>> longest; ///< by the leader of what is kept together
  llvm::DenseMap<Value, int64_t> farthest;                ///< that a value is delayed
  llvm::DenseMap<std::pair<Value, int64_t>, Value> kept;  ///< by the value and its rows, -1: all
  llvm::StringMap<int64_t> numbers;                       ///< of a kind in an instance
};

} // namespace

Value Threader::remembered(Value value, Location loc, std::optional<StringRef> instance, StringRef kind,
                           std::optional<int64_t> rows) {
  if (value.getDefiningOp<RememberOp>())
    return value;
  Value &result = kept[{value, rows.value_or(-1)}];
  if (result)
    return result;
  StringRef prefix = instance.value_or("");
  std::string name = (prefix + (prefix.empty() ? "" : ".") + kind).str();
  name += "." + std::to_string(numbers[name]++);
  builder.setInsertionPointAfterValue(value);
  return result = builder.create<RememberOp>(loc, value.getType(), value, builder.getStringAttr(name),
                                             rows ? builder.getI64IntegerAttr(*rows) : IntegerAttr());
}

template <typename Attend> static bool isOverTokens(Attend attend, size_t source) {
  return typeOf(attend.getKeys()[source]).isToken();
}

/// Keys and values that several sources share are kept once, as long as one of them wants; of one source all is kept
/// equally long, and so what it shares with others brings them together.
template <typename Attend> void Threader::joinSources(Attend attend) {
  for (size_t source = 0; source < attend.getKeys().size(); ++source) {
    if (!isOverTokens(attend, source) || attend.getKeys()[source].template getDefiningOp<RememberOp>())
      continue;
    std::optional<int64_t> rows = cast<MaskAttr>(attend.getMasks()[source]).describe().reach();
    if (rows == 0)
      continue;
    void *key = attend.getKeys()[source].getAsOpaquePointer(), *value = attend.getValues()[source].getAsOpaquePointer();
    for (void *part : {key, value}) {
      bool isNew = together.findValue(part) == together.end();
      std::optional<int64_t> before = isNew ? 0 : longest[together.getLeaderValue(part)];
      rows = rows && before ? std::optional(std::max(*rows, *before)) : std::nullopt;
    }
    longest[*together.unionSets(key, value)] = rows;
  }
}

template <typename Attend> std::optional<int64_t> Threader::rowsOf(Attend attend, size_t source) {
  if (cast<MaskAttr>(attend.getMasks()[source]).describe().reach() == 0)
    return 0;
  return longest.lookup(together.getLeaderValue(attend.getKeys()[source].getAsOpaquePointer()));
}

/// Integers and truth values that several sources name are remembered for each length.
template <typename Attend> void Threader::visit(Attend attend, std::optional<StringRef> instance) {
  llvm::SetVector<Value> segments, only;
  SmallVector<Attribute> masks;
  auto number = [](llvm::SetVector<Value> &list, Value value) {
    list.insert(value);
    return int64_t(llvm::find(list, value) - list.begin());
  };
  for (size_t source = 0; source < attend.getKeys().size(); ++source) {
    auto mask = cast<MaskAttr>(attend.getMasks()[source]);
    std::optional<int64_t> rows = 0;
    if (isOverTokens(attend, source) && !attend.getKeys()[source].template getDefiningOp<RememberOp>())
      rows = rowsOf(attend, source);
    bool alone = rows == 0;
    auto keep = [&](Value value, StringRef kind) {
      return alone ? value : remembered(value, attend.getLoc(), instance, kind, rows);
    };
    attend.getKeysMutable()[source].set(keep(attend.getKeys()[source], "keys"));
    attend.getValuesMutable()[source].set(keep(attend.getValues()[source], "values"));
    int64_t segment = mask.getSegment(), marked = mask.getOnly();
    if (segment >= 0)
      segment = number(segments, keep(attend.getSegments()[segment], "segments"));
    if (marked >= 0)
      marked = number(only, keep(attend.getOnly()[marked], "only"));
    masks.push_back(MaskAttr::get(attend.getContext(), mask.getKind(), mask.getWindow(), mask.getSpan(),
                                  mask.getChunk(), segment, marked));
  }
  attend.getSegmentsMutable().assign(segments.getArrayRef());
  attend.getOnlyMutable().assign(only.getArrayRef());
  attend.setMasksAttr(builder.getArrayAttr(masks));
}

/// What looks at other tokens says how far back: attention and delays do. Sums over tokens are over those of the run.
static LogicalResult verifyLooksBack(FuncOp func) {
  for (Operation &op : func.getBody().front()) {
    if (seesLater(&op))
      return op.emitOpError("looks at later tokens (`all`): @")
             << func.getSymName() << " cannot go on from what earlier runs left";
    auto mix = dyn_cast<MixInterface>(op);
    if (mix && mix.mixesTokens() && !isa<AttendOp, AttendGradOp, DelayOp, DotOp, RecurOp, RememberOp, ScatterOp>(op))
      return op.emitOpError("looks at tokens of earlier runs, and does not say at which: @")
             << func.getSymName() << " cannot go on from what they left";
  }
  return success();
}

namespace {
struct ThreadState : public braid::lang::impl::BraidThreadStateBase<ThreadState> {
  using BraidThreadStateBase::BraidThreadStateBase;
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>()) {
      StringRef name = func.getSymName();
      if (functions.empty() ? name != "extend" : !llvm::is_contained(functions, name))
        continue;
      if (failed(verifyLooksBack(func)))
        return signalPassFailure();
      Threader(func).run();
    }
  }
};
} // namespace
