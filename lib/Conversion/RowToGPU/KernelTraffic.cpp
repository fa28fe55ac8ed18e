//===- KernelTraffic.cpp - what a row kernel must move, and what its code moves -===//

#include "KernelTraffic.h"
#include "braid/Conversion/RowToGPU.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace braid::row;

static bool isReader(Operation *op) { return isa<LoadOp, StackOp, GatherOp>(op); }
bool braid::row::isRead(Value argument) { return llvm::any_of(argument.getUsers(), isReader); }
bool braid::row::isWritten(Value argument) {
  return llvm::any_of(argument.getUsers(), [](Operation *op) { return !isReader(op); });
}

bool braid::row::isParameter(Value argument) {
  auto buffer = dyn_cast<BufferType>(argument.getType());
  return buffer && !buffer.getPerRow() &&
         llvm::none_of(argument.getUsers(), [](Operation *op) { return isa<GatherOp>(op); });
}

bool braid::row::mayStage(KernelOp kernel, Value argument, ArrayRef<Forward> forwards) {
  // The copy's loops have fixed lengths, but for the entries of a list.
  SmallVector<AxisAttr> axes = neededAxes(kernel, argument);
  if (llvm::any_of(isa<ListType>(argument.getType()) ? ArrayRef(axes).drop_front() : ArrayRef(axes),
                   [](AxisAttr axis) { return axis.isDynamic(); }))
    return false;
  // One gather, by a number that lies in memory.
  for (Operation *op : argument.getUsers())
    if (auto gather = dyn_cast<GatherOp>(op))
      if (!argument.hasOneUse() || !gather.getId().getDefiningOp<LoadOp>() ||
          gather.getAxis() != cast<BufferType>(argument.getType()).getAxes()[0].getName())
        return false;
  auto isForwarded = [&](Value stored) {
    return llvm::any_of(forwards,
                        [&](const Forward &forward) { return forward.list == argument && forward.stored == stored; });
  };
  bool written = false;
  for (Operation &op : kernel.getBody().front()) {
    if (isReader(&op) && op.getOperand(0) == argument && written)
      return false;
    if (isa<StoreOp, UnstackOp, AccumulateOp>(op))
      written |= mayAlias(kernel, argument, op.getOperand(1)) && !isForwarded(op.getOperand(1));
  }
  return true;
}

int64_t braid::row::entryBytes(Value list) {
  auto type = cast<ListType>(list.getType());
  int64_t bytes = storedBytes(type.getStorage());
  for (AxisAttr axis : type.getAxes())
    bytes *= axis.getSize();
  return bytes;
}

int64_t Amount::at(ArrayRef<int64_t> given) const {
  int64_t all = count;
  for (int64_t size : sizes)
    all *= given[size];
  return int64_t(llvm::divideCeil(all, per));
}

SmallVector<AxisAttr> braid::row::neededAxes(KernelOp kernel, Value argument) {
  SmallVector<AxisAttr> axes;
  if (auto buffer = dyn_cast<BufferType>(argument.getType())) {
    llvm::append_range(axes, buffer.getAxes());
    for (Operation *op : argument.getUsers())
      if (auto gather = dyn_cast<GatherOp>(op))
        llvm::erase_if(axes, [&](AxisAttr axis) { return axis.getName() == gather.getAxis(); });
  } else {
    auto list = cast<ListType>(argument.getType());
    axes.push_back(AxisAttr::get(kernel.getContext(), list.getAxis(), -1));
    llvm::append_range(axes, list.getAxes());
  }
  return axes;
}

static Storage storageOf(Value argument) {
  auto buffer = dyn_cast<BufferType>(argument.getType());
  return buffer ? buffer.getStorage() : cast<ListType>(argument.getType()).getStorage();
}

Amount braid::row::neededBytes(KernelOp kernel, Value argument) {
  Amount amount;
  amount.count = storedBytes(storageOf(argument));
  for (AxisAttr axis : neededAxes(kernel, argument)) {
    if (!axis.isDynamic())
      amount.count *= axis.getSize();
    for (auto [i, name] : llvm::enumerate(kernel.getDynamic()))
      if (axis.isDynamic() && cast<StringAttr>(name).getValue() == axis.getName())
        amount.sizes.push_back(int64_t(i));
  }
  return amount;
}

