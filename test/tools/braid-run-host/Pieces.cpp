//===- Pieces.cpp - texts in pieces against the whole ---------------------===//

#include "Pieces.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <random>

using namespace llvm;
using braid::External;

namespace {

class Check {
public:
  Check(braid::Program &program, const braid::FunctionInfo &function, const Memory &before, int64_t batch, int64_t time)
      : program(program), function(function), before(before), batch(batch), time(time) {}
  int run(unsigned seed, double tolerance);

private:
  /// Runs a function on rows of `memory`; with a state it goes on with it.
  bool run(const braid::FunctionInfo &of, Memory &memory, int64_t rows, const std::vector<int64_t> &count,
           braid::rt::State *state);
  /// One piece of each sequence, from the rows `done` of the whole.
  bool piece(braid::rt::State &state, const std::vector<int64_t> &done, const std::vector<int64_t> &count);
  /// The largest difference of what two states remember, relative to the largest number of a part.
  double differ(const braid::rt::State &a, const braid::rt::State &b) const;

  braid::Program &program;
  const braid::FunctionInfo &function;
  const Memory &before;
  int64_t batch, time;
  Memory whole; ///< after @logits
  double worst = 0;
  int64_t compared = 0;
};

} // namespace

bool Check::run(const braid::FunctionInfo &of, Memory &memory, int64_t rows, const std::vector<int64_t> &count,
                braid::rt::State *state) {
  std::vector<int64_t> zeros(size_t(batch), 0);
  braid_rows work = {rows, zeros.data(), zeros.data(), count.data()};
  braid::RunRequest request;
  request.function = of.name;
  request.batch = batch;
  request.time = rows;
  request.rows = &work;
  request.state = state;
  request.externals = addressesOf(of, memory);
  Error error = program.run(request);
  bool good = !error;
  if (!good)
    errs() << "error: " << toString(std::move(error)) << '\n';
  return good;
}

bool Check::piece(braid::rt::State &state, const std::vector<int64_t> &done, const std::vector<int64_t> &count) {
  int64_t rows = std::max<int64_t>(1, *std::max_element(count.begin(), count.end()));
  Memory memory;
  for (const External &external : function.externals) {
    const std::vector<uint8_t> &all = before.at(external.name());
    std::vector<uint8_t> &bytes = memory[external.name()];
    if (!external.perToken) {
      bytes = all;
      continue;
    }
    size_t row = size_t(external.bytes(1));
    bytes.resize(row * size_t(batch * rows));
    for (int64_t s = 0; external.role == BRAID_INPUT && s < batch; ++s)
      std::copy_n(all.begin() + long(size_t(s * time + done[size_t(s)]) * row), size_t(count[size_t(s)]) * row,
                  bytes.begin() + long(size_t(s * rows) * row));
  }
  if (!run(function, memory, rows, count, &state))
    return false;
  for (const External &external : function.externals) {
    if (external.role != BRAID_OUTPUT)
      continue;
    const std::vector<uint8_t> &got = memory[external.name()], &want = whole[external.name()];
    double largest = 1e-30;
    for (size_t i = 0; i < want.size() / size_t(braid_dtype_bytes(external.dtype)); ++i)
      largest = std::max(largest, std::fabs(double(toFloat(want, external.dtype, i))));
    for (int64_t s = 0; s < batch; ++s) {
      int64_t newest = count[size_t(s)] - 1;
      for (int64_t x = 0; newest >= 0 && x < external.numbers; ++x) {
        double a = toFloat(got, external.dtype, size_t((s * rows + newest) * external.numbers + x)),
               b = toFloat(want, external.dtype, size_t((s * time + done[size_t(s)] + newest) * external.numbers + x));
        double error = std::fabs(a - b) / largest;
        worst = std::max(worst, error == error ? error : INFINITY);
        ++compared;
      }
    }
  }
  return true;
}

double Check::differ(const braid::rt::State &a, const braid::rt::State &b) const {
  double result = 0;
  for (size_t part = 0; part < a.parts().size(); ++part) {
    double largest = 1e-30, error = 0;
    for (int64_t s = 0; s < batch; ++s) {
      const auto &what = a.parts()[part];
      size_t numbers = size_t(a.kept(what, s) * what.numbers), bytes = numbers * size_t(braid_dtype_bytes(what.dtype));
      auto rows = [&](const braid::rt::State &of) {
        return std::vector<uint8_t>(of.rows(part, s), of.rows(part, s) + bytes);
      };
      std::vector<uint8_t> x = rows(a), y = rows(b);
      for (size_t i = 0; i < numbers; ++i) {
        double p = toFloat(x, braid_dtype(what.dtype), i), q = toFloat(y, braid_dtype(what.dtype), i);
        largest = std::max(largest, std::fabs(q));
        error = std::max(error, std::fabs(p - q));
      }
    }
    result = std::max(result, error / largest);
  }
  return result;
}

int Check::run(unsigned seed, double tolerance) {
  const braid::FunctionInfo *logits = program.find("logits");
  if (!logits) {
    errs() << "error: there is no @logits to compare with\n";
    return 1;
  }
  std::mt19937_64 random(seed);
  std::vector<int64_t> lengths, done(size_t(batch), 0);
  for (int64_t s = 0; s < batch; ++s)
    lengths.push_back(1 + time / 2 + int64_t(random() % uint64_t(time - time / 2)));
  // The inputs of @extend are those of @logits, which may have fewer externals.
  whole = before;
  for (const External &external : logits->externals)
    whole[external.name()].resize(size_t(external.bytes(batch * time)));
  if (!run(*logits, whole, time, lengths, nullptr))
    return 1;
  auto state = program.makeState(function.name, batch), once = program.makeState(function.name, batch);
  if (!piece(*once, done, lengths))
    return 1;
  int64_t number = 0;
  while (done != lengths) {
    // Ones, primes, and whatever else.
    const uint64_t sizes[] = {1, 1, 7, 13, 31, 1 + random() % uint64_t(time)};
    uint64_t most = sizes[random() % 6];
    std::vector<int64_t> count;
    for (size_t s = 0; s < lengths.size(); ++s)
      count.push_back(std::min<int64_t>(lengths[s] - done[s], random() % 5 ? int64_t(most) : 0));
    if (!piece(*state, done, count))
      return 1;
    for (size_t s = 0; s < lengths.size(); ++s)
      done[s] += count[s];
    if (++number % 3 == 0) // a copy goes on like what it is a copy of
      state = state->copy();
  }
  double remembered = differ(*state, *once);
  bool good = compared && worst <= tolerance && remembered <= tolerance && state->positions() == once->positions();
  outs() << batch << " sequences in " << number << " pieces: newest tokens "
         << format("%.2e, remembered %.2e", worst, remembered) << (good ? "\n" : ": DIFFERS\n");
  return good ? 0 : 1;
}

int checkPieces(braid::Program &program, const braid::FunctionInfo &function, const Memory &before, int64_t batch,
                int64_t time, unsigned seed, double tolerance) {
  return Check(program, function, before, batch, time).run(seed, tolerance);
}
