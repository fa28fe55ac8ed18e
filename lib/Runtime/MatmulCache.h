//===- MatmulCache.h - oneDNN primitives, made once a geometry ------------===//
#ifndef BRAID_LIB_RUNTIME_MATMULCACHE_H
#define BRAID_LIB_RUNTIME_MATMULCACHE_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <oneapi/dnnl/dnnl.h>

namespace braid::rt {

/// A matrix, or `batch` of them, in memory. Strides are in numbers.
struct Matrix {
  char *data;
  int64_t dtype, batch, row, col;
};

/// C[b,m,n] = (accumulate ? C : 0) + A[b,m,k] B[b,k,n].
struct Product {
  int64_t batch, m, n, k;
  bool accumulate;
  Matrix a, b, c;
};

/// Keeps an engine, a stream and one primitive for every geometry that was asked for.
class MatmulCache {
public:
  MatmulCache() = default;
  ~MatmulCache();
  MatmulCache(const MatmulCache &) = delete;
  MatmulCache &operator=(const MatmulCache &) = delete;

  struct Entry {
    dnnl_primitive_t primitive = nullptr; ///< null: this processor has no fast implementation
    dnnl_memory_t a = nullptr, b = nullptr, c = nullptr, scratch = nullptr;
    size_t scratchBytes = 0;
  };
  /// The primitive of a product's geometry; null when oneDNN has only its slow reference for it.
  Entry *find(const Product &product);
  /// Runs it on the product's addresses; `scratch` has `scratchBytes` bytes. False when oneDNN fails.
  bool run(Entry &entry, const Product &product, char *scratch);

private:
  bool start();
  Entry make(const Product &product);
  using Key = std::array<int64_t, 17>;
  std::map<Key, Entry> entries;
  dnnl_engine_t engine = nullptr;
  dnnl_stream_t stream = nullptr;
};

} // namespace braid::rt

#endif
