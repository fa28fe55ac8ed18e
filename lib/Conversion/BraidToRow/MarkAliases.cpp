//===- MarkAliases.cpp - arguments that are one memory somewhere ----------===//
//
// A kernel is compiled once for all its launches, so it must know which of its arguments may
// be the same memory: an entry that it computes and reads again in a list, an output that
// the plan put where an input lay.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/BraidToRow.h"
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

bool sameMemory(Value a, Value b) {
  if (a == b)
    return true;
  auto x = a.getDefiningOp<host::BufferOp>(), y = b.getDefiningOp<host::BufferOp>();
  if (x && y) {
    if (!x.getOffset() || !y.getOffset() || x.getType().getSpace() != y.getType().getSpace())
      return false;
    int64_t from = *x.getOffset(), start = *y.getOffset();
    return from < start + y.getType().bytes() && start < from + x.getType().bytes();
  }
  auto p = a.getDefiningOp<host::ExternalOp>(), q = b.getDefiningOp<host::ExternalOp>();
  return p && q && p.getName() == q.getName();
}

class MarkAliases : public braid::impl::MarkAliasesBase<MarkAliases> {
public:
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    llvm::DenseMap<Operation *, std::set<std::pair<int64_t, int64_t>>> aliases;
    getOperation().walk([&](host::LaunchOp launch) {
      auto kernel = symbols.lookup<KernelOp>(launch.getKernel());
      SmallVector<OperandRange> operands = operandsOf(launch, kernel);
      auto arguments = kernel.getBody().getArguments();
      for (auto [i, a] : llvm::enumerate(arguments))
        for (auto [j, b] : llvm::enumerate(arguments.take_front(i))) {
          if (!isWritten(a) && !isWritten(b))
            continue;
          bool same = llvm::any_of(operands[i], [&](Value x) {
            return llvm::any_of(operands[j], [&](Value y) { return sameMemory(x, y); });
          });
          if (same)
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

private:
  /// The launch's operands by argument of the kernel.
  static SmallVector<OperandRange> operandsOf(host::LaunchOp launch, KernelOp kernel) {
    SmallVector<OperandRange> result;
    unsigned next = 0;
    for (BlockArgument a : kernel.getBody().getArguments()) {
      unsigned count = 1;
      if (auto list = dyn_cast<ListType>(a.getType()))
        for (auto [name, size] : llvm::zip(kernel.getDynamic(), launch.getSizes()))
          if (cast<StringAttr>(name).getValue() == list.getAxis())
            count = size;
      result.push_back(launch.getArgs().slice(next, count));
      next += count;
    }
    return result;
  }
};

} // namespace

std::unique_ptr<Pass> createMarkAliasesPass() { return std::make_unique<MarkAliases>(); }

} // namespace braid
