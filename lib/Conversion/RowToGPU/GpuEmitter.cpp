//===- GpuEmitter.cpp - the frame of a GPU kernel -------------------------===//

#include "GpuEmitter.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace braid::row;

GpuEmitter::GpuEmitter(KernelOp kernel, OpBuilder &builder, const Schedule &schedule, const LaunchSizes &sizes,
                       const Findings &findings)
    : KernelEmitter(kernel, builder, schedule), launches(sizes),
      plan(LaunchPlan::of(kernel, schedule, sizes, findings)), findings(findings) {
  mayCall = false;
  evaluatesFirst = true;
}

Value GpuEmitter::i64(int64_t value) { return b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(value)); }

/// Rounded up to where the next value may start.
Value GpuEmitter::bytesOf(const Extent &extent) {
  if (extent.sizes.empty())
    return i64(llvm::alignTo(extent.bytes, scratchAlign));
  Value bytes = i64(extent.bytes);
  for (int64_t size : extent.sizes)
    bytes = b.create<arith::MulIOp>(loc, bytes,
                                    dynamicSizes.lookup(cast<StringAttr>(kernel.getDynamic()[size]).getValue()));
  bytes = b.create<arith::AddIOp>(loc, bytes, i64(scratchAlign - 1));
  return b.create<arith::AndIOp>(loc, bytes, i64(-scratchAlign));
}

Value GpuEmitter::numbersOf(ArrayRef<AxisAttr> axes) {
  Value count = i64(1);
  for (AxisAttr axis : axes)
    count = b.create<arith::MulIOp>(loc, count,
                                    axis.isDynamic() ? dynamicSizes.lookup(axis.getName()) : i64(axis.getSize()));
  return count;
}

void GpuEmitter::onlyIf(Value condition, function_ref<void()> body) {
  auto branch = b.create<scf::IfOp>(loc, condition, false);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
  b.setInsertionPointAfter(branch);
}

void GpuEmitter::plainLoop(Value from, Value upper, int64_t step, function_ref<void(Value)> body) {
  auto made = b.create<scf::ForOp>(loc, from, upper, i64(step));
  b.setInsertionPointToStart(made.getBody());
  body(made.getInductionVar());
  b.setInsertionPointAfter(made);
}

