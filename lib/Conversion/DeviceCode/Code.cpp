//===- Code.cpp - short words for the code of a kernel --------------------===//

#include "Code.h"

using namespace mlir;
using namespace braid::row::scatter;

Code::Code(OpBuilder &builder, Location loc, StringRef name, unsigned pointers, unsigned numbers, int64_t threads,
           int64_t sharedBytes)
    : b(builder), loc(loc) {
  SmallVector<Type> types(pointers, LLVM::LLVMPointerType::get(b.getContext()));
  types.append(numbers, b.getI64Type());
  function = b.create<gpu::GPUFuncOp>(loc, name, b.getFunctionType(types, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  function.setKnownBlockSizeAttr(b.getDenseI32ArrayAttr({int32_t(threads), 1, 1}));
  function->setAttr("braid.shared", b.getI64IntegerAttr(sharedBytes));
  b.setInsertionPointToEnd(&function.front());
}

Value Code::wide(Value x) {
  if (x.getType().isIndex())
    return b.create<arith::IndexCastUIOp>(loc, b.getI64Type(), x);
  return b.create<arith::ExtSIOp>(loc, b.getI64Type(), x);
}

Value Code::lanesWithSame(Value x) {
  // Upstream has no operation for this instruction.
  auto call = b.create<LLVM::CallIntrinsicOp>(loc, b.getI32Type(), b.getStringAttr("llvm.nvvm.match.any.sync.i32"),
                                              ValueRange{word(-1), narrow(x)});
  return b.create<arith::ExtUIOp>(loc, b.getI64Type(), call.getResult(0));
}

Value Code::countBits(Value x) { return b.create<LLVM::CtPopOp>(loc, x.getType(), x); }

Value Code::at(Value base, Value index, Type type) {
  return b.create<LLVM::GEPOp>(loc, base.getType(), type, base, index);
}

Value Code::load(Value base, Value index) {
  return wide(b.create<LLVM::LoadOp>(loc, b.getI32Type(), at(base, index, b.getI32Type())));
}

void Code::store(Value x, Value base, Value index) {
  b.create<LLVM::StoreOp>(loc, narrow(x), at(base, index, b.getI32Type()));
}

Value Code::loadReals(Value address, Type type) {
  unsigned bytes = 0;
  if (auto vector = dyn_cast<VectorType>(type))
    bytes = unsigned(vector.getNumElements()) * vector.getElementTypeBitWidth() / 8;
  else
    bytes = type.getIntOrFloatBitWidth() / 8;
  Value x = b.create<LLVM::LoadOp>(loc, type, address, bytes);
  if (getElementTypeOrSelf(type).isF32())
    return x;
  Type real = b.getF32Type();
  if (auto vector = dyn_cast<VectorType>(type))
    real = vector.clone(b.getF32Type());
  return b.create<arith::ExtFOp>(loc, real, x);
}

Value Code::zeros(Type type) { return b.create<arith::ConstantOp>(loc, cast<TypedAttr>(b.getZeroAttr(type))); }

Code::Values Code::loop(Value from, Value to, Value step, ValueRange initial, Body body) {
  auto made = b.create<scf::ForOp>(loc, from, to, step, initial,
                                   [&](OpBuilder &inside, Location, Value index, ValueRange carried) {
                                     OpBuilder::InsertionGuard guard(b);
                                     b.restoreInsertionPoint(inside.saveInsertionPoint());
                                     b.create<scf::YieldOp>(loc, body(index, carried));
                                   });
  return Values(made.getResults());
}

void Code::loop(Value from, Value to, Value step, function_ref<void(Value)> body) {
  loop(from, to, step, {}, [&](Value index, ValueRange) {
    body(index);
    return Values();
  });
}

void Code::when(Value condition, function_ref<void()> body) {
  auto made = b.create<scf::IfOp>(loc, condition);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(made.thenBlock());
  body();
}

Value Code::choose(Value condition, Type type, function_ref<Value()> yes, function_ref<Value()> no) {
  auto made = b.create<scf::IfOp>(loc, type, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(made.thenBlock());
  b.create<scf::YieldOp>(loc, yes());
  b.setInsertionPointToStart(made.elseBlock());
  b.create<scf::YieldOp>(loc, no());
  return made.getResult(0);
}

Value Code::firstNotBelow(Value end, function_ref<Value(Value)> isBelow) {
  Value one = number(1);
  auto made = b.create<scf::WhileOp>(
      loc, TypeRange{end.getType(), end.getType()}, ValueRange{number(0), end},
      [&](OpBuilder &inside, Location, ValueRange range) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(inside.saveInsertionPoint());
        b.create<scf::ConditionOp>(loc, isLess(range[0], range[1]), range);
      },
      [&](OpBuilder &inside, Location, ValueRange range) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(inside.saveInsertionPoint());
        Value middle = shiftRight(add(range[0], range[1]), one), below = isBelow(middle);
        b.create<scf::YieldOp>(loc, ValueRange{pick(below, add(middle, one), range[0]), pick(below, range[1], middle)});
      });
  return made.getResult(0);
}
