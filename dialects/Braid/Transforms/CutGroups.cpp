//===- CutGroups.cpp - no kernel larger than can be compiled --------------===//
//
// Without a product between them, the sublayers of a deep model are one group of row work, and
// would be one kernel. Where such a group is cut, values go through memory, which
// `braid.materialize` says: levels, recomputation and kernels follow from it. The rule is in Passes.td.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Analysis/Groups.h"
#include "dialects/Braid/Analysis/Levels.h"
#include "dialects/Braid/Analysis/Values.h"
#include "dialects/Braid/IR/CostModel.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDCUTGROUPS
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// Of an op and what is in its regions, in units of an op on small values.
static int64_t weightOf(Operation *op) {
  int64_t weight = 0;
  op->walk([&](Operation *inner) {
    auto isSmall = [](Value v) { return typeOf(v).numElements() <= cost::fewNumbers; };
    if (isView(inner) || isFree(inner))
      return;
    weight +=
        llvm::all_of(inner->getOperands(), isSmall) && llvm::all_of(inner->getResults(), isSmall) ? 1 : cost::smallOps;
  });
  return weight;
}

namespace {

/// One group, cut into pieces that follow one another.
class Group {
public:
  Group(ArrayRef<Operation *> ops) : ops(ops) {
    for (auto [i, op] : llvm::enumerate(ops)) {
      places[op] = i;
      weights.push_back(weightOf(op));
      total += weights.back();
    }
  }
  int64_t weight() const { return total; }
  /// Gives each op the number of its piece; false if there is one piece alone.
  bool choose(int64_t limit);
  /// What a piece takes of earlier ones comes from memory.
  void separate();

private:
  int64_t placeOf(Value root) const {
    auto it = places.find(root.getDefiningOp());
    return it == places.end() ? -1 : it->second;
  }
  SmallVector<int64_t> bytesAlive() const;

  ArrayRef<Operation *> ops;
  llvm::DenseMap<Operation *, int64_t> places;
  SmallVector<int64_t> weights, pieces;
  int64_t total = 0;
};

} // namespace

/// For each op, the bytes that a cut before it would move: what is made before it and used from it on is stored and
/// loaded, what is in memory anyway, loaded once more. Entries of reads are loaded where they are read, whatever is
/// cut.
SmallVector<int64_t> Group::bytesAlive() const {
  struct Life {
    int64_t first, last;
    bool inMemory;
  };
  llvm::MapVector<Value, Life> lives;
  for (auto [i, op] : llvm::enumerate(ops)) {
    auto read = dyn_cast<ReadOp>(op);
    for (OpOperand &operand : op->getOpOperands()) {
      Value root = rootOf(operand.get());
      if (typeOf(root).isStatic() != !worksPerToken(op) || isFree(root.getDefiningOp()))
        continue;
      if (read && operand.getOperandNumber() < read.getEntries().size())
        continue;
      int64_t made = placeOf(root);
      auto it = lives.try_emplace(root, Life{made < 0 ? int64_t(i) : made, int64_t(i), made < 0}).first;
      it->second.last = i;
    }
  }
  for (auto &[root, life] : lives)
    life.inMemory |= llvm::any_of(root.getUsers(), [&](Operation *user) {
      auto read = dyn_cast<ReadOp>(user);
      return !isView(user) && (!places.contains(user) || (read && llvm::is_contained(read.getEntries(), root)));
    });
  SmallVector<int64_t> change(ops.size() + 1);
  for (auto &[root, life] : lives) {
    int64_t bytes = bytesOf(root) * (life.inMemory ? 1 : 2);
    change[life.first + 1] += bytes;
    change[life.last + 1] -= bytes;
  }
  int64_t alive = 0;
  for (int64_t &each : change)
    each = alive += each;
  return change;
}

bool Group::choose(int64_t limit) {
  SmallVector<int64_t> alive = bytesAlive();
  pieces.assign(ops.size(), 0);
  int64_t left = total;
  for (size_t begin = 0; left > limit;) {
    // Of the places between a quarter of the limit and the limit, the first where least is alive.
    std::optional<size_t> best;
    int64_t weight = 0;
    for (size_t i = begin; i + 1 < ops.size(); ++i) {
      weight += weights[i];
      if (weight > limit && best)
        break;
      if (4 * weight >= limit && (!best || alive[i + 1] < alive[*best]))
        best = i + 1;
    }
    if (!best)
      break;
    for (size_t i = begin; i < *best; ++i)
      left -= weights[i];
    for (size_t i = *best; i < ops.size(); ++i)
      ++pieces[i];
    begin = *best;
  }
  return !pieces.empty() && pieces.back() > 0;
}

void Group::separate() {
  llvm::DenseMap<Value, Value> fromMemory;
  for (auto [i, op] : llvm::enumerate(ops))
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      int64_t made = placeOf(rootOf(value));
      if (made < 0 || pieces[made] == pieces[i])
        continue;
      Value &loaded = fromMemory[value];
      if (!loaded) {
        // A view may stand behind the place of the cut.
        OpBuilder builder(value.getContext());
        builder.setInsertionPointAfterValue(value);
        loaded = builder.create<MaterializeOp>(value.getLoc(), value.getType(), value);
      }
      operand.set(loaded);
    }
}

/// Cuts every group that is too large; false if there was none.
static bool cutGroups(FuncOp func, int64_t limit) {
  Levels levels(func);
  auto levelOf = [&](Operation *op) {
    return isRow(op) || isCall(op) ? std::optional<int64_t>(levels.level(op)) : std::nullopt;
  };
  bool changed = false;
  for (const auto &ops : groupsOf(func.getBody().front(), levelOf)) {
    Group group(ops);
    if (group.weight() <= limit || !group.choose(limit))
      continue;
    group.separate();
    changed = true;
  }
  return changed;
}

namespace {
struct CutGroups : public braid::lang::impl::BraidCutGroupsBase<CutGroups> {
  using BraidCutGroupsBase::BraidCutGroupsBase;
  void runOnOperation() override {
    // What is cut off may join a group of the level after it. Each round moves the rest by a level, so that there is an
    // end.
    constexpr int rounds = 8;
    for (auto func : getOperation().getOps<FuncOp>())
      for (int round = 0; round < rounds && cutGroups(func, largest * cost::smallOps); ++round) {
      }
  }
};
} // namespace
