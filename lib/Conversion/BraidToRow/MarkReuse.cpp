//===- MarkReuse.cpp - outputs that may lie where an input lay ------------===//
//
// A kernel may overwrite an input with an output if, whatever order of loops it is run in,
// every element of the input is read before its place is written. That is so if the
// output's element depends on the input's element of the same index and on nothing else
// of it that is not a finished sum, and nothing after the store depends on the input.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/BraidToRow.h"
#include "braid/Conversion/Launches.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace braid::row;

namespace braid {

#define GEN_PASS_DEF_MARKREUSE
#include "lib/Conversion/Passes.h.inc"

namespace {

bool sameAxes(ArrayRef<AxisAttr> a, ArrayRef<AxisAttr> b) {
  return a.size() == b.size() && llvm::all_of(a, [&](AxisAttr axis) { return llvm::is_contained(b, axis); });
}

/// True if the value is small and computed where it stands: it has no axis but lists' ones.
bool isFinished(Value value) {
  return llvm::all_of(typeOf(value).getAxes(), [](AxisAttr a) { return a.isDynamic(); });
}

/// True if `store`, which writes the argument `output`, may write over the argument read by `load`.
bool mayOverwrite(Operation *load, Operation *store) {
  if (!load->isBeforeInBlock(store))
    return false;
  Value loaded = load->getResult(0);
  ArrayRef<AxisAttr> axes = typeOf(loaded).getAxes();
  if (isFinished(loaded))
    return false;                     // not worth it
  llvm::SetVector<Value> same, other; // at the same index; anything else that depends on it
  same.insert(loaded);
  auto later = [&](Operation *op) { return !op->isBeforeInBlock(store); };
  for (unsigned i = 0; i < same.size(); ++i)
    for (Operation *user : same[i].getUsers()) {
      if (user == store)
        continue;
      if (later(user))
        return false;
      if (user->getNumResults() == 0)
        continue; // another store, before
      Value result = user->getResult(0);
      if (isa<MapOp, RoundOp>(user) && sameAxes(axes, typeOf(result).getAxes()))
        same.insert(result);
      else if (!isa<ReduceOp>(user) || !isFinished(result))
        other.insert(result);
    }
  for (unsigned i = 0; i < other.size(); ++i)
    for (Operation *user : other[i].getUsers()) {
      if (user == store || later(user))
        return false;
      if (user->getNumResults() == 0 || (isa<ReduceOp>(user) && isFinished(user->getResult(0))))
        continue;
      other.insert(user->getResult(0));
    }
  // A value that is both is used at two indices.
  return llvm::none_of(other, [&](Value v) { return same.contains(v); });
}

/// Pairs (output, input) of arguments.
SmallVector<std::pair<unsigned, unsigned>> pairsOf(KernelOp kernel) {
  SmallVector<std::pair<unsigned, unsigned>> result;
  Block &block = kernel.getBody().front();
  auto onlyUser = [](Value argument) -> Operation * { return argument.hasOneUse() ? *argument.user_begin() : nullptr; };
  for (BlockArgument output : block.getArguments()) {
    Operation *store = onlyUser(output);
    if (!store || !isa<StoreOp, UnstackOp>(store))
      continue;
    if (auto op = dyn_cast<StoreOp>(store)) {
      auto buffer = cast<BufferType>(output.getType());
      if (!buffer.getPerRow() || !sameAxes(buffer.getAxes(), typeOf(op.getValue()).getAxes()))
        continue;
    }
    for (BlockArgument input : block.getArguments()) {
      if (input.getType() != output.getType() || input == output)
        continue;
      Operation *load = onlyUser(input);
      if (load && isa<LoadOp, StackOp>(load) && mayOverwrite(load, store))
        result.emplace_back(output.getArgNumber(), input.getArgNumber());
    }
  }
  return result;
}

class MarkReuse : public braid::impl::MarkReuseBase<MarkReuse> {
public:
  void runOnOperation() override {
    if (failed(verifyLaunches(getOperation())))
      return signalPassFailure();
    SymbolTable symbols(getOperation());
    llvm::DenseMap<Operation *, SmallVector<std::pair<unsigned, unsigned>>> pairs;
    for (auto kernel : getOperation().getOps<KernelOp>())
      pairs[kernel] = pairsOf(kernel);
    getOperation().walk([&](host::LaunchOp launch) {
      auto kernel = symbols.lookup<KernelOp>(launch.getKernel());
      SmallVector<LaunchArgument> arguments = argumentsOf(launch, kernel);
      SmallVector<int64_t> reuse;
      for (auto [output, input] : pairs[kernel])
        if (arguments[output].count == arguments[input].count)
          for (int64_t i = 0; i < arguments[output].count; ++i) {
            int64_t to = arguments[output].first + i, from = arguments[input].first + i;
            // A history may hold values that are no token's.
            if (launch.getArgs()[to].getType() == launch.getArgs()[from].getType())
              reuse.append({to, from});
          }
      launch.setReuseAttr(reuse.empty() ? DenseI64ArrayAttr() : DenseI64ArrayAttr::get(&getContext(), reuse));
    });
  }
};

} // namespace

std::unique_ptr<Pass> createMarkReusePass() { return std::make_unique<MarkReuse>(); }

} // namespace braid
