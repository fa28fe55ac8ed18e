//===- LaunchPlan.cpp - how a row kernel is spread over a GPU -------------===//

#include "LaunchPlan.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::row;

/// What a row may take of its block's shared memory without an opt-in to more than 48 KiB.
static constexpr int64_t sharedBudget = 40 << 10;
/// Entries of a list that the budget assumes.
static constexpr int64_t assumedEntries = 32;

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

static int64_t assumedBytes(const Extent &extent) {
  int64_t bytes = extent.bytes;
  for (size_t i = 0; i < extent.sizes.size(); ++i)
    bytes *= assumedEntries;
  return llvm::alignTo(bytes, scratchAlign);
}

int64_t braid::row::lanesOfThread(KernelOp kernel, const Nest &nest) {
  if (!nest.vector || nest.vector.isDynamic())
    return 1;
  bool narrow = false;
  for (Type type : kernel.getBody().getArgumentTypes()) {
    if (auto buffer = dyn_cast<BufferType>(type))
      narrow |= buffer.getStorage() == Storage::BF16;
    else
      narrow |= cast<ListType>(type).getStorage() == Storage::BF16;
  }
  // A body that is repeated along small axes holds many vectors at a time.
  int64_t points = 1;
  for (AxisAttr axis : nest.unrolled)
    points *= axis.getSize();
  for (int64_t lanes = narrow ? 8 : 4; lanes > 1; lanes /= 2)
    if (nest.vector.getSize() % lanes == 0 && lanes * points <= 32)
      return lanes;
  return 1;
}

LaunchPlan LaunchPlan::of(KernelOp kernel, const Schedule &schedule) {
  LaunchPlan plan;
  for (auto accumulate : kernel.getBody().getOps<AccumulateOp>())
    plan.sums.push_back(cast<BlockArgument>(accumulate.getBuffer()));

  // The longest row decides; a dynamic axis is taken for a long one if rows of buffers lie along it.
  int64_t pieces = 1, longest = 1;
  for (const Nest &nest : schedule.nests())
    if (nest.vector) {
      int64_t size = nest.vector.getSize();
      if (nest.vector.isDynamic())
        size = nest.loops.size() == 1 && kernel.getSpace() == Space::Fixed ? 4096 : 16;
      longest = std::max(longest, size);
      pieces = std::max(pieces, size / lanesOfThread(kernel, nest));
    }
  if (longest <= 4)
    plan.threadsPerRow = 1, plan.rowsPerBlock = 128;
  else if (pieces <= 256)
    plan.threadsPerRow = 32, plan.rowsPerBlock = 4;
  else
    plan.threadsPerRow = std::clamp<int64_t>(llvm::alignTo(llvm::divideCeil(pieces, 4), 32), 64, 512), plan.rowsPerBlock = 1;

  int64_t used = 0, budget = sharedBudget / plan.rowsPerBlock;
  auto add = [&](Value value, Extent extent) {
    bool fits = used + assumedBytes(extent) <= budget;
    used += fits ? assumedBytes(extent) : 0;
    (fits ? plan.shared : plan.workspace).push_back({value, std::move(extent)});
  };
  for (BlockArgument argument : kernel.getBody().getArguments())
    if (auto list = dyn_cast<ListType>(argument.getType()))
      add(argument, extentOf(kernel, AxisAttr::get(kernel.getContext(), list.getAxis(), -1), 8));
  SmallVector<std::pair<Value, Extent>> kept;
  for (Value value : schedule.scratch())
    kept.push_back({value, extentOf(kernel, typeOf(value).getAxes(), 4)});
  // Small ones first: they gain most.
  llvm::stable_sort(kept, [](const auto &a, const auto &b) { return assumedBytes(a.second) < assumedBytes(b.second); });
  for (auto &[value, extent] : kept)
    add(value, extent);
  return plan;
}
