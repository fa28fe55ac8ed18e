//===- KernelEmitter.cpp - the frame of a kernel's function ---------------===//

#include "KernelEmitter.h"
#include "braid/Conversion/RowToLLVM.h"

using namespace mlir;
using namespace braid::row;

std::string braid::row::functionName(StringRef kernel) { return ("braid_kernel_" + kernel).str(); }

static constexpr int64_t lineBytes = 64;

/// Scratch holds the addresses of list entries, then kept values, each from the start of a cache line.
ScratchLayout::ScratchLayout(KernelOp kernel) : kernel(kernel) {
  for (BlockArgument argument : kernel.getBody().getArguments())
    if (auto list = dyn_cast<ListType>(argument.getType()))
      parts.emplace_back(8, SmallVector<AxisAttr>(1, AxisAttr::get(kernel.getContext(), list.getAxis(), -1)));
  Schedule schedule = Schedule::of(kernel);
  for (Value kept : schedule.scratch())
    parts.emplace_back(4, SmallVector<AxisAttr>(typeOf(kept).getAxes()));
}

int64_t ScratchLayout::bytes(ArrayRef<int64_t> sizes) const {
  int64_t bytes = 0;
  for (auto &[width, axes] : parts)
    bytes += llvm::alignTo(width * numElements(kernel, axes, sizes), lineBytes);
  return bytes;
}

int64_t braid::row::scratchBytes(KernelOp kernel, ArrayRef<int64_t> sizes) {
  return ScratchLayout(kernel).bytes(sizes);
}

KernelEmitter::KernelEmitter(KernelOp kernel, OpBuilder &builder, Schedule given)
    : kernel(kernel), b(builder), loc(kernel.getLoc()), schedule(std::move(given)), math(builder, kernel.getLoc()) {}

void KernelEmitter::enter(unsigned depth) {
  if (depth < innermost())
    b.setInsertionPoint(scopes[depth].anchor);
  else
    b.setInsertionPointToEnd(scopes.back().block);
}

Value KernelEmitter::remember(unsigned depth, std::vector<uintptr_t> key, function_ref<Value()> make) {
  auto found = scopes[depth].known.find(key);
  if (found != scopes[depth].known.end())
    return found->second;
  Value value = make();
  scopes[depth].known[std::move(key)] = value;
  return value;
}

Type KernelEmitter::elementType(Element element) {
  switch (element) {
  case Element::Real: return b.getF32Type();
  case Element::Id: return b.getI32Type();
  case Element::Bool: return b.getI1Type();
  }
  llvm_unreachable("a kind of element");
}

/// At the start of the function, once.
Value KernelEmitter::constant(int64_t value) {
  Value &known = constants[{b.getI64Type(), value}];
  if (!known) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(entry);
    known = b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(value));
  }
  return known;
}

Value KernelEmitter::constantOf(Type type, double value) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(entry);
  return isa<FloatType>(getElementTypeOrSelf(type)) ? math.number(type, value) : math.integer(type, int64_t(value));
}

Value KernelEmitter::broadcast(Value value) {
  if (isa<VectorType>(value.getType()))
    return value;
  return b.create<vector::SplatOp>(loc, vectorOf(value.getType()), value);
}

/// What `struct braid_rows` says, where the kernel asks where its rows stand in their sequences.
void KernelEmitter::emitRows(Value rows) {
  if (llvm::none_of(kernel.getBody().front(), [](Operation &op) { return isa<PositionOp, RandomOp>(op); }))
    return;
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), i64 = b.getI64Type();
  time = b.create<LLVM::LoadOp>(loc, i64, rows);
  starts = b.create<LLVM::LoadOp>(loc, pointer,
                                  Value(b.create<LLVM::GEPOp>(loc, pointer, i64, rows, ArrayRef<LLVM::GEPArg>{1})));
}

Value KernelEmitter::sequenceOfRow() { return b.create<arith::DivUIOp>(loc, row, time); }

Value KernelEmitter::positionOfRow() {
  Value position = b.create<arith::RemUIOp>(loc, row, time);
  if (!starts) // every sequence begins at 0
    return position;
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), i64 = b.getI64Type();
  Value start =
      b.create<LLVM::LoadOp>(loc, i64, Value(b.create<LLVM::GEPOp>(loc, pointer, i64, starts, sequenceOfRow())));
  return b.create<arith::AddIOp>(loc, position, start);
}

