//===- LaunchPlan.h - how a row kernel is spread over a GPU ---------------===//
//
// Which threads compute a row, how wide their accesses are, and what lies in shared
// memory: decided from the kernel and the sizes that it is launched with, before any
// code is emitted, except for what only the code shows (Findings).
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWTOGPU_LAUNCHPLAN_H
#define BRAID_LIB_CONVERSION_ROWTOGPU_LAUNCHPLAN_H

#include "dialects/Host/IR/Host.h"
#include "lib/Conversion/RowCode/Schedule.h"
#include "llvm/ADT/SetVector.h"

namespace braid::row {

/// Bytes of one value: `bytes` times the sizes of the dynamic axes numbered in `sizes`.
struct Extent {
  int64_t bytes = 0;
  llvm::SmallVector<int64_t, 2> sizes;
  /// For the given sizes of all dynamic axes, rounded up to where the next value may start.
  int64_t total(llvm::ArrayRef<int64_t> given) const;
};

/// An entry of a list may be a buffer that the row has stored before it reads the list (Forwarding.cpp).
struct Forward {
  mlir::Value list, stored;
};
/// Those of a kernel with these launches.
llvm::SmallVector<Forward, 1> findForwards(KernelOp kernel, llvm::ArrayRef<host::LaunchOp> launches);

/// What is known about the launches of a kernel.
struct LaunchSizes {
  int64_t sharedLimit = 0;            ///< bytes of shared memory that a block may have
  llvm::SmallVector<int64_t> largest; ///< of every dynamic axis
  llvm::SmallVector<Forward, 1> forwards;
  bool few = false; ///< for so few rows that blocks are rare: a row is given as many threads as it can use
};

/// Slots in shared memory for the entries of a list, which the rows of a block use in turn (Prefetch.cpp).
struct Ring {
  mlir::Value list;
  int64_t entryBytes = 0;
  int64_t slots = 0;       ///< all that fit; a launch uses at most two rows' worth
  int64_t size = 0;        ///< which of the sizes of dynamic axes is the number of entries
  int64_t lanes = 1;       ///< numbers of a thread's piece
  unsigned lastReader = 0; ///< the last nest that reads entries
};

/// What an attempt at emitting the code has shown, for the next one.
struct Findings {
  /// Nests in which the numbers of a piece would not lie together: emitted with single numbers.
  llvm::DenseSet<unsigned> single;
  /// Arguments that the nests would load more than once: copied to shared memory at the start of a row.
  llvm::SetVector<mlir::Value> staged;
  /// Kept values that every thread has in registers wherever it needs them.
  llvm::DenseSet<mlir::Value> inRegisters;
  /// Kept values for which that has turned out wrong.
  llvm::DenseSet<mlir::Value> inMemory;
  /// Results of reductions that end inside of loops, where the warps of a row would wait for each other at every step:
  /// each stores its partial results, and they are combined after the nest.
  llvm::SetVector<mlir::Value> combinedLater;
  /// The rounds that a thread of a block may have, where shared memory leaves a multiprocessor so few blocks that they
  /// need more threads each.
  int64_t rounds = 4;
  /// A staged list of which a row fills a multiprocessor's shared memory; how its pieces lie is known from the code.
  std::optional<Ring> prefetched;
};

using Placed = std::pair<mlir::Value, Extent>;

/// A value that lies where `of` does, and is used by other nests. An argument is copied there before the first of them.
struct Sharing {
  mlir::Value value, of;
  Extent extent;
};

struct LaunchPlan {
  /// 1, 32 or a larger multiple of 32: a row belongs to a thread, a warp or a block.
  int64_t threadsPerRow = 32, rowsPerBlock = 1;
  /// Rounds of pieces that a thread may hold in registers for a whole row.
  int64_t rounds = 1;
  /// In the shared memory of a block, for all its rows: tables of list entries.
  llvm::SmallVector<Placed> tables;
  /// In the shared memory of a block, which then has one row: partial results of its warps, by what they are combined
  /// to.
  llvm::SmallVector<Placed> partials;
  /// In shared memory for each row at work, in order: kept values, sums across rows, staged arguments.
  llvm::SmallVector<Placed> shared;
  /// In the memory of those, where not everything fits side by side.
  llvm::SmallVector<Sharing> sharing;
  /// In the shared memory of a block, which then has one row.
  std::optional<Ring> ring;
  /// Values too large for that, in a workspace in global memory.
  llvm::SmallVector<Placed> workspace;
  /// Results that are summed across rows; those not in `shared` are added to in global memory.
  llvm::SmallVector<mlir::BlockArgument> sums;

  static LaunchPlan of(KernelOp kernel, const Schedule &schedule, const LaunchSizes &sizes, const Findings &findings);
  bool isSum(mlir::Value argument) const { return llvm::is_contained(sums, argument); }
  bool isInRing(mlir::Value value) const { return ring && ring->list == value; }
  bool isShared(mlir::Value value) const { return isInRing(value) || placeOf(value); }
  /// The value in `shared` whose memory this one has: itself, another, or null.
  mlir::Value placeOf(mlir::Value value) const;
  bool shareMemory(mlir::Value a, mlir::Value b) const {
    return !sharing.empty() && placeOf(a) && placeOf(a) == placeOf(b);
  }
  void forEachShared(llvm::function_ref<void(mlir::Value, const Extent &)> body) const;
  /// Bytes of shared memory of a block, for given sizes of all dynamic axes, without the ring.
  int64_t sharedBytes(llvm::ArrayRef<int64_t> given) const;
  /// Bytes of a block for the exchange of partial results between warps.
  int64_t exchangeBytes() const;
};

/// Numbers that a thread reads or writes at once along the nest's vector axis: as many as 16 bytes hold
/// of the narrowest storage in the kernel, if the axis has a multiple of them.
int64_t lanesOfThread(KernelOp kernel, const Nest &nest);

/// Whether some number may be needed at another place along the axis than where it lies.
bool movesAlong(KernelOp kernel, AxisAttr axis);

/// Values in shared memory start at multiples of this: one access of a thread is at most as wide.
constexpr int64_t scratchAlign = 16;
/// Partial results that a block exchanges at once.
constexpr int64_t exchangeValues = 16;
/// Entries that a list is taken to have where no launch says it.
constexpr int64_t assumedEntries = 8;

} // namespace braid::row

#endif
