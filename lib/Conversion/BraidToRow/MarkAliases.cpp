//===- MarkAliases.cpp - arguments that are one memory somewhere ----------===//
//
// A kernel is compiled once for all its launches, so it must know which of its arguments may
// be the same memory: an entry that it computes and reads again in a list, an output that
// the plan put where an input lay.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/BraidToRow.h"
#include "braid/Conversion/Launches.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include <set>

using namespace mlir;
using namespace braid::row;

namespace braid {

#define GEN_PASS_DEF_MARKALIASES
#include "lib/Conversion/Passes.h.inc"

namespace {

bool isWritten(BlockArgument argument) {
  return llvm::any_of(argument.getUsers(), [](Operation *user) { return isa<StoreOp, UnstackOp, AccumulateOp>(user); });
}

/// Bytes of an arena, or all of what has memory of its own.
struct Extent {
  const void *memory; ///< which
  int64_t from, to;
};

Extent extentOf(Value value) {
  static const char tokens = 0, fixed = 0; // the arenas, by their addresses
  if (auto buffer = value.getDefiningOp<host::BufferOp>(); buffer && buffer.getOffset()) {
    int64_t from = *buffer.getOffset();
    return {buffer.getType().getSpace() == host::Space::Token ? &tokens : &fixed, from, from + buffer.getType().bytes()};
  }
  if (auto external = value.getDefiningOp<host::ExternalOp>())
    return {external.getNameAttr().getAsOpaquePointer(), 0, 1};
  return {value.getAsOpaquePointer(), 0, 1};
}

bool isBefore(const Extent &a, const Extent &b) {
  return std::tuple(a.memory, a.from) < std::tuple(b.memory, b.from);
}

/// If any of `a` shares memory with any of `b`; both are in the order of isBefore. Linear: histories are long.
bool meet(ArrayRef<Extent> a, ArrayRef<Extent> b) {
  const void *memory = nullptr;
  int64_t ends[2] = {0, 0}; // of what lies in `memory` so far, by list
  while (!a.empty() || !b.empty()) {
    bool second = a.empty() || (!b.empty() && isBefore(b.front(), a.front()));
    ArrayRef<Extent> &list = second ? b : a;
    const Extent &next = list.front();
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

class MarkAliases : public braid::impl::MarkAliasesBase<MarkAliases> {
public:
  void runOnOperation() override {
    if (failed(verifyLaunches(getOperation())))
      return signalPassFailure();
    SymbolTable symbols(getOperation());
    llvm::DenseMap<Operation *, std::set<std::pair<int64_t, int64_t>>> aliases;
    getOperation().walk([&](host::LaunchOp launch) {
      auto kernel = symbols.lookup<KernelOp>(launch.getKernel());
      SmallVector<SmallVector<Extent>> extents;
      for (const LaunchArgument &argument : argumentsOf(launch, kernel)) {
        auto &list = extents.emplace_back(llvm::map_range(launch.getArgs().slice(argument.first, argument.count), extentOf));
        llvm::sort(list, isBefore);
      }
      auto arguments = kernel.getBody().getArguments();
      for (auto [i, a] : llvm::enumerate(arguments))
        for (auto [j, b] : llvm::enumerate(arguments.take_front(i))) {
          if (!isWritten(a) && !isWritten(b))
            continue;
          if (meet(extents[i], extents[j]))
            aliases[kernel].insert({int64_t(j), int64_t(i)});
        }
    });
    for (auto kernel : getOperation().getOps<KernelOp>()) {
      SmallVector<Attribute> pairs;
      for (auto [a, b] : aliases[kernel])
        pairs.push_back(DenseI64ArrayAttr::get(&getContext(), {a, b}));
      kernel->removeAttr("aliases");
      if (!pairs.empty())
        kernel->setAttr("aliases", ArrayAttr::get(&getContext(), pairs));
    }
  }
};

} // namespace

std::unique_ptr<Pass> createMarkAliasesPass() { return std::make_unique<MarkAliases>(); }

} // namespace braid
