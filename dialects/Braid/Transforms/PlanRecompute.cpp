//===- PlanRecompute.cpp - store or compute again -------------------------===//
//
// Levels are visited in order. At each, every row-local value of an earlier level that
// the level's row ops use is decided once for all levels that use it, by bytes; then the
// chains of those to be computed again are copied to the level. The rule is in Passes.td.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Analysis/Levels.h"
#include "dialects/Braid/Analysis/Values.h"
#include "dialects/Braid/IR/CostModel.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "dialects/Braid/Transforms/Patterns.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDPLANRECOMPUTE
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// True for ops that can be part of a row kernel at any level.
static bool isPlainRow(Operation *op) { return isRowLocal(op) && !endsLevel(op); }

/// True if an order of additions decides the bits, which the kernel chooses that the op is in: of sums over
/// more than `few` numbers.
static bool isSum(Operation *op, int64_t few) {
  bool found = false;
  op->walk([&](Operation *inner) {
    auto reduce = dyn_cast<ReduceOp>(inner);
    bool adds = isa<DotOp>(inner) || (reduce && reduce.getKind() == ReduceKind::Sum);
    found |= adds && llvm::any_of(inner->getOperands(), [&](Value v) { return typeOf(v).numElements() > few; });
  });
  return found;
}

/// A row of a static table: read where it is used, never stored.
static bool isTableRow(Value value) {
  auto gather = value.getDefiningOp<GatherOp>();
  return gather && typeOf(gather.getTable()).isStatic();
}

namespace {

class Planner {
public:
  explicit Planner(FuncOp func) : func(func), levels(func), builder(func.getContext()) {
    collect();
    findAnchors();
  }
  void run();

private:
  /// What computing a value again takes.
  struct Chain {
    llvm::SmallSetVector<Value, 8> leaves;
    llvm::SmallSetVector<Value, 16> inner; ///< roots on the way
    int64_t work = 0;                      ///< in bytes of memory traffic that take as long
    int64_t leafBytes() const {
      int64_t bytes = 0;
      for (Value leaf : leaves)
        bytes += bytesOf(leaf);
      return bytes;
    }
  };

  void collect();
  /// The value whose memory a view shows, copies taken for what they are copies of.
  Value rootOf(Value value) const;
  Value originalOf(Value value) const {
    Value original = originals.lookup(value);
    return original ? original : value;
  }
  bool isStored(Value root) const { return typeOf(root).isStatic() || stored.contains(root) || !root.getDefiningOp(); }
  bool isLate(Value root, int level) const { return !isStored(root) && levels.available(root) < level; }
  llvm::SmallPtrSet<Operation *, 4> sumsBehind(Value value) const;
  llvm::DenseSet<Operation *> comparedSums() const;
  void findAnchors();
  bool follow(Operation *op, int level, Chain &chain) const;
  int64_t missingBytes(const Chain &chain, int level) const;
  void decide(Value root, int level);
  Value copyTo(Value value, int level, llvm::DenseMap<Value, Value> &copies);

  FuncOp func;
  Levels levels;
  OpBuilder builder;
  /// Roots that are in memory.
  llvm::DenseSet<Value> stored;
  llvm::DenseSet<Value> decided;
  /// Roots that are stored wherever a chain meets one: sums, whose bits a copy might not have, and what takes little
  /// beside its leaves.
  llvm::DenseSet<Value> anchors;
  /// Roots of which each level has a copy.
  std::vector<llvm::DenseSet<Value>> copied;
  llvm::DenseMap<Operation *, unsigned> position;
  /// What a copy is a copy of.
  llvm::DenseMap<Value, Value> originals;
  /// Row ops by level, in program order; what each level reads; levels that use a root.
  std::vector<std::vector<Operation *>> rows;
  std::vector<llvm::DenseSet<Value>> reads;
  llvm::DenseMap<Value, llvm::SmallSetVector<int, 4>> usedAt;
};

} // namespace

Value Planner::rootOf(Value value) const {
  value = originalOf(value);
  while (Operation *op = value.getDefiningOp()) {
    if (roleOf(op) != Role::View)
      break;
    value = originalOf(op->getOperand(0));
  }
  return value;
}

