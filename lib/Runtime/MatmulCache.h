//===- MatmulCache.h - oneDNN primitives, made once a geometry ------------===//
#ifndef BRAID_LIB_RUNTIME_MATMULCACHE_H
#define BRAID_LIB_RUNTIME_MATMULCACHE_H

#include "Parts.h"
#include <array>
#include <cstddef>
#include <map>
#include <oneapi/dnnl/dnnl.h>

namespace braid::rt {

/// Keeps an engine, a stream and one primitive for every geometry that was asked for. The primitives use one thread.
class MatmulCache {
public:
  MatmulCache() = default;
  ~MatmulCache();
  MatmulCache(const MatmulCache &) = delete;
  MatmulCache &operator=(const MatmulCache &) = delete;

  struct Entry {
    dnnl_primitive_t primitive = nullptr; ///< null: this processor has no fast implementation
    dnnl_memory_desc_t a = {}, b = {}, c = {}, scratch = {};
    size_t scratchBytes = 0;
  };
  /// The primitive of a product's geometry; null when oneDNN has only its slow reference for it.
  const Entry *find(const Product &product);
  /// Runs it on the product's addresses; `scratch` has `scratchBytes` bytes. False when oneDNN fails. Several threads
  /// may run the same entry.
  bool run(const Entry &entry, const Product &product, char *scratch) const;

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
