//===- ThreadState.cpp - what @extend remembers of earlier tokens ---------===//
//
// Nothing is declared: what looks at other tokens says at which, and what of them it
// reads is as it reads it, after positions and roundings.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/Builders.h"
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
    for (Operation &op : llvm::make_early_inc_range(func.getBody().front())) {
      if (auto delay = dyn_cast<DelayOp>(op))
        delay.getInputMutable().assign(remembered(delay.getInput(), delay, "delay", int64_t(delay.getDistance())));
      else if (auto attend = dyn_cast<AttendOp>(op))
        visit(attend);
    }
  }

private:
  void visit(AttendOp attend);
  /// The value with its newest `rows` earlier rows, or with all.
  template <typename Op> Value remembered(Value value, Op op, StringRef kind, std::optional<int64_t> rows);

  FuncOp func;
  OpBuilder builder;
  llvm::DenseMap<std::pair<Value, int64_t>, Value> kept; ///< by the value and its rows, -1: all
  llvm::StringMap<int64_t> numbers;                      ///< of a kind in an instance
};

} // namespace

template <typename Op> Value Threader::remembered(Value value, Op op, StringRef kind, std::optional<int64_t> rows) {
  if (value.getDefiningOp<RememberOp>())
    return value;
  Value &result = kept[{value, rows.value_or(-1)}];
  if (result)
    return result;
  StringRef instance = op.getInstance().value_or("");
  std::string name = (instance + (instance.empty() ? "" : ".") + kind).str();
  name += "." + std::to_string(numbers[name]++);
  builder.setInsertionPointAfterValue(value);
  return result = builder.create<RememberOp>(op.getLoc(), value.getType(), value, builder.getStringAttr(name),
                                             rows ? builder.getI64IntegerAttr(*rows) : IntegerAttr());
}

/// Of one source all is remembered for equally long: integers and truth values that several sources name are
/// remembered for each length.
void Threader::visit(AttendOp attend) {
  llvm::SetVector<Value> segments, only;
  SmallVector<Attribute> masks;
  auto number = [](llvm::SetVector<Value> &list, Value value) {
    list.insert(value);
    return int64_t(llvm::find(list, value) - list.begin());
  };
  for (size_t source = 0; source < attend.getKeys().size(); ++source) {
    auto mask = cast<MaskAttr>(attend.getMasks()[source]);
    std::optional<int64_t> rows = mask.describe().reach();
    bool alone = !typeOf(attend.getKeys()[source]).isToken() || (rows && *rows == 0);
    auto keep = [&](Value value, StringRef kind) { return alone ? value : remembered(value, attend, kind, rows); };
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

namespace {
struct ThreadState : public braid::lang::impl::BraidThreadStateBase<ThreadState> {
  void runOnOperation() override {
    if (auto extend = getOperation().lookupSymbol<FuncOp>("extend"))
      Threader(extend).run();
  }
};
} // namespace
