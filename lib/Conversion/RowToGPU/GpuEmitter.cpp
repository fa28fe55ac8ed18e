//===- GpuEmitter.cpp - the frame of a GPU kernel -------------------------===//

#include "GpuEmitter.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace braid::row;

GpuEmitter::GpuEmitter(KernelOp kernel, OpBuilder &builder, const llvm::DenseSet<unsigned> &single)
    : KernelEmitter(kernel, builder), plan(LaunchPlan::of(kernel, schedule)), single(single) {
  mayCall = false;
  inPlace = kernel->hasAttr("aliases");
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto reads = [](Operation *op) { return isa<LoadOp, StackOp, GatherOp>(op); };
    inPlace |= llvm::any_of(argument.getUsers(), reads) && !llvm::all_of(argument.getUsers(), reads);
  }
}

Value GpuEmitter::i64(int64_t value) { return b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(value)); }

/// Rounded up to where the next value may start.
Value GpuEmitter::bytesOf(const Extent &extent) {
  if (extent.sizes.empty())
    return i64(llvm::alignTo(extent.bytes, scratchAlign));
  Value bytes = i64(extent.bytes);
  for (int64_t size : extent.sizes)
    bytes = b.create<arith::MulIOp>(loc, bytes, dynamicSizes.lookup(cast<StringAttr>(kernel.getDynamic()[size]).getValue()));
  bytes = b.create<arith::AddIOp>(loc, bytes, i64(scratchAlign - 1));
  return b.create<arith::AndIOp>(loc, bytes, i64(-scratchAlign));
}

static DictionaryAttr describe(OpBuilder &b, KernelOp kernel, const LaunchPlan &plan) {
  auto extents = [&](ArrayRef<std::pair<Value, Extent>> values) {
    SmallVector<Attribute> list;
    for (auto &[value, extent] : values) {
      SmallVector<int64_t> numbers = {extent.bytes};
      llvm::append_range(numbers, extent.sizes);
      list.push_back(b.getDenseI64ArrayAttr(numbers));
    }
    return b.getArrayAttr(list);
  };
  SmallVector<Attribute> sums;
  for (BlockArgument sum : plan.sums) {
    SmallVector<int64_t> numbers = {int64_t(sum.getArgNumber()), 1};
    for (AxisAttr axis : cast<BufferType>(sum.getType()).getAxes()) {
      if (!axis.isDynamic())
        numbers[1] *= axis.getSize();
      for (auto [i, name] : llvm::enumerate(kernel.getDynamic()))
        if (axis.isDynamic() && cast<StringAttr>(name).getValue() == axis.getName())
          numbers.push_back(int64_t(i));
    }
    sums.push_back(b.getDenseI64ArrayAttr(numbers));
  }
  bool block = plan.threadsPerRow > 32;
  return b.getDictionaryAttr({
      b.getNamedAttr("exchange", b.getI64IntegerAttr(block ? plan.threadsPerRow / 32 * 4 * exchangeValues : 0)),
      b.getNamedAttr("rows_per_block", b.getI64IntegerAttr(plan.rowsPerBlock)),
      b.getNamedAttr("shared", extents(plan.shared)),
      b.getNamedAttr("space", b.getStringAttr(stringifySpace(kernel.getSpace()))),
      b.getNamedAttr("sums", b.getArrayAttr(sums)),
      b.getNamedAttr("threads_per_row", b.getI64IntegerAttr(plan.threadsPerRow)),
      b.getNamedAttr("workspace", extents(plan.workspace)),
  });
}

