//===- AttentionFew.cpp - attention of a few queries ----------------------===//
//
// A token or a few of each text against all that is remembered: what counts is that keys
// and values are read once, in the order in which they lie. A piece of a sequence's keys
// serves all heads and queries, each a lane of a tile; the pieces of a sequence are then
// joined in order.
//
//===----------------------------------------------------------------------===//

#include "AttentionFew.h"
#include <cmath>
#include <omp.h>

using namespace braid::rt;

namespace {

typedef float Vec __attribute__((vector_size(32)));
typedef uint32_t Bits __attribute__((vector_size(32)));
typedef uint16_t Halves __attribute__((vector_size(16)));
constexpr int64_t vector = 8;

inline Vec load(const float *from) {
  Vec value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
inline Vec load(const uint16_t *from) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  return (Vec)(__builtin_convertvector(halves, Bits) << 16);
}
inline float wide(float value) { return value; }
inline float wide(uint16_t value) { return widen(value); }

template <typename Number> float dot(const float *a, const Number *b, int64_t n) {
  Vec sums[2] = {};
  int64_t x = 0;
  for (; x + 2 * vector <= n; x += 2 * vector) {
    sums[0] += load(a + x) * load(b + x);
    sums[1] += load(a + x + vector) * load(b + x + vector);
  }
  Vec sum = sums[0] + sums[1];
  float total = ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
  for (; x < n; ++x)
    total += a[x] * wide(b[x]);
  return total;
}

/// to[x] += factor · values[x].
template <typename Number> void addScaled(float *to, float factor, const Number *values, int64_t n) {
  int64_t x = 0;
  for (; x + vector <= n; x += vector) {
    Vec sum = load(to + x) + factor * load(values + x);
    std::memcpy(to + x, &sum, sizeof sum);
  }
  for (; x < n; ++x)
    to[x] += factor * wide(values[x]);
}

/// Where the lanes of a sequence stand: lane (h, g, i) is query i of member g of head h's group.
struct Lanes {
  const Attention &a;
  int64_t s, queries, count;
  Lanes(const Attention &a, int64_t s)
      : a(a), s(s), queries(a.rows.count[s]), count(a.heads * a.group * a.rows.count[s]) {}
  int64_t head(int64_t lane) const { return lane / (a.group * queries); }
  int64_t query(int64_t lane) const { return a.rows.first[s] + lane % queries; }
  int64_t row(int64_t lane) const { return a.queryRow(s, query(lane), head(lane), lane / queries % a.group); }
};

/// What keys of a sequence come to, of each lane.
struct Partial {
  float *maximum, *total, *sum; ///< [lanes], [lanes], [lanes][e]
};

/// Lanes are padded to whole tiles.
int64_t padded(int64_t lanes) { return (lanes + tileQueries - 1) / tileQueries * tileQueries; }

class Piece {
public:
  Piece(const Lanes &lanes, const float *queries, float *scores, Partial out)
      : lanes(lanes), a(lanes.a), queries(queries), scores(scores), out(out), kernels(tileKernels()) {
    int64_t count = padded(lanes.count);
    std::fill(out.maximum, out.maximum + count, -std::numeric_limits<float>::infinity());
    std::fill(out.total, out.total + count, 0.0f);
    std::fill(out.sum, out.sum + lanes.count * a.e, 0.0f);
  }

