//===- ScatterChecks.cpp - summing rows by id against a loop --------------===//

#include "Checks.h"
#include "lib/Runtime/Calls.h"
#include <cstring>

using namespace braid::test;

static void check(const char *name, int64_t rows, int64_t width, int64_t tokens, int64_t dtype) {
  Call call(1, tokens);
  Numbers in(tokens * width, dtype, 1), out(rows * width, BRAID_F32, 2);
  std::vector<int32_t> ids;
  std::vector<double> want(size_t(rows * width));
  for (int64_t token = 0; token < tokens; ++token) {
    // Some ids are absent (-1), some past the end, and many the same.
    int32_t id = int32_t((token * token * 7 + token / 3) % (rows + 2)) - 1;
    ids.push_back(id);
    if (id >= 0 && id < rows)
      for (int64_t j = 0; j < width; ++j)
        want[size_t(id * width + j)] += in[token * width + j];
  }
  // Rounded once: the bits are to agree.
  for (double &sum : want)
    sum = double(float(sum));
  call.add(rows).add(width).add(in).add(BRAID_I32).addBase(ids.data()).add(out);
  call.expectSuccess(braid::rt::scatter(call.context(), name, call.table()));
  report(std::string("scatter ") + name, distance(out, want), 0);
}

/// 0.1 and 262,144 times the same id: the sum of that many numbers in fp32 is off by a thousandth.
static void checkEqual() {
  constexpr int64_t tokens = 1 << 18, width = 20;
  Call call(1, tokens);
  Numbers in(tokens * width, BRAID_F32, 1), out(3 * width, BRAID_F32, 2);
  for (int64_t i = 0; i < in.size(); ++i)
    in.set(i, 0.1f);
  std::vector<int32_t> ids(tokens, 1);
  std::vector<double> want(3 * width);
  std::fill(want.begin() + width, want.begin() + 2 * width, double(float(tokens * double(0.1f))));
  call.add(3).add(width).add(in).add(BRAID_I32).addBase(ids.data()).add(out);
  call.expectSuccess(braid::rt::scatter(call.context(), "equal", call.table()));
  report("scatter of equal tokens", distance(out, want), 0);
}

void braid::test::checkScatter() {
  check("f32", 37, 50, 500, BRAID_F32);
  check("bf16", 37, 50, 500, BRAID_BF16);
  check("one row", 1, 64, 300, BRAID_F32);
  check("more rows than tokens", 900, 33, 20, BRAID_F32);
  check("no tokens", 9, 8, 0, BRAID_F32);
  checkEqual();
}
