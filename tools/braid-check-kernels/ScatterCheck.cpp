//===- ScatterCheck.cpp - a scatter on the emulator, for tests ------------===//

#include "ScatterCheck.h"
#include "braid/Device/EmulatedDevice.h"
#include "braid/Device/Scatter.h"
#include <cstring>

using namespace braid;

namespace {
/// What a scatter makes with one order of threads, and what it moves.
struct Made {
  std::vector<float> table;
  emu::Traffic loads, stores;
};
} // namespace

static llvm::Expected<Made> run(const dev::ScatterProblem &problem, mlir::Operation *kernels, uint64_t seed) {
  Made made;
  dev::EmulatedOptions options;
  options.launch.seed = seed;
  options.onLaunch = [&](const dev::Kernel &, const emu::LaunchResult &result) {
    for (const emu::Counters::OfBuffer &buffer : result.counters.buffers) {
      if (buffer.name == "input")
        made.loads += buffer.loads;
      if (buffer.name == "table")
        made.stores += buffer.stores;
    }
  };
  std::unique_ptr<dev::Device> device = dev::makeEmulatedDevice(options);
  auto module = device->load(kernels, "scatter");
  if (!module)
    return module.takeError();
  auto table = problem.run(*device, **module);
  if (!table)
    return table.takeError();
  made.table = std::move(*table);
  return made;
}

llvm::Expected<double> braid::checkScatter(host::ScatterOp scatter, mlir::Operation *kernels, int64_t tokens, uint64_t seed) {
  dev::ScatterProblem problem(scatter, tokens, seed);
  auto made = run(problem, kernels, seed), again = run(problem, kernels, seed + 1);
  if (!made || !again)
    return llvm::joinErrors(made.takeError(), again.takeError());
  if (std::memcmp(made->table.data(), again->table.data(), made->table.size() * 4) != 0)
    return llvm::createStringError("another order of threads gives other bits");
  // Each row that has a place in the table is read once, and the table is written once.
  int64_t placed = llvm::count_if(problem.ids, [&](int32_t id) { return id >= 0 && id < problem.rows; });
  uint64_t wanted = uint64_t(placed * problem.width * (problem.bf16 ? 2 : 4));
  const emu::Traffic &loads = made->loads, &stores = made->stores;
  if (loads.distinctBytes != wanted || stores.distinctBytes != made->table.size() * 4)
    return llvm::createStringError("moves " + std::to_string(loads.distinctBytes) + " bytes of the input and " +
                                   std::to_string(stores.distinctBytes) + " of the table");
  if (problem.width % 16 == 0 && (loads.sectors != loads.idealSectors || stores.sectors != stores.idealSectors))
    return llvm::createStringError("touches " + std::to_string(loads.sectors + stores.sectors) + " sectors where " +
                                   std::to_string(loads.idealSectors + stores.idealSectors) + " hold the bytes");
  dev::KernelCheckResult result;
  problem.compare(made->table, result);
  if (!result.problem.empty())
    return llvm::createStringError(result.problem);
  return result.error;
}
