//===- DeriveNext.cpp - @next, the logits of one token --------------------===//
//
// What follows the last op that mixes tokens is computed for one token alone: its row is
// picked, a static value, and so are the results of all that is computed from it.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDDERIVENEXT
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

namespace {

/// The ops that @next needs for the token chosen and for no other.
class Tail {
public:
  explicit Tail(Block &block);
  bool contains(Operation *op) const { return ops.contains(op); }

private:
  llvm::DenseSet<Operation *> ops;
};

} // namespace

static bool isPerToken(Value value) { return typeOf(value).isToken(); }

/// True for ops that compute a token's results from that token's operands, be they picked or not. Ids are not picked,
/// and the draws and the position of a token are those of its place.
static bool isMovable(Operation *op) {
  if (roleOf(op) == Role::Sum || isa<InputOp, PositionOp, RandomOp, OutputOp>(op))
    return false;
  if (auto mix = dyn_cast<MixInterface>(op); mix && mix.mixesTokens())
    return false;
  auto isId = [](Value value) { return typeOf(value).isId() && typeOf(value).isToken(); };
  if (llvm::any_of(op->getOperands(), isId) || llvm::any_of(op->getResults(), isId))
    return false;
  auto read = dyn_cast<ReadOp>(op);
  return !read || llvm::all_of(read.body()->without_terminator(), [](Operation &inner) { return isMovable(&inner); });
}

Tail::Tail(Block &block) {
  auto onlyHere = [&](Value result) {
    return llvm::all_of(result.getUsers(), [&](Operation *user) { return isa<OutputOp>(user) || contains(user); });
  };
  for (Operation &op : llvm::reverse(block))
    if (llvm::any_of(op.getResults(), isPerToken) && isMovable(&op) && llvm::all_of(op.getResults(), onlyHere))
      ops.insert(&op);
  // A truth value is not picked either: what takes one that stays per token stays as well, and with it all before it.
  auto stays = [&](Value operand) {
    return isPerToken(operand) && typeOf(operand).isBool() && !contains(operand.getDefiningOp());
  };
  auto leave = [&](auto self, Operation *op) -> void {
    if (!ops.erase(op))
      return;
    for (Value operand : op->getOperands())
      self(self, operand.getDefiningOp());
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (Operation &op : block)
      if (contains(&op) && llvm::any_of(op.getOperands(), stays)) {
        leave(leave, &op);
        changed = true;
      }
  }
}

static void makeStatic(Value value) { value.setType(typeOf(value).withKind(Kind::Static)); }

/// The input that chooses, and the axis of the tables of one row. No name of a program has a dot.
static constexpr StringLiteral chosenName = "token.chosen";

/// Moves the tail of the function to the token that is chosen.
static LogicalResult choose(FuncOp next) {
  Block &block = next.getBody().front();
  OutputOp output;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto found = dyn_cast<OutputOp>(op); found && found.getName() == "logits")
      output = found;
    else if (isa<OutputOp, ObserveOp, AuxLossOp>(op))
      op.erase();
  }
  if (!output)
    return next.emitOpError("has no output `logits`");
  MLIRContext *context = next.getContext();
  OpBuilder builder(context);
  builder.setInsertionPointToStart(&block);
  auto idType = ValueType::get(context, Kind::Token, ArrayRef<AxisAttr>(), Element::Id, 1);
  Value chosen = builder.create<InputOp>(output.getLoc(), idType, chosenName);
  auto axis = AxisAttr::get(context, chosenName, 1);
  llvm::MapVector<Value, Value> picked;
  auto pick = [&](Value value) {
    Value &row = picked[value];
    if (row)
      return row;
    builder.setInsertionPointAfterValue(value);
    ValueType type = typeOf(value).withKind(Kind::Static);
    SmallVector<AxisAttr> axes = {axis};
    llvm::append_range(axes, type.getAxes());
    StringAttr name = builder.getStringAttr(chosenName);
    Value table = builder.create<ScatterOp>(value.getLoc(), type.withAxes(axes), value, chosen, name);
    return row = builder.create<SliceOp>(value.getLoc(), type, table, name, builder.getI64IntegerAttr(0),
                                         builder.getI64IntegerAttr(1), StringAttr());
  };
  Tail tail(block);
  SmallVector<Operation *> moved;
  for (Operation &op : block)
    if (tail.contains(&op))
      moved.push_back(&op);
  moved.push_back(output);
  for (Operation *op : moved) {
    for (OpOperand &operand : op->getOpOperands())
      if (isPerToken(operand.get()))
        operand.set(pick(operand.get()));
    llvm::for_each(op->getResults(), makeStatic);
    if (auto read = dyn_cast<ReadOp>(op)) {
      llvm::for_each(read.body()->getArguments(), makeStatic);
      for (Operation &inner : read.body()->without_terminator())
        llvm::for_each(inner.getResults(), makeStatic);
    }
  }
  return success();
}

namespace {
struct DeriveNext : public braid::lang::impl::BraidDeriveNextBase<DeriveNext> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module.lookupSymbol("next"))
      return;
    auto logits = module.lookupSymbol<FuncOp>("logits");
    if (!logits) {
      module.emitError("there is no braid.func @logits to derive the logits of one token from");
      return signalPassFailure();
    }
    OpBuilder builder(logits->getContext());
    builder.setInsertionPointAfter(logits);
    auto next = cast<FuncOp>(builder.clone(*logits));
    next.setSymName("next");
    if (failed(choose(next)))
      signalPassFailure();
  }
};
} // namespace
