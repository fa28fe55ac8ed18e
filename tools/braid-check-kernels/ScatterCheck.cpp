//===- ScatterCheck.cpp - a scatter on the emulator, for tests ------------===//

#include "ScatterCheck.h"
#include "braid/Conversion/ScatterToGPU.h"
#include <cmath>
#include <cstring>
#include <random>

using namespace braid;
using Argument = row::ScatterArgument;

namespace {
struct Problem {
  int64_t rows, width, tokens;
  bool bf16;
  std::vector<int32_t> ids;
  std::vector<float> input; // as read back from its storage
};
} // namespace

static llvm::Expected<std::vector<float>> runOnEmulator(const Problem &problem, emu::Module &module, uint64_t seed) {
  emu::Memory memory;
  size_t numbers = problem.input.size(), results = size_t(problem.rows * problem.width);
  void *input = memory.allocate(numbers * (problem.bf16 ? 2 : 4), "input"), *ids = memory.allocate(problem.ids.size() * 4, "ids");
  void *table = memory.allocate(results * 4, "table");
  memory.copy(ids, problem.ids.data(), problem.ids.size() * 4);
  if (problem.bf16) {
    std::vector<uint16_t> halves;
    for (float x : problem.input)
      halves.push_back(uint16_t(llvm::bit_cast<uint32_t>(x) >> 16));
    memory.copy(input, halves.data(), numbers * 2);
  } else {
    memory.copy(input, problem.input.data(), numbers * 4);
  }
  row::ScatterPlan plan = row::planScatter(problem.rows, problem.width, problem.bf16, problem.tokens);
  char *workspace = static_cast<char *>(memory.allocate(size_t(plan.workspaceBytes), "workspace"));
  emu::Traffic loads, stores;
  for (const row::ScatterLaunch &launch : plan.launches) {
    std::vector<uint64_t> values;
    for (const Argument &argument : launch.arguments)
      switch (argument.kind) {
      case Argument::Input: values.push_back(uint64_t(input)); break;
      case Argument::Ids: values.push_back(uint64_t(ids)); break;
      case Argument::Table: values.push_back(uint64_t(table)); break;
      case Argument::Workspace: values.push_back(uint64_t(workspace + argument.value)); break;
      case Argument::Number: values.push_back(uint64_t(argument.value)); break;
      }
    std::vector<void *> pointers;
    for (uint64_t &value : values)
      pointers.push_back(&value);
    emu::Options options;
    options.seed = seed;
    auto result = module.launch(launch.kernel, {uint32_t(launch.blocks)}, {uint32_t(launch.threads)}, size_t(launch.sharedBytes), pointers,
                                memory, options);
    if (!result)
      return result.takeError();
    if (!result->notes.empty())
      return llvm::createStringError(result->notes.front().text());
    loads += result->counters.of(input).loads;
    stores += result->counters.of(table).stores;
  }
  // Each row that has a place in the table is read once, and the table is written once.
  int64_t placed = llvm::count_if(problem.ids, [&](int32_t id) { return id >= 0 && id < problem.rows; });
  if (loads.distinctBytes != uint64_t(placed * problem.width * (problem.bf16 ? 2 : 4)) || stores.distinctBytes != results * 4)
    return llvm::createStringError("moves %llu bytes of the input and %llu of the table", loads.distinctBytes, stores.distinctBytes);
  if (problem.width % 16 == 0 && (loads.sectors != loads.idealSectors || stores.sectors != stores.idealSectors))
    return llvm::createStringError("touches %llu sectors where %llu hold the bytes", loads.sectors + stores.sectors,
                                   loads.idealSectors + stores.idealSectors);
  std::vector<float> numbersOut(results);
  std::memcpy(numbersOut.data(), table, results * 4);
  return numbersOut;
}

llvm::Expected<double> braid::checkScatter(host::ScatterOp scatter, emu::Module &module, int64_t tokens, uint64_t seed) {
  auto input = mlir::cast<host::BufferType>(scatter.getInput().getType());
  Problem problem{int64_t(scatter.getRows()), input.getNumbers(), tokens, input.getStorage() == host::Storage::BF16, {}, {}};
  std::mt19937_64 random(seed);
  for (int64_t i = 0; i < tokens; ++i) {
    int64_t below = random() % 2 ? problem.rows + 1 : std::min<int64_t>(problem.rows + 1, 4);
    problem.ids.push_back(int32_t(int64_t(random() % uint64_t(below)) - 1));
  }
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (int64_t i = 0; i < tokens * problem.width; ++i) {
    float x = uniform(random);
    problem.input.push_back(problem.bf16 ? llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(x) & 0xffff0000) : x);
  }
  auto got = runOnEmulator(problem, module, seed);
  if (!got)
    return got.takeError();
  auto again = runOnEmulator(problem, module, seed + 1);
  if (!again)
    return again.takeError();
  if (std::memcmp(got->data(), again->data(), got->size() * 4) != 0)
    return llvm::createStringError("another order of threads gives other bits");

  std::vector<double> expected(got->size());
  for (int64_t token = 0; token < tokens; ++token)
    if (int64_t id = problem.ids[size_t(token)]; id >= 0 && id < problem.rows)
      for (int64_t j = 0; j < problem.width; ++j)
        expected[size_t(id * problem.width + j)] += problem.input[size_t(token * problem.width + j)];
  double largest = 1, worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::fabs(expected[i]));
    double difference = std::fabs(expected[i] - (*got)[i]);
    worst = std::max(worst, std::isfinite(difference) ? difference : HUGE_VAL);
  }
  if (!(worst / largest <= 2e-6))
    return llvm::createStringError("the table differs by " + std::to_string(worst / largest));
  return worst / largest;
}
