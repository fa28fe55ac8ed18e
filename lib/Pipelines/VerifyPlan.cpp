//===- VerifyPlan.cpp - what programs of launches promise -----------------===//

#include "VerifyPlan.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"

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
  SmallVector<Life> all;
  for (auto &[op, life] : lives) {
    host::BufferType type = life.buffer.getType();
    int64_t arena = type.getSpace() == host::Space::Token ? *func.getTokenBytes() : *func.getFixedBytes();
    if (!life.buffer.getOffset() || int64_t(*life.buffer.getOffset()) + type.bytes() > arena)
      return life.buffer.emitOpError("has no place in its arena");
    all.push_back(life);
  }
  for (const Life &a : all)
    for (const Life &b : all) {
      host::BufferOp x = a.buffer, y = b.buffer;
      if (a.first > b.first || x == y || x.getType().getSpace() != y.getType().getSpace() || b.first > a.last)
        continue;
      int64_t from = *x.getOffset(), to = from + x.getType().bytes(), start = *y.getOffset(),
              end = start + y.getType().bytes();
      if (start >= to || from >= end)
        continue;
      if (a.last == b.first && from == start && mayShare(ops[a.last], y, x))
        continue;
      return y.emitOpError("shares memory with \"") << x.getName() << "\", which is still needed";
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