  /// Rows begin … end-1 of a source.
  void add(const AttentionSource &source, int64_t begin, int64_t end) {
    for (int64_t key0 = begin; key0 < end; key0 += tileKeys)
      tile(source, key0, std::min(tileKeys, end - key0));
  }

private:
  void tile(const AttentionSource &source, int64_t key0, int64_t keys) {
    int64_t width = padded(lanes.count);
    for (int64_t j = 0; j < keys; ++j)
      std::fill(scores + j * width + lanes.count, scores + (j + 1) * width, -std::numeric_limits<float>::infinity());
    for (int64_t j = 0; j < keys; ++j)
      source.k.dtype == BRAID_BF16 ? score<uint16_t>(source, key0 + j, scores + j * width)
                                   : score<float>(source, key0 + j, scores + j * width);
    // A tile of lanes is a tile of queries to the kernels, whose rows are that wide.
    for (int64_t lane = 0; lane < width; lane += tileQueries) {
      float tile[tileKeys * tileQueries], correction[tileQueries];
      for (int64_t j = 0; j < keys; ++j)
        std::copy_n(scores + j * width + lane, tileQueries, tile + j * tileQueries);
      kernels.softmaxStep(keys, tile, out.maximum + lane, out.total + lane, correction);
      for (int64_t j = 0; j < keys; ++j)
        std::copy_n(tile + j * tileQueries, tileQueries, scores + j * width + lane);
      for (int64_t i = lane; i < std::min(lanes.count, lane + tileQueries); ++i)
        if (float factor = correction[i - lane]; factor != 1)
          for (int64_t x = 0; x < a.e; ++x)
            out.sum[i * a.e + x] *= factor;
    }
    for (int64_t j = 0; j < keys; ++j)
      source.v.dtype == BRAID_BF16 ? weigh<uint16_t>(source, key0 + j, scores + j * width)
                                   : weigh<float>(source, key0 + j, scores + j * width);
  }

  bool sees(const AttentionSource &source, int64_t lane, int64_t key) const {
    return source.sees(lanes.s, lanes.query(lane), key, a.time);
  }

  template <typename Number> void score(const AttentionSource &source, int64_t key, float *to) {
    const Number *row = reinterpret_cast<const Number *>(source.k.at(a.keyRow(source, lanes.s, key, 0) * a.d));
    for (int64_t lane = 0; lane < lanes.count; ++lane)
      to[lane] = sees(source, lane, key) ? dot(queries + lane * a.d, row + lanes.head(lane) * a.d, a.d)
                                         : -std::numeric_limits<float>::infinity();
  }

  /// A value that is not seen counts nothing, be it infinite.
  template <typename Number> void weigh(const AttentionSource &source, int64_t key, const float *weights) {
    const Number *row = reinterpret_cast<const Number *>(source.v.at(a.keyRow(source, lanes.s, key, 0) * a.e));
    for (int64_t lane = 0; lane < lanes.count; ++lane)
      if (weights[lane] != 0 || sees(source, lane, key))
        addScaled(out.sum + lane * a.e, weights[lane], row + lanes.head(lane) * a.e, a.e);
  }

  const Lanes &lanes;
  const Attention &a;
  const float *queries; ///< [lanes][d], scaled
  float *scores;        ///< [tileKeys][padded lanes]
  Partial out;
  const TileKernels &kernels;
};

/// The rows of a source that queries of the sequence see, perhaps more.
Range seenOf(const Attention &a, const AttentionSource &source, int64_t s) {
  Range seen = seenByTile(source, s, a.rows.first[s], a.rows.first[s] + a.rows.count[s] - 1);
  return {seen.begin, std::max(seen.begin, seen.end)};
}

class Few {
public:
  Few(Context &context, const Attention &a) : context(context), a(a), threads(context.threads()) {
    for (int64_t s = 0; s < a.batch; ++s) {
      working += a.rows.count[s] > 0;
      lanesOfOne = std::max(lanesOfOne, a.heads * a.group * a.rows.count[s]);
    }
    pieces = working ? (threads + working - 1) / working : 0; // of a sequence
    width = padded(lanesOfOne);
  }
  bool run();

private:
  int64_t partialNumbers() const { return 2 * width + lanesOfOne * a.e; }
  Partial partial(int64_t s, int64_t piece) const {
    float *at = partials + (s * pieces + piece) * partialNumbers();
    return {at, at + width, at + 2 * width};
  }
  void piece(int64_t s, int64_t number, float *memory);
  void join(int64_t s);

