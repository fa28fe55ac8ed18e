//===- DelayChecks.cpp - values at other tokens against a loop ------------===//

#include "Checks.h"
#include "lib/Runtime/Calls.h"
#include <cstring>

using namespace braid::test;

namespace {

struct Case {
  const char *name;
  int64_t batch, time, width, distance, in, out;
};

/// Rows at work get the row `distance` before them, or nothing; the others keep what they have.
void check(const Case &c, const Rows &rows) {
  Call call(c.batch, c.time);
  call.setRows(rows);
  Numbers in(c.batch * c.time * c.width, c.in, 1), out(in.size(), c.out, 2);
  std::vector<double> want;
  for (int64_t i = 0; i < out.size(); ++i) {
    int64_t token = i / c.width, sequence = token / c.time, row = token % c.time, from = row - c.distance;
    int64_t first = rows.first[size_t(sequence)], end = first + rows.count[size_t(sequence)];
    bool works = row >= first && row < end, there = from >= 0 && from < end;
    want.push_back(!works ? out[i] : there ? in[i - c.distance * c.width] : c.out == BRAID_I32 ? -1 : 0);
  }
  call.add(c.distance).add(c.width).add(in).add(out);
  call.expectSuccess(braid::rt::delay(call.context(), c.name, call.table()));
  report(std::string("delay ") + c.name, distance(out, want), c.out == BRAID_BF16 && c.in == BRAID_F32 ? 4e-3 : 0);
}

} // namespace

void braid::test::checkDelay() {
  const Case cases[] = {
      {"by one", 3, 40, 24, 1, BRAID_F32, BRAID_F32},
      {"by one, many threads", 3, 300, 50, 1, BRAID_F32, BRAID_F32},
      {"bf16", 2, 30, 33, 3, BRAID_BF16, BRAID_BF16},
      {"bf16 as f32", 2, 30, 33, 3, BRAID_BF16, BRAID_F32},
      {"f32 as bf16", 2, 30, 33, 3, BRAID_F32, BRAID_BF16},
      {"back", 2, 30, 33, -2, BRAID_F32, BRAID_F32},
      {"further than the sequence", 2, 9, 5, 100, BRAID_F32, BRAID_F32},
      {"further back", 2, 9, 5, -65536, BRAID_F32, BRAID_F32},
  };
  for (const Case &c : cases) {
    check(c, Rows(c.batch, c.time));
    for (uint64_t seed = 1; seed < 4; ++seed)
      check(c, Rows::draw(c.batch, c.time, seed));
  }
  // Ids: what is not there is no entry of any table.
  constexpr int64_t time = 5;
  Call call(2, time);
  std::vector<int32_t> in = {7, 0, 3, 9, 1, 4, 4, 2, 0, 6}, out(10, 99);
  call.add(2).add(1).add(BRAID_I32).addBase(in.data()).add(BRAID_I32).addBase(out.data());
  call.expectSuccess(braid::rt::delay(call.context(), "ids", call.table()));
  report("delay of ids", out == std::vector<int32_t>{-1, -1, 7, 0, 3, -1, -1, 4, 4, 2} ? 0 : 1, 0);
}
