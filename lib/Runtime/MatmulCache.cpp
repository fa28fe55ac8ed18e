//===- MatmulCache.cpp - oneDNN primitives, made once a geometry ----------===//
//
// Uses oneDNN's C interface: it returns codes and never throws.
//
//===----------------------------------------------------------------------===//

#include "MatmulCache.h"
#include "Threads.h"
#include "braid/Runtime/ABI.h"
#include <cstring>

using namespace braid::rt;

MatmulCache::~MatmulCache() {
  for (auto &[key, entry] : entries)
    if (entry.primitive)
      dnnl_primitive_destroy(entry.primitive);
  if (stream)
    dnnl_stream_destroy(stream);
  if (engine)
    dnnl_engine_destroy(engine);
}

bool MatmulCache::start() {
  if (!engine && dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success)
    return false;
  return stream || dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) == dnnl_success;
}

const MatmulCache::Entry *MatmulCache::find(const Product &p) {
  Key key = {p.batch, p.m,     p.n,       p.k,     p.accumulate, p.a.dtype, p.b.dtype, p.c.dtype, p.a.batch,
             p.a.row, p.a.col, p.b.batch, p.b.row, p.b.col,      p.c.batch, p.c.row,   p.c.col};
  auto [place, isNew] = entries.try_emplace(key);
  if (isNew && start())
    place->second = make(p);
  return place->second.primitive ? &place->second : nullptr;
}

/// Strides along axes of length one mean nothing to the product but something to oneDNN's choice.
static bool describe(dnnl_memory_desc_t &desc, const Matrix &matrix, int64_t batch, int64_t rows, int64_t cols) {
  int64_t row = matrix.row, col = matrix.col;
  if (cols == 1)
    col = 1;
  if (rows == 1)
    row = col == 1 ? cols : 1;
  dnnl_dims_t dims = {batch, rows, cols}, strides = {batch == 1 ? rows * cols : matrix.batch, row, col};
  int skip = batch == 1;
  if (matrix.batch == 0) { // shared by all batches
    dims[0] = 1;
    strides[0] = rows * cols;
  }
  dnnl_data_type_t type = matrix.dtype == BRAID_BF16 ? dnnl_bf16 : dnnl_f32;
  return dnnl_memory_desc_init_by_strides(&desc, 3 - skip, dims + skip, type, strides + skip) == dnnl_success;
}

MatmulCache::Entry MatmulCache::make(const Product &p) {
  OneThread one; // a primitive keeps the number of threads for which it is made
  Entry entry;
  dnnl_matmul_desc_t matmul;
  if (!describe(entry.a, p.a, p.batch, p.m, p.k) || !describe(entry.b, p.b, p.batch, p.k, p.n) ||
      !describe(entry.c, p.c, p.batch, p.m, p.n) ||
      dnnl_matmul_desc_init(&matmul, &entry.a, &entry.b, nullptr, &entry.c) != dnnl_success)
    return entry;
  dnnl_primitive_attr_t attributes = nullptr;
  dnnl_post_ops_t postOps = nullptr;
  dnnl_primitive_desc_t desc = nullptr;
  dnnl_primitive_attr_create(&attributes);
  dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (p.accumulate) {
    dnnl_post_ops_create(&postOps);
    dnnl_post_ops_append_sum(postOps, 1.0f);
    dnnl_primitive_attr_set_post_ops(attributes, postOps);
  }
  if (dnnl_primitive_desc_create(&desc, &matmul, attributes, engine, nullptr) == dnnl_success) {
    const char *implementation = "";
    dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &implementation);
    const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    bool fast = !std::strstr(implementation, "ref");
    if (fast && dnnl_primitive_create(&entry.primitive, desc) == dnnl_success && scratch) {
      entry.scratch = *scratch;
      entry.scratchBytes = dnnl_memory_desc_get_size(scratch);
    }
    dnnl_primitive_desc_destroy(desc);
  }
  if (postOps)
    dnnl_post_ops_destroy(postOps);
  dnnl_primitive_attr_destroy(attributes);
  return entry;
}

bool MatmulCache::run(const Entry &entry, const Product &p, char *scratch) const {
  OneThread one;
  dnnl_exec_arg_t args[4];
  int count = 0;
  auto add = [&](int which, const dnnl_memory_desc_t &desc, char *data) {
    dnnl_memory_t memory = nullptr;
    bool made = dnnl_memory_create(&memory, &desc, engine, data) == dnnl_success;
    if (made)
      args[count++] = {which, memory};
    return made;
  };
  bool good = add(DNNL_ARG_SRC, entry.a, p.a.data) && add(DNNL_ARG_WEIGHTS, entry.b, p.b.data) &&
              add(DNNL_ARG_DST, entry.c, p.c.data) &&
              (!entry.scratchBytes || add(DNNL_ARG_SCRATCHPAD, entry.scratch, scratch)) &&
              dnnl_primitive_execute(entry.primitive, stream, count, args) == dnnl_success &&
              dnnl_stream_wait(stream) == dnnl_success;
  for (int i = 0; i < count; ++i)
    dnnl_memory_destroy(args[i].memory);
  return good;
}
