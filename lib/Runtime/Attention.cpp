//===- Attention.cpp - what forward and backward attention share ----------===//

#include "Attention.h"
#include "TableCheck.h"
#include <bit>

using namespace braid::rt;

Attention Attention::read(const braid_context &context, const int64_t *table, bool gradient) {
  Cursor cursor(table);
  Attention a;
  a.batch = context.batch;
  a.time = context.rows.time;
  a.rows = context.rows;
  int64_t numSources = cursor.next();
  a.heads = cursor.next();
  a.group = cursor.next();
  a.d = cursor.next();
  a.e = cursor.next();
  a.scale = float(std::bit_cast<double>(cursor.next()));
  a.q = Buffer::read(context, cursor);
  a.output = Buffer::read(context, cursor);
  a.lse = Buffer::read(context, cursor);
  for (int64_t i = 0; i < numSources; ++i) {
    AttentionSource source;
    source.slots = cursor.next() == 1;
    int64_t number = cursor.next(), window = cursor.next(), chunk = cursor.next(), span = cursor.next();
    source.mask = *maskOf(number, window, chunk, span); // it has been checked
    source.count = cursor.next();
    if (source.slots)
      source.mask.base = AttentionMask::Base::All;
    else
      source.count = context.rows.time;
    source.rows = context.rows;
    source.k = Buffer::read(context, cursor);
    source.v = Buffer::read(context, cursor);
    auto numbers = [&](bool there) -> const char * {
      if (!there)
        return nullptr;
      int64_t base = cursor.next();
      return addressOf(context, base, cursor.next());
    };
    auto *ids = reinterpret_cast<const int32_t *>(numbers(source.mask.segments));
    auto *marks = reinterpret_cast<const float *>(numbers(source.mask.only));
    if (source.mask.picksKeys())
      source.segments.emplace(ids, marks, source.stride(), context.batch, source.mask, [&](int64_t s) {
        return Segments::Rows{source.startOf(s), source.countOf(s), source.before(s) + context.rows.first[s]};
      });
    a.sources.push_back(std::move(source));
  }
  if (gradient) {
    a.accumulate = cursor.next();
    a.outputGrad = Buffer::read(context, cursor);
    a.queryGrad = Buffer::read(context, cursor);
    for (AttentionSource &source : a.sources) {
      source.kGrad = Buffer::read(context, cursor);
      source.vGrad = Buffer::read(context, cursor);
    }
  }
  return a;
}

double Attention::visiblePairs() const {
  double pairs = 0;
  for (const AttentionSource &source : sources) {
    if (source.segments) {
      pairs += source.segments->pairs();
      continue;
    }
    for (int64_t s = 0; s < batch; ++s)
      for (int64_t i = rows.first[s]; i < rows.first[s] + rows.count[s]; ++i) {
        Range seen = source.seenBy(s, i);
        pairs += double(std::max<int64_t>(0, seen.end - seen.begin));
      }
  }
  return pairs * double(heads * group);
}

/// The tiles of a source in which so many queries from query0 stand.
static Range tilesOf(const AttentionSource &source, int64_t s, int64_t query0, int64_t queries) {
  int64_t first = source.before(s) + query0;
  return {first / tileQueries, (first + queries - 1) / tileQueries + 1};
}

bool braid::rt::mayMeet(const AttentionSource &source, int64_t s, int64_t key0, int64_t query0, int64_t queries) {
  if (!source.segments)
    return true;
  Range tiles = tilesOf(source, s, query0, queries);
  for (int64_t tile = tiles.begin; tile < tiles.end; ++tile)
    if (source.segments->meet(s, tile, key0 / tileKeys))
      return true;
  return false;
}

bool braid::rt::hide(const AttentionSource &source, int64_t s, int64_t key0, int64_t keys, int64_t query0,
                     int64_t queries, int64_t time, float value, float *numbers) {
  const auto &segments = source.segments;
  bool mixed = false;
  if (Range tiles = tilesOf(source, s, query0, queries); segments)
    for (int64_t tile = tiles.begin; tile < tiles.end; ++tile)
      mixed |= !segments->agree(s, tile, key0 / tileKeys);
  bool some = mixed;
  int64_t past = source.before(s);
  for (int64_t j = 0; j < keys; ++j, numbers += tileQueries) {
    Range seers = source.seersOf(s, key0 + j, time);
    int64_t begin = std::clamp<int64_t>(seers.begin - query0, 0, queries);
    int64_t end = std::clamp<int64_t>(seers.end - query0, begin, queries);
    std::fill(numbers, numbers + begin, value);
    std::fill(numbers + end, numbers + queries, value);
    some |= begin > 0 || end < queries;
    for (int64_t i = begin; mixed && i < end; ++i)
      if (!segments->same(s, past + query0 + i, key0 + j))
        numbers[i] = value;
  }
  return some;
}

void braid::rt::packTransposed(const float *in, int64_t rows, int64_t width, int64_t padded, float factor, float *out) {
  for (int64_t x = 0; x < width; ++x) {
    float *row = out + x * tileQueries;
    for (int64_t r = 0; r < rows; ++r)
      row[r] = in[r * padded + x] * factor;
    for (int64_t r = rows; r < tileQueries; ++r)
      row[r] = 0.0f;
  }
}

/// Buffers of an attention, and of its gradient.
static void checkAttention(TableCheck &table, bool backward) {
  int64_t sources = table.count("the number of sources");
  for (int i = 0; i < 4; ++i)
    table.next(1, mostNumbers, "a size of the attention");
  table.next(); // scale
  for (int i = 0; i < 3; ++i)
    table.buffer();
  for (int64_t i = 0; i < sources && table.good(); ++i) {
    int64_t kind = table.next(0, 1, "the kind of a source");
    int64_t number = table.next(), window = table.next(), chunk = table.next(), span = table.next();
    auto mask = maskOf(number, window, chunk, span);
    if (!mask || (kind == 1 && (mask->picksKeys() || chunk || span)))
      table.fail("a source has a mask that there is not");
    table.next(0, mostNumbers, "the number of slots");
    table.format();
    int64_t past = table.pastOrPlace();
    table.format();
    bool other = table.pastOrPlace() != past;
    for (int picked = mask ? mask->segments + mask->only : 0; picked > 0; --picked)
      other |= table.pastOrPlace() != past;
    if (other || (past && kind == 1))
      table.fail("of a source over tokens all or nothing has a past");
  }
  if (backward)
    table.next(0, 1, "whether gradients are added up");
  for (int64_t i = 0, more = backward ? 2 + 2 * sources : 0; i < more && table.good(); ++i)
    table.buffer();
}

void braid::rt::tables::attend(TableCheck &table) { checkAttention(table, false); }
void braid::rt::tables::attendGrad(TableCheck &table) { checkAttention(table, true); }