/// Arguments that values are computed from of which slices leave a part unused: the compiler may not load all that
/// the code would.
static llvm::SmallDenseSet<Value> partlyUsed(KernelOp kernel) {
  llvm::SmallDenseSet<Value> arguments;
  SmallVector<Value> work;
  for (Operation &op : kernel.getBody().front())
    for (Value value : op.getResults()) {
      llvm::SmallBitVector used;
      std::optional<StringRef> axis;
      bool whole = value.use_empty();
      for (Operation *user : value.getUsers()) {
        auto slice = dyn_cast<SliceOp>(user);
        whole |= !slice || (axis && *axis != slice.getAxis());
        if (whole)
          break;
        axis = slice.getAxis();
        AxisAttr sliced = typeOf(value).getAxes()[typeOf(value).find(*axis)];
        int64_t size =
            slice.getAs()
                ? typeOf(slice.getResult()).getAxes()[typeOf(slice.getResult()).find(*slice.getAs())].getSize()
                : 1;
        int64_t from = slice.getOffset();
        if (sliced.isDynamic() || size < 0 || from < 0) {
          whole = true;
          break;
        }
        used.resize(unsigned(sliced.getSize()));
        used.set(unsigned(from), unsigned(from + size));
      }
      if (!whole && axis && !used.all())
        work.push_back(value);
    }
  llvm::SmallDenseSet<Value> seen;
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    for (Value operand : value.getDefiningOp()->getOperands())
      if (isa<BlockArgument>(operand))
        arguments.insert(operand);
      else
        work.push_back(operand);
  }
  return arguments;
}

/// Amounts with the same formula are one.
static ArrayAttr write(OpBuilder &b, ArrayRef<Amount> amounts) {
  SmallVector<Amount> sum;
  for (const Amount &amount : amounts) {
    Amount next = amount;
    llvm::sort(next.sizes);
    auto same = llvm::find_if(sum, [&](const Amount &other) { return other.sizes == next.sizes; });
    if (same == sum.end()) {
      sum.push_back(next);
      continue;
    }
    int64_t per = std::lcm(same->per, next.per);
    same->count = same->count * (per / same->per) + next.count * (per / next.per);
    same->per = per;
  }
  SmallVector<Attribute> list;
  for (const Amount &amount : sum) {
    int64_t divisor = std::gcd(amount.count, amount.per);
    SmallVector<int64_t> numbers = {amount.count / divisor, amount.per / divisor};
    llvm::append_range(numbers, amount.sizes);
    list.push_back(b.getDenseI64ArrayAttr(numbers));
  }
  return b.getArrayAttr(list);
}

/// Rows of whole sectors, contiguous along an axis that fills a warp's requests.
static bool isWide(KernelOp kernel, Value argument) {
  SmallVector<AxisAttr> axes = neededAxes(kernel, argument);
  llvm::erase_if(axes, [](AxisAttr axis) { return axis.getSize() == 1; });
  int64_t width = storedBytes(storageOf(argument));
  // Behind a view, the kernel may run along another axis.
  for (auto view : kernel.getBody().getOps<ViewOp>())
    for (Value value : {view.getInput(), view.getResult()})
      if (!axes.empty() && llvm::is_contained(typeOf(value).getAxes(), axes.back()))
        return false;
  return !axes.empty() && !axes.back().isDynamic() && axes.back().getSize() >= 256 &&
         axes.back().getSize() * width % 32 == 0;
}