gpu::GPUFuncOp GpuEmitter::emitFunction(StringRef name) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), integer = b.getI64Type();
  SmallVector<Type> types(kernel.getBody().getNumArguments(), pointer);
  types.append(kernel.getDynamic().size() + kernel.numStreams() + 2, integer); // …, rows, time
  types.push_back(pointer);                                                    // workspace
  auto function = b.create<gpu::GPUFuncOp>(loc, name, b.getFunctionType(types, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  function->setAttr("braid.launch", describe(b, kernel, plan));
  int64_t threads = plan.threadsPerRow * plan.rowsPerBlock;
  function.setKnownBlockSizeAttr(b.getDenseI32ArrayAttr({int32_t(threads), 1, 1}));
  OpBuilder::InsertionGuard guard(b);
  entry = &function.front();
  b.setInsertionPointToEnd(entry);
  emitArguments(function);
  emitScratch();
  emitStreams();
  clearSums();

  auto rows = b.create<scf::ForOp>(loc, group, rowCount, groups);
  b.create<gpu::ReturnOp>(loc);
  rows.getBody()->back().erase();
  row = rows.getInductionVar();
  scopes.push_back({rows.getBody(), nullptr, {}});
  emitRowStart();
  auto countApart = [&] {
    int64_t count = 0;
    function.walk([&](Operation *op) { count += isa<LLVM::MaskedLoadOp, LLVM::MaskedStoreOp, LLVM::masked_gather, LLVM::masked_scatter>(op); });
    return count;
  };
  int64_t before = 0;
  for (const Nest &each : schedule.nests()) {
    emitNest(each);
    if (int64_t now = countApart(); now != before) {
      before = now;
      apart.insert(unsigned(&each - schedule.nests().data()));
    }
    enter(0);
    synchronise();
  }
  enter(0);
  b.create<scf::YieldOp>(loc);
  return function;
}

void GpuEmitter::emitArguments(gpu::GPUFuncOp function) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), integer = b.getI64Type();
  unsigned buffers = kernel.getBody().getNumArguments(), numbers = kernel.getDynamic().size() + kernel.numStreams();
  ValueRange arguments = entry->getArguments();
  rowCount = arguments[buffers + numbers];
  time = arguments[buffers + numbers + 1];
  workspaceStart = arguments[buffers + numbers + 2];
  args = workspaceStart; // for its type: arguments are not in a table
  for (auto [i, name] : llvm::enumerate(kernel.getDynamic()))
    dynamicSizes[cast<StringAttr>(name).getValue()] = arguments[buffers + i];
  if (kernel.numStreams()) { // as the CPU's code reads them
    sizes = b.create<LLVM::AllocaOp>(loc, pointer, integer, i64(numbers));
    for (unsigned i = 0; i < numbers; ++i)
      b.create<LLVM::StoreOp>(loc, arguments[buffers + i], Value(b.create<LLVM::GEPOp>(loc, pointer, integer, sizes, ArrayRef<LLVM::GEPArg>{int32_t(i)})));
  }

  auto number = [&](Value index) -> Value { return b.create<arith::IndexCastUIOp>(loc, integer, index); };
  Value inBlock = number(b.create<gpu::ThreadIdOp>(loc, gpu::Dimension::x)), block = number(b.create<gpu::BlockIdOp>(loc, gpu::Dimension::x));
  Value blocks = number(b.create<gpu::GridDimOp>(loc, gpu::Dimension::x));
  Value width = i64(32);
  lane = b.create<arith::RemUIOp>(loc, inBlock, width);
  warp = b.create<arith::DivUIOp>(loc, inBlock, width);
  Value inner;
  if (plan.threadsPerRow == 1)
    inner = inBlock, thread = i64(0);
  else if (plan.threadsPerRow == 32)
    inner = warp, thread = lane;
  else
    inner = i64(0), thread = inBlock;
  Value each = i64(plan.rowsPerBlock);
  group = b.create<arith::AddIOp>(loc, b.create<arith::MulIOp>(loc, block, each), inner);
  groups = b.create<arith::MulIOp>(loc, blocks, each);
  isFirst = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, thread, i64(0));

  for (BlockArgument argument : kernel.getBody().getArguments()) {
    Value base = arguments[argument.getArgNumber()];
    if (plan.isSum(argument)) { // a partial sum for every row at work, each from a multiple of 16 bytes
      Value bytes = i64(4);
      for (AxisAttr axis : cast<BufferType>(argument.getType()).getAxes())
        bytes = b.create<arith::MulIOp>(loc, bytes, axis.isDynamic() ? dynamicSizes.lookup(axis.getName()) : i64(axis.getSize()));
      bytes = b.create<arith::AndIOp>(loc, b.create<arith::AddIOp>(loc, bytes, i64(15)), i64(-16));
      base = b.create<LLVM::GEPOp>(loc, pointer, b.getI8Type(), base, Value(b.create<arith::MulIOp>(loc, group, bytes)));
    }
    bases[argument] = base;
  }
  // Which row of the block this is, for its scratch.
  scratch = inner;
}

