//===- CheckedLaunch.cpp - how a kernel is launched, for its check --------===//

#include "CheckedLaunch.h"
#include "braid/Conversion/Launches.h"
#include "braid/Conversion/RowToLLVM.h"
#include "braid/Support/Random.h"
#include "llvm/ADT/StringSet.h"
#include <map>
#include <set>

using namespace braid;
using namespace braid::dev;

static row::Storage storageOf(mlir::BlockArgument argument) {
  auto buffer = llvm::dyn_cast<row::BufferType>(argument.getType());
  return buffer ? buffer.getStorage() : llvm::cast<row::ListType>(argument.getType()).getStorage();
}
static llvm::ArrayRef<row::AxisAttr> axesOf(mlir::BlockArgument argument) {
  auto buffer = llvm::dyn_cast<row::BufferType>(argument.getType());
  return buffer ? buffer.getAxes() : llvm::cast<row::ListType>(argument.getType()).getAxes();
}
static bool writes(mlir::Operation &op) { return llvm::isa<row::StoreOp, row::UnstackOp, row::AccumulateOp>(op); }
static bool reads(mlir::Operation &op) { return llvm::isa<row::LoadOp, row::GatherOp, row::StackOp>(op); }

/// Entries of a list by the sizes of the kernel's dynamic axes.
static int64_t entriesOf(row::KernelOp kernel, row::ListType list, llvm::ArrayRef<int64_t> sizes) {
  for (auto [name, size] : llvm::zip(kernel.getDynamic(), sizes))
    if (llvm::cast<mlir::StringAttr>(name).getValue() == list.getAxis())
      return size;
  return 0;
}

/// `entries` for every list whose length the kernel does not know, and for the last of the other dynamic axes, along
/// which rows are contiguous; those before it are short, so that a row does not have so many numbers to the power of
/// its axes.
static llvm::SmallVector<int64_t> sizesWith(row::KernelOp kernel, int64_t entries) {
  llvm::StringSet<> lists;
  for (mlir::Type type : kernel.getBody().getArgumentTypes())
    if (auto list = llvm::dyn_cast<row::ListType>(type))
      lists.insert(list.getAxis());
  llvm::SmallVector<int64_t> sizes;
  bool isLast = true;
  for (mlir::Attribute attribute : llvm::reverse(kernel.getDynamic())) {
    llvm::StringRef name = llvm::cast<mlir::StringAttr>(attribute).getValue();
    int64_t fixed = kernel.fixedLength(name);
    bool isList = lists.contains(name);
    sizes.push_back(fixed >= 0 ? fixed : isList || isLast ? entries : std::min<int64_t>(entries, 3));
    isLast &= isList;
  }
  std::reverse(sizes.begin(), sizes.end());
  return sizes;
}

size_t CheckedLaunch::add(row::KernelOp kernel, mlir::BlockArgument argument, bool hasRows) {
  Memory &memory = memories.emplace_back();
  memory.storage = storageOf(argument);
  memory.numbers = row::numElements(kernel, axesOf(argument), sizes);
  memory.hasRows = hasRows;
  memory.isList = llvm::isa<row::ListType>(argument.getType());
  return memories.size() - 1;
}

/// Names, and what is read and written, in the order of the kernel.
void CheckedLaunch::finish(row::KernelOp kernel) {
  for (auto [i, operands] : llvm::enumerate(arguments))
    for (auto [e, operand] : llvm::enumerate(operands)) {
      Memory &memory = memories[operand.memory];
      memory.name += (memory.name.empty() ? "argument " : ", argument ") + std::to_string(i);
      if (memory.isList || llvm::isa<row::ListType>(kernel.getBody().getArgument(unsigned(i)).getType()))
        memory.name += "'s entry " + std::to_string(e);
    }
  for (mlir::Operation &op : kernel.getBody().front()) {
    if (!writes(op) && !reads(op))
      continue;
    auto argument = llvm::cast<mlir::BlockArgument>(op.getOperand(writes(op) ? 1 : 0));
    for (const Operand &operand : arguments[argument.getArgNumber()]) {
      Memory &memory = memories[operand.memory];
      memory.isInput |= reads(op) && !memory.isOutput;
      memory.isOutput |= writes(op);
    }
    if (auto store = llvm::dyn_cast<row::StoreOp>(op))
      oneRow |= !store.getBuffer().getType().getPerRow();
  }
}

