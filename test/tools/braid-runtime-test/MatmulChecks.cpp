//===- MatmulChecks.cpp - matrix products against loops -------------------===//

#include "Checks.h"
#include "lib/Runtime/Calls.h"
#include <cmath>

using namespace braid::test;

namespace {

/// Strides of one operand and how many numbers it needs.
struct Strides {
  int64_t batch, row, col;
};

struct Case {
  const char *name;
  int64_t batch, m, n, k;
  Strides a, b, c;
  bool accumulate = false;
};

Strides dense(int64_t rows, int64_t cols) { return {rows * cols, cols, 1}; }
Strides turned(int64_t rows, int64_t cols) { return {rows * cols, 1, rows}; }

int64_t extent(Strides s, int64_t batch, int64_t rows, int64_t cols) {
  return s.batch * (batch - 1) + s.row * (rows - 1) + s.col * (cols - 1) + 1;
}

/// `which`: bit 0 m, bit 1 k, bit 2 batch is given as one number a token.
void check(const Case &p, int64_t typeA, int64_t typeB, int64_t typeC, const char *format, int64_t which = 0) {
  int64_t tokens = which & 1 ? p.m : which & 2 ? p.k : which & 4 ? p.batch : 1;
  Call call(1, tokens);
  Numbers a(extent(p.a, p.batch, p.m, p.k), typeA, 1), b(extent(p.b, p.batch, p.k, p.n), typeB, 2),
      c(extent(p.c, p.batch, p.m, p.n), typeC, 3);
  std::vector<double> want(size_t(c.size()));
  for (int64_t i = 0; i < c.size(); ++i)
    want[size_t(i)] = c[i];
  for (int64_t x = 0; x < p.batch; ++x)
    for (int64_t i = 0; i < p.m; ++i)
      for (int64_t j = 0; j < p.n; ++j) {
        int64_t at = x * p.c.batch + i * p.c.row + j * p.c.col;
        double sum = p.accumulate ? c[at] : 0.0;
        for (int64_t l = 0; l < p.k; ++l)
          sum += a[x * p.a.batch + i * p.a.row + l * p.a.col] * b[x * p.b.batch + l * p.b.row + j * p.b.col];
        want[size_t(at)] = sum;
      }
  call.add(which & 4 ? 1 : p.batch).add(which & 1 ? 1 : p.m).add(p.n).add(which & 2 ? 1 : p.k);
  call.add(which | (p.accumulate ? 8 : 0));
  call.add(a).add(p.a.batch).add(p.a.row).add(p.a.col);
  call.add(b).add(p.b.batch).add(p.b.row).add(p.b.col);
  call.add(c).add(p.c.batch).add(p.c.row).add(p.c.col);
  call.expectSuccess(braid::rt::matmul(call.context(), p.name, call.table()));
  double size = std::sqrt(double(p.k + 1)) * 2;
  report(std::string("matmul ") + p.name + " " + format, distance(c, want), size * (c.roundoff() + 4e-7));
}

void checkFormats(const Case &p, int64_t which = 0) {
  check(p, BRAID_F32, BRAID_F32, BRAID_F32, "f32", which);
  check(p, BRAID_BF16, BRAID_BF16, BRAID_F32, "bf16", which);
  check(p, BRAID_BF16, BRAID_BF16, BRAID_BF16, "bf16 throughout", which);
  check(p, BRAID_BF16, BRAID_F32, BRAID_F32, "mixed", which);
}

/// 262,144 equal terms, which rounding in fp32 term by term would put off by a thousandth.
void checkLong(int64_t m, int64_t n, int64_t type, const char *format, bool turned) {
  constexpr int64_t k = 1 << 18;
  Call call(1, k);
  Numbers a(m * k, type, 1), b(k * n, type, 2), c(m * n, BRAID_F32, 3);
  for (int64_t i = 0; i < a.size(); ++i)
    a.set(i, 0.1f);
  for (int64_t i = 0; i < b.size(); ++i)
    b.set(i, 0.7f);
  std::vector<double> want(size_t(m * n), double(k) * a[0] * b[0]);
  call.add(1).add(m).add(n).add(1).add(2);
  call.add(a).add(0).add(turned ? 1 : k).add(turned ? m : 1).add(b).add(0).add(n).add(1).add(c).add(0).add(n).add(1);
  call.expectSuccess(braid::rt::matmul(call.context(), "long", call.table()));
  report("matmul long sum " + std::to_string(m) + " x " + std::to_string(n) + " " + format, distance(c, want) / want[0],
         type == BRAID_F32 ? 5e-5 : 3e-4);
}

} // namespace

