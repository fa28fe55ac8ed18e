//===- ScatterCheck.cpp - sums by id against sums in double precision ------===//

#include "braid/Check/ScatterCheck.h"
#include "braid/Check/KernelCheck.h"
#include <cmath>
#include <cstring>
#include <random>

using namespace braid;
using namespace braid::dev;

ScatterProblem::ScatterProblem(host::ScatterOp scatter, int64_t tokens, uint64_t seed) : tokens(tokens) {
  auto type = mlir::cast<host::BufferType>(scatter.getInput().getType());
  rows = int64_t(scatter.getRows());
  width = type.getNumbers();
  bf16 = type.getStorage() == host::Storage::BF16;
  std::mt19937_64 random(seed);
  for (int64_t i = 0; i < tokens; ++i) {
    int64_t below = random() % 2 ? rows + 1 : std::min<int64_t>(rows + 1, 4);
    ids.push_back(int32_t(int64_t(random() % uint64_t(below)) - 1));
  }
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (int64_t i = 0; i < tokens * width; ++i) {
    float x = uniform(random);
    input.push_back(bf16 ? llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(x) & 0xffff0000) : x);
  }
}

llvm::Expected<std::vector<float>> ScatterProblem::run(Device &device, Module &module) const {
  row::ScatterPlan plan = row::planScatter(rows, width, bf16, tokens);
  std::vector<float> result(size_t(rows * width));
  ArenaPlan arenaPlan;
  size_t inputPiece = arenaPlan.add("input", int64_t(input.size()) * (bf16 ? 2 : 4)),
         idsPiece = arenaPlan.add("ids", tokens * 4);
  size_t tablePiece = arenaPlan.add("table", rows * width * 4),
         workspacePiece = arenaPlan.add("workspace", plan.workspaceBytes);
  auto arena = device.allocate(arenaPlan);
  if (!arena)
    return arena.takeError();
  auto at = [&](size_t piece) { return (*arena)->at(piece); };
  std::vector<uint16_t> halves;
  for (size_t i = 0; bf16 && i < input.size(); ++i)
    halves.push_back(uint16_t(llvm::bit_cast<uint32_t>(input[i]) >> 16));
  const void *rowsOfTokens = bf16 ? static_cast<const void *>(halves.data()) : input.data();
  if (llvm::Error error = device.copyTo(at(inputPiece), rowsOfTokens, input.size() * (bf16 ? 2 : 4)))
    return std::move(error);
  if (llvm::Error error = device.copyTo(at(idsPiece), ids.data(), ids.size() * 4))
    return std::move(error);
  for (size_t piece : {tablePiece, workspacePiece})
    if (llvm::Error error = device.poison(at(piece), size_t(arenaPlan.pieces()[piece].bytes)))
      return std::move(error);
  if (llvm::Error error =
          launchScatter(device, module, plan, at(inputPiece), at(idsPiece), at(tablePiece), at(workspacePiece)))
    return std::move(error);
  if (llvm::Error error = device.synchronise())
    return std::move(error);
  if (llvm::Error error = device.copyFrom(result.data(), at(tablePiece), result.size() * 4))
    return std::move(error);
  return result;
}

void ScatterProblem::compare(llvm::ArrayRef<float> table, KernelCheckResult &result) const {
  std::vector<double> sums(table.size()), magnitudes(table.size());
  for (int64_t token = 0; token < tokens; ++token)
    if (int64_t id = ids[size_t(token)]; id >= 0 && id < rows)
      for (int64_t j = 0; j < width; ++j) {
        double x = input[size_t(token * width + j)];
        sums[size_t(id * width + j)] += x;
        magnitudes[size_t(id * width + j)] += std::fabs(x);
      }
  double largest = 1e-30, worst = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    largest = std::max(largest, magnitudes[i]);
    double difference = std::fabs(sums[i] - double(table[i]));
    worst = std::max(worst, std::isfinite(difference) ? difference : HUGE_VAL);
  }
  result.error = worst / largest;
  // What rounding may add up to: 32 additions in a block, and once for the sum of the blocks in double.
  result.bound = 33 * 0x1p-24;
  if (!(result.error <= result.bound))
    result.problem =
        "the table differs by " + std::to_string(result.error) + ", more than " + std::to_string(result.bound);
}

KernelCheckResult KernelChecker::check(host::ScatterOp scatter, const KernelCheckOptions &options) {
  KernelCheckResult result;
  // Enough for runs of equal ids that several blocks share.
  ScatterProblem problem(scatter, options.tokens ? options.tokens : std::max<int64_t>(options.rows, 300), options.seed);
  result.kernel = scatterName.str();
  result.place = placeInProgram(scatter);
  result.rows = problem.tokens;
  result.width = problem.width;
  auto fail = [&](llvm::Error error) {
    result.problem = toString(std::move(error));
    return result;
  };
  auto table = problem.run(device, *module);
  if (!table)
    return fail(table.takeError());
  if (options.afterScatter) {
    auto said = options.afterScatter(problem);
    if (!said)
      return fail(said.takeError());
    result.remark = std::move(*said);
  }
  auto again = problem.run(device, *module);
  if (!again)
    return fail(again.takeError());
  problem.compare(*table, result);
  if (result.problem.empty() && std::memcmp(table->data(), again->data(), table->size() * sizeof(float)) != 0)
    result.problem = "a second run, with another order of threads, gives other bits";
  return result;
}
