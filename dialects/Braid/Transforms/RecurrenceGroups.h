//===- RecurrenceGroups.h - which ops become one recurrence ---------------===//
//
// Private to this folder.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_TRANSFORMS_RECURRENCEGROUPS_H
#define BRAID_DIALECTS_BRAID_TRANSFORMS_RECURRENCEGROUPS_H

#include "dialects/Braid/IR/Braid.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <vector>

namespace braid::lang {

/// What becomes one recurrence.
struct RecurrenceGroup {
  llvm::DenseSet<mlir::Operation *> ops;
  bool reverse = false;
  int64_t wide = 0; ///< values of the token with so many numbers are wide; 0: none is
  int forward = -1; ///< of a reverse one: the group whose wide values it may need
  bool isWide(mlir::Value value) const {
    ValueType type = typeOf(value);
    return wide && type.isToken() && type.isReal() && type.numElements() >= wide;
  }
};

/// The ops, in the order of their block.
llvm::SmallVector<mlir::Operation *> inOrder(const llvm::DenseSet<mlir::Operation *> &ops);

class RecurrenceGroups {
public:
  explicit RecurrenceGroups(mlir::Block &block) : block(block), builder(block.getParentOp()->getContext()) {}
  /// Finds them, forward ones first; ops may be copied, and reads written out. Fails, with a diagnostic, where a cycle
  /// holds what is no row work.
  mlir::LogicalResult find();
  std::vector<RecurrenceGroup> groups;

private:
  using Group = RecurrenceGroup;
  void expandReads();
  void measure(Group &group) const;
  void takeProducers(Group &group);
  void takeConsumers(Group &group);
  void takeCheap(Group &group);
  void takeFinals(Group &group);
  void splitSums(Group &group);
  /// How what an op is made of depends on the group, on ways that leave it.
  enum Way { None, ThroughRows, ThroughCalls };
  llvm::DenseMap<mlir::Operation *, Way> waysFrom(const Group &group) const;
  bool isTaken(mlir::Operation *op) const {
    return inCycles.contains(op) || llvm::any_of(groups, [&](const Group &group) { return group.ops.contains(op); });
  }

  mlir::Block &block;
  mlir::OpBuilder builder;
  std::vector<llvm::DenseSet<mlir::Operation *>> cycles;
  llvm::DenseSet<mlir::Operation *> inCycles;
};

} // namespace braid::lang

#endif
