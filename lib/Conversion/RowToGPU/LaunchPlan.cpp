//===- LaunchPlan.cpp - how a row kernel is spread over a GPU -------------===//

#include "KernelTraffic.h"
#include "Uses.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::row;

/// Numbers that a thread may hold of whole rows: half of its registers.
static constexpr int64_t heldNumbers = 128;
/// Loaded numbers at most for which a thread takes eight of a row at a time rather than four.
static constexpr int64_t loadedNumbers = 128;
/// What a value of a row may take of its block's shared memory.
static constexpr int64_t keptBudget = 40 << 10;

int64_t Extent::total(ArrayRef<int64_t> given) const {
  int64_t all = bytes;
  for (int64_t size : sizes)
    all *= given[size];
  return llvm::alignTo(all, scratchAlign);
}

Value LaunchPlan::placeOf(Value value) const {
  for (const Placed &placed : shared)
    if (placed.first == value)
      return value;
  for (const Sharing &each : sharing)
    if (each.value == value)
      return each.of;
  return {};
}

void LaunchPlan::forEachShared(function_ref<void(Value, const Extent &)> body) const {
  for (const Placed &placed : shared)
    body(placed.first, placed.second);
  for (const Sharing &each : sharing)
    body(each.value, each.extent);
}

int64_t LaunchPlan::exchangeBytes() const {
  return threadsPerRow > 32 ? 2 * (threadsPerRow / 32) * 4 * exchangeValues : 0;
}

int64_t LaunchPlan::sharedBytes(ArrayRef<int64_t> given) const {
  int64_t block = exchangeBytes(), row = 0;
  for (ArrayRef<Placed> list : {ArrayRef<Placed>(tables), ArrayRef<Placed>(partials)})
    for (const Placed &each : list)
      block += each.second.total(given);
  for (const Placed &each : shared)
    row += each.second.total(given);
  return block + row * rowsPerBlock;
}

static Extent extentOf(KernelOp kernel, ArrayRef<AxisAttr> axes, int64_t width) {
  Extent extent{width, {}};
  for (AxisAttr axis : axes) {
    if (!axis.isDynamic()) {
      extent.bytes *= axis.getSize();
      continue;
    }
    for (auto [i, name] : llvm::enumerate(kernel.getDynamic()))
      if (cast<StringAttr>(name).getValue() == axis.getName())
        extent.sizes.push_back(int64_t(i));
  }
  return extent;
}

static bool hasHalves(KernelOp kernel) {
  return llvm::any_of(kernel.getBody().getArgumentTypes(), [](Type type) {
    if (auto buffer = dyn_cast<BufferType>(type))
      return buffer.getStorage() == Storage::BF16;
    return cast<ListType>(type).getStorage() == Storage::BF16;
  });
}

bool braid::row::movesAlong(KernelOp kernel, AxisAttr axis) {
  return llvm::any_of(kernel.getBody().front(), [&](Operation &op) {
    return isa<SliceOp, PadOp, ConcatOp, ViewOp, GatherOp>(op) && llvm::any_of(op.getOperands(), [&](Value operand) {
             auto value = dyn_cast<ValueType>(operand.getType());
             return value && llvm::is_contained(value.getAxes(), axis);
           });
  });
}

/// Whether rows along the dynamic axis are contiguous numbers in all that has the axis: each row then begins at
/// a multiple of a piece or none does.
static bool isContiguous(KernelOp kernel, const Nest &nest) {
  auto alone = [&](ArrayRef<AxisAttr> axes) {
    return !llvm::is_contained(axes, nest.vector) ||
           llvm::all_of(axes, [&](AxisAttr axis) { return axis == nest.vector || axis.getSize() == 1; });
  };
  for (Type type : kernel.getBody().getArgumentTypes()) {
    auto list = dyn_cast<ListType>(type);
    if (list && (list.getAxis() == nest.vector.getName() || !alone(list.getAxes())))
      return false;
    if (auto buffer = dyn_cast<BufferType>(type); buffer && !alone(buffer.getAxes()))
      return false;
  }
  return nest.loops.size() == 1 && nest.unrolled.empty() && !movesAlong(kernel, nest.vector);
}

/// Rows along the axis that the kernel loads.
static int64_t rowsLoaded(KernelOp kernel, AxisAttr axis) {
  int64_t rows = 0;
  for (auto load : kernel.getBody().getOps<LoadOp>())
    if (ArrayRef<AxisAttr> axes = typeOf(load.getResult()).getAxes(); llvm::is_contained(axes, axis)) {
      int64_t others = 1;
      for (AxisAttr each : axes)
        others *= each == axis || each.isDynamic() ? 1 : each.getSize();
      rows += others;
    }
  return rows;
}

