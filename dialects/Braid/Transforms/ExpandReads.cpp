//===- ExpandReads.cpp - reads that no row kernel can hold ----------------===//

#include "dialects/Braid/Transforms/ExpandReads.h"
#include "dialects/Braid/Analysis/Levels.h"
#include "dialects/Braid/IR/Emitter.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDEXPANDREADS
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// The entries of one list as one value, the read's axis in front.
static Value stack(Emitter &emit, ReadOp read, int64_t group) {
  int64_t length = read.length();
  Value argument = read.body()->getArgument(group);
  std::string part = read.getAxis().str() + ".part";
  SmallVector<Value> parts;
  for (Value entry : read.getEntries().slice(group * length, length)) {
    SmallVector<AxisAttr> axes = {AxisAttr::get(read.getContext(), part, 1)};
    llvm::append_range(axes, typeOf(entry).getAxes());
    parts.push_back(emit.broadcast(entry, typeOf(entry).withAxes(axes)));
  }
  SmallVector<StringRef> names(length, part);
  return emit.builder.create<ConcatOp>(emit.loc, argument.getType(), parts, emit.builder.getStrArrayAttr(names),
                                       read.getAxis());
}

void braid::lang::expandRead(ReadOp read) {
  OpBuilder builder(read);
  Emitter emit(builder, read.getLoc());
  IRMapping mapping;
  Block *body = read.body();
  int64_t groups = read.getGroups();
  for (int64_t group = 0; group < groups; ++group)
    if (!body->getArgument(group).use_empty())
      mapping.map(body->getArgument(group), stack(emit, read, group));
  for (auto [i, capture] : llvm::enumerate(read.getCaptures()))
    mapping.map(body->getArgument(groups + i), capture);
  for (Operation &op : body->without_terminator())
    builder.clone(op, mapping);
  unsigned next = 0;
  for (auto [i, value] : llvm::enumerate(cast<YieldOp>(body->back()).getValues())) {
    Value made = mapping.lookup(value);
    if (!read.isUnstacked(i)) {
      read.getOutputs()[next++].replaceAllUsesWith(made);
      continue;
    }
    for (int64_t entry = 0; entry < read.length(); ++entry, ++next)
      read.getOutputs()[next].replaceAllUsesWith(
          builder.create<SliceOp>(emit.loc, read.getOutputs()[next].getType(), made, read.getAxisAttr(),
                                  builder.getI64IntegerAttr(entry), builder.getI64IntegerAttr(1), StringAttr()));
  }
  read.erase();
}

namespace {
struct ExpandReads : public braid::lang::impl::BraidExpandReadsBase<ExpandReads> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>())
      for (auto read : llvm::make_early_inc_range(func.getBody().getOps<ReadOp>()))
        if (!isRowLocal(read))
          expandRead(read);
  }
};
} // namespace
