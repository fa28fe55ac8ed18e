//===- Matmul.cpp - strided, batched matrix products ----------------------===//
//
// In fp32 through dnnl_sgemm (measured: as fast as oneDNN's primitive in the shapes of a
// transformer, or faster, and it takes both transposes); bf16 with bf16 through a cached
// primitive where the processor has one. All else (mixed formats, odd strides, bf16 on
// older processors) is copied block by block into fp32 and multiplied there.
// A product is cut into parts (Parts.cpp), and oneDNN does each of them in one thread: it
// would rely on getting as many threads as it asks for.
//
//===----------------------------------------------------------------------===//

#include "Buffers.h"
#include "Calls.h"
#include "MatmulCache.h"
#include "Parts.h"
#include "Threads.h"
#include <algorithm>
#include <atomic>
#include <optional>

using namespace braid::rt;

namespace {

/// Terms of a result that are added in fp32 before the sum is continued in double.
constexpr int64_t longSum = 1024;

/// How BLAS sees a matrix: transposed or not, and the distance between its rows.
struct Layout {
  char trans = 0; ///< 0: neither of its axes is contiguous
  int64_t leading = 0;
};

Layout layoutOf(const Matrix &matrix, int64_t rows, int64_t cols) {
  if ((cols == 1 || matrix.col == 1) && (rows == 1 || matrix.row >= cols))
    return {'N', rows == 1 ? cols : matrix.row};
  if ((rows == 1 || matrix.row == 1) && (cols == 1 || matrix.col >= rows))
    return {'T', cols == 1 ? rows : matrix.col};
  return {};
}

float *floats(const Matrix &matrix) { return reinterpret_cast<float *>(matrix.data); }

float load(const Matrix &matrix, int64_t index) {
  return matrix.dtype == BRAID_BF16 ? widen(reinterpret_cast<uint16_t *>(matrix.data)[index]) : floats(matrix)[index];
}

void store(const Matrix &matrix, int64_t index, float value) {
  if (matrix.dtype == BRAID_BF16)
    reinterpret_cast<uint16_t *>(matrix.data)[index] = narrow(value);
  else
    floats(matrix)[index] = value;
}

/// One fp32 product whose operands all have a layout, in this thread.
bool gemm(int64_t m, int64_t n, int64_t k, const Matrix &a, const Matrix &b, const Matrix &c, bool accumulate) {
  Layout la = layoutOf(a, m, k), lb = layoutOf(b, k, n), lc = layoutOf(c, m, n);
  float beta = accumulate ? 1.0f : 0.0f;
  OneThread one;
  if (lc.trans == 'N')
    return dnnl_sgemm(la.trans, lb.trans, m, n, k, 1.0f, floats(a), la.leading, floats(b), lb.leading, beta, floats(c),
                      lc.leading) == dnnl_success;
  // The transposed product: Cᵀ = Bᵀ Aᵀ.
  auto flip = [](char trans) { return trans == 'N' ? 'T' : 'N'; };
  return dnnl_sgemm(flip(lb.trans), flip(la.trans), n, m, k, 1.0f, floats(b), lb.leading, floats(a), la.leading, beta,
                    floats(c), lc.leading) == dnnl_success;
}

bool hasLayouts(const Product &p) {
  return layoutOf(p.a, p.m, p.k).trans && layoutOf(p.b, p.k, p.n).trans && layoutOf(p.c, p.m, p.n).trans;
}

/// As gemm, for a result that is a vector: oneDNN adds to it term by term, so that errors grow with the number of
/// terms. Here they are added in blocks of `longSum`, and these in double.
bool gemmOfVector(const Product &p) {
  const int64_t numbers = std::max(p.m, p.n), stride = p.m == 1 ? p.c.col : p.c.row;
  std::vector<float> block(static_cast<size_t>(numbers));
  std::vector<double> sums(static_cast<size_t>(numbers));
  Matrix result = {reinterpret_cast<char *>(block.data()), BRAID_F32, 0, p.n, 1};
  for (int64_t k0 = 0; k0 < p.k; k0 += longSum) {
    if (!gemm(p.m, p.n, std::min(longSum, p.k - k0), p.a.shifted(k0 * p.a.col), p.b.shifted(k0 * p.b.row), result,
              false))
      return false;
    for (int64_t i = 0; i < numbers; ++i)
      sums[size_t(i)] += block[size_t(i)];
  }
  for (int64_t i = 0; i < numbers; ++i)
    store(p.c, i * stride, float(sums[size_t(i)] + (p.accumulate ? load(p.c, i * stride) : 0.0f)));
  return true;
}

/// An fp32 product whose operands all have a layout.
bool gemmInParts(const Product &p, int threads) {
  std::vector<Product> parts = cut(p, threads);
  std::atomic<bool> good = true;
  forPieces(int(parts.size()), [&](int piece) {
    const Product &part = parts[size_t(piece)];
    for (int64_t batch = 0; batch < part.batch && good; ++batch) {
      const Product one = part.only(batch);
      bool isLongVector = (one.m == 1 || one.n == 1) && one.k > longSum;
      if (!(isLongVector ? gemmOfVector(one) : gemm(one.m, one.n, one.k, one.a, one.b, one.c, one.accumulate)))
        good = false;
    }
  });
  return good;
}

/// One small product by loops. `row`: n numbers of scratch.
void smallProduct(const Product &p, float *row) {
  const Matrix &a = p.a, &b = p.b, &c = p.c;
  for (int64_t i = 0; i < p.m; ++i) {
    for (int64_t j = 0; j < p.n; ++j)
      row[j] = p.accumulate ? load(c, i * c.row + j * c.col) : 0.0f;
    for (int64_t kk = 0; kk < p.k; ++kk) {
      float factor = load(a, i * a.row + kk * a.col);
      const Matrix bRow = b.shifted(kk * b.row);
      if (b.dtype == BRAID_F32 && b.col == 1) {
        const float *values = floats(bRow);
        for (int64_t j = 0; j < p.n; ++j)
          row[j] += factor * values[j];
      } else {
        for (int64_t j = 0; j < p.n; ++j)
          row[j] += factor * load(bRow, j * b.col);
      }
    }
    for (int64_t j = 0; j < p.n; ++j)
      store(c, i * c.row + j * c.col, row[j]);
  }
}

/// Copies rows × cols numbers into dense fp32; keeps the axis contiguous that is so in the source.
Matrix copyBlock(const Matrix &in, int64_t rows, int64_t cols, float *out, int threads) {
  bool transposed = in.row == 1 && in.col != 1;
  int64_t outer = transposed ? cols : rows, inner = transposed ? rows : cols;
  int64_t outerStride = transposed ? in.col : in.row, innerStride = transposed ? in.row : in.col;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t o = 0; o < outer; ++o) {
    Matrix row = in.shifted(o * outerStride);
    float *values = out + o * inner;
    if (innerStride == 1)
      widenRow(values, row.data, in.dtype, inner);
    else
      for (int64_t i = 0; i < inner; ++i)
        values[i] = load(row, i * innerStride);
  }
  return {reinterpret_cast<char *>(out), BRAID_F32, 0, transposed ? 1 : cols, transposed ? rows : 1};
}

