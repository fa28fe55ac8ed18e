//===- Aliases.cpp - which arguments of a kernel share memory -------------===//

#include "CallTables.h"
#include <set>

using namespace mlir;
using namespace braid::host;

FailureOr<SmallVector<ArgumentOperands>> braid::host::operandRanges(LaunchOp launch, row::KernelOp kernel) {
  if (launch.getSizes().size() != kernel.getDynamic().size())
    return launch.emitOpError("H1: the kernel has ") << kernel.getDynamic().size() << " dynamic axes";
  SmallVector<ArgumentOperands> ranges;
  unsigned next = 0;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    unsigned count = 1;
    if (auto list = dyn_cast<row::ListType>(argument.getType()))
      for (auto [name, size] : llvm::zip(kernel.getDynamic(), launch.getSizes()))
        if (cast<StringAttr>(name).getValue() == list.getAxis())
          count = size;
    ranges.push_back({argument, next, count});
    next += count;
  }
  if (next != launch.getArgs().size())
    return launch.emitOpError("H1: the kernel takes ") << next << " operands with these sizes, not " << launch.getArgs().size();
  return ranges;
}

/// Equal for operands that lie in the same place.
static std::tuple<int, int64_t, std::string> placeOf(Value operand) {
  Operation *op = operand.getDefiningOp();
  if (auto buffer = dyn_cast<BufferOp>(op); buffer && buffer.getOffset())
    return {int(buffer.getType().getSpace()), int64_t(*buffer.getOffset()), ""};
  if (auto external = dyn_cast<ExternalOp>(op))
    return {2, 0, external.getName().str()};
  return {3, int64_t(reinterpret_cast<uintptr_t>(op)), ""};
}

void braid::host::annotateAliases(ModuleOp module, const llvm::StringMap<row::KernelOp> &kernels) {
  llvm::DenseMap<Operation *, std::set<std::pair<int64_t, int64_t>>> found;
  module.walk([&](LaunchOp launch) {
    row::KernelOp kernel = kernels.lookup(launch.getKernel());
    if (!kernel)
      return;
    auto ranges = operandRanges(launch, kernel);
    if (failed(ranges))
      return;
    std::map<std::tuple<int, int64_t, std::string>, SmallVector<unsigned, 1>> byPlace;
    for (const ArgumentOperands &range : *ranges)
      for (unsigned i = 0; i < range.count; ++i) {
        Value operand = launch.getArgs()[range.first + i];
        if (isa<ZerosOp>(operand.getDefiningOp()))
          continue;
        SmallVector<unsigned, 1> &others = byPlace[placeOf(operand)];
        for (unsigned other : others)
          if (other != range.argument.getArgNumber())
            found[kernel].insert({other, range.argument.getArgNumber()});
        others.push_back(range.argument.getArgNumber());
      }
  });
  for (auto &[kernel, pairs] : found) {
    SmallVector<Attribute> attributes;
    for (auto [a, b] : pairs)
      attributes.push_back(DenseI64ArrayAttr::get(kernel->getContext(), {a, b}));
    kernel->setAttr("aliases", ArrayAttr::get(kernel->getContext(), attributes));
  }
}
