//===- LaunchChecks.cpp - launches of a hand-written kernel ---------------===//

#include "Checks.h"
#include "lib/Runtime/Calls.h"
#include <cmath>
#include <cstring>

using namespace braid::test;

/// out[row] = sum over entries of entry[row] + position; sum[j] += out[row] · (j + 1); uses its scratch.
/// args: out, list, sum (numbers: sizes[1]).
static void kernel(void *const *args, const int64_t *sizes, int64_t begin, int64_t end, const braid_rows *rows,
                   char *scratch) {
  float *out = static_cast<float *>(args[0]), *sum = static_cast<float *>(args[2]);
  const braid_entry *entries = static_cast<const braid_entry *>(args[1]);
  float *held = reinterpret_cast<float *>(scratch);
  for (int64_t row = begin; row < end; ++row) {
    float total = float(row % rows->time);
    for (int64_t e = 0; e < sizes[0]; ++e)
      std::memcpy(&held[e], entries[e].base + row * entries[e].row_bytes, 4);
    for (int64_t e = 0; e < sizes[0]; ++e)
      total += held[e];
    out[row] = total;
    for (int64_t j = 0; j < sizes[1]; ++j)
      sum[j] += total * float(j + 1);
  }
}

static void check(const char *name, int64_t batch, int64_t time, int64_t fixedRows, int threads) {
  bool fixed = fixedRows >= 0;
  int64_t rows = fixed ? fixedRows : batch * time;
  Call call(batch, time, threads);
  Numbers out(rows, BRAID_F32, 1), first(rows, BRAID_F32, 2), shared(1, BRAID_F32, 3), sum(3, BRAID_F32, 4);
  call.add(fixed ? BRAID_FIXED : BRAID_TOKENS).add(fixed ? rows : 0).add(28).add(2).add(3).add(3);
  call.add(3).add(BRAID_ARG_BUFFER).addBase(out.data());
  call.add(BRAID_ARG_LIST).add(3).addBase(first.data()).add(4).addBase(shared.data()).add(0);
  call.add(BRAID_ZERO).add(0).add(4);
  call.add(BRAID_ARG_SUM).addBase(sum.data()).add(3);
  call.expectSuccess(braid::rt::launch(call.context(), kernel, name, call.table()));
  std::vector<double> wantOut(out.size()), wantSum(3);
  for (int64_t row = 0; row < rows; ++row) {
    wantOut[size_t(row)] = double(row % time) + first[row] + shared[0];
    for (int j = 0; j < 3; ++j)
      wantSum[size_t(j)] += wantOut[size_t(row)] * (j + 1);
  }
  report(std::string("launch ") + name + " rows", distance(out, wantOut), 5e-5);
  double size = 1 + std::fabs(wantSum[2]);
  report(std::string("launch ") + name + " sum", distance(sum, wantSum) / size, 1e-6);
}

void braid::test::checkLaunch() {
  check("tokens", 3, 331, -1, 2);
  check("few tokens", 1, 3, -1, 2);
  check("many threads", 2, 100, -1, 7);
  check("fixed", 2, 10, 1000, 2);
  check("no rows", 0, 10, -1, 2);
}
