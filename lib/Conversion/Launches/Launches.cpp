//===- Launches.cpp - the rule H1: launches fit their kernels -------------===//

#include "braid/Conversion/Launches.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace braid {
namespace {

using Sizes = llvm::DenseMap<StringRef, int64_t>;

Sizes sizesOf(host::LaunchOp launch, row::KernelOp kernel) {
  Sizes sizes;
  for (auto [name, size] : llvm::zip(kernel.getDynamic(), launch.getSizes()))
    sizes[cast<StringAttr>(name).getValue()] = size;
  return sizes;
}

/// Numbers of a buffer with these axes under the sizes of a launch; nothing where they are more than there can be.
std::optional<int64_t> numbersOf(ArrayRef<row::AxisAttr> axes, const Sizes &sizes) {
  int64_t n = 1;
  for (row::AxisAttr axis : axes)
    if (llvm::MulOverflow(n, axis.isDynamic() ? sizes.lookup(axis.getName()) : axis.getSize(), n))
      return std::nullopt;
  return n;
}

/// What the kernel wants of the operands of one argument.
struct Wanted {
  bool perRow, shared; ///< one of them, or either
  std::optional<int64_t> numbers;
  row::Storage storage;
};

LogicalResult verifyOperand(host::LaunchOp launch, int64_t i, const Wanted &wanted) {
  auto type = cast<host::BufferType>(launch.getArgs()[i].getType());
  bool tokens = launch.getSpace() == host::Space::Token;
  if (uint32_t(type.getStorage()) != uint32_t(wanted.storage))
    return launch.emitOpError("H1: operand ") << i << " is stored as " << stringifyStorage(type.getStorage())
                                              << ", the kernel wants " << row::stringifyStorage(wanted.storage);
  if (!wanted.numbers)
    return launch.emitOpError("H1: operand ")
           << i << " has the type " << type << ", the kernel wants more numbers than there can be";
  int64_t numbers = *wanted.numbers, all;
  bool fits = wanted.shared && type.getSpace() == host::Space::Fixed && type.getNumbers() == numbers;
  if (wanted.perRow && tokens)
    fits |= type.getSpace() == host::Space::Token && type.getNumbers() == numbers;
  else if (wanted.perRow)
    fits |= type.getSpace() == host::Space::Fixed &&
            !llvm::MulOverflow<int64_t>(launch.getRows().value_or(1), numbers, all) && type.getNumbers() == all;
  if (!fits)
    return launch.emitOpError("H1: operand ") << i << " has the type " << type << ", the kernel wants " << numbers
                                              << " numbers " << (wanted.perRow ? "a row" : "in all");
  return success();
}

LogicalResult verifyLaunch(host::LaunchOp launch, row::KernelOp kernel) {
  if (uint32_t(launch.getSpace()) != uint32_t(kernel.getSpace()))
    return launch.emitOpError("H1: the kernel's rows are of the other space");
  if ((launch.getSpace() == host::Space::Fixed) != launch.getRows().has_value())
    return launch.emitOpError("H1: rows are given in the fixed space and only there");
  if (launch.getSizes().size() != kernel.getDynamic().size())
    return launch.emitOpError("H1: gives ")
           << launch.getSizes().size() << " sizes, the kernel takes " << kernel.getDynamic().size();
  int64_t streams = launch.getStreams() ? launch.getStreams()->size() : 0;
  if (streams != kernel.numStreams())
    return launch.emitOpError("H1: gives ") << streams << " streams, the kernel draws from " << kernel.numStreams();
  Sizes sizes = sizesOf(launch, kernel);
  for (auto [name, size] : llvm::zip(kernel.getDynamic(), launch.getSizes()))
    if (int64_t fixed = kernel.fixedLength(cast<StringAttr>(name).getValue()); fixed >= 0 && fixed != size)
      return launch.emitOpError("H1: gives ") << name << " the size " << size << ", the kernel's is " << fixed;
  int64_t next = 0, operands = launch.getArgs().size(), taken = 0;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto list = dyn_cast<row::ListType>(argument.getType());
    taken += list ? sizes.lookup(list.getAxis()) : 1; // at most 2^40 (H7)
  }
  if (taken != operands)
    return launch.emitOpError("H1: the kernel takes ") << taken << " operands with these sizes, not " << operands;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto list = dyn_cast<row::ListType>(argument.getType());
    auto buffer = dyn_cast<row::BufferType>(argument.getType());
    int64_t count = list ? sizes.lookup(list.getAxis()) : 1;
    Wanted wanted =
        list ? Wanted{true, true, numbersOf(list.getAxes(), sizes), list.getStorage()}
             : Wanted{buffer.getPerRow(), !buffer.getPerRow(), numbersOf(buffer.getAxes(), sizes), buffer.getStorage()};
    for (int64_t end = next + count; next < end; ++next)
      if (failed(verifyOperand(launch, next, wanted)))
        return failure();
  }
  return success();
}