void Planner::collect() {
  rows.resize(levels.last() + 1);
  reads.resize(levels.last() + 1);
  copied.resize(levels.last() + 1);
  for (Operation &op : func.getBody().getOps()) {
    position[&op] = position.size();
    bool row = isRowLocal(&op);
    if (!isPlainRow(&op))
      for (Value result : op.getResults())
        stored.insert(rootOf(result));
    // A product writes its result in the format to which it is rounded.
    if (auto round = dyn_cast<RoundOp>(op))
      if (Operation *made = round.getInput().getDefiningOp(); made && !isRowLocal(made))
        stored.insert(round.getResult());
    // An entry has a buffer of its own, so that one kernel can serve any number of them.
    if (auto read = dyn_cast<ReadOp>(op))
      for (Value entry : read.getEntries())
        stored.insert(rootOf(entry));
    for (Value operand : op.getOperands()) {
      Value root = rootOf(operand);
      if (!row) {
        stored.insert(root);
        continue;
      }
      reads[levels.level(&op)].insert(root);
      usedAt[root].insert(levels.level(&op));
    }
    if (row)
      rows[levels.level(&op)].push_back(&op);
  }
}

/// Extremes sweep over their operands in cache; the rest is done on the way.
static int64_t sweepsOf(Operation *op) {
  int64_t bytes = 0;
  op->walk([&](ReduceOp reduce) { bytes += bytesOf(reduce.getInput()); });
  return bytes / cost::cacheFactor;
}

/// Adds `op` and all that it needs and that the level has no copy of; fails for long chains.
bool Planner::follow(Operation *op, int level, Chain &chain) const {
  chain.work += sweepsOf(op);
  for (Value operand : op->getOperands()) {
    Value root = rootOf(operand);
    if (typeOf(root).isStatic() || chain.leaves.contains(root) || chain.inner.contains(root) ||
        copied[level].contains(root))
      continue;
    if (isStored(root) || isTableRow(root) || anchors.contains(root)) {
      chain.leaves.insert(root);
      continue;
    }
    chain.inner.insert(root);
    if (chain.inner.size() > cost::longestChain || !follow(root.getDefiningOp(), level, chain))
      return false;
  }
  return true;
}

/// The sums of the function that a value is made of, and whose copies it might be made of instead.
llvm::SmallPtrSet<Operation *, 4> Planner::sumsBehind(Value value) const {
  llvm::SmallPtrSet<Operation *, 4> sums;
  llvm::DenseSet<Value> seen;
  SmallVector<Value> left = {value};
  while (!left.empty()) {
    Value root = rootOf(left.pop_back_val());
    if (!seen.insert(root).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(root)) { // of a read, whose entries are stored
      auto read = dyn_cast<ReadOp>(argument.getOwner()->getParentOp());
      unsigned number = argument.getArgNumber();
      if (read && number >= unsigned(read.getGroups()))
        left.push_back(read.getCaptures()[number - unsigned(read.getGroups())]);
      continue;
    }
    if (isStored(root))
      continue;
    Operation *op = root.getDefiningOp();
    if (isa<FuncOp>(op->getParentOp()) && isSum(op, 0))
      sums.insert(op);
    else
      llvm::append_range(left, op->getOperands());
  }
  return sums;
}

/// Sums that both sides of a comparison are made of. If one side had a copy, off in the last bit, a number would not be
/// found where it was taken from, and what is the least or the greatest would have no gradient.
llvm::DenseSet<Operation *> Planner::comparedSums() const {
  llvm::DenseSet<Operation *> compared;
  for (Operation &top : FuncOp(func).getBody().getOps())
    top.walk([&](MapOp map) {
      if (!yieldsBool(map.getFn()) || map.getInputs().size() != 2 || !typeOf(map.getInputs()[0]).isReal())
        return;
      auto right = sumsBehind(map.getInputs()[1]); // a constant, often
      if (right.empty())
        return;
      for (Operation *sum : sumsBehind(map.getInputs()[0]))
        if (right.contains(sum))
          compared.insert(sum);
    });
  return compared;
}