  Context &context;
  const Attention &a;
  int threads;
  int64_t working = 0, lanesOfOne = 0, pieces = 0, width = 0;
  float *partials = nullptr;
};

} // namespace

void Few::piece(int64_t s, int64_t number, float *memory) {
  Lanes lanes(a, s);
  float *queries = memory, *scores = memory + lanesOfOne * a.d;
  for (int64_t lane = 0; lane < lanes.count; ++lane) {
    widenRow(queries + lane * a.d, a.q.at(lanes.row(lane) * a.d), a.q.dtype, a.d);
    for (int64_t x = 0; x < a.d; ++x)
      queries[lane * a.d + x] *= a.scale;
  }
  Piece piece(lanes, queries, scores, partial(s, number));
  // The rows of all sources, one behind the other, in equal parts.
  int64_t all = 0, first = 0;
  for (const AttentionSource &source : a.sources) {
    Range seen = seenOf(a, source, s);
    all += seen.end - seen.begin;
  }
  int64_t begin = all * number / pieces, end = all * (number + 1) / pieces;
  for (const AttentionSource &source : a.sources) {
    Range seen = seenOf(a, source, s);
    int64_t rows = seen.end - seen.begin;
    int64_t from = std::clamp<int64_t>(begin - first, 0, rows), to = std::clamp<int64_t>(end - first, 0, rows);
    piece.add(source, seen.begin + from, seen.begin + to);
    first += rows;
  }
}

void Few::join(int64_t s) {
  Lanes lanes(a, s);
  std::vector<float> sum(static_cast<size_t>(a.e));
  for (int64_t lane = 0; lane < lanes.count; ++lane) {
    float maximum = -std::numeric_limits<float>::infinity(), total = 0;
    for (int64_t number = 0; number < pieces; ++number)
      if (float other = partial(s, number).maximum[lane]; other > maximum || other != other)
        maximum = other;
    std::fill(sum.begin(), sum.end(), 0.0f);
    for (int64_t number = 0; number < pieces; ++number) {
      Partial part = partial(s, number);
      if (part.total[lane] == 0)
        continue; // it sees nothing there
      float factor = std::exp(part.maximum[lane] - maximum);
      total += factor * part.total[lane];
      for (int64_t x = 0; x < a.e; ++x)
        sum[size_t(x)] += factor * part.sum[lane * a.e + x];
    }
    bool nothing = total == 0; // a NaN is not nothing
    for (float &x : sum)
      x = nothing ? 0.0f : x / total;
    a.lse.floats()[lanes.row(lane)] = nothing ? -std::numeric_limits<float>::infinity() : maximum + std::log(total);
    narrowRow(a.output.at(lanes.row(lane) * a.e), sum.data(), a.output.dtype, a.e);
  }
}

bool Few::run() {
  size_t own = size_t(lanesOfOne * a.d + tileKeys * width) * sizeof(float);
  for (int thread = 0; thread < threads; ++thread)
    if (!context.scratch(thread, own))
      return false;
  partials =
      reinterpret_cast<float *>(context.scratch(threads, size_t(a.batch * pieces * partialNumbers()) * sizeof(float)));
  if (!partials)
    return false;
#pragma omp parallel num_threads(threads)
  {
    float *memory = reinterpret_cast<float *>(context.scratch(omp_get_thread_num(), 0));
#pragma omp for schedule(dynamic) collapse(2)
    for (int64_t s = 0; s < a.batch; ++s)
      for (int64_t number = 0; number < pieces; ++number)
        if (a.rows.count[s])
          piece(s, number, memory);
#pragma omp for schedule(static)
    for (int64_t s = 0; s < a.batch; ++s)
      if (a.rows.count[s])
        join(s);
  }
  return true;
}

bool braid::rt::isOfFewQueries(const Attention &a) {
  for (int64_t s = 0; s < a.batch; ++s)
    if (a.rows.count[s] > mostFewQueries)
      return false;
  return true;
}

bool braid::rt::attendFew(Context &context, const Attention &attention) { return Few(context, attention).run(); }
