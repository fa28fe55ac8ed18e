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

#include "Calls.h"
#include "FewRows.h"
#include "MatmulCache.h"
#include "Parts.h"
#include "Rows.h"
#include "TableCheck.h"
#include "TableReader.h"
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

/// Which size of a product the tokens at work multiply.
enum TokenSize { none = 0, sizeM = 1, sizeK = 2, sizeBatch = 4 };

/// The product of the tokens begin … end-1.
Product ofTokens(Product p, TokenSize size, int64_t begin, int64_t end) {
  int64_t count = end - begin;
  if (size == sizeBatch)
    return p.batches(begin * p.batch, count * p.batch);
  if (size == sizeM) {
    p.a = p.a.shifted(begin * p.m * p.a.row);
    p.c = p.c.shifted(begin * p.m * p.c.row);
    p.m *= count;
  } else if (size == sizeK) {
    p.a = p.a.shifted(begin * p.k * p.a.col);
    p.b = p.b.shifted(begin * p.k * p.b.row);
    p.k *= count;
  }
  return p;
}

/// A product whose rows are tokens'.
bool multiplyRows(Context &context, const Product &p) {
  return isOfFewRows(p) ? multiplyFewRows(context, p) : multiply(context, p);
}

/// Rows of a matrix that lie apart, in one piece of memory, and back.
class Gathered {
public:
  Gathered(const Matrix &whole, int64_t rowsOfToken, int64_t cols, const RowsAtWork &work)
      : whole(whole), rowsOfToken(rowsOfToken), cols(cols), work(work),
        memory(size_t(work.count() * rowsOfToken * cols * bytesOf(whole.dtype))) {}
  Matrix matrix() { return {memory.data(), whole.dtype, 0, cols, 1}; }
  void gather() {
    copy([](char *piece, char *place, size_t bytes) { std::memcpy(piece, place, bytes); });
  }
  void scatter() {
    copy([](char *piece, char *place, size_t bytes) { std::memcpy(place, piece, bytes); });
  }

private:
  template <typename Move> void copy(Move move) {
    int64_t bytes = bytesOf(whole.dtype);
    char *piece = memory.data();
    work.between(0, work.count(), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin * rowsOfToken; row < end * rowsOfToken; ++row, piece += cols * bytes) {
        if (whole.col == 1) {
          move(piece, whole.shifted(row * whole.row).data, size_t(cols * bytes));
          continue;
        }
        for (int64_t i = 0; i < cols; ++i)
          move(piece + i * bytes, whole.shifted(row * whole.row + i * whole.col).data, size_t(bytes));
      }
    });
  }

  const Matrix &whole;
  int64_t rowsOfToken, cols;
  const RowsAtWork &work;
  std::vector<char> memory;
};

/// Rows of tokens of which not all are at work, one product of a batch.
bool multiplySomeRows(Context &context, const braid_context &abi, const Product &p, const RowsAtWork &work) {
  auto run = [&](Product product) {
    mergeBatch(product);
    return multiplyRows(context, product);
  };
  if (work.ranges().size() == 1)
    return run(ofTokens(p, sizeM, work.ranges()[0].begin, work.ranges()[0].end));
  const braid_rows &rows = abi.rows;
  auto isSame = [&](const int64_t *of) { return std::all_of(of, of + abi.batch, [&](int64_t x) { return x == *of; }); };
  if (isSame(rows.first) && isSame(rows.count)) { // a sequence is a product of a batch
    Product product = ofTokens(p, sizeM, rows.first[0], rows.first[0] + rows.count[0]);
    product.batch = abi.batch;
    product.a.batch = rows.time * p.m * p.a.row;
    product.b.batch = 0;
    product.c.batch = rows.time * p.m * p.c.row;
    return run(product);
  }
  Gathered a(p.a, p.m, p.k, work), c(p.c, p.m, p.n, work);
  a.gather();
  if (p.accumulate)
    c.gather();
  Product product = p;
  product.m *= work.count();
  product.a = a.matrix();
  product.c = c.matrix();
  if (!run(product))
    return false;
  c.scatter();
  return true;
}

/// The product of the tokens at work. With all of them it is one product, as if there were nothing else.
bool multiplyAtWork(Context &context, const braid_context &abi, Product p, TokenSize size) {
  RowsAtWork work(abi);
  if (size == none || work.all() || (size == sizeK && work.count() == 0)) {
    Product all = ofTokens(p, size, 0, work.count());
    if (all.batch <= 0 || all.m <= 0 || all.n <= 0)
      return true;
    mergeBatch(all);
    return size == sizeM ? multiplyRows(context, all) : multiply(context, all);
  }
  if (size == sizeM) {
    for (int64_t batch = 0; batch < p.batch && work.count(); ++batch)
      if (!multiplySomeRows(context, abi, p.only(batch), work))
        return false;
    return true;
  }
  for (RowRange range : work.ranges()) {
    Product part = ofTokens(p, size, range.begin, range.end);
    mergeBatch(part);
    if (!multiply(context, part))
      return false;
    p.accumulate |= size == sizeK;
  }
  return true;
}

} // namespace

void braid::rt::tables::matmul(TableCheck &table) {
  for (int i = 0; i < 4; ++i)
    table.next(1, mostNumbers, "a size of the product");
  int64_t flags = table.next(0, 15, "the flags of the product") & 7;
  if (flags & (flags - 1))
    table.fail("two sizes of the product are of the tokens");
  for (int i = 0; i < 3; ++i) {
    table.buffer();
    for (int axis = 0; axis < 3; ++axis)
      table.next(0, mostNumbers, "a stride");
  }
}

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
  auto size = TokenSize(flags & (sizeM | sizeK | sizeBatch));
  p.accumulate = flags & 8;
  p.a = readMatrix(*abi, cursor);
  p.b = readMatrix(*abi, cursor);
  p.c = readMatrix(*abi, cursor);
  double tokens = size == none ? 1 : double(RowsAtWork(*abi).count());
  timer.flops = 2.0 * double(p.batch) * double(p.m) * double(p.n) * double(p.k) * tokens;
  return multiplyAtWork(context, *abi, p, size)
             ? 0
             : context.fail("a matrix product failed (out of memory, or refused by oneDNN)");
}