DictionaryAttr GpuEmitter::describe() {
  auto extents = [&](ArrayRef<Placed> values) {
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
  // Where the arguments and the kept values are while a row is computed.
  SmallVector<int64_t> staged;
  int64_t inShared = 0;
  plan.forEachShared([&](Value value, const Extent &) {
    auto argument = dyn_cast<BlockArgument>(value);
    if (argument && !plan.isSum(value))
      staged.push_back(int64_t(argument.getArgNumber()));
    inShared += !argument;
  });
  if (plan.ring)
    staged.push_back(int64_t(cast<BlockArgument>(plan.ring->list).getArgNumber()));
  auto number = [&](int64_t value) { return b.getI64IntegerAttr(value); };
  auto kept = b.getDictionaryAttr(
      {b.getNamedAttr("registers", number(int64_t(schedule.scratch().size() - plan.workspace.size()) - inShared)),
       b.getNamedAttr("shared", number(inShared)),
       b.getNamedAttr("workspace", number(int64_t(plan.workspace.size())))});
  return b.getDictionaryAttr({
      b.getNamedAttr("block_shared", extents(plan.tables)),
      b.getNamedAttr("exchange", number(plan.exchangeBytes())),
      b.getNamedAttr("kept", kept),
      b.getNamedAttr("partials", extents(plan.partials)),
      b.getNamedAttr("ring", b.getDenseI64ArrayAttr(plan.ring ? SmallVector<int64_t>{plan.ring->entryBytes,
                                                                                     plan.ring->slots, plan.ring->size}
                                                              : SmallVector<int64_t>())),
      b.getNamedAttr("rows_per_block", number(plan.rowsPerBlock)),
      b.getNamedAttr("shared", extents(plan.shared)),
      b.getNamedAttr("space", b.getStringAttr(stringifySpace(kernel.getSpace()))),
      b.getNamedAttr("staged", b.getDenseI64ArrayAttr(staged)),
      b.getNamedAttr("sums", b.getArrayAttr(sums)),
      b.getNamedAttr("threads_per_row", number(plan.threadsPerRow)),
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
  function->setAttr("braid.launch", describe());
  // Without this ptxas aims at more blocks for a multiprocessor and spills a few registers.
  function->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(), b.getI32IntegerAttr(1));
  int64_t threads = plan.threadsPerRow * plan.rowsPerBlock;
  function.setKnownBlockSizeAttr(b.getDenseI32ArrayAttr({int32_t(threads), 1, 1}));
  OpBuilder::InsertionGuard guard(b);
  entry = &function.front();
  b.setInsertionPointToEnd(entry);
  emitArguments(function);
  emitScratch();
  emitStreams();
  emitTables();
  clearSums();
  if (!plan.tables.empty() || !plan.sums.empty())
    b.create<gpu::BarrierOp>(loc);

  findForwarded();
  if (plan.ring)
    startRing();
  SmallVector<Value> carried;
  if (plan.ring)
    carried.push_back(ringPhase);
  auto rows = b.create<scf::ForOp>(loc, group, rowCount, groups, carried);
  writeSums();
  b.create<gpu::ReturnOp>(loc);
  if (plan.ring)
    ringPhase = rows.getRegionIterArg(0);
  else
    rows.getBody()->back().erase();
  row = rows.getInductionVar();
  findLives();
  assignBits();
  uses = usesOf(schedule, findings, launches.forwards, [&](Value value) { return isStaged(value); });
  planLateCopies();
  scopes.push_back({rows.getBody(), nullptr, {}, {plan.threadsPerRow, 1, {}}});
  enter(0);
  if (plan.ring)
    awaitRing();
  else
    emitStaging();
  for (const Nest &each : schedule.nests()) {
    auto which = unsigned(&each - schedule.nests().data());
    waitBefore(which);
    emitCopies(lateCopies.lookup(which));
    emitNest(each);
    sinceWait.push_back(which);
    forget(which);
    enter(0);
    if (plan.ring && which == plan.ring->lastReader)
      finishRing();
  }
  enter(0);
  waitAfterRow();
  if (plan.ring)
    b.create<scf::YieldOp>(loc, ringSlot(ringEntries));
  else
    b.create<scf::YieldOp>(loc);
  hoistParameters(rows);
  function->setAttr("braid.traffic",
                    describeTraffic(b, kernel, plan, launches, traffic, held,
                                    llvm::map_to_vector(forwarded, [](const Forwarded &each) { return each.what; })));
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
      b.create<LLVM::StoreOp>(
          loc, arguments[buffers + i],
          Value(b.create<LLVM::GEPOp>(loc, pointer, integer, sizes, ArrayRef<LLVM::GEPArg>{int32_t(i)})));
  }

  auto number = [&](Value index) -> Value { return b.create<arith::IndexCastUIOp>(loc, integer, index); };
  inBlock = number(b.create<gpu::ThreadIdOp>(loc, gpu::Dimension::x)),
  block = number(b.create<gpu::BlockIdOp>(loc, gpu::Dimension::x));
  Value blocks = number(b.create<gpu::GridDimOp>(loc, gpu::Dimension::x));
  Value width = i64(32);
  lane = b.create<arith::RemUIOp>(loc, inBlock, width);
  warp = b.create<arith::DivUIOp>(loc, inBlock, width);
  if (plan.threadsPerRow == 1)
    slot = inBlock, thread = i64(0);
  else if (plan.threadsPerRow == 32)
    slot = warp, thread = lane;
  else
    slot = i64(0), thread = inBlock;
  Value each = i64(plan.rowsPerBlock);
  group = b.create<arith::AddIOp>(loc, b.create<arith::MulIOp>(loc, block, each), slot);
  groups = b.create<arith::MulIOp>(loc, blocks, each);
  isFirst = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, thread, i64(0));

  for (BlockArgument argument : kernel.getBody().getArguments()) {
    Value base = arguments[argument.getArgNumber()];
    if (plan.isSum(argument)) { // a partial sum for every block, each from a multiple of 16 bytes
      Value bytes = b.create<arith::MulIOp>(loc, numbersOf(cast<BufferType>(argument.getType()).getAxes()), i64(4));
      bytes = b.create<arith::AndIOp>(loc, b.create<arith::AddIOp>(loc, bytes, i64(15)), i64(-16));
      base =
          b.create<LLVM::GEPOp>(loc, pointer, b.getI8Type(), base, Value(b.create<arith::MulIOp>(loc, block, bytes)));
    }
    bases[argument] = base;
  }
}