void Planner::findAnchors() {
  llvm::DenseSet<Operation *> compared = comparedSums();
  for (Operation &op : func.getBody().getOps()) {
    if (!isPlainRow(&op))
      continue;
    Chain chain;
    bool sum = isSum(&op, cost::fewNumbers) || compared.contains(&op), possible = sum || follow(&op, 0, chain);
    for (Value result : op.getResults())
      if (possible && typeOf(result).isToken() && rootOf(result) == result &&
          (sum || bytesOf(result) * cost::smallPart <= chain.leafBytes()))
        anchors.insert(result);
  }
}

int64_t Planner::missingBytes(const Chain &chain, int level) const {
  int64_t bytes = 0;
  for (Value leaf : chain.leaves)
    if (!reads[level].contains(leaf))
      bytes += bytesOf(leaf);
  return bytes;
}

void Planner::decide(Value root, int level) {
  if (!decided.insert(root).second || isTableRow(root))
    return;
  Chain chain;
  bool possible = !anchors.contains(root) && follow(root.getDefiningOp(), level, chain);
  int64_t bytes = bytesOf(root), store = bytes, again = 0;
  SmallVector<int> uses;
  for (int use : usedAt[root]) {
    if (use <= levels.available(root))
      continue;
    uses.push_back(use);
    store += bytes;
    again += missingBytes(chain, use) + chain.work;
  }
  if (!possible || again >= store) {
    stored.insert(root);
    return;
  }
  for (Value leaf : chain.leaves)
    if (!isTableRow(leaf))
      stored.insert(leaf);
  for (int use : uses) {
    reads[use].insert(chain.leaves.begin(), chain.leaves.end());
    copied[use].insert(chain.inner.begin(), chain.inner.end());
    copied[use].insert(root);
  }
}

/// The copy of `value` at `level`; the value itself where it is in memory.
Value Planner::copyTo(Value value, int level, llvm::DenseMap<Value, Value> &copies) {
  value = originalOf(value);
  if (isStored(rootOf(value)) || levels.available(value) >= level)
    return value;
  if (Value copy = copies.lookup(value))
    return copy;
  Operation *op = value.getDefiningOp();
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, copyTo(operand, level, copies));
  Operation *copy = builder.clone(*op, mapping);
  if (isRow(copy))
    copy->setAttr("recomputed", builder.getUnitAttr());
  for (auto [old, made] : llvm::zip(op->getResults(), copy->getResults())) {
    copies[old] = made;
    originals[made] = old;
  }
  return copies[value];
}

void Planner::run() {
  for (int level = 1; level <= levels.last(); ++level) {
    llvm::SmallSetVector<Value, 16> late;
    for (Operation *op : rows[level])
      for (Value operand : op->getOperands())
        if (isLate(rootOf(operand), level))
          late.insert(rootOf(operand));
    SmallVector<Value> ordered(late.begin(), late.end());
    auto place = [&](Value value) {
      return std::pair(position.lookup(value.getDefiningOp()), cast<OpResult>(value).getResultNumber());
    };
    llvm::sort(ordered, [&](Value a, Value b) { return place(a) < place(b); });
    for (Value root : ordered)
      if (!isStored(root))
        decide(root, level);
    llvm::DenseMap<Value, Value> copies;
    for (Operation *op : rows[level]) {
      builder.setInsertionPoint(op);
      for (OpOperand &operand : op->getOpOperands())
        if (isLate(rootOf(operand.get()), level))
          operand.set(copyTo(operand.get(), level, copies));
    }
  }
}

namespace {
struct PlanRecompute : public braid::lang::impl::BraidPlanRecomputeBase<PlanRecompute> {
  void runOnOperation() override {
    // Copies of reads need not give what nobody uses; originals may be dead now.
    RewritePatternSet set(&getContext());
    addReadPatterns(set);
    FrozenRewritePatternSet patterns(std::move(set));
    GreedyRewriteConfig config;
    config.enableRegionSimplification = GreedySimplifyRegionLevel::Disabled;
    for (auto func : getOperation().getOps<FuncOp>()) {
      Planner(func).run();
      (void)applyPatternsAndFoldGreedily(func, patterns, config);
    }
  }
};
} // namespace
