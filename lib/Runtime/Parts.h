//===- Parts.h - products, and cutting them into parts --------------------===//
#ifndef BRAID_LIB_RUNTIME_PARTS_H
#define BRAID_LIB_RUNTIME_PARTS_H

#include "TableReader.h"
#include <vector>

namespace braid::rt {

/// A matrix, or `batch` of them, in memory. Strides are in numbers.
struct Matrix {
  char *data;
  int64_t dtype, batch, row, col;

  Matrix shifted(int64_t numbers) const {
    Matrix matrix = *this;
    matrix.data += numbers * bytesOf(dtype);
    return matrix;
  }
};

/// C[b,m,n] = (accumulate ? C : 0) + A[b,m,k] B[b,k,n].
struct Product {
  int64_t batch, m, n, k;
  bool accumulate;
  Matrix a, b, c;

  /// The products `first` … `first + count - 1` of the batch.
  Product batches(int64_t first, int64_t count) const {
    return {
        count, m, n, k, accumulate, a.shifted(first * a.batch), b.shifted(first * b.batch), c.shifted(first * c.batch)};
  }
  Product only(int64_t batch) const { return batches(batch, 1); }
  /// Rows m0 … and columns n0 … of every result.
  Product block(int64_t m0, int64_t rows, int64_t n0, int64_t cols) const {
    return {batch,
            rows,
            cols,
            k,
            accumulate,
            a.shifted(m0 * a.row),
            b.shifted(n0 * b.col),
            c.shifted(m0 * c.row + n0 * c.col)};
  }
};

/// Parts of a product that share no number of the result, at most `most`, as equal as can be; fewer where a part would
/// be too little work for a thread. Which they are follows from the geometry and `most`.
std::vector<Product> cut(const Product &product, int most);

} // namespace braid::rt

#endif
