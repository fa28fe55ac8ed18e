//===- AttentionBackward.cpp - the gradient of tiled attention ------------===//
//
// A task is one head of one sequence, with all of its group. It packs the queries and
// output gradients once, then goes over tiles of keys and, within, tiles of queries:
// probabilities are made again from `lse`. Query gradients are kept in fp32 for the
// whole sequence, those of a tile of keys for as long as it is worked on.
// Tasks are cut into one contiguous range for each thread that was asked for; gradients of slots
// are summed in the range's own memory, in double, and then in the order of the ranges. Same
// number of threads asked for, same bits.
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Calls.h"
#include "Outliers.h"
#include "Threads.h"

using namespace braid::rt;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// Where a range's memory has what, in numbers of fp32.
struct Plan {
  int64_t dp, ep, tile, key, finiteKey, value, keyGrad, valueGrad, scores, grads, output, slots, numbers;
  bool adds; ///< to the gradients of keys and values
  // Within the block of a tile of queries:
  int64_t queryT, outGrad, outGradT, queryGrad, lse, delta;

  explicit Plan(const Attention &a) : dp(a.paddedD()), ep(a.paddedE()), adds(a.accumulate) {
    queryT = tileQueries * dp;
    outGrad = queryT + tileQueries * dp;
    outGradT = outGrad + tileQueries * ep;
    queryGrad = outGradT + tileQueries * ep;
    lse = queryGrad + tileQueries * dp;
    delta = lse + tileQueries;
    tile = delta + tileQueries;
    key = tile * a.queryTiles() * a.group;
    finiteKey = key + tileKeys * dp;
    value = finiteKey + tileKeys * dp;
    keyGrad = value + tileKeys * ep;
    valueGrad = keyGrad + tileKeys * dp;
    scores = valueGrad + tileKeys * ep;
    grads = scores + tileKeys * tileQueries;
    output = grads + tileKeys * tileQueries;
    slots = output + tileQueries * ep;
    numbers = slots;
    for (const AttentionSource &source : a.sources)
      if (source.slots)
        numbers += 2 * source.count * a.heads * (a.d + a.e); // doubles
  }
};

class Backward {
public:
  Backward(const Attention &a, const Plan &plan, float *memory)
      : a(a), p(plan), memory(memory), queryOutliers(size_t(a.group * a.queryTiles())),
        outGradOutliers(queryOutliers.size()), kernels(tileKernels()) {
    std::fill(memory + p.slots, memory + p.numbers, 0.0f);
  }

  void run(int64_t s, int64_t h) {
    if (!a.rows.count[s])
      return;
    for (int64_t g = 0; g < a.group; ++g)
      for (int64_t tile = 0; tile < a.queryTiles(); ++tile)
        packQueries(s, h, g, tile);
    double *slotSums = reinterpret_cast<double *>(memory + p.slots);
    for (const AttentionSource &source : a.sources) {
      int64_t count = source.countOf(s);
      for (int64_t key0 = 0; key0 < count; key0 += tileKeys) {
        int64_t keys = std::min(tileKeys, count - key0);
        keyTile(source, s, h, key0, keys);
        if (source.slots)
          addSlots(source, h, key0, keys, slotSums);
        else
          storeKeys(source, s, h, key0, keys);
      }
      if (source.slots)
        slotSums += source.count * a.heads * (a.d + a.e);
    }
    for (int64_t g = 0; g < a.group; ++g)
      for (int64_t tile = 0; tile < a.queryTiles(); ++tile) {
        Range queries = a.queriesOf(s, tile);
        float *row = block(g, tile) + p.queryGrad;
        for (int64_t i = queries.begin; i < queries.end; ++i, row += p.dp) {
          for (int64_t x = 0; x < a.d; ++x)
            row[x] *= a.scale;
          narrowRow(a.queryGrad.at(a.queryRow(s, i, h, g) * a.d), row, a.queryGrad.dtype, a.d);
        }
      }
  }

private:
  int64_t numberOf(int64_t g, int64_t tile) const { return g * a.queryTiles() + tile; }
  float *block(int64_t g, int64_t tile) { return memory + numberOf(g, tile) * p.tile; }