int64_t braid::row::lanesOfThread(KernelOp kernel, const Nest &nest) {
  if (!nest.vector)
    return 1;
  if (nest.vector.isDynamic())
    return kernel.getSpace() == Space::Fixed && isContiguous(kernel, nest) ? hasHalves(kernel) ? 8 : 4 : 1;
  // A body that is repeated along small axes holds many vectors at a time.
  int64_t points = 1;
  for (AxisAttr axis : nest.unrolled)
    points *= axis.getSize();
  for (int64_t lanes = hasHalves(kernel) ? 8 : 4; lanes > 1; lanes /= 2)
    if (nest.vector.getSize() % lanes == 0 && lanes * points <= 32 &&
        (lanes <= 4 || lanes * rowsLoaded(kernel, nest.vector) <= loadedNumbers))
      return lanes;
  return 1;
}

/// Rows along the axis that a thread has at hand at a time: what is loaded of them, and what is kept.
static int64_t rowsAlong(KernelOp kernel, const Schedule &schedule, AxisAttr axis) {
  int64_t rows = 0;
  auto count = [&](Value value) {
    int64_t others = 1;
    bool along = false;
    for (AxisAttr each : typeOf(value).getAxes())
      if (each == axis)
        along = true;
      else if (!each.isDynamic())
        others *= each.getSize();
    rows += along ? others : 0;
  };
  for (auto load : kernel.getBody().getOps<LoadOp>())
    count(load.getResult());
  for (Value value : schedule.scratch())
    count(value);
  return std::max<int64_t>(rows, 1);
}

/// Threads of a row, and its rounds.
static void chooseThreads(LaunchPlan &plan, KernelOp kernel, const Schedule &schedule, const LaunchSizes &sizes,
                          const Findings &findings) {
  // The longest row decides; a dynamic axis is taken for a long one if rows of buffers lie along it.
  int64_t pieces = 1, longest = 1, held = 1;
  for (const Nest &nest : schedule.nests())
    if (nest.vector) {
      int64_t size = nest.vector.getSize(), lanes = lanesOfThread(kernel, nest);
      if (nest.vector.isDynamic())
        size = nest.loops.size() == 1 && kernel.getSpace() == Space::Fixed ? 4096 : 16;
      longest = std::max(longest, size);
      pieces = std::max(pieces, size / lanes);
      if (!nest.vector.isDynamic())
        held = std::max(held, lanes * rowsAlong(kernel, schedule, nest.vector));
    }
  plan.rounds = std::clamp<int64_t>(heldNumbers / held, 1, 6);
  if (longest <= 4) {
    plan.threadsPerRow = 1, plan.rowsPerBlock = 128;
  } else if (sizes.few) {
    plan.threadsPerRow = std::clamp<int64_t>(llvm::alignTo(pieces, 32), 32, 512);
  } else if (pieces <= 32 * std::max<int64_t>(plan.rounds, 3)) {
    plan.threadsPerRow = 32, plan.rowsPerBlock = 4;
  } else {
    int64_t rounds = std::min<int64_t>(plan.rounds, findings.rounds);
    plan.threadsPerRow = std::clamp<int64_t>(llvm::alignTo(llvm::divideCeil(pieces, rounds), 32), 64, 512);
  }
}

namespace {
/// Decides what of a kernel lies in shared memory.
struct Placement {
  KernelOp kernel;
  const LaunchSizes &sizes;
  const Findings &findings;
  LaunchPlan plan;
  int64_t common = 0; ///< bytes of a block, whatever its rows have
  bool leftOut = false;
  /// Of values and staged arguments; empty as long as each has memory of its own.
  Lives lives;

  Placement(KernelOp kernel, const Schedule &schedule, const LaunchSizes &sizes, const Findings &findings,
            LaunchPlan begun, Lives lives)
      : kernel(kernel), sizes(sizes), findings(findings), plan(std::move(begun)), lives(std::move(lives)) {
    placeTables();
    placeRows(schedule);
    placePartials();
    placeRing();
  }

private:
  int64_t used() const {
    int64_t bytes = 0;
    for (const Placed &other : plan.shared)
      bytes += other.second.total(sizes.largest);
    return bytes;
  }

  /// An argument that has memory of its own is copied before the first nest, another one before the nest that needs it.
  Life lifeOf(Value value, Value owner) const {
    Life life = lives.lookup(value);
    if (value == owner && isa<BlockArgument>(value))
      life.first = 0;
    return life;
  }

