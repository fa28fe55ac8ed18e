//===- GpuEmitter.h - a scheduled row kernel as code of one GPU thread ----===//
//
// The evaluation of values is that of the CPU; here is what threads add to it. Along
// the vector axis of a nest every thread has pieces of its own, `lanes` numbers each, so
// a wide access is one piece. A nest in which the numbers of a piece would not lie
// together in memory is emitted again with single numbers.
//
// All threads of a row run the same loops; what has no vector axis is computed by
// all of them and written by the first.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWTOGPU_GPUEMITTER_H
#define BRAID_LIB_CONVERSION_ROWTOGPU_GPUEMITTER_H

#include "../RowToLLVM/KernelEmitter.h"
#include "LaunchPlan.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace braid::row {

class GpuEmitter : public KernelEmitter {
public:
  /// Nests numbered in `single` are emitted with one number for a thread and a time.
  GpuEmitter(KernelOp kernel, mlir::OpBuilder &builder, const llvm::DenseSet<unsigned> &single);
  /// Emits the kernel's function into a gpu.module.
  mlir::gpu::GPUFuncOp emitFunction(llvm::StringRef name);
  /// Nests that must be emitted again with single numbers.
  const llvm::DenseSet<unsigned> &retry() const { return apart; }

  /// The name of dynamic shared memory.
  static constexpr llvm::StringLiteral sharedName = "braid_shared";

private:
  void emitVectorLoop(unsigned level) override;
  int64_t lanesFor(const Nest &nest) const override;
  void acrossLanes(llvm::ArrayRef<ReduceKind> kinds, llvm::MutableArrayRef<mlir::Value> partials) override;
  void store(const Place &place, const Position &position, mlir::Value value) override;
  void accumulate(const Place &place, const Position &position, mlir::Value value) override;
  unsigned alignment(const Place &place) override;
  mlir::Value pointersAt(const Place &place) override;

  void emitArguments(mlir::gpu::GPUFuncOp function);
  void emitScratch();
  void clearSums();
  void emitRowStart();
  /// Waits for the other threads of the row.
  void synchronise();
  /// The results of a warp's lanes (within groups of `size` of them), in every lane.
  mlir::Value acrossWarp(ReduceKind kind, mlir::Value value, int64_t size = 32);
  void exchange(llvm::ArrayRef<ReduceKind> kinds, llvm::MutableArrayRef<mlir::Value> values);
  /// As a loop from `at` to `upper` that ends after its first round.
  void once(mlir::Value at, mlir::Value upper, llvm::function_ref<void(mlir::Value)> body);
  void onlyIf(mlir::Value condition, llvm::function_ref<void()> body);
  mlir::Value bytesOf(const Extent &extent);
  unsigned currentNest() const { return unsigned(nest - schedule.nests().data()); }
  bool isParallel() const { return plan.threadsPerRow > 1; }
  mlir::Value i64(int64_t value);

  LaunchPlan plan;
  llvm::DenseSet<unsigned> single, apart;
  mlir::Value thread;          ///< among those of the row, i64
  mlir::Value group, groups;   ///< which rows this thread works on: group, group + groups, …
  mlir::Value isFirst;         ///< the first thread of the row
  mlir::Value lane, warp;      ///< i64, of the block
  mlir::Value exchangePlace;   ///< shared memory for partial results of warps
  mlir::Value sharedStart, workspaceStart, rowCount;
  bool inPlace = false;        ///< some memory is both read and written
  bool distributed = false;    ///< inside the loop that threads share
};

} // namespace braid::row

#endif
