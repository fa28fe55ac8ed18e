//===- LaunchOperands.cpp - memory for the operands of a launch -----------===//

#include "LaunchOperands.h"
#include "braid/Conversion/Launches.h"
#include "braid/Conversion/RowToLLVM.h"
#include "braid/Runtime/ABI.h"
#include <cstring>

using namespace braid;
using namespace braid::dev;

/// Whether something before the launch in its program, or the caller, puts numbers into a buffer.
static bool isWrittenBefore(mlir::Value buffer, host::LaunchOp launch) {
  if (!buffer.getDefiningOp<host::BufferOp>())
    return true;
  return llvm::any_of(buffer.getUsers(), [&](mlir::Operation *user) {
    return user->getBlock() == launch->getBlock() && user->isBeforeInBlock(launch);
  });
}

/// Which memory a buffer is: where it begins.
static std::pair<const void *, int64_t> memoryOf(mlir::Value value) {
  MemoryExtent extent = extentOf(value);
  return {extent.memory, extent.from};
}

LaunchOperands::LaunchOperands(row::KernelOp kernel, host::LaunchOp launch, int64_t rows, uint64_t seed)
    : kernel(kernel), launch(launch), rows(rows), random(seed), axisSizes(launch.getSizes()) {
  llvm::append_range(axisSizes, host::streamHashes(launch.getStreams()));
  size_t next = 0;
  for (mlir::BlockArgument argument : kernel.getBody().getArguments()) {
    auto list = llvm::dyn_cast<row::ListType>(argument.getType());
    for (int64_t i = 0; i < (list ? entriesOf(list) : 1); ++i) {
      mlir::Value value = launch.getArgs()[next++];
      auto type = llvm::cast<host::BufferType>(value.getType());
      Operand &operand = operands[memoryOf(value)];
      operand.bytes = std::max(operand.bytes, type.bytes() * (type.getSpace() == host::Space::Token ? rows : 1));
      operand.storage = type.getStorage();
      operand.zero = value.getDefiningOp<host::ZerosOp>();
      use(argument, operand, isWrittenBefore(value, launch));
    }
  }
}

int64_t LaunchOperands::entriesOf(row::ListType list) {
  for (auto [name, size] : llvm::zip(kernel.getDynamic(), launch.getSizes()))
    if (llvm::cast<mlir::StringAttr>(name).getValue() == list.getAxis())
      return size;
  return 0;
}

void LaunchOperands::use(mlir::BlockArgument argument, Operand &operand, bool isWritten) {
  for (mlir::Operation *user : argument.getUsers()) {
    if (auto gather = llvm::dyn_cast<row::GatherOp>(user)) {
      for (row::AxisAttr axis : llvm::cast<row::BufferType>(argument.getType()).getAxes())
        if (axis.getName() == gather.getAxis()) {
          int64_t length = row::numElements(kernel, axis, axisSizes);
          idsBelow = std::min(idsBelow.value_or(length), length);
          operand.gathered =
              std::min(operand.bytes, operand.gathered + rows * operand.bytes / std::max<int64_t>(length, 1));
        }
    } else if (llvm::isa<row::AccumulateOp>(user)) {
      operand.summed = true;
    } else if (llvm::isa<row::StoreOp, row::UnstackOp>(user)) {
      operand.stored = true;
    } else {
      operand.loaded |= isWritten;
    }
  }
}

int64_t LaunchOperands::bytes() const {
  int64_t sum = 0;
  for (auto &[value, operand] : operands)
    sum += operand.bytes;
  return sum;
}

int64_t LaunchOperands::boundBytes() const {
  int64_t sum = 0;
  for (auto &[value, operand] : operands)
    if (!operand.zero) // stays in the cache
      sum += operand.loaded * operand.bytes + (operand.stored || operand.summed) * operand.bytes +
             (operand.loaded ? 0 : operand.gathered);
  return sum;
}

