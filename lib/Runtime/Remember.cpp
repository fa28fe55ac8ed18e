//===- Remember.cpp - rows for later runs ---------------------------------===//

#include "Calls.h"
#include "Rows.h"
#include "TableCheck.h"
#include "TableReader.h"

using namespace braid::rt;

void braid::rt::tables::remember(TableCheck &table) {
  table.next(1, mostNumbers, "the width of a row");
  int64_t in = table.buffer(), out = table.format();
  if (!table.pastOrPlace() || in != out)
    table.fail("what is remembered goes to a buffer with a past, in the same format");
}

int32_t braid::rt::remember(braid_context *abi, const char *name, const int64_t *table) {
  Context &context = stateOf(abi);
  CallTimer timer(context, "remember", name);
  Cursor cursor(table);
  int64_t width = cursor.next();
  Buffer in = Buffer::read(*abi, cursor), out = Buffer::read(*abi, cursor);
  const braid_rows &rows = abi->rows;
  for (int64_t s = 0; s < abi->batch; ++s) {
    int64_t row = s * out.stride(rows.time) + out.before(s) + rows.first[s];
    std::memcpy(out.at(row * width), in.at((s * rows.time + rows.first[s]) * width),
                size_t(rows.count[s] * width * bytesOf(in.dtype)));
  }
  return 0;
}
