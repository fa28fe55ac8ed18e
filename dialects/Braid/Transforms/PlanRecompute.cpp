//===- PlanRecompute.cpp - store or compute again -------------------------===//
//
// Levels are visited in order. At each, every row-local value of an earlier level that
// the level's row ops use is decided once for all levels that use it, by bytes; then the
// chains of those to be computed again are copied to the level. The rule is in Passes.td.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Analysis/Traffic.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "dialects/Braid/Transforms/Patterns.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace braid::ir {
#define GEN_PASS_DEF_BRAIDPLANRECOMPUTE
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::ir

using namespace mlir;
using namespace braid::ir;

/// A chain of more ops than this is not worth copying.
constexpr unsigned longestChain = 64;
/// A value of at most this part of its leaves is always stored.
constexpr int64_t smallPart = 8;

/// The value whose memory a view shows.
static Value rootOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<RenameOp, SplitOp, JoinOp, DetachOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// True for ops that can be part of a row kernel at any level.
static bool isPlainRow(Operation *op) { return isRowLocal(op) && !endsLevel(op); }

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
  }
  void run();

private:
  using Leaves = llvm::SmallSetVector<Value, 8>;

  void collect();
  bool isStored(Value root) const {
    return typeOf(root).isStatic() || stored.contains(root) || !root.getDefiningOp();
  }
  bool isLate(Value root, int level) const {
    return !isStored(root) && levels.available(root) < level;
  }
  bool gatherLeaves(Value value, Leaves &leaves, llvm::DenseSet<Value> &seen) const;
  int64_t missingBytes(const Leaves &leaves, int level) const;
  void decide(Value root, int level);
  Value copyTo(Value value, int level, llvm::DenseMap<Value, Value> &copies);

  FuncOp func;
  Levels levels;
  OpBuilder builder;
  /// Roots that are in memory.
  llvm::DenseSet<Value> stored;
  llvm::DenseSet<Value> decided;
  /// Row ops by level, in program order; what each level reads; levels that use a root.
  std::vector<std::vector<Operation *>> rows;
  std::vector<llvm::DenseSet<Value>> reads;
  llvm::DenseMap<Value, llvm::SmallSetVector<int, 4>> usedAt;
};

} // namespace

void Planner::collect() {
  rows.resize(levels.last() + 1);
  reads.resize(levels.last() + 1);
  for (Operation &op : func.getBody().getOps()) {
    bool row = isRowLocal(&op);
    if (!isPlainRow(&op))
      stored.insert(op.getResults().begin(), op.getResults().end());
    // A product writes its result in the format to which it is rounded.
    if (auto round = dyn_cast<RoundOp>(op))
      if (Operation *made = round.getInput().getDefiningOp(); made && !isRowLocal(made))
        stored.insert(round.getResult());
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

/// What a copy of `value` would read; fails for long chains.
bool Planner::gatherLeaves(Value value, Leaves &leaves, llvm::DenseSet<Value> &seen) const {
  Value root = rootOf(value);
  if (!seen.insert(root).second || typeOf(root).isStatic())
    return true;
  if (isStored(root) || isTableRow(root)) {
    leaves.insert(root);
    return true;
  }
  if (seen.size() > longestChain)
    return false;
  for (Value operand : root.getDefiningOp()->getOperands())
    if (!gatherLeaves(operand, leaves, seen))
      return false;
  return true;
}

int64_t Planner::missingBytes(const Leaves &leaves, int level) const {
  int64_t bytes = 0;
  for (Value leaf : leaves)
    if (!reads[level].contains(leaf))
      bytes += bytesOf(leaf);
  return bytes;
}

void Planner::decide(Value root, int level) {
  if (!decided.insert(root).second)
    return;
  Leaves leaves;
  llvm::DenseSet<Value> seen;
  int64_t bytes = bytesOf(root), leafBytes = 0;
  bool possible = true;
  if (isTableRow(root)) {
    return;
  }
  for (Value operand : root.getDefiningOp()->getOperands())
    possible = possible && gatherLeaves(operand, leaves, seen);
  for (Value leaf : leaves)
    leafBytes += bytesOf(leaf);
  int64_t store = bytes, again = 0;
  for (int use : usedAt[root]) {
    if (use <= levels.available(root))
      continue;
    store += bytes;
    again += missingBytes(leaves, use);
  }
  bool small = bytes * smallPart <= leafBytes;
  if (!possible || small || again >= store)
    stored.insert(root);
}

/// The copy of `value` at `level`; the value itself where it is in memory.
Value Planner::copyTo(Value value, int level, llvm::DenseMap<Value, Value> &copies) {
  if (isStored(rootOf(value)) || levels.available(value) >= level)
    return value;
  if (Value copy = copies.lookup(value))
    return copy;
  Operation *op = value.getDefiningOp();
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, copyTo(operand, level, copies));
  Operation *copy = builder.clone(*op, mapping);
  copy->setAttr("braid.recompute", builder.getI64IntegerAttr(level));
  for (auto [old, made] : llvm::zip(op->getResults(), copy->getResults()))
    copies[old] = made;
  return copies[value];
}

void Planner::run() {
  for (int level = 1; level <= levels.last(); ++level) {
    for (Operation *op : rows[level])
      for (Value operand : op->getOperands())
        if (isLate(rootOf(operand), level))
          decide(rootOf(operand), level);
    llvm::DenseMap<Value, Value> copies;
    for (Operation *op : rows[level]) {
      builder.setInsertionPoint(op);
      for (OpOperand &operand : op->getOpOperands())
        if (isLate(rootOf(operand.get()), level))
          operand.set(copyTo(operand.get(), level, copies));
    }
    // What the copies read is there for those that are decided later.
    for (auto [old, made] : copies)
      for (Value operand : made.getDefiningOp()->getOperands())
        reads[level].insert(rootOf(operand));
  }
}

namespace {
struct PlanRecompute : public braid::ir::impl::BraidPlanRecomputeBase<PlanRecompute> {
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
