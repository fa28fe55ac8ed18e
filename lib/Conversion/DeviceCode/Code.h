//===- Code.h - short words for the code of a kernel ----------------------===//
#ifndef BRAID_LIB_CONVERSION_DEVICECODE_CODE_H
#define BRAID_LIB_CONVERSION_DEVICECODE_CODE_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace braid::row::scatter {

/// Emits at one place; numbers are i64, and i32 in memory. Comparisons are signed.
class Code {
public:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;

  Code(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name, unsigned pointers, unsigned numbers,
       int64_t threads, int64_t sharedBytes = 0);
  /// The pointers, then the numbers.
  Value argument(unsigned i) { return function.getArgument(i); }
  void finish() { b.create<mlir::gpu::ReturnOp>(loc); }

  Value number(int64_t value) { return b.create<mlir::arith::ConstantOp>(loc, b.getI64IntegerAttr(value)); }
  Value add(Value x, Value y) { return b.create<mlir::arith::AddIOp>(loc, x, y); }
  Value sub(Value x, Value y) { return b.create<mlir::arith::SubIOp>(loc, x, y); }
  Value mul(Value x, Value y) { return b.create<mlir::arith::MulIOp>(loc, x, y); }
  Value both(Value x, Value y) { return b.create<mlir::arith::AndIOp>(loc, x, y); }
  Value either(Value x, Value y) { return b.create<mlir::arith::OrIOp>(loc, x, y); }
  Value shiftRight(Value x, Value y) { return b.create<mlir::arith::ShRUIOp>(loc, x, y); }
  Value lesser(Value x, Value y) { return b.create<mlir::arith::MinSIOp>(loc, x, y); }
  Value isLess(Value x, Value y) { return compare(mlir::arith::CmpIPredicate::slt, x, y); }
  Value isEqual(Value x, Value y) { return compare(mlir::arith::CmpIPredicate::eq, x, y); }
  Value differs(Value x, Value y) { return compare(mlir::arith::CmpIPredicate::ne, x, y); }
  Value pick(Value condition, Value x, Value y) { return b.create<mlir::arith::SelectOp>(loc, condition, x, y); }

  Value thread() { return wide(b.create<mlir::gpu::ThreadIdOp>(loc, mlir::gpu::Dimension::x)); }
  Value block() { return wide(b.create<mlir::gpu::BlockIdOp>(loc, mlir::gpu::Dimension::x)); }
  Value blocks() { return wide(b.create<mlir::gpu::GridDimOp>(loc, mlir::gpu::Dimension::x)); }
  void waitForBlock() { b.create<mlir::gpu::BarrierOp>(loc); }
  void waitForWarp() { b.create<mlir::NVVM::SyncWarpOp>(loc, word(-1)); }
  /// The lanes of the warp, which all take part, that hold the same number: one bit each.
  Value lanesWithSame(Value x);
  Value countBits(Value x);

  Value at(Value base, Value index, mlir::Type type);
  /// The i32 number at an index.
  Value load(Value base, Value index);
  void store(Value x, Value base, Value index);
  /// Numbers of `type` (f32, bf16, or a vector of them) that begin at an address, as fp32.
  Value loadReals(Value address, mlir::Type type);
  Value zeros(mlir::Type type);

  using Body = llvm::function_ref<Values(Value index, mlir::ValueRange carried)>;
  Values loop(Value from, Value to, Value step, mlir::ValueRange initial, Body body);
  void loop(Value from, Value to, Value step, llvm::function_ref<void(Value)> body);
  void when(Value condition, llvm::function_ref<void()> body);
  Value choose(Value condition, mlir::Type type, llvm::function_ref<Value()> yes, llvm::function_ref<Value()> no);
  /// The first of the numbers from 0 below `end` that `isBelow` is false of, or `end`.
  Value firstNotBelow(Value end, llvm::function_ref<Value(Value)> isBelow);

  mlir::OpBuilder &b;
  const mlir::Location loc;

private:
  Value compare(mlir::arith::CmpIPredicate how, Value x, Value y) {
    return b.create<mlir::arith::CmpIOp>(loc, how, x, y);
  }
  Value wide(Value x);
  Value narrow(Value x) { return b.create<mlir::arith::TruncIOp>(loc, b.getI32Type(), x); }
  Value word(int64_t value) { return b.create<mlir::arith::ConstantOp>(loc, b.getI32IntegerAttr(int32_t(value))); }
  mlir::gpu::GPUFuncOp function;
};

} // namespace braid::row::scatter

#endif