  /// Queries (times the scale) and output gradients, both ways round; delta; zero query gradients. What scores are made
  /// of is whole; what is multiplied by weights has its outliers taken out.
  void packQueries(int64_t s, int64_t h, int64_t g, int64_t tile) {
    float *b = block(g, tile), *output = memory + p.output;
    Range range = a.queriesOf(s, tile);
    int64_t queries = range.end - range.begin;
    if (!queries)
      return;
    auto rowOf = [&](int64_t i) { return a.queryRow(s, range.begin + i, h, g); };
    packRows(a.q, queries, a.d, p.dp, rowOf, b);
    packRows(a.outputGrad, queries, a.e, p.ep, rowOf, b + p.outGrad);
    packRows(a.output, queries, a.e, p.ep, rowOf, output);
    for (int64_t x = 0; x < queries * p.dp; ++x)
      b[x] *= a.scale;
    packTransposed(b, queries, a.d, p.dp, 1.0f, b + p.queryT);
    packTransposed(b + p.outGrad, queries, a.e, p.ep, 1.0f, b + p.outGradT);
    std::fill(b + p.queryGrad, b + p.queryGrad + tileQueries * p.dp, 0.0f);
    for (int64_t i = 0; i < tileQueries; ++i) {
      float lse = i < queries ? a.lse.floats()[rowOf(i)] : -infinity;
      // A query that sees nothing: exp(score - inf) = 0.
      b[p.lse + i] = lse == -infinity ? infinity : lse;
      double delta = 0;
      for (int64_t x = 0; i < queries && x < a.e; ++x)
        delta += double(output[i * p.ep + x]) * b[p.outGrad + i * p.ep + x];
      b[p.delta + i] = float(delta);
    }
    queryOutliers[size_t(numberOf(g, tile))].take(b, queries, p.dp);
    outGradOutliers[size_t(numberOf(g, tile))].take(b + p.outGrad, queries, p.ep);
  }

  /// The gradients of a tile of keys and values, from all queries that see some of it.
  void keyTile(const AttentionSource &source, int64_t s, int64_t h, int64_t key0, int64_t keys) {
    float *key = memory + p.key, *value = memory + p.value;
    auto rowOf = [&](int64_t j) { return a.keyRow(source, s, key0 + j, h); };
    packRows(source.k, keys, a.d, p.dp, rowOf, key);
    packRows(source.v, keys, a.e, p.ep, rowOf, value);
    std::copy(key, key + keys * p.dp, memory + p.finiteKey);
    keyOutliers.take(memory + p.finiteKey, keys, p.dp);
    std::fill(memory + p.keyGrad, memory + p.scores, 0.0f);
    for (int64_t g = 0; g < a.group; ++g)
      for (int64_t tile = 0; tile < a.queryTiles(); ++tile) {
        Range range = a.queriesOf(s, tile);
        int64_t query0 = range.begin, queries = range.end - range.begin;
        if (!queries)
          continue;
        Range seen = seenByTile(source, s, query0, query0 + queries - 1);
        if (seen.begin < key0 + keys && key0 < seen.end && mayMeet(source, s, key0, query0, queries))
          pair(source, s, numberOf(g, tile), key0, keys, query0, queries);
      }
  }

  void pair(const AttentionSource &source, int64_t s, int64_t number, int64_t key0, int64_t keys, int64_t query0,
            int64_t queries) {
    float *b = memory + number * p.tile;
    float *key = memory + p.key, *value = memory + p.value, *scores = memory + p.scores, *grads = memory + p.grads;
    float *keyGrad = memory + p.keyGrad, *valueGrad = memory + p.valueGrad, *queryGrad = b + p.queryGrad;
    constexpr int64_t ld = tileQueries;
    kernels.multiply(keys, ld, a.d, key, p.dp, 1, b + p.queryT, ld, scores, ld, false);
    kernels.multiply(keys, ld, a.e, value, p.ep, 1, b + p.outGradT, ld, grads, ld, false);
    kernels.softmaxGrad(keys, scores, grads, b + p.lse, b + p.delta);
    if (hide(source, s, key0, keys, query0, queries, a.time, 0.0f, scores))
      hide(source, s, key0, keys, query0, queries, a.time, 0.0f, grads);
    kernels.multiply(keys, p.ep, queries, scores, ld, 1, b + p.outGrad, p.ep, valueGrad, p.ep, true);
    kernels.multiply(keys, p.dp, queries, grads, ld, 1, b, p.dp, keyGrad, p.dp, true);
    kernels.multiply(queries, p.dp, keys, grads, 1, ld, memory + p.finiteKey, p.dp, queryGrad, p.dp, true);
    auto sees = [&](int64_t i, int64_t j) { return source.sees(s, query0 + i, key0 + j, a.time); };
    auto isSeen = [&](int64_t j, int64_t i) { return sees(i, j); };
    outGradOutliers[size_t(number)].add(
        keys, isSeen, [&](int64_t j, int64_t i) { return scores[j * ld + i]; }, valueGrad, p.ep);
    queryOutliers[size_t(number)].add(
        keys, isSeen, [&](int64_t j, int64_t i) { return grads[j * ld + i]; }, keyGrad, p.dp);
    keyOutliers.add(queries, sees, [&](int64_t i, int64_t j) { return grads[j * ld + i]; }, queryGrad, p.dp);
  }

