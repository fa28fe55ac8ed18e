//===- VerifyPlan.cpp - what programs of launches promise -----------------===//

#include "VerifyPlan.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include <map>

using namespace mlir;

namespace braid {
namespace {

/// Numbers of a buffer with these axes under the sizes of a launch; -1 where an axis has none.
int64_t numbersOf(ArrayRef<row::AxisAttr> axes, const llvm::DenseMap<StringRef, int64_t> &sizes) {
  int64_t n = 1;
  for (row::AxisAttr axis : axes) {
    int64_t size = axis.isDynamic() ? sizes.lookup(axis.getName()) : axis.getSize();
    if (size <= 0)
      return -1;
    n *= size;
  }
  return n;
}

LogicalResult verifyOperand(host::LaunchOp launch, unsigned i, bool perRow, bool shared, int64_t numbers, row::Storage storage) {
  auto type = cast<host::BufferType>(launch.getArgs()[i].getType());
  bool tokens = launch.getSpace() == host::Space::Token;
  int64_t rows = launch.getRows().value_or(1);
  if (uint32_t(type.getStorage()) != uint32_t(storage))
    return launch.emitOpError("H1: operand ") << i << " is stored as " << stringifyStorage(type.getStorage())
                                              << ", the kernel wants " << row::stringifyStorage(storage);
  bool fits = false;
  if (perRow)
    fits |= tokens ? type.getSpace() == host::Space::Token && type.getNumbers() == numbers
                   : type.getSpace() == host::Space::Fixed && type.getNumbers() == rows * numbers;
  if (shared)
    fits |= type.getSpace() == host::Space::Fixed && type.getNumbers() == numbers;
  if (!fits)
    return launch.emitOpError("H1: operand ") << i << " has the type " << type << ", the kernel wants " << numbers
                                              << " numbers " << (perRow ? "a row" : "in all");
  return success();
}

LogicalResult verifyLaunch(host::LaunchOp launch, row::KernelOp kernel) {
  if (uint32_t(launch.getSpace()) != uint32_t(kernel.getSpace()))
    return launch.emitOpError("H1: the kernel's rows are of the other space");
  if ((launch.getSpace() == host::Space::Fixed) != launch.getRows().has_value())
    return launch.emitOpError("H1: rows are given in the fixed space and only there");
  if (launch.getSizes().size() != kernel.getDynamic().size())
    return launch.emitOpError("H1: gives ") << launch.getSizes().size() << " sizes, the kernel takes "
                                            << kernel.getDynamic().size();
  int64_t streams = launch.getStreams() ? launch.getStreams()->size() : 0;
  if (streams != kernel.numStreams())
    return launch.emitOpError("H1: gives ") << streams << " streams, the kernel draws from " << kernel.numStreams();
  llvm::DenseMap<StringRef, int64_t> sizes;
  for (auto [name, size] : llvm::zip(kernel.getDynamic(), launch.getSizes()))
    sizes[cast<StringAttr>(name).getValue()] = size;
  unsigned next = 0;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto list = dyn_cast<row::ListType>(argument.getType());
    int64_t count = list ? sizes.lookup(list.getAxis()) : 1;
    for (int64_t i = 0; i < count; ++i, ++next) {
      if (next >= launch.getArgs().size())
        return launch.emitOpError("H1: has too few operands");
      LogicalResult result = success();
      if (list) {
        result = verifyOperand(launch, next, true, true, numbersOf(list.getAxes(), sizes), list.getStorage());
      } else {
        auto buffer = cast<row::BufferType>(argument.getType());
        result = verifyOperand(launch, next, buffer.getPerRow(), !buffer.getPerRow(), numbersOf(buffer.getAxes(), sizes),
                               buffer.getStorage());
      }
      if (failed(result))
        return failure();
    }
  }
  if (next != launch.getArgs().size())
    return launch.emitOpError("H1: has ") << launch.getArgs().size() << " operands, the kernel takes " << next;
  return success();
}

struct Life {
  host::BufferOp buffer;
  int64_t first, last;
};

bool mayShare(Operation *op, Value output, Value input) {
  auto pairs = op->getAttrOfType<DenseI64ArrayAttr>("reuse");
  if (!pairs)
    return false;
  for (size_t i = 0; i + 1 < size_t(pairs.size()); i += 2)
    if (op->getOperand(pairs[i]) == output && op->getOperand(pairs[i + 1]) == input)
      return true;
  return false;
}

LogicalResult verifyFunction(host::FuncOp func) {
  if (!func.getTokenBytes() || !func.getFixedBytes())
    return func.emitOpError("has no plan of memory");
  SmallVector<Operation *> ops;
  llvm::MapVector<Operation *, Life> lives;
  for (Operation &op : func.getBody().front()) {
    for (Value operand : op.getOperands())
      if (auto buffer = operand.getDefiningOp<host::BufferOp>())
        lives.insert({buffer, {buffer, int64_t(ops.size()), 0}}).first->second.last = ops.size();
    ops.push_back(&op);
  }
  // Time passes from op to op; `live` holds the buffers that are needed now, by offset, one map for each arena. They
  // are disjoint but for those that take over a place, so that only the neighbours of a new one need a look.
  using Live = std::multimap<int64_t, const Life *>;
  Live arenas[2];
  SmallVector<SmallVector<std::pair<Live *, Live::iterator>>> ending(ops.size());
  int64_t now = 0;
  for (auto &[op, y] : lives) {
    host::BufferType type = y.buffer.getType();
    bool tokens = type.getSpace() == host::Space::Token;
    int64_t arena = tokens ? *func.getTokenBytes() : *func.getFixedBytes();
    if (!y.buffer.getOffset() || int64_t(*y.buffer.getOffset()) + type.bytes() > arena)
      return y.buffer.emitOpError("has no place in its arena");
    for (; now < y.first; ++now)
      for (auto [map, ended] : ending[now])
        map->erase(ended);
    Live &live = arenas[tokens];
    int64_t start = *y.buffer.getOffset(), end = start + type.bytes();
    int64_t below = -1; // where a buffer lies that ends before this one starts
    for (auto it = live.lower_bound(end); it != live.begin();) {
      const Life &x = *(--it)->second;
      host::BufferOp other = x.buffer;
      int64_t from = it->first;
      if (below >= 0 && from != below)
        break;
      if (start >= from + other.getType().bytes()) {
        below = from;
        continue;
      }
      if (x.last == y.first && x.first < y.first && from == start && mayShare(ops[x.last], y.buffer, other))
        continue;
      return y.buffer.emitOpError("shares memory with \"") << other.getName() << "\", which is still needed";
    }
    ending[y.last].push_back({&live, live.insert({start, &y})});
  }
  return success();
}

} // namespace

LogicalResult verifyLaunches(ModuleOp module) {
  SymbolTable symbols(module);
  WalkResult result = module.walk([&](host::LaunchOp launch) {
    auto kernel = symbols.lookup<row::KernelOp>(launch.getKernel());
    if (!kernel) {
      launch.emitOpError("H1: there is no row.kernel @") << launch.getKernel();
      return WalkResult::interrupt();
    }
    return failed(verifyLaunch(launch, kernel)) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult verifyPlaces(ModuleOp module) {
  for (auto func : module.getOps<host::FuncOp>())
    if (failed(verifyFunction(func)))
      return failure();
  return success();
}

} // namespace braid
