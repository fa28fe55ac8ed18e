//===- BraidCarryVerifiers.cpp - the rules R28 … R30 ----------------------===//

#include "dialects/Braid/IR/Carries.h"
#include "dialects/Braid/IR/VerifyHelpers.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::lang;

// R28.
LogicalResult CarryOp::verify() {
  ValueType type = typeOf(getResult());
  if (!type.isToken() || !type.isReal())
    return emitOpError("is ") << type << "; a carry is real and varies per token";
  if (getReverse() && (getInit() || getRemembered()))
    return emitOpError("is `reverse`, which begins with 0 in every run");
  return getInit() ? expectSameType(*this, typeOf(getInit()), type.withKind(Kind::Static), "initial value") : success();
}

LogicalResult braid::lang::verifyCarries(Block &block) {
  struct Found {
    CarryOp carry;
    NextOp next;
  };
  llvm::StringMap<Found> found;
  for (Operation &op : block) {
    if (auto carry = dyn_cast<CarryOp>(op)) {
      Found &pair = found[carry.getName()];
      if (pair.carry)
        return (carry.emitOpError() << "\"" << carry.getName() << "\" has two carries").attachNote(pair.carry.getLoc())
               << "the first is here";
      pair.carry = carry;
    } else if (auto next = dyn_cast<NextOp>(op)) {
      Found &pair = found[next.getName()];
      if (!pair.carry)
        return next.emitOpError() << "there is no carry \"" << next.getName() << "\" before it";
      if (pair.next)
        return (next.emitOpError() << "\"" << next.getName() << "\" is left twice").attachNote(pair.next.getLoc())
               << "the first is here";
      pair.next = next;
      if (failed(expectSameType(next, typeOf(next.getValue()), typeOf(pair.carry.getResult()), "value")))
        return failure();
    } else if (auto final = dyn_cast<FinalOp>(op)) { // R29.
      auto it = found.find(final.getName());
      if (it == found.end() || !it->second.next || !it->second.carry.getReverse())
        return final.emitOpError() << "there is no reverse carry \"" << final.getName() << "\" before it";
      if (failed(expectSameType(final, typeOf(final.getResult()),
                                typeOf(it->second.carry.getResult()).withKind(Kind::Static), "result")))
        return failure();
    }
  }
  for (auto &entry : found)
    if (!entry.second.next)
      return entry.second.carry.emitOpError() << "nothing is left for \"" << entry.first() << "\"";
  return success();
}

ValueType RecurOp::tapeType(ValueType carry, int64_t keep) {
  int64_t row = int64_t(llvm::divideCeil(uint64_t(carry.numElements()), uint64_t(keep)));
  return carry.withAxes(AxisAttr::get(carry.getContext(), "kept", row)).withKind(Kind::Token);
}

/// The ops of one region; how many carries it has.
static FailureOr<int64_t> verifyRegion(RecurOp recur, Block &block, bool reverse) {
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return recur.emitOpError("a region must end in a braid.yield");
  int64_t count = 0;
  for (Operation &op : block.without_terminator()) {
    if (auto carry = dyn_cast<CarryOp>(op)) {
      ++count;
      if (carry.getReverse() != reverse)
        return carry.emitOpError("goes the other way than the recurrence");
      auto init = dyn_cast_or_null<BlockArgument>(carry.getInit());
      if (carry.getInit() && (!init || init.getArgNumber() >= recur.getCaptures().size()))
        return carry.emitOpError("begins with what is not captured");
    } else if (auto final = dyn_cast<FinalOp>(op);
               !final && !isa<NextOp>(op) &&
               !llvm::is_contained({Role::View, Role::Free, Role::Row, Role::Sum}, roleOf(&op))) {
      return op.emitOpError("is no row work, and stands in a row recurrence");
    }
  }
  if (failed(verifyCarries(block)))
    return failure();
  return count;
}

// R30.
LogicalResult RecurOp::verify() {
  if (!getReplay().empty() && !getReplay().hasOneBlock())
    return emitOpError("the region `replay` has several blocks");
  if (getKeep() && int64_t(*getKeep()) < 1)
    return emitOpError("keeps every ") << int64_t(*getKeep()) << " tokens";
  FailureOr<int64_t> carries = verifyRegion(*this, *body(), getReverse());
  if (failed(carries))
    return failure();
  SmallVector<Type> arguments(getCaptures().getTypes());
  SmallVector<Type> results(body()->getTerminator()->getOperandTypes());
  if (replay()) {
    if (!getReverse() || !getKeep())
      return emitOpError("computes a forward recurrence again: it is `reverse` and says `keep`");
    FailureOr<int64_t> replayed = verifyRegion(*this, *replay(), false);
    if (failed(replayed))
      return failure();
    if (replay()->getArgumentTypes() != TypeRange(arguments))
      return emitOpError("the arguments of `replay` are not of the captures' types");
    if (*replayed != int64_t(getTapes().size()))
      return emitOpError("replays ") << *replayed << " carries, and has " << getTapes().size() << " tapes";
    for (auto [carry, tape] : llvm::zip(replay()->getOps<CarryOp>(), getTapes())) {
      if (failed(expectSameType(*this, typeOf(tape), tapeType(typeOf(carry.getResult()), *getKeep()), "tape")))
        return failure();
      auto from = tape.getDefiningOp<RecurOp>();
      if (!from || from.getReverse() || from.getKeep() != getKeep() ||
          cast<OpResult>(tape).getResultNumber() < unsigned(from.numYielded()))
        return emitOpError("a tape is not one of a forward recurrence");
    }
    llvm::append_range(arguments, replay()->getTerminator()->getOperandTypes());
  } else if (!getTapes().empty()) {
    return emitOpError("has tapes and no `replay`");
  }
  if (body()->getArgumentTypes() != TypeRange(arguments))
    return emitOpError("the region's arguments are not of the types of the captures and of what is replayed");
  if (getKeep() && !getReverse())
    for (auto carry : body()->getOps<CarryOp>())
      results.push_back(tapeType(typeOf(carry.getResult()), *getKeep()));
  if (TypeRange(results) != getOutputs().getTypes())
    return emitOpError("the results are not of the types of what is yielded, and of the tapes");
  if (getKeep() && !getReverse())
    for (Value tape : getOutputs().drop_front(numYielded()))
      for (Operation *user : tape.getUsers())
        if (auto reader = dyn_cast<RecurOp>(user); !reader || !llvm::is_contained(reader.getTapes(), tape))
          return emitOpError("a tape is taken by ") << user->getName() << ", which replays nothing";
  return success();
}

/// Its carries are fp32, and what is yielded is stored as it is.
bool RecurOp::roundsOperand(unsigned) { return false; }
bool RecurOp::roundsResult(unsigned) { return false; }