  /// Rows of earlier runs get none.
  void storeKeys(const AttentionSource &source, int64_t s, int64_t h, int64_t key0, int64_t keys) {
    int64_t before = source.before(s);
    for (int64_t j = std::max<int64_t>(0, before - key0); j < keys; ++j) {
      int64_t row = (s * a.time + key0 + j - before) * a.heads + h;
      storeRow(source.kGrad, row * a.d, memory + p.keyGrad + j * p.dp, a.d);
      storeRow(source.vGrad, row * a.e, memory + p.valueGrad + j * p.ep, a.e);
    }
  }

  /// Where gradients are added up, tokens have some from later passes too.
  void storeRow(const Buffer &grad, int64_t at, float *numbers, int64_t count) {
    if (p.adds) {
      old.resize(size_t(count));
      widenRow(old.data(), grad.at(at), grad.dtype, count);
      for (int64_t x = 0; x < count; ++x)
        numbers[x] += old[size_t(x)];
    }
    narrowRow(grad.at(at), numbers, grad.dtype, count);
  }

  /// sums: keys [slots][h][d], then values [slots][h][e].
  void addSlots(const AttentionSource &source, int64_t h, int64_t key0, int64_t keys, double *sums) {
    double *valueSums = sums + source.count * a.heads * a.d;
    for (int64_t j = 0; j < keys; ++j) {
      int64_t row = (key0 + j) * a.heads + h;
      for (int64_t x = 0; x < a.d; ++x)
        sums[row * a.d + x] += memory[p.keyGrad + j * p.dp + x];
      for (int64_t x = 0; x < a.e; ++x)
        valueSums[row * a.e + x] += memory[p.valueGrad + j * p.ep + x];
    }
  }

  const Attention &a;
  const Plan &p;
  float *memory;
  std::vector<Outliers> queryOutliers, outGradOutliers; ///< by block
  Outliers keyOutliers;                                 ///< of the tile of keys
  std::vector<float> old;                               ///< of a row of gradients that is added to
  const TileKernels &kernels;
};

float at32(const Buffer &buffer, int64_t index) {
  float value;
  widenRow(&value, buffer.at(index), buffer.dtype, 1);
  return value;
}

/// Adds up the ranges' sums of slot gradients, number `at` … of those in their memory, in the order of the ranges.
void storeSlots(Context &context, const Plan &plan, const Buffer &grad, int64_t numbers, int64_t at, int ranges) {
  for (int64_t i = 0; i < numbers; ++i) {
    double total = 0;
    for (int range = 0; range < ranges; ++range)
      total += reinterpret_cast<double *>(reinterpret_cast<float *>(context.scratch(range, 0)) + plan.slots)[at + i];
    float result = float(plan.adds ? total + at32(grad, i) : total);
    narrowRow(grad.at(i), &result, grad.dtype, 1);
  }
}

} // namespace

int32_t braid::rt::attendGrad(braid_context *abi, const char *name, const int64_t *table) {
  Context &context = stateOf(abi);
  CallTimer timer(context, "attend_grad", name);
  Attention a = Attention::read(*abi, table, true);
  if (context.timing())
    timer.flops = 2.0 * a.visiblePairs() * double(3 * a.d + 2 * a.e);
  Plan plan(a);
  int64_t tasks = a.batch * a.heads;
  int ranges = int(std::clamp<int64_t>(tasks, 1, context.threads()));
  for (int range = 0; range < ranges; ++range)
    if (!context.scratch(range, size_t(plan.numbers) * sizeof(float)))
      return context.fail("out of memory for the gradient of attention");
  forPieces(ranges, [&](int range) {
    Backward backward(a, plan, reinterpret_cast<float *>(context.scratch(range, 0)));
    for (int64_t task = tasks * range / ranges; task < tasks * (range + 1) / ranges; ++task)
      backward.run(task / a.heads, task % a.heads);
  });
  int64_t at = 0;
  for (const AttentionSource &source : a.sources)
    if (source.slots) {
      int64_t rows = source.count * a.heads;
      storeSlots(context, plan, source.kGrad, rows * a.d, at, ranges);
      storeSlots(context, plan, source.vGrad, rows * a.e, at + rows * a.d, ranges);
      at += rows * (a.d + a.e);
    }
  return 0;
}
