//===- RowLaunch.cpp - row kernels on a device ----------------------------===//

#include "braid/Device/RowLaunch.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/Support/MathExtras.h"

using namespace braid;
using namespace braid::dev;

llvm::Expected<RowLaunch> RowLaunch::plan(mlir::Operation *function, llvm::ArrayRef<int64_t> sizes, int64_t rows,
                                          int64_t time, const Properties &properties, int64_t blocks, bool exact) {
  if (!exact)
    function = row::variantFor(function, rows);
  auto shape = row::launchShape(function, sizes);
  if (!shape)
    return shape.takeError();
  RowLaunch launch;
  launch.shape = std::move(*shape);
  launch.function = mlir::SymbolTable::getSymbolName(function).str();
  launch.sizes.assign(sizes.begin(), sizes.end());
  launch.rows = rows;
  launch.time = time;
  // As many blocks as a multiprocessor has threads and shared memory for: of that it has 1 KiB more than a block may
  // have, and keeps 1 KiB for each block (CUDA C++ Programming Guide, "Technical Specifications per Compute
  // Capability").
  constexpr int64_t reserved = 1024;
  int64_t resident = std::min(properties.threads / launch.shape.threads,
                              (properties.sharedBytes + reserved) / (launch.shape.sharedBytes + reserved));
  resident = std::max<int64_t>(resident, 1);
  int64_t wanted = int64_t(llvm::divideCeil(uint64_t(rows), uint64_t(launch.shape.rowsPerBlock)));
  int64_t most = properties.multiprocessors * resident;
  // Of a sum across rows no more of them are added in fp32 before it goes on in double, in the sum of partial sums.
  constexpr int64_t sumRows = 128;
  if (!launch.shape.sums.empty())
    most = std::max(most, int64_t(llvm::divideCeil(uint64_t(wanted), uint64_t(sumRows))));
  launch.blocks = blocks ? blocks : std::clamp<int64_t>(wanted, 1, most);
  return launch;
}

llvm::Error braid::dev::launchRows(Device &device, dev::Module &module, llvm::StringRef name, const RowLaunch &launch,
                                   llvm::ArrayRef<Address> arguments, const RowScratch &scratch, Stream *stream) {
  auto kernel = module.kernel(launch.function.empty() ? name : llvm::StringRef(launch.function));
  if (!kernel)
    return kernel.takeError();
  llvm::SmallVector<Address> addresses(arguments);
  for (auto [sum, partials] : llvm::zip(launch.shape.sums, scratch.partials))
    addresses[size_t(sum.first)] = partials;
  llvm::SmallVector<int64_t> numbers(launch.sizes);
  numbers.push_back(launch.rows);
  numbers.push_back(launch.time);
  Address workspace = scratch.workspace;
  llvm::SmallVector<void *> values;
  for (Address &address : addresses)
    values.push_back(&address);
  for (int64_t &number : numbers)
    values.push_back(&number);
  values.push_back(&workspace);
  LaunchConfig config{launch.blocks, launch.shape.threads, launch.shape.sharedBytes};
  if (llvm::Error error = device.launch(**kernel, config, values, stream))
    return error;
  if (launch.shape.sums.empty())
    return llvm::Error::success();
  auto adder = module.kernel(row::sumKernelName);
  if (!adder)
    return adder.takeError();
  for (auto [sum, from] : llvm::zip(launch.shape.sums, scratch.partials)) {
    Address partials = from, result = arguments[size_t(sum.first)];
    int64_t count = sum.second, groups = row::partialSums(launch.shape, launch.blocks);
    void *values[] = {&partials, &result, &count, &groups};
    int64_t threads = 128, blocks = std::clamp<int64_t>((count + threads - 1) / threads, 1, 1024);
    if (llvm::Error error = device.launch(**adder, {blocks, threads, 0}, values, stream))
      return error;
  }
  return llvm::Error::success();
}
