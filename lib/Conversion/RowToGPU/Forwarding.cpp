//===- Forwarding.cpp - what a row stores and reads again in a list -------===//
//
// A layer's kernel stores its new entry of a history and then reads the whole history, the new
// entry included: one buffer under two arguments. The list is staged all the same. Which of its
// entries is the buffer is found once for a block, by its address; that one is not copied from
// global memory, and whoever stores a number of it also puts it where the copy would have been.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"
#include "braid/Conversion/Launches.h"

using namespace mlir;
using namespace braid::row;

/// Whether in every launch the buffer is one entry of the list or none, and shares no memory with the others.
static bool isWholeEntry(KernelOp kernel, BlockArgument stored, BlockArgument list,
                         ArrayRef<braid::host::LaunchOp> launches) {
  return llvm::all_of(launches, [&](braid::host::LaunchOp launch) {
    SmallVector<braid::LaunchArgument> arguments = braid::argumentsOf(launch, kernel);
    braid::MemoryExtent own = braid::extentOf(launch.getArgs()[arguments[stored.getArgNumber()].first]);
    int64_t same = 0, parts = 0;
    for (Value entry :
         launch.getArgs().slice(arguments[list.getArgNumber()].first, arguments[list.getArgNumber()].count)) {
      braid::MemoryExtent each = braid::extentOf(entry);
      bool meets = each.memory == own.memory && each.from < own.to && own.from < each.to;
      same += meets && each.from == own.from && each.to == own.to;
      parts += meets;
    }
    return parts <= 1 && same == parts;
  });
}

SmallVector<Forward, 1> braid::row::findForwards(KernelOp kernel, ArrayRef<braid::host::LaunchOp> launches) {
  SmallVector<Forward, 1> found;
  if (launches.empty() || kernel.getSpace() != Space::Token)
    return found;
  for (BlockArgument list : kernel.getBody().getArguments())
    for (BlockArgument stored : kernel.getBody().getArguments()) {
      auto entries = dyn_cast<ListType>(list.getType());
      auto buffer = dyn_cast<BufferType>(stored.getType());
      if (!entries || !buffer || !buffer.getPerRow() || buffer.getAxes() != entries.getAxes() ||
          buffer.getStorage() != entries.getStorage() || !mayAlias(kernel, list, stored))
        continue;
      // Stored once, before anything is read of the list.
      auto stores = llvm::make_filter_range(stored.getUsers(), [](Operation *op) { return isa<StoreOp>(op); });
      if (!llvm::hasSingleElement(stores))
        continue;
      Operation *store = *stores.begin();
      if (llvm::all_of(list.getUsers(),
                       [&](Operation *op) { return isa<StackOp>(op) && store->isBeforeInBlock(op); }) &&
          isWholeEntry(kernel, stored, list, launches))
        found.push_back({list, stored});
    }
  return found;
}

/// Looks for each buffer among the entries of its list, as the block has them.
void GpuEmitter::findForwarded() {
  for (const Forward &forward : launches.forwards) {
    if (!isStaged(forward.list))
      continue;
    Type pointer = args.getType(), integer = b.getI64Type();
    Value table = bases.lookup(forward.list),
          count = dynamicSizes.lookup(cast<ListType>(forward.list.getType()).getAxis());
    Value own = b.create<LLVM::PtrToIntOp>(loc, integer,
                                           entry->getArgument(cast<BlockArgument>(forward.stored).getArgNumber()));
    auto search = b.create<scf::ForOp>(
        loc, i64(0), count, i64(1), ValueRange{count},
        [&](OpBuilder &inner, Location, Value which, ValueRange carried) {
          Value word = inner.create<arith::AddIOp>(loc, which, which);
          Value base = inner.create<LLVM::LoadOp>(loc, integer,
                                                  Value(inner.create<LLVM::GEPOp>(loc, pointer, integer, table, word)));
          Value isOwn = inner.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, base, own);
          inner.create<scf::YieldOp>(loc, Value(inner.create<arith::SelectOp>(loc, isOwn, which, carried[0])));
        });
    Value index = search.getResult(0);
    forwarded.push_back({forward, index, b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, index, count)});
  }
}

void GpuEmitter::unlessForwarded(Value list, Value which, function_ref<void()> body) {
  Value others;
  for (const Forwarded &each : forwarded)
    if (each.what.list == list) {
      Value isOther = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, which, each.entry);
      others = others ? Value(b.create<arith::AndIOp>(loc, others, isOther)) : isOther;
    }
  if (others)
    onlyIf(others, body);
  else
    body();
}

void GpuEmitter::forwardStore(const Place &place, const Position &position, Value value) {
  if (place.addresses || (position.mask && isa<VectorType>(position.mask.getType())))
    return; // this code will be thrown away
  for (const Forwarded &each : forwarded) {
    if (each.what.stored != place.memory)
      continue;
    Value list = each.what.list;
    enter(innermost());
    Value base;
    if (plan.isInRing(list)) {
      base = ringAddress(ringSlot(each.entry));
    } else {
      Value offset = b.create<arith::MulIOp>(loc, each.entry, i64(entryBytes(list)));
      base = b.create<LLVM::GEPOp>(loc, args.getType(), b.getI8Type(), places.lookup(list), offset);
    }
    Value pointer = elementPointer(base, place.offset, storedType(place.storage), innermost());
    enter(innermost());
    Value kept = stored(place, value), condition = each.isThere;
    Value mine = isGuarded(place, position) ? position.mask : isParallel() && !distributed ? isFirst : Value();
    if (mine)
      condition = b.create<arith::AndIOp>(loc, condition, mine);
    onlyIf(condition, [&] { b.create<LLVM::StoreOp>(loc, kept, pointer, alignment(place)); });
  }
}
