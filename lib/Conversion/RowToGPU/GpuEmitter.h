//===- GpuEmitter.h - a scheduled row kernel as code of one GPU thread ----===//
//
// The evaluation of values is that of the CPU; here is what threads add to it. Along
// the vector axis of a nest every thread has pieces of its own, `lanes` numbers each, so
// a wide access is one piece. A row whose pieces fit into registers is written out
// without a loop: what a thread has loaded or computed once, later nests find there.
//
// All threads of a row run the same loops; what has no vector axis is computed by
// all of them and written by the first.
//
// While code is emitted its loads and stores are counted, as formulas in the sizes of
// dynamic axes. Where they show that an argument would be loaded more than once, or
// that a kept value is never read from memory, the kernel is emitted again (revise).
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWTOGPU_GPUEMITTER_H
#define BRAID_LIB_CONVERSION_ROWTOGPU_GPUEMITTER_H

#include "KernelTraffic.h"
#include "LaunchPlan.h"
#include "Uses.h"
#include "lib/Conversion/RowCode/KernelEmitter.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace braid::row {

class GpuEmitter : public KernelEmitter {
public:
  GpuEmitter(KernelOp kernel, mlir::OpBuilder &builder, const Schedule &schedule, const LaunchSizes &sizes,
             const Findings &findings);
  /// Emits the kernel's function into a gpu.module.
  mlir::gpu::GPUFuncOp emitFunction(llvm::StringRef name);
  /// Adds to the findings what the code shows; false if nothing is new.
  bool revise(Findings &findings);

  /// The name of dynamic shared memory.
  static constexpr llvm::StringLiteral sharedName = "braid_shared";

private:
  //===--- Loops and reductions (Threads.cpp) -------------------------------===//
  void emitVectorLoop(unsigned level) override;
  void emitDynamicVectorLoop(unsigned level);
  int64_t lanesFor(const Nest &nest) const override;
  void acrossLanes(llvm::ArrayRef<ReduceOp> reductions, llvm::MutableArrayRef<mlir::Value> partials) override;
  /// Waits for the other threads of the row.
  void synchronise();
  /// The results of a warp's lanes (within groups of `size` of them), in every lane.
  mlir::Value acrossWarp(ReduceKind kind, mlir::Value value, int64_t size = 32);
  void exchange(llvm::ArrayRef<ReduceOp> reductions, llvm::MutableArrayRef<mlir::Value> values);
  /// A warp's partial result, stored for later.
  void storePartial(const Place &place, mlir::Value value);
  /// What the warps have stored while a nest ran becomes its kept values.
  void combinePartials();
  Runs runsInside(mlir::scf::ForOp loop) override;

  //===--- Memory (ThreadMemory.cpp) ----------------------------------------===//
  mlir::Value load(const Place &place, const Position &position) override;
  void store(const Place &place, const Position &position, mlir::Value value) override;
  void storeAlone(const Place &place, const Position &position, mlir::Value value);
  void accumulate(const Place &place, const Position &position, mlir::Value value) override;
  void kept(mlir::Value value, const Position &position, mlir::Value computed) override;
  unsigned alignment(const Place &place) override;
  mlir::Value rowAddress(mlir::Value argument) override;
  llvm::SmallVector<AxisAttr> axesInMemory(mlir::Value argument) override;
  mlir::Value addressInList(mlir::Value list, mlir::Value which, mlir::Value of);
  mlir::Value entryAddress(mlir::Value list, const Index &entry) override;
  /// Whether a thread outside of the axis must not touch the place.
  bool isGuarded(const Place &place, const Position &position) const { return position.mask && place.offset.guarded; }
  /// Notes that `numbers` numbers of `memory` are loaded or stored in code of the scope.
  void count(mlir::Value memory, bool isStore, unsigned depth, int64_t numbers, mlir::Value mask, bool once = false);
  bool isStaged(mlir::Value memory) const {
    return plan.isShared(memory) && mlir::isa<mlir::BlockArgument>(memory) && !plan.isSum(memory);
  }

  //===--- Points as lanes (TinyNests.cpp) ----------------------------------===//
  void emitNest(const Nest &nest) override;
  void assignBits();
  bool isOverLanes(const Nest &nest) const;
  void keep(mlir::Value result, mlir::Value computed);

  //===--- Registers (Registers.cpp) ----------------------------------------===//
  void findLives();
  /// Forgets what is known of the row after a nest and is not needed, or too much to hold.
  void forget(unsigned nest);

  //===--- Copies of arguments in shared memory (Staging.cpp) ---------------===//
  llvm::DenseMap<unsigned, llvm::SmallVector<Placed, 1>> lateCopies; ///< by the nest that they are made before
  void emitStaging();
  void planLateCopies();
  void emitCopies(llvm::ArrayRef<Placed> copies);
  /// Where the numbers that a row needs of a buffer begin in global memory.
  mlir::Value sourceOf(mlir::Value buffer);
  /// Begins a copy of 4, 8 or 16 bytes to shared memory (cp.async).
  void copyAsync(mlir::Value from, mlir::Value to, int64_t bytes);
  void copyRow(mlir::Value from, mlir::Value to, int64_t bytes, int64_t align);

