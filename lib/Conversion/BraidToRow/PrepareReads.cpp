//===- PrepareReads.cpp - what is static leaves reads that tokens make ----===//
//
// A read whose entries or captures vary per token may still yield values that do not: they
// depend on static lists and captures alone. A kernel for every token cannot make them once for
// all, so they become a read of their own.
//
//===----------------------------------------------------------------------===//

#include "PrepareReads.h"
#include "dialects/Braid/Analysis/Values.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {

/// The ops of the region that the values depend on, in order.
static SmallVector<Operation *> sliceOf(Block *body, ArrayRef<Value> values) {
  DenseSet<Operation *> needed;
  for (Value value : values)
    if (Operation *op = value.getDefiningOp())
      needed.insert(op);
  for (Operation &op : llvm::reverse(body->without_terminator()))
    if (needed.contains(&op))
      for (Value operand : op.getOperands())
        if (Operation *def = operand.getDefiningOp())
          needed.insert(def);
  SmallVector<Operation *> slice;
  for (Operation &op : body->without_terminator())
    if (needed.contains(&op))
      slice.push_back(&op);
  return slice;
}

static bool isToken(Value value) { return typeOf(value).isToken(); }

bool hasStaticResults(ReadOp read) {
  return llvm::any_of(read.getOperands(), isToken) &&
         llvm::any_of(read.getOutputs(), [](Value result) { return !isToken(result) && !result.use_empty(); });
}

void splitStaticResults(ReadOp read) {
  if (!hasStaticResults(read))
    return;
  Location loc = read.getLoc();
  Block *body = read.body();
  int64_t groups = read.getGroups(), length = read.length();
  SmallVector<Value> yielded, results;
  SmallVector<int64_t> unstacked;
  SmallVector<Type> types;
  unsigned next = 0;
  for (auto [i, value] : llvm::enumerate(body->getTerminator()->getOperands())) {
    unsigned count = read.isUnstacked(i) ? length : 1;
    ValueRange mine = read.getOutputs().slice(next, count);
    next += count;
    if (isToken(mine.front()))
      continue;
    if (read.isUnstacked(i))
      unstacked.push_back(yielded.size());
    yielded.push_back(value);
    llvm::append_range(results, mine);
    llvm::append_range(types, mine.getTypes());
  }
  SmallVector<Operation *> slice = sliceOf(body, yielded);

  OpBuilder outer(read), inner(read.getContext());
  Region region;
  Block &block = region.emplaceBlock();
  inner.setInsertionPointToEnd(&block);
  IRMapping mapping;
  SmallVector<Value> entries, captures;
  int64_t staticGroups = 0;
  for (int64_t group = 0; group < groups; ++group) {
    BlockArgument argument = body->getArgument(group);
    if (isToken(argument))
      continue;
    ++staticGroups;
    llvm::append_range(entries, groupOf(read, group));
    mapping.map(argument, block.addArgument(argument.getType(), loc));
  }
  for (auto [i, capture] : llvm::enumerate(read.getCaptures())) {
    if (isToken(capture))
      continue;
    BlockArgument argument = body->getArgument(groups + i);
    captures.push_back(capture);
    // Without a list there is no read: the slice moves out as it is.
    mapping.map(argument, block.addArgument(argument.getType(), loc));
  }
  if (!staticGroups) {
    for (auto [i, capture] : llvm::enumerate(read.getCaptures()))
      if (!isToken(capture))
        mapping.map(Value(body->getArgument(groups + i)), capture);
    for (Operation *op : slice)
      outer.clone(*op, mapping);
    // Nothing static can be unstacked then: its axis would be that of a static list.
    for (auto [value, result] : llvm::zip(yielded, results))
      result.replaceAllUsesWith(mapping.lookupOrDefault(value));
    return;
  }
  for (Operation *op : slice)
    inner.clone(*op, mapping);
  SmallVector<Value> mapped;
  for (Value value : yielded)
    mapped.push_back(mapping.lookup(value));
  inner.create<YieldOp>(loc, mapped);
  auto fresh = outer.create<ReadOp>(loc, types, read.getAxisAttr(), outer.getI64IntegerAttr(staticGroups), entries,
                                    captures, outer.getDenseI64ArrayAttr(unstacked));
  fresh.getBody().takeBody(region);
  for (auto [result, replacement] : llvm::zip(results, fresh.getOutputs()))
    result.replaceAllUsesWith(replacement);
}

} // namespace braid::convert
