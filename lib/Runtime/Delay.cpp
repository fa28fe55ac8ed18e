//===- Delay.cpp - values at other tokens ---------------------------------===//

#include "Calls.h"
#include "Rows.h"
#include "TableCheck.h"
#include "TableReader.h"
#include <cstring>

using namespace braid::rt;

void braid::rt::tables::delay(TableCheck &table) {
  table.next(-mostNumbers, mostNumbers, "the distance of a delay");
  table.next(1, mostNumbers, "the width of a row");
  int64_t in = table.format();
  table.pastOrPlace();
  int64_t out = table.buffer();
  if ((in == BRAID_I32) != (out == BRAID_I32))
    table.fail("a delay makes no ids of numbers, nor numbers of ids");
}

namespace {

struct Delay {
  int64_t distance, width;
  Buffer in, out;

  /// The row that stands at `row` of sequence `s`, of whose rows there are `count` in the run.
  void move(int64_t s, int64_t row, int64_t count, int64_t time) const {
    char *to = out.at((s * time + row) * width);
    int64_t from = row - distance, before = in.before(s);
    if (from < -before || from >= count) {
      std::memset(to, out.dtype == BRAID_I32 ? 0xff : 0, size_t(width * bytesOf(out.dtype)));
      return;
    }
    const char *source = in.at((s * in.stride(time) + before + from) * width);
    if (in.dtype == out.dtype) {
      std::memcpy(to, source, size_t(width * bytesOf(out.dtype)));
    } else if (out.dtype == BRAID_BF16) {
      narrowRow(to, reinterpret_cast<const float *>(source), BRAID_BF16, width);
    } else {
      widenRow(reinterpret_cast<float *>(to), source, in.dtype, width);
    }
  }
};

} // namespace

int32_t braid::rt::delay(braid_context *abi, const char *name, const int64_t *table) {
  Context &context = stateOf(abi);
  CallTimer timer(context, "delay", name);
  Cursor cursor(table);
  Delay delay{cursor.next(), cursor.next(), {}, {}};
  delay.in = Buffer::read(*abi, cursor), delay.out = Buffer::read(*abi, cursor);
  RowsAtWork work(*abi);
  int64_t time = abi->rows.time;
  constexpr int64_t few = 16384; // numbers; not worth waking threads for
  int threads = work.count() * delay.width < few ? 1 : context.threads();
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
  for (int part = 0; part < threads; ++part)
    work.between(work.count() * part / threads, work.count() * (part + 1) / threads, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        int64_t sequence = row / time;
        delay.move(sequence, row % time, abi->rows.first[sequence] + abi->rows.count[sequence], time);
      }
    });
  return 0;
}