CheckedLaunch CheckedLaunch::alone(row::KernelOp kernel, int64_t entries, std::mt19937_64 &random) {
  CheckedLaunch result;
  result.sizes = sizesWith(kernel, entries);
  for (int64_t i = 0; i < kernel.numStreams(); ++i)
    result.sizes.push_back(int64_t(random()));
  for (mlir::BlockArgument argument : kernel.getBody().getArguments()) {
    auto &operands = result.arguments.emplace_back();
    if (auto buffer = llvm::dyn_cast<row::BufferType>(argument.getType())) {
      operands.push_back({result.add(kernel, argument, buffer.getPerRow()), buffer.getPerRow()});
      continue;
    }
    bool isOnlyRead =
        llvm::all_of(argument.getUsers(), [](mlir::Operation *op) { return llvm::isa<row::StackOp>(op); });
    int64_t count = entriesOf(kernel, llvm::cast<row::ListType>(argument.getType()), result.sizes);
    for (int64_t i = 0; i < count; ++i) {
      bool hasRows = !isOnlyRead || i % 3 != 2;
      operands.push_back({result.add(kernel, argument, hasRows), hasRows});
    }
  }
  result.finish(kernel);
  return result;
}

llvm::Expected<CheckedLaunch> CheckedLaunch::of(row::KernelOp kernel, host::LaunchOp launch, int64_t entries,
                                                std::mt19937_64 &random) {
  CheckedLaunch result;
  result.sizes.assign(launch.getSizes().begin(), launch.getSizes().end());
  if (entries)
    result.sizes = sizesWith(kernel, entries);
  for (int64_t i = 0; i < kernel.numStreams(); ++i)
    result.sizes.push_back(int64_t(random()));
  std::map<std::pair<const void *, int64_t>, std::pair<size_t, int64_t>>
      known; // by where it begins: the memory, and where it ends
  bool inPart = false;
  auto operandOf = [&](mlir::BlockArgument argument, mlir::Value value, bool hasRows) {
    MemoryExtent extent = extentOf(value);
    auto [at, isNew] = known.try_emplace({extent.memory, extent.from}, std::pair(size_t(0), extent.to));
    if (isNew)
      at->second.first = result.add(kernel, argument, hasRows);
    inPart |= at->second.second != extent.to;
    return Operand{at->second.first, hasRows};
  };
  for (const LaunchArgument &given : argumentsOf(launch, kernel)) {
    auto &operands = result.arguments.emplace_back();
    auto values = launch.getArgs().slice(given.first, given.count);
    if (auto buffer = llvm::dyn_cast<row::BufferType>(given.argument.getType())) {
      operands.push_back(operandOf(given.argument, values.front(), buffer.getPerRow()));
      continue;
    }
    auto list = llvm::cast<row::ListType>(given.argument.getType());
    int64_t numbers = row::numElements(kernel, list.getAxes(), launch.getSizes()),
            count = entriesOf(kernel, list, result.sizes);
    for (int64_t i = 0; i < count; ++i) {
      // The newest stays the newest; what there are more of has memory of its own.
      int64_t from = i == count - 1 ? given.count - 1 : i < given.count - 1 ? i : -1;
      if (from >= 0)
        operands.push_back(operandOf(given.argument, values[from], hasRows(launch, values[from], numbers)));
      else
        operands.push_back({result.add(kernel, given.argument, true), true});
    }
  }
  for (auto before = known.begin(); before != known.end(); ++before)
    if (auto next = std::next(before); next != known.end() && next->first.first == before->first.first)
      inPart |= next->first.second < before->second.second;
  if (inPart)
    return llvm::createStringError("two operands of a launch overlap in part, which no plan of memory does");
  result.finish(kernel);
  return result;
}

std::vector<host::LaunchOp> braid::dev::tellingLaunches(row::KernelOp kernel, llvm::ArrayRef<host::LaunchOp> launches) {
  using Shared = std::set<std::pair<size_t, size_t>>;                // numbers of arguments
  std::map<Shared, std::pair<host::LaunchOp, host::LaunchOp>> found; // shortest and longest
  for (host::LaunchOp launch : launches) {
    std::map<std::pair<const void *, int64_t>, std::set<size_t>> users;
    for (auto [i, given] : llvm::enumerate(argumentsOf(launch, kernel)))
      for (mlir::Value value : launch.getArgs().slice(given.first, given.count)) {
        MemoryExtent extent = extentOf(value);
        users[{extent.memory, extent.from}].insert(i);
      }
    Shared shared;
    for (auto &[memory, all] : users)
      for (size_t a : all)
        for (size_t b : all)
          if (a < b)
            shared.insert({a, b});
    auto &[shortest, longest] = found.try_emplace(shared, std::pair(launch, launch)).first->second;
    auto isLess = [](host::LaunchOp a, host::LaunchOp b) {
      return std::lexicographical_compare(a.getSizes().begin(), a.getSizes().end(), b.getSizes().begin(),
                                          b.getSizes().end());
    };
    shortest = isLess(launch, shortest) ? launch : shortest;
    longest = isLess(longest, launch) ? launch : longest;
  }
  std::vector<host::LaunchOp> result;
  for (auto &[shared, ends] : found) {
    result.push_back(ends.second);
    if (ends.first.getSizes() != ends.second.getSizes())
      result.push_back(ends.first);
  }
  return result;
}
