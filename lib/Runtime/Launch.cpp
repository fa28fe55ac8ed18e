//===- Launch.cpp - running row kernels over threads ----------------------===//
//
// The rows at work are cut into one contiguous range for each thread that was asked for, by their number
// and that of threads alone. Sums across rows: a kernel adds up to `sumRows` rows in
// fp32, which then go to the range's sum in double; the ranges' sums are added in
// order. Same number of threads asked for, same bits.
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "Rows.h"
#include "TableReader.h"
#include "Threads.h"
#include <algorithm>
#include <vector>

using namespace braid::rt;

namespace {

/// Rows that are summed in fp32 before the sum is continued in double.
constexpr int64_t sumRows = 128;
/// A range has no fewer rows of the token space than this.
constexpr int64_t minTokenRows = 4;

struct Sum {
  size_t arg;
  float *result;
  int64_t numbers;
  int64_t offset; ///< of this sum in a range's block of sums, in numbers
};

struct Launch {
  braid_kernel kernel;
  const int64_t *sizes;
  const braid_rows *rows;
  int64_t scratchBytes, sumNumbers = 0;
  /// Of the token space; rows of the fixed one are numbers as they are.
  const RowsAtWork *work = nullptr;
  std::vector<void *> args;
  std::vector<Sum> sums;

  /// A range's memory: the kernel's scratch, then doubles, then floats for the sums.
  int64_t sumsAt() const { return (scratchBytes + 63) / 64 * 64; }
  int64_t rangeBytes() const { return sumsAt() + sumNumbers * 12 + 64; }

  /// Rows number begin … end-1 of those to be worked on.
  void call(void *const *arguments, int64_t begin, int64_t end, char *memory) const {
    if (work)
      work->between(begin, end, [&](int64_t from, int64_t to) { kernel(arguments, sizes, from, to, rows, memory); });
    else if (begin < end)
      kernel(arguments, sizes, begin, end, rows, memory);
  }

  void runRange(char *memory, int64_t begin, int64_t end) {
    if (sums.empty())
      return call(args.data(), begin, end, memory);
    double *totals = reinterpret_cast<double *>(memory + sumsAt());
    float *partials = reinterpret_cast<float *>(totals + sumNumbers);
    std::vector<void *> own = args;
    for (const Sum &sum : sums)
      own[sum.arg] = partials + sum.offset;
    std::fill(totals, totals + sumNumbers, 0.0);
    for (int64_t row = begin; row < end; row += sumRows) {
      std::fill(partials, partials + sumNumbers, 0.0f);
      call(own.data(), row, std::min(end, row + sumRows), memory);
      for (int64_t i = 0; i < sumNumbers; ++i)
        totals[i] += partials[i];
    }
  }
};

} // namespace

/// Resolves arguments; lists go to `context.entries`, which is big enough before addresses are taken.
static bool readArgs(const braid_context &abi, Context &context, Cursor cursor, Launch &launch) {
  Cursor counting = cursor;
  size_t numEntries = 0;
  for (size_t i = 0; i < launch.args.size(); ++i) {
    int64_t kind = counting.next();
    int64_t skip = 2;
    if (kind == BRAID_ARG_LIST) {
      int64_t count = counting.next();
      numEntries += size_t(count);
      skip = 3 * count;
    } else if (kind == BRAID_ARG_SUM) {
      skip = 3;
    }
    for (int64_t s = 0; s < skip; ++s)
      counting.next();
  }
  if (context.entries.size() < numEntries)
    context.entries.resize(numEntries * 2);
  braid_entry *entry = context.entries.data();
  for (size_t i = 0; i < launch.args.size(); ++i) {
    int64_t kind = cursor.next();
    if (kind == BRAID_ARG_LIST) {
      launch.args[i] = entry;
      for (int64_t count = cursor.next(); count > 0; --count, ++entry) {
        int64_t base = cursor.next(), offset = cursor.next(), rowBytes = cursor.next();
        if (base == BRAID_ZERO && rowBytes > int64_t(Context::zeroBytes))
          return false;
        entry->base = addressOf(abi, base, offset);
        entry->row_bytes = base == BRAID_ZERO ? 0 : rowBytes;
      }
      continue;
    }
    int64_t base = cursor.next(), offset = cursor.next();
    launch.args[i] = addressOf(abi, base, offset);
    if (kind == BRAID_ARG_SUM) {
      int64_t numbers = cursor.next();
      launch.sums.push_back({i, static_cast<float *>(launch.args[i]), numbers, launch.sumNumbers});
      launch.sumNumbers += (numbers + 15) / 16 * 16; // no two sums in one cache line
    }
  }
  return true;
}

int32_t braid::rt::launch(braid_context *abi, braid_kernel kernel, const char *name, const int64_t *table) {
  Context &context = stateOf(abi);
  CallTimer timer(context, "launch", name);
  Cursor cursor(table);
  int64_t space = cursor.next(), fixedRows = cursor.next(), scratchBytes = cursor.next();
  int64_t numSizes = cursor.next();
  Launch launch;
  launch.kernel = kernel;
  launch.sizes = table + 4;
  launch.scratchBytes = scratchBytes;
  for (int64_t i = 0; i < numSizes; ++i)
    cursor.next();
  launch.args.resize(size_t(cursor.next()));
  RowsAtWork work(*abi);
  launch.rows = &abi->rows;
  launch.work = space == BRAID_TOKENS ? &work : nullptr;
  int64_t rows = space == BRAID_TOKENS ? work.count() : fixedRows;
  if (!readArgs(*abi, context, cursor, launch))
    return context.fail("a row of an absent entry is larger than the block of zeros");

  // Ranges begin at multiples of 16 rows where there are enough: no cache line is written by two threads.
  int64_t minRows = space == BRAID_TOKENS ? minTokenRows : 1;
  int ranges = int(std::clamp<int64_t>(rows / minRows, 1, context.threads()));
  int64_t granule = rows >= 32 * ranges ? 16 : 1, granules = (rows + granule - 1) / granule;
  auto boundary = [&](int64_t range) { return std::min(rows, granules * range / ranges * granule); };
  for (int range = 0; range < ranges; ++range)
    if (!context.scratch(range, size_t(launch.rangeBytes())))
      return context.fail("out of memory for the scratch of a kernel");
  forPieces(ranges,
            [&](int range) { launch.runRange(context.scratch(range, 0), boundary(range), boundary(range + 1)); });
  for (const Sum &sum : launch.sums) {
    for (int64_t n = 0; n < sum.numbers; ++n) {
      double total = 0;
      for (int range = 0; range < ranges; ++range)
        total += reinterpret_cast<double *>(context.scratch(range, 0) + launch.sumsAt())[sum.offset + n];
      sum.result[n] = float(total);
    }
  }
  return 0;
}
