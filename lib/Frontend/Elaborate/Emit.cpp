//===- Emit.cpp - where an op goes ----------------------------------------===//
//
// An op goes into the region of a history read if an operand has the axis of
// the history's entries (or, inside a connection, if an operand is in an open
// region), and into the function otherwise. So what does not depend on the
// stacked entries, like a weight matrix applied to the newest entry, stays a
// product outside, and what follows the reduction of the entries follows the
// read. A value that leaves a region closes it; what is then still needed of
// the stack is computed again in a new region over the same entries.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace braid::elab {

/// A stacked value of at most so many numbers an entry is handed from region to
/// region; a larger one is computed again.
static constexpr int64_t handOverElements = 16;

Region *Elaborator::regionOf(Value value) const {
  if (value.getParentBlock() == base)
    return nullptr;
  return regions.lookup(value.getParentBlock());
}

bool Elaborator::carries(Value value, Region *region) const {
  return llvm::is_contained(lang::typeOf(value).getAxes(), region->stack->axis);
}

Region *Elaborator::openRegion(Stack *stack) {
  if (stack->region && !stack->region->closed)
    return stack->region;
  Region &region = regionStore.emplace_back();
  region.stack = stack;
  region.block = new Block;
  region.block->addArgument(stack->type, UnknownLoc::get(&context));
  regions[region.block] = &region;
  stack->region = &region;
  return &region;
}

/// Chooses the block for an op and rewrites its operands to be visible there.
/// `heavy` ops leave a region unless an operand has the stacked axis. Null
/// after an error.
Block *Elaborator::enter(MutableArrayRef<Value> operands, Range range, bool heavy) {
  Stack *stacked = nullptr;
  Region *open = nullptr;
  for (Value v : operands) {
    Region *r = v ? regionOf(v) : nullptr;
    if (!r)
      continue;
    if (carries(v, r)) {
      if (stacked && stacked != r->stack) {
        error(Diag::TwoHistories, range);
        return nullptr;
      }
      stacked = r->stack;
    } else if (!r->closed && !open) {
      open = r;
    }
  }
  Region *target = stacked ? openRegion(stacked) : !heavy && connectionDepth ? open : nullptr;
  for (Value &v : operands) {
    if (!v)
      continue;
    Region *r = regionOf(v);
    if (r && r == target)
      continue;
    if (r && target && r->stack == target->stack && carries(v, r) &&
        lang::typeOf(v).numElements() / r->stack->axis.getSize() > handOverElements) {
      v = cloneInto(target, v);
      continue;
    }
    if (r)
      v = outside(v);
    if (v.getParentBlock() != base)
      v = importIntoInit(v, range);
    if (!v)
      return nullptr;
    if (target)
      v = capture(target, v);
  }
  return target ? target->block : base;
}

/// The SSA operands of an op, with the builder placed where the op goes.
bool Elaborator::prepare(ArrayRef<Val> vals, SmallVectorImpl<Value> &out, Range range, bool heavy) {
  for (const Val &v : vals) {
    if (v.kind == Val::Kind::Tensor)
      out.push_back(v.tensor);
    else if (v.kind == Val::Kind::Stack)
      out.push_back(openRegion(v.stack)->block->getArgument(0));
    else if (v.kind == Val::Kind::Number)
      out.push_back(Value());
    else
      return false;
  }
  Block *block = enter(out, range, heavy);
  if (!block)
    return false;
  for (auto [value, v] : llvm::zip(out, vals))
    if (!value)
      value = constant(block, v.number, v.isBool);
  builder.setInsertionPointToEnd(block);
  return true;
}

/// The value as seen in the function; closes its region.
Value Elaborator::outside(Value value) {
  Region *r = regionOf(value);
  if (!r)
    return value;
  if (auto argument = dyn_cast<BlockArgument>(value); argument && argument.getArgNumber() > 0)
    return r->captures[argument.getArgNumber() - 1];
  if (auto op = value.getDefiningOp<lang::ConstantOp>())
    return constant(base, op.getValue().convertToDouble(), lang::typeOf(value).isBool());
  for (auto [i, yielded] : llvm::enumerate(r->yields))
    if (yielded == value)
      return r->placeholders[i]->getResult(0);
  OpBuilder::InsertionGuard guard(builder);
  if (r->closed) {
    builder.setInsertionPoint(r->placeholders.front());
  } else {
    builder.setInsertionPointToEnd(base);
    r->closed = true;
  }
  auto placeholder = builder.create<UnrealizedConversionCastOp>(value.getLoc(), value.getType(), ValueRange());
  r->yields.push_back(value);
  r->placeholders.push_back(placeholder);
  placeholderRegions[placeholder] = r;
  return placeholder.getResult(0);
}

Value Elaborator::outside(const Val &value, Range range) {
  SmallVector<Value, 1> out;
  if (value.isNumber())
    return constant(base, value.number, value.isBool);
  if (value.kind == Val::Kind::Stack)
    return outside(openRegion(value.stack)->block->getArgument(0));
  if (value.kind != Val::Kind::Tensor)
    return {};
  Value v = outside(value.tensor);
  return v.getParentBlock() == base ? v : importIntoInit(v, range);
}

Value Elaborator::capture(Region *region, Value value) {
  if (auto op = value.getDefiningOp<lang::ConstantOp>())
    if (lang::typeOf(value).getAxes().empty())
      return constant(region->block, op.getValue().convertToDouble(), lang::typeOf(value).isBool());
  Value &argument = region->captured[value];
  if (!argument) {
    argument = region->block->addArgument(value.getType(), value.getLoc());
    region->captures.push_back(value);
  }
  return argument;
}