/// The kernel's arguments are the carries, the wide values, and `operands`.
LogicalResult verifyRecurKernel(host::RecurOp recur, row::KernelOp kernel, bool reverse, ArrayRef<int64_t> carries,
                                OperandRange operands, ArrayRef<int64_t> parted, bool writesWide, int64_t streams) {
  if (kernel.getSpace() != row::Space::Recur || kernel.getReverse() != reverse)
    return recur.emitOpError("H11: @") << kernel.getSymName() << " is no kernel of this direction";
  if (!kernel.getDynamic().empty() || kernel.numStreams() != streams)
    return recur.emitOpError("H11: @") << kernel.getSymName() << " wants sizes, or other streams";
  int64_t numCarries = carries.size(), numWide = recur.getWide().size(), own = numCarries + numWide;
  if (kernel.getBody().getNumArguments() != own + int64_t(operands.size()))
    return recur.emitOpError("H11: @") << kernel.getSymName() << " takes " << kernel.getBody().getNumArguments()
                                       << " arguments, not " << own + int64_t(operands.size());
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    int64_t i = argument.getArgNumber();
    auto buffer = cast<row::BufferType>(argument.getType());
    std::optional<int64_t> numbers = numbersOf(buffer.getAxes(), Sizes());
    bool fits = numbers.has_value();
    if (i < numCarries)
      fits = fits && !buffer.getPerRow() && *numbers == carries[i] && buffer.getStorage() == row::Storage::F32;
    else if (i < own)
      fits = fits && buffer.getPerRow() && buffer.getParts() == 1 && *numbers == recur.getWide()[i - numCarries] &&
             buffer.getStorage() == row::Storage::F32;
    else {
      auto type = cast<host::BufferType>(operands[i - own].getType());
      bool tokens = type.getSpace() == host::Space::Token, split = parted[i - own];
      int64_t share = split ? int64_t(recur.getParts()) : 1;
      fits = fits && buffer.getPerRow() == tokens && uint32_t(type.getStorage()) == uint32_t(buffer.getStorage()) &&
             type.getNumbers() % share == 0 && type.getNumbers() / share == *numbers &&
             buffer.getParts() == (tokens ? share : 1);
    }
    if (!fits)
      return recur.emitOpError("H11: argument ")
             << i << " of @" << kernel.getSymName() << " is " << buffer << ", which is not what it is given";
    bool stored = false, summed = false;
    for (Operation *user : argument.getUsers()) {
      stored |= isa<row::StoreOp>(user);
      summed |= isa<row::AccumulateOp>(user);
    }
    bool body = !writesWide;
    bool written = body && llvm::is_contained(recur.getWritten(), i - own);
    bool sum = body && llvm::is_contained(recur.getSums(), i - own);
    if (i >= own && ((stored || summed) != written || summed != sum || (stored && !buffer.getPerRow())))
      return recur.emitOpError("H11: what @")
             << kernel.getSymName() << " does with argument " << i << " is not what is said of it";
    if (i < own && (summed || (i >= numCarries && stored != writesWide)))
      return recur.emitOpError("H11: @") << kernel.getSymName() << " writes argument " << i
                                         << ", or leaves it as it is";
  }
  return success();
}

LogicalResult verifyRecur(host::RecurOp recur, const SymbolTable &symbols) {
  auto check = [&](StringRef name, bool reverse, ArrayRef<int64_t> carries, OperandRange operands,
                   ArrayRef<int64_t> parted, bool writesWide, std::optional<ArrayAttr> streams) -> LogicalResult {
    auto kernel = symbols.lookup<row::KernelOp>(name);
    if (!kernel)
      return recur.emitOpError("H11: there is no row.kernel @") << name;
    return verifyRecurKernel(recur, kernel, reverse, carries, operands, parted, writesWide,
                             streams ? int64_t(streams->size()) : 0);
  };
  if (failed(check(recur.getKernel(), recur.getReverse(), recur.getCarries(), recur.getArgs(), recur.getParted(), false,
                   recur.getStreams())))
    return failure();
  if (!recur.getReplay())
    return success();
  return check(*recur.getReplay(), false, recur.getReplayed(), recur.getReplayArgs(), recur.getReplayParted(), true,
               recur.getReplayStreams());
}

} // namespace

SmallVector<LaunchArgument> argumentsOf(host::LaunchOp launch, row::KernelOp kernel) {
  SmallVector<LaunchArgument> result;
  Sizes sizes = sizesOf(launch, kernel);
  int64_t next = 0;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto list = dyn_cast<row::ListType>(argument.getType());
    int64_t count = list ? sizes.lookup(list.getAxis()) : 1;
    result.push_back({argument, next, count});
    next += count;
  }
  return result;
}

bool hasRows(host::LaunchOp launch, Value entry, int64_t numbers) {
  auto type = cast<host::BufferType>(entry.getType());
  if (entry.getDefiningOp<host::ZerosOp>())
    return false;
  int64_t rows = launch.getRows().value_or(1);
  return launch.getSpace() == host::Space::Token ? type.getSpace() == host::Space::Token
                                                 : rows > 1 && type.getNumbers() == numbers * rows;
}

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
  if (result.wasInterrupted())
    return failure();
  result = module.walk([&](host::RecurOp recur) {
    return failed(verifyRecur(recur, symbols)) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace braid