/// Any formats and strides, one batch: blocks of at most `side`³ in fp32 scratch.
bool blockedProduct(Context &context, const Product &p) {
  constexpr int64_t side = 1024;
  int threads = context.threads();
  int64_t bm = std::min(side, p.m), bn = std::min(side, p.n), bk = std::min(side, p.k);
  float *memory = reinterpret_cast<float *>(context.scratch(threads, size_t(bm * bk + bk * bn + bm * bn) * 4));
  if (!memory)
    return false;
  float *aBlock = memory, *bBlock = aBlock + bm * bk, *cBlock = bBlock + bk * bn;
  bool direct = p.c.dtype == BRAID_F32 && layoutOf(p.c, p.m, p.n).trans;
  for (int64_t n0 = 0; n0 < p.n; n0 += bn)
    for (int64_t m0 = 0; m0 < p.m; m0 += bm) {
      Product block = {1, std::min(bm, p.m - m0), std::min(bn, p.n - n0), 0, false, {}, {}, {}};
      Matrix out = p.c.shifted(m0 * p.c.row + n0 * p.c.col);
      block.c = direct ? out : Matrix{reinterpret_cast<char *>(cBlock), BRAID_F32, 0, block.n, 1};
      for (int64_t k0 = 0; k0 < p.k; k0 += bk) {
        block.k = std::min(bk, p.k - k0);
        block.a = copyBlock(p.a.shifted(m0 * p.a.row + k0 * p.a.col), block.m, block.k, aBlock, threads);
        block.b = copyBlock(p.b.shifted(k0 * p.b.row + n0 * p.b.col), block.k, block.n, bBlock, threads);
        block.accumulate = k0 > 0 || (direct && p.accumulate);
        if (!gemmInParts(block, threads))
          return false;
      }
      if (direct)
        continue;
#pragma omp parallel for num_threads(threads) schedule(static)
      for (int64_t i = 0; i < block.m; ++i)
        for (int64_t j = 0; j < block.n; ++j) {
          int64_t at = i * out.row + j * out.col;
          store(out, at, cBlock[i * block.n + j] + (p.accumulate ? load(out, at) : 0.0f));
        }
    }
  return true;
}