  /// A value in shared memory with which this one is never alive, in as much memory whatever the sizes.
  Value findPlace(const Placed &value) const {
    auto life = lives.find(value.first);
    if (life == lives.end())
      return {};
    for (const Placed &owner : plan.shared) {
      const Extent &needed = value.second, &there = owner.second;
      bool isFree = needed.sizes == there.sizes && needed.bytes <= there.bytes;
      plan.forEachShared([&](Value other, const Extent &) {
        if (plan.placeOf(other) == owner.first)
          isFree &= lives.contains(other) && !lifeOf(other, owner.first).meets(life->second);
      });
      if (isFree)
        return owner.first;
    }
    return {};
  }

  /// Small ones first: they gain most.
  void place(SmallVector<Placed> &list, int64_t limit, function_ref<void(const Placed &)> instead) {
    llvm::stable_sort(list, [&](const Placed &a, const Placed &b) {
      return a.second.total(sizes.largest) < b.second.total(sizes.largest);
    });
    for (Placed &each : list) {
      if (Value owner = findPlace(each)) {
        plan.sharing.push_back({each.first, owner, each.second});
        continue;
      }
      int64_t row = used() + each.second.total(sizes.largest), rows = plan.rowsPerBlock;
      while (rows * plan.threadsPerRow > 32 && rows > 1 && common + row * rows > limit)
        rows /= 2;
      if (common + row * rows > limit) {
        instead(each);
        continue;
      }
      plan.rowsPerBlock = rows;
      plan.shared.push_back(each);
    }
  }

  void placeTables() {
    common = plan.exchangeBytes();
    for (BlockArgument argument : kernel.getBody().getArguments())
      if (auto list = dyn_cast<ListType>(argument.getType())) {
        plan.tables.push_back({argument, extentOf(kernel, AxisAttr::get(kernel.getContext(), list.getAxis(), -1), 16)});
        common += plan.tables.back().second.total(sizes.largest);
      }
  }

  void placeRows(const Schedule &schedule) {
    SmallVector<Placed> kept, sums, staged;
    for (Value value : schedule.scratch())
      if (!findings.inRegisters.contains(value))
        kept.push_back({value, extentOf(kernel, typeOf(value).getAxes(), 4)});
    for (BlockArgument sum : plan.sums)
      sums.push_back({sum, extentOf(kernel, cast<BufferType>(sum.getType()).getAxes(), 4)});
    for (Value argument : findings.staged) {
      if (findings.prefetched && findings.prefetched->list == argument)
        continue;
      auto buffer = dyn_cast<BufferType>(argument.getType());
      Storage storage = buffer ? buffer.getStorage() : cast<ListType>(argument.getType()).getStorage();
      staged.push_back({argument, extentOf(kernel, neededAxes(kernel, argument), storedBytes(storage))});
    }
    place(kept, std::min(std::max(keptBudget, sizes.sharedLimit / 2), sizes.sharedLimit), [&](const Placed &value) {
      plan.workspace.push_back(value);
      leftOut = true;
    });
    place(sums, sizes.sharedLimit,
          [&](const Placed &) { plan.rowsPerBlock = 1; }); // a block has one partial sum in global memory
    place(staged, sizes.sharedLimit, [&](const Placed &) { leftOut = true; });
  }

  void placePartials() {
    for (Value value : findings.combinedLater) {
      Placed partial = {value, extentOf(kernel, typeOf(value).getAxes(), 4 * (plan.threadsPerRow / 32))};
      int64_t bytes = partial.second.total(sizes.largest);
      if (!plan.isShared(value) || common + used() + bytes > sizes.sharedLimit)
        continue;
      common += bytes;
      plan.partials.push_back(partial);
    }
  }

  void placeRing() {
    if (!findings.prefetched)
      return;
    plan.ring = findings.prefetched;
    plan.ring->slots = (sizes.sharedLimit - plan.sharedBytes(sizes.largest)) / plan.ring->entryBytes;
    if (plan.ring->slots < sizes.largest[size_t(plan.ring->size)])
      plan.ring.reset();
  }
};
} // namespace

LaunchPlan LaunchPlan::of(KernelOp kernel, const Schedule &schedule, const LaunchSizes &sizes,
                          const Findings &findings) {
  LaunchPlan plan;
  for (auto accumulate : kernel.getBody().getOps<AccumulateOp>())
    plan.sums.push_back(cast<BlockArgument>(accumulate.getBuffer()));
  chooseThreads(plan, kernel, schedule, sizes, findings);
  Placement apart(kernel, schedule, sizes, findings, plan, Lives());
  if (!apart.leftOut)
    return apart.plan;
  // A place for several values costs waits between them, but less than a second load from global memory.
  Lives lives =
      livesOf(usesOf(schedule, findings, sizes.forwards, [&](Value value) { return findings.staged.contains(value); }));
  for (BlockArgument sum : plan.sums)
    lives.erase(sum);
  return Placement(kernel, schedule, sizes, findings, plan, lives).plan;
}
