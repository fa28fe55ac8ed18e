//===- ExposeValues.cpp - outputs for the values that a function computes -===//
//
// Numbers do not change when values are exposed: an output has no result, and what a
// read yields further is behind its other results, where nothing counts it again.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Transforms/ExposeValues.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringSet.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDEXPOSEVALUES
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// On the results of a read that were not there before values were exposed: how many there were.
static constexpr llvm::StringLiteral ownResults = "own_results";

static bool isGiven(Operation *op) { return isa<InputOp, ParamOp, ConstantOp, IotaOp, PositionOp>(op); }

static void collect(Block &block, SmallVectorImpl<Value> &values) {
  for (Operation &op : block) {
    if (auto read = dyn_cast<ReadOp>(op))
      collect(*read.body(), values);
    auto own = op.getAttrOfType<IntegerAttr>(ownResults);
    if (!isGiven(&op))
      for (Value result :
           op.getResults().take_front(own ? std::min<uint64_t>(own.getInt(), op.getNumResults()) : op.getNumResults()))
        if (typeOf(result).isReal())
          values.push_back(result);
  }
}

SmallVector<Value> braid::lang::computedValues(FuncOp func) {
  SmallVector<Value> values;
  collect(func.getBody().front(), values);
  return values;
}

/// The read with these values of its region as further results; `outside` is where they come out.
static void yieldAlso(ReadOp read, ArrayRef<Value> inside, llvm::DenseMap<Value, Value> &outside) {
  OpBuilder builder(read);
  auto yield = cast<YieldOp>(read.body()->getTerminator());
  unsigned before = read.getNumResults();
  SmallVector<Type> types(read.getResultTypes());
  for (Value value : inside)
    types.push_back(value.getType());
  yield.getValuesMutable().append(inside);
  auto made = builder.create<ReadOp>(read.getLoc(), types, read.getAxisAttr(), read.getGroupsAttr(), read.getEntries(),
                                     read.getCaptures(), read.getUnstackAttr());
  made->setDiscardableAttrs(read->getDiscardableAttrDictionary());
  made.setRecomputed(read.getRecomputed());
  made.setOwnResultsAttr(read.getOwnResultsAttr());
  if (!made->hasAttr(ownResults))
    made->setAttr(ownResults, builder.getI64IntegerAttr(before));
  made.getBody().takeBody(read.getBody());
  for (auto [old, fresh] : llvm::zip(read.getResults(), made.getResults().take_front(before)))
    old.replaceAllUsesWith(fresh);
  for (auto [old, fresh] : llvm::zip(read.getResults(), made.getResults()))
    outside[old] = fresh;
  for (auto [value, fresh] : llvm::zip(inside, made.getResults().drop_front(before)))
    outside[value] = fresh;
  read.erase();
}

void braid::lang::exposeValues(FuncOp func, ArrayRef<int64_t> numbers) {
  SmallVector<Value> values = computedValues(func);
  llvm::StringSet<> exposed;
  for (auto output : func.getBody().getOps<OutputOp>())
    exposed.insert(output.getName());
  auto nameOf = [](int64_t number) { return "value:" + std::to_string(number); };
  llvm::MapVector<Operation *, SmallVector<Value>> regions;
  for (int64_t i : numbers)
    if (auto read = dyn_cast<ReadOp>(values[i].getParentBlock()->getParentOp()); read && !exposed.contains(nameOf(i)))
      regions[read].push_back(values[i]);
  llvm::DenseMap<Value, Value> outside;
  for (auto &[read, inside] : regions)
    yieldAlso(cast<ReadOp>(read), inside, outside);
  OpBuilder builder(func.getContext());
  builder.setInsertionPointToEnd(&func.getBody().front());
  for (int64_t i : numbers) {
    if (exposed.contains(nameOf(i)))
      continue;
    auto moved = outside.find(values[i]);
    Value value = moved == outside.end() ? values[i] : moved->second;
    builder.create<OutputOp>(value.getLoc(), nameOf(i), value);
  }
}

namespace {
struct ExposeValues : public braid::lang::impl::BraidExposeValuesBase<ExposeValues> {
  using BraidExposeValuesBase::BraidExposeValuesBase;
  void runOnOperation() override {
    auto func = getOperation().lookupSymbol<FuncOp>(function);
    if (!func) {
      getOperation().emitError("there is no braid.func @") << function;
      return signalPassFailure();
    }
    if (first < 0) {
      func.emitError("values are numbered from 0");
      return signalPassFailure();
    }
    int64_t size = computedValues(func).size(), begin = std::min<int64_t>(first, size);
    int64_t end = count < 0 || count > size - begin ? size : begin + count;
    exposeValues(func, llvm::to_vector(llvm::seq(begin, end)));
  }
};
} // namespace