ArrayAttr braid::row::describeTraffic(OpBuilder &b, KernelOp kernel, const LaunchPlan &plan, const LaunchSizes &sizes,
                                      const TrafficCounts &counts, const llvm::DenseSet<Value> &held,
                                      ArrayRef<Forward> forwards) {
  SmallVector<Attribute> list;
  llvm::SmallDenseSet<Value> part = partlyUsed(kernel);
  auto add = [&](StringRef what, int64_t argument, ArrayRef<Amount> needed, ArrayRef<Amount> loads,
                 ArrayRef<Amount> stores) {
    SmallVector<NamedAttribute> entries = {
        b.getNamedAttr("argument", b.getI64IntegerAttr(argument)), b.getNamedAttr("what", b.getStringAttr(what)),
        b.getNamedAttr("needed", write(b, needed)), b.getNamedAttr("loads", write(b, loads)),
        b.getNamedAttr("stores", write(b, stores))};
    for (ArrayRef<Amount> amounts : {loads, stores})
      for (const Amount &amount : amounts)
        if (!amount.known && entries.back().getName() != "unknown")
          entries.push_back(b.getNamedAttr("unknown", b.getUnitAttr()));
    if (argument >= 0 && isWide(kernel, kernel.getBody().getArgument(unsigned(argument))))
      entries.push_back(b.getNamedAttr("wide", b.getUnitAttr()));
    if (argument >= 0 && part.contains(kernel.getBody().getArgument(unsigned(argument))))
      entries.push_back(b.getNamedAttr("part", b.getUnitAttr()));
    if (argument >= 0 && held.contains(kernel.getBody().getArgument(unsigned(argument))))
      entries.push_back(b.getNamedAttr("held", b.getUnitAttr()));
    SmallVector<int64_t> forwarded;
    for (const Forward &forward : forwards)
      if (argument == int64_t(cast<BlockArgument>(forward.list).getArgNumber()))
        forwarded.push_back(int64_t(cast<BlockArgument>(forward.stored).getArgNumber()));
    if (!forwarded.empty()) {
      entries.push_back(
          b.getNamedAttr("entry", b.getI64IntegerAttr(entryBytes(kernel.getBody().getArgument(unsigned(argument))))));
      entries.push_back(b.getNamedAttr("forwarded", b.getDenseI64ArrayAttr(forwarded)));
    }
    list.push_back(b.getDictionaryAttr(entries));
  };
  auto of = [](const auto &map, Value value) -> ArrayRef<Amount> {
    auto found = map.find(value);
    return found == map.end() ? ArrayRef<Amount>() : ArrayRef<Amount>(found->second);
  };
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    Amount needed = neededBytes(kernel, argument);
    StringRef what = plan.isSum(argument)                      ? "sum"
                     : isParameter(argument)                   ? "parameter"
                     : isRead(argument) && isWritten(argument) ? "inout"
                     : isRead(argument)                        ? "input"
                                                               : "output";
    add(what, argument.getArgNumber(), needed, of(counts.loads, argument), of(counts.stores, argument));
  }
  SmallVector<Amount> loads, stores;
  for (auto &[value, extent] : plan.workspace) {
    llvm::append_range(loads, of(counts.loads, value));
    llvm::append_range(stores, of(counts.stores, value));
  }
  if (!plan.workspace.empty())
    add("workspace", -1, {}, loads, stores);
  return b.getArrayAttr(list);
}

llvm::Expected<KernelTraffic> braid::row::kernelTraffic(Operation *kernel, ArrayRef<int64_t> sizes) {
  auto list = kernel->getAttrOfType<ArrayAttr>("braid.traffic");
  auto launch = kernel->getAttrOfType<DictionaryAttr>("braid.launch");
  if (!list || !launch)
    return llvm::createStringError("the function has no attribute `braid.traffic`: it is no row kernel");
  KernelTraffic traffic;
  for (auto entry : list.getAsRange<DictionaryAttr>()) {
    auto total = [&](StringRef name) {
      int64_t bytes = 0;
      for (auto term : cast<ArrayAttr>(entry.get(name)).getAsRange<DenseI64ArrayAttr>())
        bytes += Amount{term[0], term[1], SmallVector<int64_t, 2>(term.asArrayRef().drop_front(2))}.at(sizes);
      return bytes;
    };
    KernelTraffic::Of of;
    of.argument = cast<IntegerAttr>(entry.get("argument")).getInt();
    of.what = cast<StringAttr>(entry.get("what")).getValue().str();
    of.needed = total("needed"), of.loads = total("loads"), of.stores = total("stores");
    of.known = !entry.contains("unknown");
    of.part = entry.contains("part");
    of.wide = entry.contains("wide");
    of.held = entry.contains("held");
    if (auto forwarded = dyn_cast_or_null<DenseI64ArrayAttr>(entry.get("forwarded"))) {
      of.forwarded.assign(forwarded.asArrayRef().begin(), forwarded.asArrayRef().end());
      of.entryBytes = cast<IntegerAttr>(entry.get("entry")).getInt();
    }
    traffic.rows.push_back(of);
  }
  for (auto term : cast<ArrayAttr>(launch.get("block_shared")).getAsRange<DenseI64ArrayAttr>()) {
    int64_t bytes = term[0];
    for (int64_t size : term.asArrayRef().drop_front())
      bytes *= sizes[size];
    traffic.tables.push_back(bytes);
  }
  return traffic;
}
