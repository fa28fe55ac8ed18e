//===- KernelBuilder.h - one launch's row work as a row.kernel ------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_KERNELBUILDER_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_KERNELBUILDER_H

#include "Buffers.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/MapVector.h"

namespace braid::convert {

/// Builds the kernel of one step and the launch that runs it. Values from outside are
/// loaded where they are first used, values wanted outside are stored as soon as they are computed.
class KernelBuilder {
public:
  KernelBuilder(const Step &step, int number, const Partition &partition, Buffers &buffers,
                const llvm::StringMap<int64_t> &dynamic, mlir::OpBuilder &kernels, mlir::OpBuilder &host)
      : step(&step), number(number), partition(&partition), buffers(buffers), dynamic(dynamic), kernels(kernels),
        host(host), b(kernels.getContext()) {}
  virtual ~KernelBuilder() = default;

  /// Emits kernel and launch; fails with a diagnostic on an op that no kernel can hold.
  mlir::FailureOr<host::LaunchOp> build(llvm::StringRef name);

protected:
  /// Of row work that is no step: who derives says what is inside, and what memory outside is.
  KernelBuilder(Buffers &buffers, mlir::OpBuilder &kernels, mlir::OpBuilder &host)
      : buffers(buffers), kernels(kernels), host(host), b(kernels.getContext()) {}

  // Types.
  row::AxisAttr axis(lang::AxisAttr axis) const;
  llvm::SmallVector<row::AxisAttr> axes(lang::ValueType type) const;
  row::ValueType rowType(lang::ValueType type) const;
  row::Storage rowStorage(Format format) const;
  bool perRow(lang::ValueType type) const;
  llvm::StringRef leadingAxis() const;

  // Arguments.
  virtual mlir::Value bufferArgument(mlir::Value value);
  mlir::Value listArgument(llvm::StringRef axis, lang::ValueType entry, Format format, mlir::ValueRange entries);
  mlir::Value argument(mlir::Type type, mlir::ValueRange operands);

  // Values.
  virtual mlir::Value get(mlir::Value value);
  mlir::Value load(mlir::Value value);
  virtual void set(mlir::Value value, mlir::Value computed);
  virtual bool isInside(mlir::Value root) const;
  bool isUsedHere(mlir::Value value) const;

  // Ops.
  mlir::LogicalResult emit(mlir::Operation *op);
  mlir::Value emitRow(mlir::Operation *op, row::ValueType type);
  mlir::Value emitFree(mlir::Operation *op);
  mlir::Value emitRandom(lang::RandomOp op);
  mlir::Value emitView(mlir::Operation *op);
  mlir::Value emitDot(lang::DotOp op);
  mlir::Value emitGather(lang::GatherOp op);
  mlir::Value emitSlice(lang::SliceOp op);
  mlir::Value emitPad(lang::PadOp op);
  virtual mlir::LogicalResult emitSum(mlir::Operation *op, mlir::Value sum);
  mlir::LogicalResult emitRead(lang::ReadOp op);
  mlir::Value product(mlir::Location loc, mlir::Value lhs, mlir::Value rhs, lang::ValueType lhsType,
                      lang::ValueType rhsType);

  const Step *step = nullptr;
  int number = -1;
  const Partition *partition = nullptr;
  Buffers &buffers;
  llvm::StringMap<int64_t> dynamic;
  mlir::OpBuilder &kernels, &host;

  mlir::OpBuilder b;
  row::KernelOp kernel;
  llvm::StringRef leading; ///< the axis whose indices are the rows, in the fixed space
  llvm::DenseMap<mlir::Value, mlir::Value> local;
  struct Argument {
    mlir::Type type;
    llvm::SmallVector<mlir::Value> operands;
    mlir::Value value;
  };
  std::vector<Argument> arguments;
  llvm::SmallVector<llvm::StringRef> streams; ///< the paths drawn from, each once
};

} // namespace braid::convert

#endif
