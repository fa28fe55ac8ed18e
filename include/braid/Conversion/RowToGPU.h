//===- RowToGPU.h - row kernels as code for NVIDIA GPUs -------------------===//
//
// How kernels are launched, and the attribute `braid.launch` that says it, is described
// in docs/gpu.md.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_CONVERSION_ROWTOGPU_H
#define BRAID_CONVERSION_ROWTOGPU_H

#include "braid/Conversion/GpuTarget.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>

namespace mlir {
class ModuleOp;
}

namespace braid::row {

/// What a launch of a kernel needs beside its arguments, for given sizes of the dynamic axes.
struct LaunchShape {
  int64_t threads = 0;        ///< of a block, all along x
  int64_t rowsPerBlock = 0;   ///< rows that a block has at work at a time
  int64_t sharedBytes = 0;    ///< dynamic shared memory of a block
  int64_t workspaceBytes = 0; ///< of each row at work: times rowsPerBlock times the blocks of the grid
  /// Sums across rows: the argument's number, and its numbers. The argument is given partial sums,
  /// one for every block of the grid, each of `sumStride(numbers)` bytes.
  llvm::SmallVector<std::pair<int64_t, int64_t>> sums;
};
/// Partial sums of a launch; what `braid_sum_partials` is given as their number.
inline int64_t partialSums(const LaunchShape &, int64_t blocks) { return blocks; }
inline int64_t sumStride(int64_t numbers) { return (numbers * 4 + 15) / 16 * 16; }

/// Reads `braid.launch` of a kernel's function, at any stage from `gpu` on. Fails without the attribute.
llvm::Expected<LaunchShape> launchShape(mlir::Operation *kernel, llvm::ArrayRef<int64_t> sizes);

/// Bytes of global memory that a kernel moves for given sizes of the dynamic axes, from its `braid.traffic`.
struct KernelTraffic {
  struct Of {
    int64_t argument = 0;          ///< its number; -1: the workspace
    std::string what;              ///< "input", "output", "inout", "parameter", "sum" or "workspace"
    int64_t needed = 0;            ///< the bound for one row: each number once
    int64_t loads = 0, stores = 0; ///< what the code does in one row
    bool held = false;             ///< the loads are done once for all rows of a block that follow one another
    bool known = true;             ///< false if branches decide what is loaded
    bool part = false;             ///< what is computed from it is not all used, so that less may be loaded
    /// Of a list: arguments of which an entry that is one of them is not loaded, since the row has stored it; bytes of
    /// an entry's row.
    llvm::SmallVector<int64_t, 1> forwarded;
    int64_t entryBytes = 0;
    bool wide = false; ///< rows of at least 256 neighbouring numbers in whole sectors: requests touch no sector in vain
  };
  std::vector<Of> rows;
  /// Tables of list entries, loaded once by every block.
  std::vector<int64_t> tables;
};
llvm::Expected<KernelTraffic> kernelTraffic(mlir::Operation *kernel, llvm::ArrayRef<int64_t> sizes);

/// A kernel that programs may launch for a few tokens has a second function, with more threads for a row; its name
/// ends so, and it takes the same arguments.
inline constexpr llvm::StringLiteral fewSuffix = "_few";
/// The most rows for which it is the better one.
inline constexpr int64_t fewRows = 16;
/// The function to launch for so many rows: the kernel's own, or its variant for few.
mlir::Operation *variantFor(mlir::Operation *kernel, int64_t rows);

/// The name of the gpu.module of row kernels, and of the kernel in it that adds up partial sums.
inline constexpr llvm::StringLiteral deviceModuleName = "braid_kernels";
inline constexpr llvm::StringLiteral sumKernelName = "braid_sum_partials";

/// `merge-reads`: equal reads of a row become one, and what was computed from both.
std::unique_ptr<mlir::Pass> createMergeReadsPass();
/// `convert-row-to-gpu`: moves every row.kernel into a gpu.module as a gpu.func; host.funcs stay. Blocks are
/// planned to have at most the target's shared memory, or else `sharedBytes`, at the sizes of the module's launches. No
/// target: the default one. Fails where the kernels are in a gpu.module already, planned for a target that the one
/// named does not replace.
std::unique_ptr<mlir::Pass> createConvertRowToGPUPass(llvm::StringRef target = {}, int64_t sharedBytes = 0);
/// `convert-row-to-nvvm`: the above, then the gpu.module's functions become llvm.funcs with nvvm ops.
std::unique_ptr<mlir::Pass> createConvertRowToNVVMPass(llvm::StringRef target = {}, int64_t sharedBytes = 0);

/// PTX of a gpu.module in the nvvm stage.
llvm::Expected<std::string> translateToPTX(mlir::Operation *gpuModule, const GpuTarget &target);
/// The object file that `ptxas` makes of it. Fails, saying what to do, if there is no ptxas.
llvm::Expected<std::string> assembleCubin(llvm::StringRef ptx, const GpuTarget &target);
/// The ptxas that is used: $BRAID_PTXAS, or else the first on PATH, in $CUDA_HOME/bin and in /usr/local/cuda/bin. Fails
/// with the reason if there is none, or if BRAID_PTXAS is `off`.
llvm::Expected<std::string> findPtxas();
/// Its version, as "12.4.131", and what it is told for a target, apart from files.
llvm::Expected<std::string> ptxasVersion();
std::string ptxasOptions(const GpuTarget &target);
/// Assembles a kernel that does nothing, in the version of PTX that kernels for this target are written in. Fails as
/// `assembleCubin` does.
llvm::Error tryPtxas(const GpuTarget &target);

} // namespace braid::row

#endif