void GpuEmitter::emitScratch() {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), i8 = b.getI8Type();
  if (plan.exchangeBytes() || !plan.tables.empty() || !plan.shared.empty() || plan.ring) {
    auto inShared = LLVM::LLVMPointerType::get(b.getContext(), 3);
    Value start = b.create<LLVM::AddressOfOp>(loc, inShared, sharedName);
    sharedStart = b.create<LLVM::AddrSpaceCastOp>(loc, pointer, start);
    exchangePlace = sharedStart;
  }
  auto after = [&](Value start, Value bytes) -> Value { return b.create<LLVM::GEPOp>(loc, pointer, i8, start, bytes); };
  auto offsetsOf = [&](ArrayRef<Placed> values, SmallVector<Value> &offsets) {
    Value total = i64(0);
    for (auto &[value, extent] : values) {
      offsets.push_back(total);
      total = b.create<arith::AddIOp>(loc, total, bytesOf(extent));
    }
    return total;
  };
  auto lay = [&](Value start, Value which, ArrayRef<Placed> values) {
    SmallVector<Value> offsets;
    Value total = offsetsOf(values, offsets);
    Value mine = which ? after(start, b.create<arith::MulIOp>(loc, which, total)) : start;
    for (auto [value, offset] : llvm::zip(values, offsets))
      places[value.first] = after(mine, offset);
    return total;
  };
  if (sharedStart) {
    rowShared = after(sharedStart, i64(plan.exchangeBytes()));
    if (!plan.tables.empty())
      rowShared = after(rowShared, lay(rowShared, Value(), plan.tables));
    for (auto &[list, extent] : plan.tables)
      bases[list] = places.lookup(list);
    for (auto &[value, extent] : plan.partials) {
      partialPlaces[value] = rowShared;
      rowShared = after(rowShared, bytesOf(extent));
    }
    Value rest = rowShared;
    if (!plan.shared.empty())
      rest = after(rowShared, lay(rowShared, slot, plan.shared)); // behind one row
    for (const Sharing &each : plan.sharing)
      places[each.value] = places.lookup(each.of);
    if (plan.ring) {
      places[plan.ring->list] = rest;
      emitRing();
    }
  }
  if (!plan.workspace.empty())
    lay(workspaceStart, group, plan.workspace);
  // Values in registers alone have no place; the address of one is taken and never used.
  for (Value value : schedule.scratch())
    if (!places.count(value))
      places[value] = workspaceStart;
  pieceStart = Value();
}

/// The addresses and strides of the entries of every list: once for a block.
void GpuEmitter::emitTables() {
  Type pointer = args.getType(), integer = b.getI64Type();
  for (auto &[list, extent] : plan.tables) {
    Value table = bases.lookup(list), from = entry->getArgument(cast<BlockArgument>(list).getArgNumber());
    Value words = b.create<arith::MulIOp>(loc, dynamicSizes.lookup(cast<ListType>(list.getType()).getAxis()), i64(2));
    plainLoop(inBlock, words, plan.threadsPerRow * plan.rowsPerBlock, [&](Value iv) {
      Value word = b.create<LLVM::LoadOp>(loc, integer, Value(b.create<LLVM::GEPOp>(loc, pointer, integer, from, iv)));
      b.create<LLVM::StoreOp>(loc, word, Value(b.create<LLVM::GEPOp>(loc, pointer, integer, table, iv)));
    });
  }
}

void GpuEmitter::clearSums() {
  for (BlockArgument sum : plan.sums) {
    Value count = numbersOf(cast<BufferType>(sum.getType()).getAxes()), zero = math.number(b.getF32Type(), 0.0);
    if (plan.isShared(sum))
      bases[sum] = places.lookup(sum);
    Value base = bases.lookup(sum);
    plainLoop(thread, count, plan.threadsPerRow, [&](Value iv) {
      b.create<LLVM::StoreOp>(loc, zero, Value(b.create<LLVM::GEPOp>(loc, base.getType(), b.getF32Type(), base, iv)));
    });
  }
}

