//===- InsertRounding.cpp - every rounding to bf16 that storage may do ----===//
//
// The policy stands in Passes.td. Rounded values are found through views, so that a
// weight that is split or renamed before it is used is rounded once, at its use.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Analysis/Levels.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/Builders.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDINSERTROUNDING
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

static bool roundsToBF16(Operation *op) {
  auto round = dyn_cast<RoundOp>(op);
  return round && round.getPrecision() == Precision::BF16;
}

/// True if every element has just been rounded.
static bool isRounded(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (roundsToBF16(op))
      return true;
    if (!op->hasTrait<MovesNumbers>())
      return false;
    value = op->getOperand(0);
  }
  return false;
}

namespace {

class Rounder {
public:
  explicit Rounder(FuncOp func) : func(func), builder(func.getContext()) {}

  void run() {
    SmallVector<Operation *> ops;
    for (Operation &op : func.getBody().getOps())
      ops.push_back(&op);
    for (Operation *op : ops)
      visit(op);
  }

private:
  void visit(Operation *op);
  Value rounded(Value value);
  void roundOperand(OpOperand &operand) {
    if (typeOf(operand.get()).isReal())
      operand.set(rounded(operand.get()));
  }
  void roundEverywhere(Value value);

  FuncOp func;
  OpBuilder builder;
  llvm::DenseMap<Value, Value> copies;
};

} // namespace

/// The rounded copy of a value, made right behind it; itself where it is rounded already
/// or is a number in the program's text.
Value Rounder::rounded(Value value) {
  if (isRounded(value) || value.getDefiningOp<ConstantOp>())
    return value;
  Value &copy = copies[value];
  if (!copy)
    for (Operation *user : value.getUsers())
      if (roundsToBF16(user))
        copy = user->getResult(0);
  // One that the program has may stand behind others of its new users.
  Operation *round = copy ? copy.getDefiningOp() : nullptr;
  if (round &&
      llvm::any_of(value.getUsers(), [&](Operation *user) { return user != round && user->isBeforeInBlock(round); }))
    round->moveAfter(value.getDefiningOp());
  if (!copy) {
    builder.setInsertionPointAfterValue(value);
    copy = builder.create<RoundOp>(value.getLoc(), value.getType(), value, Precision::BF16);
  }
  return copy;
}

/// True where an extreme is looked for among the terms that it was found in: it is one of them only as it was found.
static bool looksForExtreme(Operation *user, Value value) {
  auto reduce = value.getDefiningOp<ReduceOp>();
  auto map = dyn_cast<MapOp>(user);
  return reduce && reduce.getKind() != ReduceKind::Sum && map && map.getFn() == Fn::Eq &&
         llvm::is_contained(map.getInputs(), reduce.getInput());
}

/// Gives every user the rounded value.
void Rounder::roundEverywhere(Value value) {
  Value copy = rounded(value);
  if (copy != value)
    value.replaceUsesWithIf(copy, [&](OpOperand &use) {
      return use.getOwner() != copy.getDefiningOp() && !isa<CarryOp>(use.getOwner()) && // which are fp32
             !looksForExtreme(use.getOwner(), value);
    });
}

void Rounder::visit(Operation *op) {
  if (auto read = dyn_cast<ReadOp>(op)) {
    for (int64_t i = 0, n = read.length(); i < n; ++i)
      roundEverywhere(read.getEntries()[i]);
    return;
  }
  auto mix = dyn_cast<MixInterface>(op);
  if (!mix || roleOf(op) != Role::Mix)
    return;
  for (OpOperand &operand : op->getOpOperands())
    if (mix.roundsOperand(operand.getOperandNumber()))
      roundOperand(operand);
  for (OpResult result : op->getResults())
    if (typeOf(result).isToken() && mix.roundsResult(result.getResultNumber()))
      roundEverywhere(result);
}

namespace {
struct InsertRounding : public braid::lang::impl::BraidInsertRoundingBase<InsertRounding> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>())
      Rounder(func).run();
  }
};
} // namespace