/// Numbers around one of both signs (those of one row for all are positive, as scales and moments are), and ids that
/// exist: a block of at most 16 MiB from the host, again and again.
llvm::Error LaunchOperands::fill(Device &device, Address address, const Operand &operand) {
  if (operand.zero)
    return device.fill(address, 0, size_t(operand.bytes));
  if (!operand.loaded && !operand.gathered)
    return device.poison(address, size_t(operand.bytes));
  int64_t width = formatBytes(operand.storage), block = std::min<int64_t>(operand.bytes, int64_t(16) << 20);
  std::vector<char> data(static_cast<size_t>(block));
  bool isSigned = launch.getSpace() == host::Space::Token && operand.bytes >= rows * 32 * width;
  for (int64_t at = 0; at + width <= block; at += width) {
    uint64_t bits = random();
    float number = 0.25f + float(bits >> 40) * 0x1p-24f;
    uint32_t raw = operand.storage == host::Storage::I32
                       ? uint32_t(bits % uint64_t(idsBelow.value_or(128)))
                       : llvm::bit_cast<uint32_t>(isSigned && (bits & 1) ? -number : number);
    raw >>= operand.storage == host::Storage::BF16 ? 16 : 0;
    std::memcpy(&data[size_t(at)], &raw, size_t(width));
  }
  if (llvm::Error error = device.copyTo(address, data.data(), size_t(block)))
    return error;
  for (int64_t done = block; done < operand.bytes; done *= 2)
    if (llvm::Error error = device.copy(address + Address(done), address, size_t(std::min(done, operand.bytes - done))))
      return error;
  return llvm::Error::success();
}

ArenaPlan LaunchOperands::plan(const RowLaunch &how, int64_t sets) {
  ArenaPlan plan;
  for (int64_t set = 0; set < sets; ++set) {
    for (auto [i, each] : llvm::enumerate(operands))
      plan.add("operand " + std::to_string(i), each.second.bytes);
    for (mlir::BlockArgument argument : kernel.getBody().getArguments())
      if (llvm::isa<row::ListType>(argument.getType()))
        plan.add("argument " + std::to_string(argument.getArgNumber()),
                 int64_t(launch.getArgs().size() * sizeof(braid_entry)));
  }
  plan.add("workspace", how.workspaceBytes());
  for (size_t i = 0; i < how.shape.sums.size(); ++i)
    plan.add("partial sums", how.partialBytes(i));
  return plan;
}

llvm::Error LaunchOperands::place(Device &device, Arena &arena, const RowLaunch &how, int64_t sets) {
  ArenaPlan planned = plan(how, sets);
  if (llvm::Error error = arena.place(planned))
    return error;
  size_t sums = how.shape.sums.size(), extra = planned.pieces().size() - 1 - sums, pieces = extra / size_t(sets);
  arguments.clear();
  rest = {};
  rest.workspace = how.workspaceBytes() ? arena.at(extra) : 0;
  for (size_t i = 0; i < sums; ++i)
    rest.partials.push_back(arena.at(extra + 1 + i));

  for (int64_t set = 0; set < sets; ++set) {
    size_t first = size_t(set) * pieces, table = first + operands.size(), next = 0;
    llvm::DenseMap<std::pair<const void *, int64_t>, Address> of;
    for (auto [i, each] : llvm::enumerate(operands)) {
      Address address = of[each.first] = arena.at(first + i);
      const Operand &operand = each.second;
      bool isRead = operand.loaded || operand.gathered;
      if (llvm::Error error =
              set && isRead ? device.copy(address, arena.at(i), size_t(operand.bytes)) : fill(device, address, operand))
        return error;
    }
    auto &addresses = arguments.emplace_back();
    for (mlir::BlockArgument argument : kernel.getBody().getArguments()) {
      auto list = llvm::dyn_cast<row::ListType>(argument.getType());
      if (!list) {
        addresses.push_back(of[memoryOf(launch.getArgs()[next++])]);
        continue;
      }
      std::vector<braid_entry> entries;
      for (int64_t i = 0; i < entriesOf(list); ++i) {
        mlir::Value value = launch.getArgs()[next++];
        const Operand &operand = operands.find(memoryOf(value))->second;
        int64_t numbers = row::numElements(kernel, list.getAxes(), axisSizes),
                rowBytes = numbers * formatBytes(operand.storage);
        entries.push_back(
            {reinterpret_cast<char *>(of[memoryOf(value)]), hasRows(launch, value, numbers) ? rowBytes : 0});
      }
      addresses.push_back(arena.at(table++));
      if (llvm::Error error = device.copyTo(addresses.back(), entries.data(), entries.size() * sizeof(braid_entry)))
        return error;
    }
  }
  return llvm::Error::success();
}
