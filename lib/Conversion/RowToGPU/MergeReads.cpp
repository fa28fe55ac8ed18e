//===- MergeReads.cpp - equal reads of a row become one -------------------===//
//
// A backward kernel is joined from parts that each read the same history. Two reads of
// an argument are one if nothing between them can write it; then what was computed
// from both is computed once.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/Launches.h"
#include "braid/Conversion/RowToGPU.h"
#include "lib/Conversion/RowCode/Schedule.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/IR/Threading.h"

using namespace mlir;
using namespace braid::row;

namespace braid {
#define GEN_PASS_DEF_MERGEREADS
#include "lib/Conversion/Passes.h.inc"
} // namespace braid

static void mergeReads(KernelOp kernel) {
  auto flags = OperationEquivalence::IgnoreLocations;
  DenseMap<unsigned, SmallVector<Operation *>> known; // by hash
  for (Operation &op : llvm::make_early_inc_range(kernel.getBody().front())) {
    if (isa<StoreOp, UnstackOp, AccumulateOp>(op)) {
      for (auto &entry : known)
        llvm::erase_if(entry.second, [&](Operation *old) {
          return isa<LoadOp, StackOp, GatherOp>(old) && mayAlias(kernel, old->getOperand(0), op.getOperand(1));
        });
      continue;
    }
    if (isa<RandomOp>(op))
      continue;
    unsigned hash = unsigned(OperationEquivalence::computeHash(&op, OperationEquivalence::directHashValue,
                                                               OperationEquivalence::ignoreHashValue, flags));
    SmallVector<Operation *> &same = known[hash];
    auto found =
        llvm::find_if(same, [&](Operation *old) { return OperationEquivalence::isEquivalentTo(old, &op, flags); });
    if (found == same.end()) {
      same.push_back(&op);
      continue;
    }
    op.replaceAllUsesWith(*found);
    op.erase();
  }
}

namespace {
struct MergeReads : braid::impl::MergeReadsBase<MergeReads> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(braid::markAliases(module)))
      return signalPassFailure();
    parallelForEach(&getContext(), llvm::to_vector(module.getOps<KernelOp>()), mergeReads);
  }
};
} // namespace

std::unique_ptr<Pass> braid::row::createMergeReadsPass() { return std::make_unique<MergeReads>(); }
