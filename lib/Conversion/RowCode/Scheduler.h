//===- Scheduler.h - makes the schedule of a kernel -----------------------===//
//
// Schedule.cpp decides what is kept and when it is computed, LoopOrder.cpp in
// which order the loops of a nest run.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWCODE_SCHEDULER_H
#define BRAID_LIB_CONVERSION_ROWCODE_SCHEDULER_H

#include "Schedule.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include <algorithm>

namespace braid::row {

/// Elements along axes; a dynamic axis counts as 16.
inline int64_t extent(llvm::ArrayRef<AxisAttr> axes) {
  int64_t elements = 1;
  for (AxisAttr axis : axes)
    elements *= axis.isDynamic() ? 16 : axis.getSize();
  return elements;
}

/// The lists here are short, and the order of equals must not change.
template <typename Range, typename Less> void insertionSort(Range &range, Less less) {
  for (auto it = range.begin(); it != range.end(); ++it)
    std::rotate(std::upper_bound(range.begin(), it, *it, less), it, std::next(it));
}

class Scheduler {
public:
  Scheduler(KernelOp kernel, bool keepsInputs) : kernel(kernel), keepsInputs(keepsInputs) {
    for (mlir::Operation &op : kernel.getBody().front()) {
      order[&op] = ops.size();
      ops.push_back(&op);
    }
  }
  Schedule run();

private:
  KernelOp kernel;
  bool keepsInputs;
  bool fuses = true;                                      // writes in place with what reads there
  llvm::SmallVector<std::pair<unsigned, unsigned>> fused; // such pairs of roots, the reader first
  llvm::SmallVector<mlir::Operation *> ops;               // in program order
  llvm::DenseMap<mlir::Operation *, unsigned> order;
  llvm::SetVector<mlir::Value> kept;
  llvm::SmallVector<Root> roots; // in program order
  llvm::SmallVector<llvm::SetVector<mlir::Value>>
      closures; // of each root: what it evaluates, and the kept values it reads

  void findRoots();
  bool keepReadsBeforeWrites();
  bool keepShared();
  bool isDeep(mlir::Value value) const;
  bool isFarInput(mlir::Operation *op) const;
  void assignLevels();
  bool readsInPlace(unsigned reader, mlir::Value read, unsigned writer) const;
  void writeLast(Schedule &schedule) const;
  bool isInPlace(const Schedule &schedule) const;
  bool mayAlias(mlir::Value a, mlir::Value b) const { return row::mayAlias(kernel, a, b); }
  void walk(mlir::Value value, llvm::SetVector<mlir::Value> &found) const;
  Nest *findNest(Schedule &schedule, const Root &root, bool later) const;
  void orderLoops(Nest &nest) const;
  void score(mlir::Value value, llvm::StringMap<AxisAttr> from, llvm::MapVector<AxisAttr, int64_t> &scores,
             llvm::DenseSet<mlir::Value> &seen, bool start) const;
};

} // namespace braid::row

#endif
