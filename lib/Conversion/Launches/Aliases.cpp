//===- Aliases.cpp - arguments that are one memory somewhere --------------===//
//
// A kernel is compiled once for all its launches, so it must know which of its arguments may
// be the same memory: an entry that it computes and reads again in a list, an output that
// the plan put where an input lay.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/Launches.h"
#include "mlir/IR/SymbolTable.h"
#include <set>

using namespace mlir;

namespace braid {

MemoryExtent extentOf(Value operand) {
  static const char tokens = 0, fixed = 0; // the arenas, by their addresses
  if (auto buffer = operand.getDefiningOp<host::BufferOp>(); buffer && buffer.getOffset()) {
    int64_t from = *buffer.getOffset();
    return {buffer.getType().getSpace() == host::Space::Token ? &tokens : &fixed, from,
            from + buffer.getType().bytes()};
  }
  if (auto external = operand.getDefiningOp<host::ExternalOp>())
    return {StringAttr::get(external.getContext(), external.getName()).getAsOpaquePointer(), 0, 1};
  return {operand.getAsOpaquePointer(), 0, 1};
}

static bool isWritten(BlockArgument argument) {
  return llvm::any_of(argument.getUsers(),
                      [](Operation *user) { return isa<row::StoreOp, row::UnstackOp, row::AccumulateOp>(user); });
}

static bool isBefore(const MemoryExtent &a, const MemoryExtent &b) {
  return std::tuple(a.memory, a.from) < std::tuple(b.memory, b.from);
}

/// If any of `a` shares memory with any of `b`; both are in the order of isBefore. Linear: histories are long.
static bool meet(ArrayRef<MemoryExtent> a, ArrayRef<MemoryExtent> b) {
  const void *memory = nullptr;
  int64_t ends[2] = {0, 0}; // of what lies in `memory` so far, by list
  while (!a.empty() || !b.empty()) {
    bool second = a.empty() || (!b.empty() && isBefore(b.front(), a.front()));
    ArrayRef<MemoryExtent> &list = second ? b : a;
    const MemoryExtent &next = list.front();
    if (next.memory != memory)
      ends[0] = ends[1] = 0;
    memory = next.memory;
    if (next.from < ends[!second])
      return true;
    ends[second] = std::max(ends[second], next.to);
    list = list.drop_front();
  }
  return false;
}

LogicalResult markAliases(ModuleOp module) {
  if (failed(verifyLaunches(module)))
    return failure();
  SymbolTable symbols(module);
  llvm::MapVector<Operation *, std::set<std::pair<int64_t, int64_t>>> aliases; // of every kernel that is launched
  module.walk([&](host::LaunchOp launch) {
    auto kernel = symbols.lookup<row::KernelOp>(launch.getKernel());
    auto &pairs = aliases[kernel];
    SmallVector<SmallVector<MemoryExtent>> extents;
    for (const LaunchArgument &argument : argumentsOf(launch, kernel)) {
      auto &list =
          extents.emplace_back(llvm::map_range(launch.getArgs().slice(argument.first, argument.count), extentOf));
      llvm::sort(list, isBefore);
    }
    auto arguments = kernel.getBody().getArguments();
    for (auto [i, a] : llvm::enumerate(arguments))
      for (auto [j, b] : llvm::enumerate(arguments.take_front(i)))
        if ((isWritten(a) || isWritten(b)) && meet(extents[i], extents[j]))
          pairs.insert({int64_t(j), int64_t(i)});
  });
  for (auto &[kernel, found] : aliases) {
    SmallVector<Attribute> pairs;
    for (auto [a, b] : found)
      pairs.push_back(DenseI64ArrayAttr::get(module.getContext(), {a, b}));
    cast<row::KernelOp>(kernel).setAliasesAttr(ArrayAttr::get(module.getContext(), pairs));
  }
  return success();
}

} // namespace braid
