//===- Parts.cpp - cutting products into parts ----------------------------===//

#include "Parts.h"
#include <algorithm>

using namespace braid::rt;

namespace {

/// Multiplications that are worth a thread.
constexpr double leastWork = 1 << 17;
/// Blocks begin at multiples of so many rows and columns: no cache line is written by two threads, vectors are whole.
constexpr int64_t unit = 16;

/// The side of the blocks of an axis of `size` numbers that is cut into at most `parts`.
int64_t sideOf(int64_t size, int64_t parts) {
  return std::min(size, ((size + parts - 1) / parts + unit - 1) / unit * unit);
}

} // namespace

std::vector<Product> braid::rt::cut(const Product &p, int most) {
  double work = double(p.batch) * double(p.m) * double(p.n) * double(p.k);
  int64_t parts = std::clamp<int64_t>(int64_t(std::min(work / leastWork, 4096.0)), 1, most);
  std::vector<Product> result;
  // Whole products, where there are enough of them that one more or less is no great difference.
  if (p.batch % parts == 0 || p.batch >= 8 * parts) {
    for (int64_t i = 0; i < parts; ++i) {
      int64_t first = p.batch * i / parts;
      result.push_back(p.batches(first, p.batch * (i + 1) / parts - first));
    }
    return result;
  }
  // Else the grid of blocks with the smallest largest block, and of those the squarest: what a block reads is its
  // border.
  int64_t rows = p.m, cols = p.n;
  for (int64_t down = 1; down <= parts; ++down) {
    int64_t high = sideOf(p.m, down), wide = sideOf(p.n, parts / down);
    if (std::pair(high * wide, high + wide) < std::pair(rows * cols, rows + cols))
      rows = high, cols = wide;
  }
  for (int64_t m0 = 0; m0 < p.m; m0 += rows)
    for (int64_t n0 = 0; n0 < p.n; n0 += cols)
      result.push_back(p.block(m0, std::min(rows, p.m - m0), n0, std::min(cols, p.n - n0)));
  return result;
}