/// Adds up what the rows of the block have in shared memory, in their order, and stores the block's partial sum.
void GpuEmitter::writeSums() {
  bool any = llvm::any_of(plan.sums, [&](Value sum) { return plan.isShared(sum); });
  if (!any)
    return;
  Type real = b.getF32Type(), pointer = args.getType();
  b.create<gpu::BarrierOp>(loc);
  Value stride = i64(0);
  for (auto &[value, extent] : plan.shared)
    stride = b.create<arith::AddIOp>(loc, stride, bytesOf(extent));
  Value back = b.create<arith::SubIOp>(loc, i64(0), b.create<arith::MulIOp>(loc, slot, stride));
  for (BlockArgument sum : plan.sums) {
    if (!plan.isShared(sum))
      continue;
    Value count = numbersOf(cast<BufferType>(sum.getType()).getAxes()), out = entry->getArgument(sum.getArgNumber());
    Value bytes = b.create<arith::AndIOp>(
        loc, b.create<arith::AddIOp>(loc, b.create<arith::MulIOp>(loc, count, i64(4)), i64(15)), i64(-16));
    out = b.create<LLVM::GEPOp>(loc, pointer, b.getI8Type(), out, Value(b.create<arith::MulIOp>(loc, block, bytes)));
    Value first =
        b.create<LLVM::GEPOp>(loc, pointer, b.getI8Type(), places.lookup(sum), back); // of the block's first row
    plainLoop(inBlock, count, plan.threadsPerRow * plan.rowsPerBlock, [&](Value iv) {
      Value total, at = b.create<LLVM::GEPOp>(loc, pointer, real, first, iv);
      if (plan.rowsPerBlock == 1) {
        total = b.create<LLVM::LoadOp>(loc, real, at);
      } else {
        auto rows = b.create<scf::ForOp>(
            loc, i64(0), i64(plan.rowsPerBlock), i64(1), ValueRange{math.number(real, 0.0)},
            [&](OpBuilder &inner, Location, Value which, ValueRange carried) {
              Value offset = inner.create<arith::MulIOp>(loc, which, stride);
              Value term = inner.create<LLVM::LoadOp>(
                  loc, real, Value(inner.create<LLVM::GEPOp>(loc, pointer, inner.getI8Type(), at, offset)));
              inner.create<scf::YieldOp>(loc, Value(inner.create<arith::AddFOp>(loc, carried[0], term)));
            });
        total = rows.getResult(0);
      }
      b.create<LLVM::StoreOp>(loc, total, Value(b.create<LLVM::GEPOp>(loc, pointer, real, out, iv)));
    });
  }
}

/// Threads that a multiprocessor should have at work to hide latencies, at least.
static constexpr int64_t threadsAtWork = 384;

/// Looks whether shared memory leaves room for so few blocks that they need more threads.
bool GpuEmitter::addThreads(Findings &found) const {
  int64_t blocks =
      plan.ring ? 1
                : std::max<int64_t>(launches.sharedLimit / std::max<int64_t>(plan.sharedBytes(launches.largest), 1), 1);
  if (plan.threadsPerRow <= 32 || launches.few || blocks * plan.threadsPerRow >= threadsAtWork ||
      std::min(plan.rounds, found.rounds) == 1)
    return false;
  found.rounds = std::min(plan.rounds, found.rounds) / 2;
  return true;
}

/// Looks whether the only input that is staged leaves no room for a second block.
bool GpuEmitter::prefetch(Findings &found) {
  SmallVector<Value> staged;
  plan.forEachShared([&](Value value, const Extent &) {
    if (isStaged(value))
      staged.push_back(value);
  });
  if (staged.size() != 1 || 2 * plan.sharedBytes(launches.largest) <= launches.sharedLimit || launches.few ||
      !mayPrefetch(staged[0]))
    return false;
  auto list = cast<ListType>(staged[0].getType());
  const auto &nests = readers.find(staged[0])->second;
  Ring ring;
  ring.list = staged[0];
  ring.entryBytes = list.getAxes()[0].getSize() * storedBytes(list.getStorage());
  ring.lanes = lanesFor(schedule.nests()[nests.front()]);
  ring.lastReader = *llvm::max_element(nests);
  for (auto [i, name] : llvm::enumerate(kernel.getDynamic()))
    if (cast<StringAttr>(name).getValue() == list.getAxis())
      ring.size = int64_t(i);
  if (ring.entryBytes % 16)
    return false;
  found.prefetched = ring;
  return true;
}

bool GpuEmitter::revise(Findings &found) {
  bool changed = false;
  for (unsigned which : apart)
    changed |= found.single.insert(which).second; // a nest that already has single numbers has no vectors to be apart
  if (changed)
    return true; // other pieces: nothing else is certain
  for (ReduceOp reduce : inLoops)
    if (plan.isShared(reduce.getResult()))
      changed |= found.combinedLater.insert(reduce.getResult());
  for (Value value : schedule.scratch()) {
    bool read = traffic.loads.count(value);
    if (read && found.inRegisters.erase(value))
      changed |= found.inMemory.insert(value).second;
    else if (!read && !found.inMemory.contains(value))
      changed |= found.inRegisters.insert(value).second;
  }
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto loads = traffic.loads.find(argument);
    if (loads == traffic.loads.end() || plan.isSum(argument) || !mayStage(kernel, argument, launches.forwards))
      continue;
    int64_t total = 0, needed = neededBytes(kernel, argument).at(launches.largest);
    bool known = true;
    for (const Amount &amount : loads->second)
      total += amount.at(launches.largest), known &= amount.known;
    bool again = total > needed && needed > 64 && !isParameter(argument);
    if (again || !known)
      changed |= found.staged.insert(argument);
  }
  return changed || prefetch(found) || addThreads(found);
}
