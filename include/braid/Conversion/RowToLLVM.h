//===- RowToLLVM.h - row kernels as CPU code ------------------------------===//
#ifndef BRAID_CONVERSION_ROWTOLLVM_H
#define BRAID_CONVERSION_ROWTOLLVM_H

#include "dialects/Row/IR/Row.h"
#include "mlir/Pass/Pass.h"
#include <memory>

namespace braid::row {

/// The symbol of a kernel's function of type `braid_kernel`.
std::string functionName(llvm::StringRef kernel);

/// Bytes of scratch that one thread needs to run the kernel with these sizes of its dynamic axes.
/// Valid before the kernel is converted.
int64_t scratchBytes(KernelOp kernel, llvm::ArrayRef<int64_t> sizes);

/// The same for many launches of one kernel, which is scheduled once.
class ScratchLayout {
public:
  explicit ScratchLayout(KernelOp kernel);
  int64_t bytes(llvm::ArrayRef<int64_t> sizes) const;

private:
  KernelOp kernel;
  llvm::SmallVector<std::pair<int64_t, llvm::SmallVector<AxisAttr>>, 0> parts; ///< bytes of an element, axes
};

/// Elements along axes, with these sizes of the kernel's dynamic axes.
int64_t numElements(KernelOp kernel, llvm::ArrayRef<AxisAttr> axes, llvm::ArrayRef<int64_t> sizes);

/// Stage `loops`: every row.kernel becomes an llvm.func of loops (scf) over vectors.
std::unique_ptr<mlir::Pass> createConvertRowToLoopsPass();
/// The above, then everything becomes LLVM ops (`convert-row-to-llvm`).
std::unique_ptr<mlir::Pass> createConvertRowToLLVMPass();
/// `show-schedules`: writes the loops of row kernels into their texts, for a reader.
std::unique_ptr<mlir::Pass> createShowSchedulesPass();

} // namespace braid::row

#endif