Matrix readMatrix(const braid_context &context, Cursor &cursor) {
  Buffer buffer = Buffer::read(context, cursor);
  Matrix matrix = {buffer.data, buffer.dtype, cursor.next(), 0, 0};
  matrix.row = cursor.next();
  matrix.col = cursor.next();
  return matrix;
}

/// Batches that lie behind one another and share B are more rows of one product.
void mergeBatch(Product &p) {
  if (p.batch > 1 && p.b.batch == 0 && p.a.batch == p.m * p.a.row && p.c.batch == p.m * p.c.row) {
    p.m *= p.batch;
    p.batch = 1;
  }
  if (p.batch > 1 && p.m == 1 && p.b.batch == 0) {
    p.m = p.batch;
    p.a.row = p.a.batch;
    p.c.row = p.c.batch;
    p.batch = 1;
  }
}

/// bf16 by oneDNN's primitives, a part each; nothing where it has no fast one.
std::optional<bool> primitives(Context &context, const Product &p) {
  std::vector<Product> parts = cut(p, context.threads());
  std::vector<const MatmulCache::Entry *> entries;
  for (size_t i = 0; i < parts.size(); ++i) {
    entries.push_back(context.matmulCache->find(parts[i]));
    if (!entries.back())
      return std::nullopt;
    if (!context.scratch(int(i), entries.back()->scratchBytes))
      return false;
  }
  std::atomic<bool> good = true;
  forPieces(int(parts.size()), [&](int piece) {
    if (!context.matmulCache->run(*entries[size_t(piece)], parts[size_t(piece)], context.scratch(piece, 0)))
      good = false;
  });
  return good.load();
}

bool multiply(Context &context, const Product &p) {
  int threads = context.threads();
  double work = double(p.m) * double(p.n) * double(p.k);
  bool allF32 = p.a.dtype == BRAID_F32 && p.b.dtype == BRAID_F32 && p.c.dtype == BRAID_F32;

  if (p.k == 0 || work < 4096) {
    int pieces = work * double(p.batch) < 65536 ? 1 : threads;
    for (int piece = 0; piece < pieces; ++piece)
      if (!context.scratch(piece, size_t(p.n) * 4))
        return false;
    forPieces(pieces, [&](int piece) {
      float *row = reinterpret_cast<float *>(context.scratch(piece, 0));
      for (int64_t batch = p.batch * piece / pieces; batch < p.batch * (piece + 1) / pieces; ++batch)
        smallProduct(p.only(batch), row);
    });
    return true;
  }
  if (allF32 && hasLayouts(p))
    return gemmInParts(p, threads);
  if (p.a.dtype == BRAID_BF16 && p.b.dtype == BRAID_BF16 && hasLayouts(p))
    if (std::optional<bool> good = primitives(context, p))
      return *good;
  for (int64_t batch = 0; batch < p.batch; ++batch)
    if (!blockedProduct(context, p.only(batch)))
      return false;
  return true;
}

} // namespace

int32_t braid::rt::matmul(braid_context *abi, const char *name, const int64_t *table) {
  Context &context = stateOf(abi);
  CallTimer timer(context, "matmul", name);
  Cursor cursor(table);
  Product p;
  p.batch = cursor.next();
  p.m = cursor.next();
  p.n = cursor.next();
  p.k = cursor.next();
  int64_t flags = cursor.next();
  p.m *= flags & 1 ? abi->tokens : 1;
  p.k *= flags & 2 ? abi->tokens : 1;
  p.batch *= flags & 4 ? abi->tokens : 1;
  p.accumulate = flags & 8;
  p.a = readMatrix(*abi, cursor);
  p.b = readMatrix(*abi, cursor);
  p.c = readMatrix(*abi, cursor);
  timer.flops = 2.0 * double(p.batch) * double(p.m) * double(p.n) * double(p.k);
  if (p.batch <= 0 || p.m <= 0 || p.n <= 0)
    return 0;
  mergeBatch(p);
  return multiply(context, p) ? 0 : context.fail("a matrix product failed (out of memory, or refused by oneDNN)");
}
