//===- AttentionForward.cpp - tiled attention with an online softmax ------===//
//
// A task is one tile of queries of one head: it goes over the tiles of keys that the
// tile sees, of all sources. Tasks share nothing, so threads take them as they come
// without any effect on the result.
//
//===----------------------------------------------------------------------===//

#include "AttentionFew.h"
#include "Calls.h"
#include "Outliers.h"
#include <cmath>
#include <omp.h>
#include <utility>

using namespace braid::rt;

namespace {

/// A thread's memory, in numbers.
struct Tiles {
  float *query, *queryT, *key, *value, *scores, *sum, *maximum, *total, *correction;

  static int64_t numbers(const Attention &a) {
    return tileQueries * (2 * a.paddedD() + a.paddedE()) + tileKeys * (a.paddedD() + a.paddedE() + tileQueries) +
           3 * tileQueries;
  }
  Tiles(const Attention &a, float *memory) {
    auto take = [&](int64_t count) { return std::exchange(memory, memory + count); };
    query = take(tileQueries * a.paddedD());
    queryT = take(tileQueries * a.paddedD());
    key = take(tileKeys * a.paddedD());
    value = take(tileKeys * a.paddedE());
    scores = take(tileKeys * tileQueries);
    sum = take(tileQueries * a.paddedE());
    maximum = take(tileQueries);
    total = take(tileQueries);
    correction = take(tileQueries);
  }
};

class Forward {
public:
  Forward(const Attention &a, float *memory) : a(a), t(a, memory), kernels(tileKernels()) {}

  void run(int64_t s, int64_t h, int64_t g, int64_t tile) {
    Range range = a.queriesOf(s, tile);
    int64_t query0 = range.begin, queries = range.end - range.begin, dp = a.paddedD(), ep = a.paddedE();
    if (!queries)
      return;
    auto rowOf = [&](int64_t i) { return a.queryRow(s, query0 + i, h, g); };
    packRows(a.q, queries, a.d, dp, rowOf, t.query);
    packTransposed(t.query, queries, a.d, dp, a.scale, t.queryT);
    std::fill(t.sum, t.sum + tileQueries * ep, 0.0f);
    std::fill(t.total, t.total + tileQueries, 0.0f);
    std::fill(t.maximum, t.maximum + tileQueries, -std::numeric_limits<float>::infinity());
    for (const AttentionSource &source : a.sources) {
      Range seen = seenByTile(source, s, query0, query0 + queries - 1);
      for (int64_t key0 = seen.begin; key0 < seen.end; key0 += tileKeys)
        if (mayMeet(source, s, key0, query0, queries))
          step(source, s, h, key0, std::min(tileKeys, seen.end - key0), query0, queries);
    }
    finish(queries, rowOf);
  }

private:
  void step(const AttentionSource &source, int64_t s, int64_t h, int64_t key0, int64_t keys, int64_t query0,
            int64_t queries) {
    int64_t dp = a.paddedD(), ep = a.paddedE();
    auto rowOf = [&](int64_t j) { return a.keyRow(source, s, key0 + j, h); };
    packRows(source.k, keys, a.d, dp, rowOf, t.key);
    packRows(source.v, keys, a.e, ep, rowOf, t.value);
    kernels.multiply(keys, tileQueries, a.d, t.key, dp, 1, t.queryT, tileQueries, t.scores, tileQueries, false);
    bool isPartial =
        hide(source, s, key0, keys, query0, queries, a.time, -std::numeric_limits<float>::infinity(), t.scores);
    kernels.softmaxStep(keys, t.scores, t.maximum, t.total, t.correction);
    kernels.scaleRows(queries, ep, t.sum, t.correction);
    if (isPartial)
      outliers.take(t.value, keys, ep);
    kernels.multiply(queries, ep, keys, t.scores, 1, tileQueries, t.value, ep, t.sum, ep, true);
    if (isPartial)
      outliers.add(
          queries, [&](int64_t i, int64_t j) { return source.sees(s, query0 + i, key0 + j, a.time); },
          [&](int64_t i, int64_t j) { return t.scores[j * tileQueries + i]; }, t.sum, ep);
  }

  template <typename RowOf> void finish(int64_t queries, RowOf rowOf) {
    for (int64_t i = 0; i < queries; ++i) {
      float total = t.total[i];
      bool nothing = total == 0; // a NaN is not nothing
      t.correction[i] = nothing ? 0.0f : 1.0f / total;
      a.lse.floats()[rowOf(i)] = nothing ? -std::numeric_limits<float>::infinity() : t.maximum[i] + std::log(total);
    }
    kernels.scaleRows(queries, a.paddedE(), t.sum, t.correction);
    for (int64_t i = 0; i < queries; ++i)
      narrowRow(a.output.at(rowOf(i) * a.e), t.sum + i * a.paddedE(), a.output.dtype, a.e);
  }

  const Attention &a;
  Tiles t;
  Outliers outliers; ///< of the tile of values
  const TileKernels &kernels;
};

} // namespace

int32_t braid::rt::attend(braid_context *abi, const char *name, const int64_t *table) {
  Context &context = stateOf(abi);
  CallTimer timer(context, "attend", name);
  Attention a = Attention::read(*abi, table, false);
  if (context.timing())
    timer.flops = 2.0 * a.visiblePairs() * double(a.d + a.e);
  if (isOfFewQueries(a))
    return attendFew(context, a) ? 0 : context.fail("out of memory for attention");
  int64_t tiles = a.queryTiles(), tasks = a.batch * a.heads * a.group * tiles;
  int threads = int(std::clamp<int64_t>(tasks, 1, context.threads()));
  for (int thread = 0; thread < threads; ++thread)
    if (!context.scratch(thread, size_t(Tiles::numbers(a)) * sizeof(float)))
      return context.fail("out of memory for attention");
#pragma omp parallel num_threads(threads)
  {
    Forward forward(a, reinterpret_cast<float *>(context.scratch(omp_get_thread_num(), 0)));
#pragma omp for schedule(dynamic)
    for (int64_t task = 0; task < tasks; ++task) {
      // The last tiles see most: they come first.
      int64_t tile = tiles - 1 - task % tiles, rest = task / tiles;
      int64_t g = rest % a.group, h = rest / a.group % a.heads, s = rest / a.group / a.heads;
      forward.run(s, h, g, tile);
    }
  }
  return 0;
}