/// Computes a value of an earlier region over the same entries again.
Value Elaborator::cloneInto(Region *region, Value value) {
  if (value.getParentBlock() == region->block)
    return value;
  if (auto it = region->clones.find(value); it != region->clones.end())
    return it->second;
  Region *from = regionOf(value);
  Value result;
  if (auto argument = dyn_cast<BlockArgument>(value); argument && argument.getArgNumber() == 0) {
    result = region->block->getArgument(0);
  } else if (!carries(value, from) || isa<BlockArgument>(value)) {
    result = capture(region, outside(value));
  } else {
    Operation *op = value.getDefiningOp();
    IRMapping mapping;
    for (Value operand : op->getOperands())
      mapping.map(operand, cloneInto(region, operand));
    builder.setInsertionPointToEnd(region->block);
    result = builder.clone(*op, mapping)->getResult(cast<OpResult>(value).getResultNumber());
  }
  region->clones[value] = result;
  return result;
}

/// A static value of the function, computed again in an initialiser's region.
Value Elaborator::importIntoInit(Value value, Range range) {
  if (lang::typeOf(value).isToken()) {
    error(Diag::InitialiserNotStatic, range);
    return {};
  }
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<UnrealizedConversionCastOp>(op) && op->getNumOperands()) // a written value
    return importIntoInit(op->getOperand(0), range);
  if (!op || isa<UnrealizedConversionCastOp>(op) || (!initFromParameters && isa<lang::ParamOp>(op))) {
    error(Diag::InitialiserNotStatic, range).hint =
        op && isa<lang::ParamOp>(op) ? "an initial value made from other parameters is written `= init e`" : "";
    return {};
  }
  auto key = std::make_pair(base, value);
  if (auto it = imported.find(key); it != imported.end())
    return it->second;
  IRMapping mapping;
  for (Value operand : op->getOperands()) {
    Value inner = operand.getParentBlock() == base ? operand : importIntoInit(operand, range);
    if (!inner)
      return {};
    mapping.map(operand, inner);
  }
  builder.setInsertionPointToEnd(base);
  Value result = builder.clone(*op, mapping)->getResult(cast<OpResult>(value).getResultNumber());
  imported[key] = result;
  return result;
}

Value Elaborator::constant(Block *block, double value, bool isBool) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  auto key = std::make_pair(block, bits);
  auto &cache = isBool ? boolConstants : constants;
  if (auto it = cache.find(key); it != cache.end())
    return it->second;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(block);
  auto type = lang::ValueType::get(&context, lang::Kind::Static, ArrayRef<AxisAttr>(),
                                   isBool ? lang::Element::Bool : lang::Element::Real, 0);
  Value result = builder.create<lang::ConstantOp>(UnknownLoc::get(&context), type, builder.getF64FloatAttr(value));
  cache[key] = result;
  return result;
}

static void eraseDeadIn(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

/// Turns the placeholders of a region that are used into one `braid.read`.
void Elaborator::finishRegion(Region &region) {
  SmallVector<Value> yields;
  SmallVector<Value> uses;
  for (auto [yielded, placeholder] : llvm::zip(region.yields, region.placeholders))
    if (!placeholder->use_empty()) {
      yields.push_back(yielded);
      uses.push_back(placeholder->getResult(0));
    }
  Operation *place = region.placeholders.front();
  if (!yields.empty()) {
    Location where = yields.front().getLoc();
    builder.setInsertionPointToEnd(region.block);
    builder.create<lang::YieldOp>(where, yields);
    eraseDeadIn(*region.block);
    for (unsigned i = region.captures.size(); i-- > 0;)
      if (region.block->getArgument(i + 1).use_empty()) {
        region.block->eraseArgument(i + 1);
        region.captures.erase(region.captures.begin() + i);
      }
    builder.setInsertionPoint(place);
    SmallVector<Type> types;
    for (Value v : yields)
      types.push_back(v.getType());
    auto read = builder.create<lang::ReadOp>(where, types, region.stack->axis.getName(), 1, region.stack->entries,
                                             region.captures, ArrayRef<int64_t>(), IntegerAttr());
    read.getBody().push_back(region.block);
    region.block = nullptr;
    for (auto [use, result] : llvm::zip(uses, read.getResults()))
      use.replaceAllUsesWith(result);
  }
  for (Operation *placeholder : region.placeholders)
    placeholder->erase();
}

/// Builds the reads, last one first, and erases what nothing uses.
void Elaborator::finishFunction() {
  llvm::DenseSet<Region *> done;
  do {
    SmallVector<Operation *> ops;
    for (Operation &op : *function)
      ops.push_back(&op);
    for (Operation *op : llvm::reverse(ops)) {
      if (auto it = placeholderRegions.find(op); it != placeholderRegions.end()) {
        if (done.insert(it->second).second)
          finishRegion(*it->second);
      } else if (isOpTriviallyDead(op) && !isa<lang::CarryOp>(op)) {
        op->erase();
      }
    }
  } while (dropUnreadCarries());
  dropRegions();
}

/// Erases carries that nobody looks at, with what is left in them; whether there were any.
bool Elaborator::dropUnreadCarries() {
  llvm::DenseSet<StringAttr> unread;
  for (auto carry : llvm::make_early_inc_range(function->getOps<lang::CarryOp>()))
    if (carry->use_empty()) {
      unread.insert(carry.getNameAttr());
      carry.erase();
    }
  for (auto next : llvm::make_early_inc_range(function->getOps<lang::NextOp>()))
    if (unread.contains(next.getNameAttr()))
      next.erase();
  return !unread.empty();
}

/// Regions that nothing came out of.
void Elaborator::dropRegions() {
  for (Region &region : regionStore) {
    if (region.block) {
      region.block->dropAllReferences();
      delete region.block;
    }
    region.block = nullptr;
  }
}

} // namespace braid::elab
