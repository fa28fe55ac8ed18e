//===- Ragged.cpp - a batch of different lengths against each alone -------===//

#include "Ragged.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <random>

using namespace llvm;

namespace {
struct Lengths {
  std::vector<int64_t> start, first, count;
  Lengths(const braid::FunctionInfo &function, int64_t batch, int64_t time, unsigned seed) : first(size_t(batch)) {
    std::mt19937_64 random(seed);
    for (int64_t s = 0; s < batch; ++s) {
      start.push_back(function.positions ? 0 : int64_t(random() % 50));
      count.push_back(s == batch / 2 ? 0 : 1 + int64_t(random() % uint64_t(time)));
    }
  }
};

bool run(braid::Program &program, const braid::FunctionInfo &function, Memory &memory, int64_t batch,
         const braid_rows &rows) {
  braid::RunRequest request;
  request.function = function.name;
  request.batch = batch;
  request.time = rows.time;
  request.rows = &rows;
  request.externals = addressesOf(function, memory);
  Error error = program.run(request);
  bool good = !error;
  if (!good)
    errs() << "error: " << toString(std::move(error)) << '\n';
  return good;
}
} // namespace

int checkRagged(braid::Program &program, const braid::FunctionInfo &function, const Memory &before, int64_t batch,
                int64_t time, unsigned seed, double tolerance) {
  Lengths lengths(function, batch, time, seed);
  Memory all = before, want = before;
  if (!run(program, function, all, batch, {time, lengths.start.data(), lengths.first.data(), lengths.count.data()}))
    return 1;
  std::map<std::string, std::vector<double>> sums;
  for (int64_t s = 0; s < batch; ++s) {
    int64_t count = lengths.count[size_t(s)], zero = 0;
    if (!count)
      continue;
    Memory one = before;
    auto slice = [&](const braid::External &external) { // of the batch's bytes
      size_t row = size_t(external.bytes(1));
      return std::pair(size_t(s * time) * row, size_t(count) * row);
    };
    for (const braid::External &external : function.externals) {
      std::vector<uint8_t> &bytes = one[external.name()];
      if (external.perToken) {
        auto [at, size] = slice(external);
        bytes.assign(bytes.begin() + long(at), bytes.begin() + long(at + size));
      }
      if (external.role == BRAID_DRAW) // the number of the first sequence
        fromFloat(bytes, external.dtype, 3, toFloat(bytes, external.dtype, 3) + float(s));
    }
    Memory given = one;
    if (!run(program, function, one, 1, {count, &lengths.start[size_t(s)], &zero, &count}))
      return 1;
    for (const braid::External &external : function.externals) {
      const std::vector<uint8_t> &bytes = one[external.name()];
      if (external.perToken) {
        std::copy(bytes.begin(), bytes.end(), want[external.name()].begin() + long(slice(external).first));
      } else if (bytes != given[external.name()]) {
        std::vector<double> &sum = sums[external.name()];
        sum.resize(size_t(external.numbers));
        for (size_t i = 0; i < sum.size(); ++i)
          sum[i] += toFloat(bytes, external.dtype, i);
      }
    }
  }
  for (auto &[name, sum] : sums)
    for (size_t i = 0; i < sum.size(); ++i)
      fromFloat(want[name], BRAID_F32, i, float(sum[i]));
  // A gradient that is zero, but for rounding, is seen beside the others.
  double largest = 0;
  for (auto &[name, sum] : sums)
    for (double x : sum)
      largest = std::max(largest, std::fabs(x));
  int failures = 0, compared = 0;
  for (const braid::External &external : function.externals) {
    size_t numbers = size_t(external.numbers * (external.perToken ? batch * time : 1));
    double error = difference(external, all[external.name()], want[external.name()], numbers,
                              sums.count(external.name()) ? largest / 1000 : 1e-30);
    compared += all[external.name()] != before.at(external.name());
    if (error <= (external.dtype == BRAID_BF16 ? std::max(tolerance, 1.0 / 64) : tolerance))
      continue;
    ++failures;
    outs() << "DIFFERS: " << external.name() << format(" (%.2e)\n", error);
  }
  outs() << compared << " results of " << batch << " sequences, " << failures << " differ\n";
  return failures || !compared;
}
