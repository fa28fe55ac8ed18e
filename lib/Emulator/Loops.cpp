//===- Loops.cpp - what a thread runs is counted where it may not end -----===//
//
// Every cycle of a function has a block that an edge from below enters. There the instructions of the
// cycle are counted; what has no cycle ends by itself.
//
//===----------------------------------------------------------------------===//

#include "Rewrite.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/IR/CFG.h"

using namespace llvm;
using namespace braid::emu;

/// Instructions of the blocks that lie between the head and its edges from below.
static uint64_t sizeOfCycle(BasicBlock *head, ArrayRef<const BasicBlock *> bottoms) {
  SmallPtrSet<const BasicBlock *, 16> inside{head};
  SmallVector<const BasicBlock *> work(bottoms);
  uint64_t size = head->size();
  while (!work.empty()) {
    const BasicBlock *block = work.pop_back_val();
    if (!inside.insert(block).second)
      continue;
    size += block->size();
    llvm::append_range(work, predecessors(block));
  }
  return size;
}

void Rewriter::countLoops(Function &function) {
  SmallVector<std::pair<const BasicBlock *, const BasicBlock *>> edges;
  FindFunctionBackedges(function, edges);
  MapVector<BasicBlock *, SmallVector<const BasicBlock *>> bottoms;
  for (auto [from, to] : edges)
    bottoms[const_cast<BasicBlock *>(to)].push_back(from);
  // Sizes first: what is inserted does not count.
  SmallVector<std::pair<BasicBlock *, uint64_t>> heads;
  for (auto &[head, from] : bottoms)
    heads.push_back({head, sizeOfCycle(head, from)});
  for (auto [head, size] : heads) {
    Instruction *at = &*head->getFirstInsertionPt();
    for (Instruction &instruction : make_range(at->getIterator(), head->end()))
      if (instruction.getDebugLoc()) {
        at = &instruction;
        break;
      }
    Value *number = site(*at, "loop");
    builder.SetInsertPoint(head, head->getFirstInsertionPt());
    call("braid_emu_step", builder.getVoidTy(), {i32(size), number});
  }
}
