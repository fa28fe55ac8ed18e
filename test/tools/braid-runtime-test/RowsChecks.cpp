//===- RowsChecks.cpp - calls on some rows against loops of single calls --===//
//
// A call on ragged ranges of rows gives what calls on single rows give, one after another, and leaves all
// other rows as they are. Attention is in AttentionChecks.cpp.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "braid/Runtime/Runner.h"
#include "lib/Runtime/Calls.h"
#include <cmath>
#include <cstring>
#include <functional>

using namespace braid::test;

namespace {

/// Calls `body` with each row at work alone.
void eachAlone(const Rows &rows, const std::function<void(const Rows &, int64_t row)> &body) {
  for (size_t s = 0; s < rows.count.size(); ++s)
    for (int64_t i = 0; i < rows.count[s]; ++i) {
      Rows one = rows;
      std::fill(one.count.begin(), one.count.end(), 0);
      one.first[s] = rows.first[s] + i;
      one.count[s] = 1;
      body(one, int64_t(s) * rows.time + one.first[s]);
    }
}

/// The shapes that a product takes apart: ragged, the same rows of every sequence, one row of each, one range, none.
std::vector<std::pair<const char *, Rows>> shapes(int64_t batch, int64_t time) {
  std::vector<std::pair<const char *, Rows>> list;
  for (uint64_t seed = 1; seed <= 3; ++seed)
    list.emplace_back("ragged", Rows::draw(batch, time, seed));
  Rows rows(batch, time);
  list.emplace_back("all", rows);
  std::fill(rows.first.begin(), rows.first.end(), 2);
  std::fill(rows.count.begin(), rows.count.end(), time - 3);
  list.emplace_back("the same", rows);
  std::fill(rows.count.begin(), rows.count.end(), 1);
  list.emplace_back("one each", rows);
  std::fill(rows.count.begin(), rows.count.end(), 0);
  list.emplace_back("none", rows);
  rows.count[1] = time - 2;
  list.emplace_back("one range", rows);
  return list;
}

/// Largest difference, relative to 1 + what is wanted.
double differ(Numbers &got, Numbers &want) {
  double worst = 0;
  for (int64_t i = 0; i < got.size(); ++i)
    worst = std::max(worst, std::fabs(got[i] - want[i]) / (1 + std::fabs(want[i])));
  return worst;
}

/// out[row] = position + in[row]; sum += out.
void kernel(void *const *args, const int64_t *, int64_t begin, int64_t end, const braid_rows *rows, char *) {
  float *out = static_cast<float *>(args[0]), *sum = static_cast<float *>(args[2]);
  const float *in = static_cast<const float *>(args[1]);
  for (int64_t row = begin; row < end; ++row) {
    out[row] = float(rows->start[row / rows->time] + row % rows->time) + in[row];
    *sum += out[row];
  }
}

void checkLaunch(const char *shape, const Rows &rows, int64_t batch) {
  int64_t tokens = batch * rows.time;
  Numbers in(tokens, BRAID_F32, 1), out(tokens, BRAID_F32, 2), want(tokens, BRAID_F32, 2), sum(1, BRAID_F32, 3);
  double wantSum = 0;
  auto run = [&](Numbers &result, const Rows &some) {
    Call call(batch, rows.time, 3);
    call.setRows(some);
    call.add(BRAID_TOKENS).add(0).add(0).add(0).add(3).add(BRAID_ARG_BUFFER).addBase(result.data());
    call.add(BRAID_ARG_BUFFER).addBase(in.data()).add(BRAID_ARG_SUM).addBase(sum.data()).add(1);
    call.expectSuccess(braid::rt::launch(call.context(), kernel, "rows", call.table()));
  };
  eachAlone(rows, [&](const Rows &one, int64_t) {
    run(want, one);
    wantSum += sum[0];
  });
  run(out, rows);
  report(std::string("rows launch ") + shape, differ(out, want), 0);
  report(std::string("rows launch sum ") + shape, std::fabs(sum[0] - wantSum) / (1 + std::fabs(wantSum)), 1e-6);
}

/// `which`: bit 0 m, bit 1 k, bit 2 batch are the tokens; `each` of them a token.
void checkProduct(const char *shape, const Rows &rows, int64_t batch, int64_t type, int64_t which, int64_t each,
                  bool turned, bool accumulate) {
  int64_t tokens = batch * rows.time, n = 37, k = which == 2 ? each : 29, m = which == 1 ? each : 23;
  int64_t allM = which == 1 ? m * tokens : m, allK = which == 2 ? k * tokens : k, products = which == 4 ? tokens : 1;
  Numbers a(products * allM * allK, type, 1), b(which == 4 ? products * k * n : allK * n, type, 2),
      c(products * allM * n, BRAID_F32, 3), want = c;
  auto run = [&](Numbers &result, const Rows &some, bool adds) {
    Call call(batch, rows.time);
    call.setRows(some);
    call.add(1).add(m).add(n).add(k).add(which | (adds ? 8 : 0));
    call.add(a).add(allM * allK).add(turned ? 1 : allK).add(turned ? allM : 1);
    call.add(b).add(which == 4 ? k * n : 0).add(n).add(1).add(result).add(allM * n).add(n).add(1);
    call.expectSuccess(braid::rt::matmul(call.context(), "rows", call.table()));
  };
  bool first = true;
  if (which == 2 && !accumulate)
    for (int64_t i = 0; i < want.size(); ++i)
      want.set(i, 0);
  eachAlone(rows, [&](const Rows &one, int64_t) {
    run(want, one, accumulate || (which == 2 && !first));
    first = false;
  });
  run(c, rows, accumulate);
  report(std::string("rows product ") + shape +
             (which == 1   ? " m"
              : which == 2 ? " k"
                           : " batch") +
             (type == BRAID_F32 ? " f32" : " bf16") + (turned ? " transposed" : "") + (accumulate ? " added" : ""),
         differ(c, want), 1e-5);
}

void checkScatter(const char *shape, const Rows &rows, int64_t batch) {
  int64_t tokens = batch * rows.time, width = 9, table = 11;
  Numbers in(tokens * width, BRAID_F32, 1), out(table * width, BRAID_F32, 2), one(table * width, BRAID_F32, 3);
  std::vector<int32_t> ids;
  for (int64_t token = 0; token < tokens; ++token)
    ids.push_back(int32_t(token * token % (table + 2)) - 1);
  auto run = [&](Numbers &result, const Rows &some) {
    Call call(batch, rows.time);
    call.setRows(some);
    call.add(table).add(width).add(in).add(BRAID_I32).addBase(ids.data()).add(result);
    call.expectSuccess(braid::rt::scatter(call.context(), "rows", call.table()));
  };
  std::vector<double> want(size_t(table * width));
  eachAlone(rows, [&](const Rows &single, int64_t) {
    run(one, single);
    for (size_t i = 0; i < want.size(); ++i)
      want[i] += one[int64_t(i)];
  });
  run(out, rows);
  report(std::string("rows scatter ") + shape, distance(out, want), 1e-5);
}

/// A program that reads a table by position and by id.
void checkRefusals() {
  braid_external external = {0, BRAID_INPUT, 1, 1, BRAID_I32, 5, 0};
  braid_program program = {BRAID_ABI, "p", 0, 64, 12, 1, 0, 0, 0, 1, &external, nullptr, nullptr, nullptr, ""};
  int32_t ids[] = {0, 1, 2, 9, 1, 1, 1, 1};
  void *externals[] = {ids};
  auto expect = [&](const char *text, const Rows &rows) {
    braid::rt::Runner runner(1);
    bool failed = runner.run(program, {2, rows, 0, 0, externals});
    const std::string &message = runner.context().message();
    bool good = *text ? failed && message.find(text) != std::string::npos : !failed;
    report(std::string("rows of a run: ") + (*text ? text : "taken") + (good ? "" : ", not: " + message), good ? 0 : 1,
           0);
  };
  Rows rows(2, 4);
  expect("number 3 of `in:` is 9; ids are below 5", rows);
  rows.count[0] = 3; // the wrong id is not at work
  expect("", rows);
  rows.start[1] = 8;
  expect("", rows);
  rows.start[1] = 9;
  expect("`p`: sequences of 13 tokens; a table by position has 12 rows", rows);
  rows.count[1] = 0; // at rest
  expect("", rows);
  rows.first[0] = 2;
  expect("sequence 0 has 3 rows at work from row 2, position 0 + 2; its rows are 0 to 3", rows);
  rows.first[0] = -1;
  expect("sequence 0 has 3 rows at work from row -1", rows);
  rows.first[0] = 0, rows.count[0] = -2;
  expect("sequence 0 has -2 rows at work", rows);
  rows.count[0] = 1, rows.start[0] = int64_t(1) << 31;
  expect("positions below 2^31", rows);
}

} // namespace

void braid::test::checkRows() {
  constexpr int64_t batch = 4, time = 21;
  for (const auto &[shape, rows] : shapes(batch, time)) {
    ::checkLaunch(shape, rows, batch);
    ::checkScatter(shape, rows, batch);
    for (int64_t type : {BRAID_F32, BRAID_BF16})
      for (int64_t which : {1, 2, 4})
        for (bool turned : {false, true})
          for (bool accumulate : {false, true})
            checkProduct(shape, rows, batch, type, which, which == 4 ? 1 : 1 + 2 * turned, turned, accumulate);
  }
  checkRefusals();
}