  //===--- What is stored and read again in a list (Forwarding.cpp) ---------===//
  struct Forwarded {
    Forward what;
    mlir::Value entry, isThere; ///< which entry of the list it is, or how many there are; whether it is one
  };
  llvm::SmallVector<Forwarded, 1> forwarded; ///< of staged lists
  void findForwarded();
  /// The body, but not for an entry that the row will store.
  void unlessForwarded(mlir::Value list, mlir::Value which, llvm::function_ref<void()> body);
  /// Puts what is stored at the place where the list's copy has it.
  void forwardStore(const Place &place, const Position &position, mlir::Value value);

  //===--- A ring of entries in shared memory (Prefetch.cpp) ----------------===//
  bool mayPrefetch(mlir::Value list);
  bool prefetch(Findings &findings);
  bool addThreads(Findings &findings) const;
  void emitRing();
  void startRing();
  void awaitRing();
  void refillRing(const Index &index, int64_t count, mlir::Value mask);
  void finishRing();
  /// The slot of an entry of the current row, or of what follows it.
  mlir::Value ringSlot(mlir::Value entry);
  mlir::Value ringAddress(mlir::Value slot);
  void issueEntries(mlir::Value of, mlir::Value entry, mlir::Value into, mlir::Value count,
                    llvm::function_ref<void(mlir::Value, mlir::Value)> pieces);
  void copyPiece(mlir::Value from, mlir::Value to, mlir::Value first, mlir::Value mask);
  void copyPieces(mlir::Value from, mlir::Value to);

  //===--- Parameters in registers (RowInvariants.cpp) ----------------------===//
  /// Notes in `held` which parameters are then loaded once by the threads of a row, not once for each row.
  void hoistParameters(mlir::scf::ForOp rows);
  llvm::DenseSet<mlir::Value> held;

  //===--- Waits between nests (Waits.cpp) ----------------------------------===//
  std::vector<Use> uses;                 ///< by nest
  llvm::SmallVector<unsigned> sinceWait; ///< nests of the row that have been emitted since its threads last waited
  bool sameThreads(unsigned a, unsigned b, mlir::Value one, mlir::Value other) const;
  bool mustWait(unsigned before, unsigned after) const;
  void waitBefore(unsigned next);
  void waitAfterRow();
  /// Whether what is stored in the argument may be read in the row, as this or another argument.
  bool isReadInPlace(mlir::Value argument) const;

  //===--- The frame (GpuEmitter.cpp) ---------------------------------------===//
  void emitArguments(mlir::gpu::GPUFuncOp function);
  void emitScratch();
  void emitTables();
  void clearSums();
  void writeSums();
  void onlyIf(mlir::Value condition, llvm::function_ref<void()> body);
  /// `for (i = from; i < upper; i += step)`, outside of all scopes.
  void plainLoop(mlir::Value from, mlir::Value upper, int64_t step, llvm::function_ref<void(mlir::Value)> body);
  mlir::Value numbersOf(llvm::ArrayRef<AxisAttr> axes);
  mlir::Value bytesOf(const Extent &extent);
  unsigned currentNest() const { return unsigned(nest - schedule.nests().data()); }
  bool isParallel() const { return plan.threadsPerRow > 1; }
  mlir::Value i64(int64_t value);
  mlir::DictionaryAttr describe();

  const LaunchSizes &launches;
  LaunchPlan plan;
  const Findings &findings;
  std::vector<llvm::DenseSet<mlir::Value>> lives; ///< values that the nests after each evaluate
  llvm::DenseMap<uintptr_t, mlir::Value>
      valueNames;                    ///< the kernel's values, by the first word of the keys they are remembered by
  llvm::DenseSet<unsigned> apart;    ///< nests that need single numbers
  llvm::SetVector<ReduceOp> inLoops; ///< reductions whose warps exchange their partial results inside of loops
  llvm::SetVector<ReduceOp> pending; ///< those of the nest being emitted whose partial results are combined at its end
  llvm::DenseMap<mlir::Value, mlir::Value> partialPlaces; ///< of reductions' results
  TrafficCounts traffic;
  mlir::Value thread;         ///< among those of the row, i64
  mlir::Value group, groups;  ///< which rows this thread works on: group, group + groups, …
  mlir::Value block, inBlock; ///< the block's number, and the thread's in it
  mlir::Value slot;           ///< which of the block's rows at work this is
  mlir::Value isFirst;        ///< the first thread of the row; in a nest over lanes, of those that have its point
  int64_t writers = 1;        ///< threads for which that is true
  llvm::DenseMap<AxisAttr, unsigned> axisBits;                     ///< where the axis lies in the numbers of lanes
  mlir::Value lane, warp;                                          ///< i64, of the block
  mlir::Value exchangePlace;                                       ///< shared memory for partial results of warps
  llvm::MapVector<mlir::Value, llvm::SetVector<unsigned>> readers; ///< of lists: nests
  mlir::Value ringPhase;                                           ///< the slot of the current row's first entry
  /// Entries of a row; slots in use; those beyond a row's entries; entries for which the row before must make room.
  mlir::Value ringEntries, ringSlots, ringAhead, ringLate;
  mlir::Value sharedStart, rowShared, workspaceStart, rowCount;
  mlir::Value pieceStart;   ///< the first number of the thread's first piece
  bool distributed = false; ///< inside the loop that threads share
  unsigned exchanges = 0;   ///< of the row so far, outside of loops
  Runs nextRuns;            ///< of the vector loop being made
  bool hasNextRuns = false;
  bool dynamicAligned = false; ///< rows along the dynamic axis begin at multiples of a piece
  llvm::DenseMap<mlir::Value, std::pair<int64_t, int64_t>> fractions; ///< of the threads, for which a mask is true
};

} // namespace braid::row

#endif