void braid::test::checkMatmul() {
  for (bool turned : {false, true})
    for (auto [m, n] : {std::pair<int64_t, int64_t>(1, 5), {1, 1}, {2, 1}, {3, 1}, {3, 17}}) {
      checkLong(m, n, BRAID_F32, turned ? "f32, transposed" : "f32", turned);
      checkLong(m, n, BRAID_BF16, turned ? "bf16, transposed" : "bf16", turned);
    }
  checkFormats({"plain", 1, 65, 47, 33, dense(65, 33), dense(33, 47), dense(65, 47)}, 1);
  checkFormats({"transposed a", 1, 65, 47, 33, turned(65, 33), dense(33, 47), dense(65, 47)}, 2);
  checkFormats({"transposed b", 1, 65, 47, 33, dense(65, 33), turned(33, 47), dense(65, 47), true});
  checkFormats({"both transposed", 1, 65, 47, 33, turned(65, 33), turned(33, 47), dense(65, 47)});
  checkFormats({"transposed result", 1, 65, 47, 33, dense(65, 33), dense(33, 47), turned(65, 47), true});
  checkFormats({"padded rows", 1, 40, 24, 48, {0, 50, 1}, {0, 30, 1}, {0, 25, 1}});
  checkFormats({"no contiguous axis", 1, 40, 24, 48, {0, 144, 3}, {0, 48, 2}, {0, 72, 3}, true});
  checkFormats({"repeated row", 1, 40, 24, 48, {0, 0, 1}, dense(48, 24), dense(40, 24)});
  checkFormats({"batch", 5, 40, 24, 48, dense(40, 48), dense(48, 24), dense(40, 24)}, 4);
  checkFormats({"interleaved batch", 6, 64, 16, 32, {32, 192, 1}, {16, 96, 1}, {16, 96, 1}, true});
  checkFormats({"shared b", 5, 40, 24, 48, dense(40, 48), {0, 24, 1}, dense(40, 24), true});
  checkFormats({"tiny batch", 300, 4, 20, 4, dense(4, 4), dense(4, 20), dense(4, 20), true}, 4);
  checkFormats({"one row", 1, 1, 130, 257, dense(1, 257), dense(257, 130), dense(1, 130)}, 1);
  checkFormats({"one column", 1, 130, 1, 257, dense(130, 257), dense(257, 1), dense(130, 1), true});
  checkFormats({"one term", 1, 130, 70, 1, dense(130, 1), dense(1, 70), dense(130, 70), true});
  checkFormats({"one number", 1, 1, 1, 1, dense(1, 1), dense(1, 1), dense(1, 1)});
  for (int64_t m : {1, 5, 16}) {
    checkFormats({"few rows", 1, m, 301, 83, dense(m, 83), dense(83, 301), dense(m, 301)}, 1);
    checkFormats({"few rows, added", 1, m, 304, 80, {0, 90, 1}, {0, 310, 1}, {0, 320, 1}, true}, 1);
    checkFormats({"few rows, transposed b", 1, m, 203, 101, dense(m, 101), turned(101, 203), dense(m, 203), true}, 1);
    checkFormats({"few rows, long", 1, m, 33, 5003, dense(m, 5003), dense(5003, 33), turned(m, 33)}, 1);
  }
  checkFormats({"more than a block", 1, 30, 1100, 1050, turned(30, 1050), turned(1050, 1100), dense(30, 1100), true});
  // Nothing to do, and nothing to add up.
  Numbers a(4, BRAID_F32, 1), b(4, BRAID_F32, 2), c(4, BRAID_F32, 3);
  std::vector<double> kept = {c[0], c[1], c[2], c[3]};
  for (bool terms : {true, false}) {
    Call call(1, 0);
    call.add(1).add(2).add(2).add(2).add(terms ? 1 : 2);
    for (Numbers *matrix : {&a, &b, &c})
      call.add(*matrix).add(4).add(2).add(1);
    call.expectSuccess(braid::rt::matmul(call.context(), "empty", call.table()));
    report(terms ? "matmul no rows" : "matmul no terms", distance(c, terms ? kept : std::vector<double>(4)), 0);
  }
}
