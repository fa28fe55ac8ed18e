//===- CallTables.h - the integers that describe a call -------------------===//
#ifndef BRAID_LIB_CONVERSION_HOSTTOPROGRAM_CALLTABLES_H
#define BRAID_LIB_CONVERSION_HOSTTOPROGRAM_CALLTABLES_H

#include "braid/Conversion/RowToLLVM.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/StringMap.h"
#include <map>

namespace braid::host {

/// Makes the tables of one host.func, in the form that ABI.h states for each call. Its launches fit their kernels.
class CallTables : TableWriter {
public:
  CallTables(FuncOp func, const llvm::StringMap<row::KernelOp> &kernels);
  /// The number of a kernel in the program.
  int64_t numberOf(llvm::StringRef kernel);
  /// Those that have a number, in order.
  llvm::ArrayRef<std::string> kernelNames() const { return names; }
  /// Appends the call's table; gives where it starts.
  int64_t append(mlir::Operation *op);
  llvm::ArrayRef<int64_t> numbers() const { return table; }
  /// The name under which the runtime times and reports the call.
  static std::string nameOf(mlir::Operation *op);
  /// enum braid_dtype.
  static int64_t dtypeOf(BufferType type);

private:
  void put(llvm::ArrayRef<int64_t> values) override { table.append(values.begin(), values.end()); }
  void place(mlir::Value buffer) override;
  void typedPlace(mlir::Value buffer) override;
  void kernel(llvm::StringRef name) override;
  void launch(LaunchOp op);
  int64_t scratchBytes(row::KernelOp kernel, llvm::ArrayRef<int64_t> sizes);

  const llvm::StringMap<row::KernelOp> &kernels;
  llvm::StringMap<int64_t> externals, kernelNumbers;
  llvm::SmallVector<std::string> names;
  std::map<mlir::Operation *, row::ScratchLayout> scratch;
  llvm::SmallVector<int64_t> table;
};

} // namespace braid::host

#endif
