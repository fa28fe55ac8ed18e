//===- Matmul.cpp - strided, batched matrix products ----------------------===//
//
// In fp32 through dnnl_sgemm (measured: as fast as oneDNN's primitive in the shapes of a
// transformer, or faster, and it takes both transposes); bf16 with bf16 through a cached
// primitive where the processor has one. All else (mixed formats, odd strides, bf16 on
// older processors) is copied block by block into fp32 and multiplied there.
//
//===----------------------------------------------------------------------===//

#include "Buffers.h"
#include "MatmulCache.h"
#include <algorithm>
#include <omp.h>

using namespace braid::rt;

namespace {

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

Matrix shifted(Matrix matrix, int64_t numbers) {
  matrix.data += numbers * bytesOf(matrix.dtype);
  return matrix;
}

/// One fp32 product whose operands all have a layout.
bool gemm(int64_t m, int64_t n, int64_t k, const Matrix &a, const Matrix &b, const Matrix &c, bool accumulate) {
  Layout la = layoutOf(a, m, k), lb = layoutOf(b, k, n), lc = layoutOf(c, m, n);
  float beta = accumulate ? 1.0f : 0.0f;
  if (lc.trans == 'N')
    return dnnl_sgemm(la.trans, lb.trans, m, n, k, 1.0f, floats(a), la.leading, floats(b), lb.leading, beta,
                      floats(c), lc.leading) == dnnl_success;
  // The transposed product: Cᵀ = Bᵀ Aᵀ.
  auto flip = [](char trans) { return trans == 'N' ? 'T' : 'N'; };
  return dnnl_sgemm(flip(lb.trans), flip(la.trans), n, m, k, 1.0f, floats(b), lb.leading, floats(a), la.leading,
                    beta, floats(c), lc.leading) == dnnl_success;
}

float load(const Matrix &matrix, int64_t index) {
  return matrix.dtype == BRAID_BF16 ? widen(reinterpret_cast<uint16_t *>(matrix.data)[index])
                                    : floats(matrix)[index];
}

void store(const Matrix &matrix, int64_t index, float value) {
  if (matrix.dtype == BRAID_BF16)
    reinterpret_cast<uint16_t *>(matrix.data)[index] = narrow(value);
  else
    floats(matrix)[index] = value;
}

/// One small product by loops. `row`: n numbers of scratch.
void smallProduct(const Product &p, int64_t batch, float *row) {
  Matrix a = shifted(p.a, batch * p.a.batch), b = shifted(p.b, batch * p.b.batch), c = shifted(p.c, batch * p.c.batch);
  for (int64_t i = 0; i < p.m; ++i) {
    for (int64_t j = 0; j < p.n; ++j)
      row[j] = p.accumulate ? load(c, i * c.row + j * c.col) : 0.0f;
    for (int64_t kk = 0; kk < p.k; ++kk) {
      float factor = load(a, i * a.row + kk * a.col);
      const Matrix bRow = shifted(b, kk * b.row);
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
    Matrix row = shifted(in, o * outerStride);
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
bool blockedProduct(Context &context, const Product &p, int64_t batch) {
  constexpr int64_t side = 1024;
  Matrix a = shifted(p.a, batch * p.a.batch), b = shifted(p.b, batch * p.b.batch), c = shifted(p.c, batch * p.c.batch);
  int threads = context.threads();
  int64_t bm = std::min(side, p.m), bn = std::min(side, p.n), bk = std::min(side, p.k);
  float *memory = reinterpret_cast<float *>(
      context.scratch(threads, size_t(bm * bk + bk * bn + bm * bn) * 4));
  if (!memory)
    return false;
  float *aBlock = memory, *bBlock = aBlock + bm * bk, *cBlock = bBlock + bk * bn;
  bool direct = c.dtype == BRAID_F32 && layoutOf(c, p.m, p.n).trans;
  for (int64_t n0 = 0; n0 < p.n; n0 += bn)
    for (int64_t m0 = 0; m0 < p.m; m0 += bm) {
      int64_t n = std::min(bn, p.n - n0), m = std::min(bm, p.m - m0);
      Matrix out = shifted(c, m0 * c.row + n0 * c.col);
      Matrix sum = direct ? out : Matrix{reinterpret_cast<char *>(cBlock), BRAID_F32, 0, n, 1};
      for (int64_t k0 = 0; k0 < p.k; k0 += bk) {
        int64_t k = std::min(bk, p.k - k0);
        Matrix left = copyBlock(shifted(a, m0 * a.row + k0 * a.col), m, k, aBlock, threads);
        Matrix right = copyBlock(shifted(b, k0 * b.row + n0 * b.col), k, n, bBlock, threads);
        if (!gemm(m, n, k, left, right, sum, k0 > 0 || (direct && p.accumulate)))
          return false;
      }
      if (direct)
        continue;
#pragma omp parallel for num_threads(threads) schedule(static)
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
          int64_t at = i * out.row + j * out.col;
          store(out, at, cBlock[i * n + j] + (p.accumulate ? load(out, at) : 0.0f));
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

bool hasLayouts(const Product &p) {
  return layoutOf(p.a, p.m, p.k).trans && layoutOf(p.b, p.k, p.n).trans && layoutOf(p.c, p.m, p.n).trans;
}

bool multiply(Context &context, const Product &p) {
  int threads = context.threads();
  omp_set_num_threads(threads); // what oneDNN goes by
  double work = double(p.m) * double(p.n) * double(p.k);
  bool allF32 = p.a.dtype == BRAID_F32 && p.b.dtype == BRAID_F32 && p.c.dtype == BRAID_F32;

  if (p.k == 0 || work < 4096) {
    int used = work * double(p.batch) < 65536 ? 1 : threads;
    for (int thread = 0; thread < used; ++thread)
      if (!context.scratch(thread, size_t(p.n) * 4))
        return false;
#pragma omp parallel for num_threads(used) schedule(static) if (used > 1)
    for (int64_t batch = 0; batch < p.batch; ++batch)
      smallProduct(p, batch, reinterpret_cast<float *>(context.scratch(omp_get_thread_num(), 0)));
    return true;
  }

  if (allF32 && hasLayouts(p)) {
    auto one = [&](int64_t batch) {
      return gemm(p.m, p.n, p.k, shifted(p.a, batch * p.a.batch), shifted(p.b, batch * p.b.batch),
                  shifted(p.c, batch * p.c.batch), p.accumulate);
    };
    bool good = true;
    // Many products that are too small to share among threads: a thread takes whole ones.
    if (p.batch >= threads && work < 5e7) {
#pragma omp parallel for num_threads(threads) schedule(static) reduction(&& : good)
      for (int64_t batch = 0; batch < p.batch; ++batch)
        good = one(batch) && good;
    } else {
      for (int64_t batch = 0; batch < p.batch && good; ++batch)
        good = one(batch);
    }
    return good;
  }

  if (p.a.dtype == BRAID_BF16 && p.b.dtype == BRAID_BF16 && hasLayouts(p))
    if (MatmulCache::Entry *entry = context.matmulCache->find(p)) {
      char *scratch = context.scratch(threads, entry->scratchBytes);
      return scratch && context.matmulCache->run(*entry, p, scratch);
    }
  for (int64_t batch = 0; batch < p.batch; ++batch)
    if (!blockedProduct(context, p, batch))
      return false;
  return true;
}

} // namespace

extern "C" int32_t braid_matmul(braid_context *abi, const char *name, const int64_t *table) {
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