LogicalResult KernelEmitter::emit(StringRef name) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), i64 = b.getI64Type();
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                          {pointer, pointer, i64, i64, pointer, pointer});
  auto function = b.create<LLVM::LLVMFuncOp>(loc, name, type);
  OpBuilder::InsertionGuard guard(b);
  entry = function.addEntryBlock(b);
  args = entry->getArgument(0), sizes = entry->getArgument(1), scratch = entry->getArgument(5);
  b.setInsertionPointToEnd(entry);
  emitRows(entry->getArgument(4));
  emitPrologue();
  Value one = constant(1);
  b.setInsertionPointToEnd(entry);
  auto rows = b.create<scf::ForOp>(loc, entry->getArgument(2), entry->getArgument(3), one);
  b.create<LLVM::ReturnOp>(loc, ValueRange());
  rows.getBody()->back().erase();
  row = rows.getInductionVar();
  scopes.push_back({rows.getBody(), nullptr, {}});
  if (kernel.getReverse()) {
    b.setInsertionPointToEnd(rows.getBody());
    Value last = b.create<arith::SubIOp>(loc, entry->getArgument(3), one);
    row = b.create<arith::SubIOp>(loc, last, b.create<arith::SubIOp>(loc, row, entry->getArgument(2)));
  }

  // Where this row lies in the entries of every list.
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto list = dyn_cast<ListType>(argument.getType());
    if (!list)
      continue;
    Value table = places.lookup(argument), entries = bases.lookup(argument),
          count = dynamicSizes.lookup(list.getAxis());
    loop(constant(0), count, 1, [&](Value iv) {
      Value at = b.create<arith::AddIOp>(loc, iv, iv);
      Value from = b.create<LLVM::GEPOp>(loc, table.getType(), i64, entries, at);
      Value base = b.create<LLVM::LoadOp>(loc, i64, from);
      Value stride = b.create<LLVM::LoadOp>(
          loc, i64, Value(b.create<LLVM::GEPOp>(loc, table.getType(), i64, from, ArrayRef<LLVM::GEPArg>{1})));
      Value address = b.create<arith::AddIOp>(loc, base, b.create<arith::MulIOp>(loc, row, stride));
      b.create<LLVM::StoreOp>(loc, address, Value(b.create<LLVM::GEPOp>(loc, table.getType(), i64, table, iv)));
    });
    bases[argument] = table;
  }
  for (const Nest &each : schedule.nests())
    emitNest(each);
  enter(0);
  b.create<scf::YieldOp>(loc);
  return success();
}

/// Arguments, sizes, and the places of values in scratch.
void KernelEmitter::emitPrologue() {
  Type pointer = args.getType(), i64 = b.getI64Type(), i8 = b.getIntegerType(8);
  for (auto [i, name] : llvm::enumerate(kernel.getDynamic())) {
    Value at = b.create<LLVM::GEPOp>(loc, pointer, i64, sizes, ArrayRef<LLVM::GEPArg>{int32_t(i)});
    dynamicSizes[cast<StringAttr>(name).getValue()] = b.create<LLVM::LoadOp>(loc, i64, at);
  }
  int64_t offset = 0;
  Value moving; // what depends on dynamic sizes
  auto number = [&](int64_t value) { return b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(value)); };
  auto place = [&](ArrayRef<AxisAttr> axes, int64_t width) {
    Value at = b.create<LLVM::GEPOp>(loc, pointer, i8, scratch, ArrayRef<LLVM::GEPArg>{int32_t(offset)});
    if (moving)
      at = b.create<LLVM::GEPOp>(loc, pointer, i8, at, moving);
    int64_t bytes = width;
    Value factor;
    for (AxisAttr axis : axes) {
      if (!axis.isDynamic()) {
        bytes *= axis.getSize();
        continue;
      }
      Value size = dynamicSizes.lookup(axis.getName());
      factor = factor ? Value(b.create<arith::MulIOp>(loc, factor, size)) : size;
    }
    if (!factor) {
      offset += llvm::alignTo(bytes, lineBytes);
      return at;
    }
    Value all = b.create<arith::MulIOp>(loc, factor, number(bytes));
    all = b.create<arith::AddIOp>(loc, all, number(lineBytes - 1));
    all = b.create<arith::AndIOp>(loc, all, number(-lineBytes));
    moving = moving ? Value(b.create<arith::AddIOp>(loc, moving, all)) : all;
    return at;
  };
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    Value at =
        b.create<LLVM::GEPOp>(loc, pointer, pointer, args, ArrayRef<LLVM::GEPArg>{int32_t(argument.getArgNumber())});
    bases[argument] = b.create<LLVM::LoadOp>(loc, pointer, at);
    if (auto list = dyn_cast<ListType>(argument.getType()))
      places[argument] = place(AxisAttr::get(b.getContext(), list.getAxis(), -1), 8);
  }
  for (Value kept : schedule.scratch())
    places[kept] = place(typeOf(kept).getAxes(), 4);
  emitStreams();
}