void GpuEmitter::emitScratch() {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), i8 = b.getI8Type();
  bool block = plan.threadsPerRow > 32;
  int64_t exchangeBytes = block ? plan.threadsPerRow / 32 * 4 * exchangeValues : 0;
  if (block || !plan.shared.empty()) {
    auto inShared = LLVM::LLVMPointerType::get(b.getContext(), 3);
    Value start = b.create<LLVM::AddressOfOp>(loc, inShared, sharedName);
    sharedStart = b.create<LLVM::AddrSpaceCastOp>(loc, pointer, start);
    exchangePlace = sharedStart;
  }
  auto lay = [&](Value start, Value which, ArrayRef<std::pair<Value, Extent>> values) {
    if (values.empty())
      return;
    SmallVector<Value> offsets;
    Value total = i64(0);
    for (auto &[value, extent] : values) {
      offsets.push_back(total);
      total = b.create<arith::AddIOp>(loc, total, bytesOf(extent));
    }
    Value mine = b.create<LLVM::GEPOp>(loc, pointer, i8, start, Value(b.create<arith::MulIOp>(loc, which, total)));
    for (auto [value, offset] : llvm::zip(values, offsets))
      places[value.first] = b.create<LLVM::GEPOp>(loc, pointer, i8, mine, offset);
  };
  if (!plan.shared.empty())
    lay(b.create<LLVM::GEPOp>(loc, pointer, i8, sharedStart, ArrayRef<LLVM::GEPArg>{int32_t(exchangeBytes)}), scratch, plan.shared);
  lay(workspaceStart, group, plan.workspace);
}

void GpuEmitter::clearSums() {
  for (BlockArgument sum : plan.sums) {
    Value count = i64(1);
    for (AxisAttr axis : cast<BufferType>(sum.getType()).getAxes())
      count = b.create<arith::MulIOp>(loc, count, axis.isDynamic() ? dynamicSizes.lookup(axis.getName()) : i64(axis.getSize()));
    Value zero = math.number(b.getF32Type(), 0.0), base = bases.lookup(sum);
    b.create<scf::ForOp>(loc, thread, count, i64(plan.threadsPerRow), ValueRange(), [&](OpBuilder &inner, Location, Value iv, ValueRange) {
      inner.create<LLVM::StoreOp>(loc, zero, Value(inner.create<LLVM::GEPOp>(loc, base.getType(), inner.getF32Type(), base, iv)));
      inner.create<scf::YieldOp>(loc);
    });
  }
  if (!plan.sums.empty())
    synchronise();
}

/// Where this row lies in the entries of every list.
void GpuEmitter::emitRowStart() {
  bool any = false;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto list = dyn_cast<ListType>(argument.getType());
    if (!list)
      continue;
    any = true;
    Value table = places.lookup(argument), entries = entry->getArgument(argument.getArgNumber());
    Type pointer = table.getType(), integer = b.getI64Type();
    loop(thread, dynamicSizes.lookup(list.getAxis()), plan.threadsPerRow, [&](Value iv) {
      Value from = b.create<LLVM::GEPOp>(loc, pointer, integer, entries, Value(b.create<arith::AddIOp>(loc, iv, iv)));
      Value base = b.create<LLVM::LoadOp>(loc, integer, from);
      Value stride = b.create<LLVM::LoadOp>(loc, integer, Value(b.create<LLVM::GEPOp>(loc, pointer, integer, from, ArrayRef<LLVM::GEPArg>{1})));
      Value address = b.create<arith::AddIOp>(loc, base, b.create<arith::MulIOp>(loc, row, stride));
      b.create<LLVM::StoreOp>(loc, address, Value(b.create<LLVM::GEPOp>(loc, pointer, integer, table, iv)));
    });
    bases[argument] = table;
  }
  enter(0);
  if (any)
    synchronise();
}
