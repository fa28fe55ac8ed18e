//===- TableCheck.h - a call's table, read before it is believed ----------===//
#ifndef BRAID_LIB_RUNTIME_TABLECHECK_H
#define BRAID_LIB_RUNTIME_TABLECHECK_H

#include "braid/Runtime/ABI.h"
#include <string>

namespace braid::rt {

/// Reads a table as its call would, and never beyond the numbers that there are.
class TableCheck {
public:
  TableCheck(const braid_program &program, int64_t at) : program(program), at(at) {}
  bool good() const { return why.empty(); }

  int64_t next() {
    if (at < program.num_tables)
      return program.tables[at++];
    fail("its table ends too early");
    return 0;
  }
  /// A number from `low` to `high`.
  int64_t next(int64_t low, int64_t high, const char *what) {
    int64_t value = next();
    if (value < low || value > high)
      fail(std::string(what) + " is " + std::to_string(value));
    return good() ? value : low;
  }
  int64_t count(const char *what) { return next(0, program.num_tables, what); }
  /// A buffer that has rows of earlier runs, or none: its `past`.
  int64_t pastOrPlace() {
    int64_t base = next(BRAID_TOKEN_ARENA, BRAID_ZERO, "the base of a buffer");
    int64_t limit = base == BRAID_EXTERNAL      ? program.num_externals - 1
                    : base == BRAID_TOKEN_ARENA ? program.token_bytes
                    : base == BRAID_FIXED_ARENA ? program.fixed_bytes
                                                : 0;
    int64_t offset = next(0, limit, "the offset of a buffer");
    return good() && base == BRAID_EXTERNAL ? program.externals[offset].past : 0;
  }
  void place() {
    if (pastOrPlace())
      fail("a buffer with a past is no operand here");
  }
  void kernel() { next(0, program.num_kernels - 1, "the number of a kernel"); }
  int64_t format() { return next(BRAID_F32, BRAID_I32, "the format of a buffer"); }
  /// Its format.
  int64_t buffer() {
    int64_t dtype = format();
    place();
    return dtype;
  }
  void fail(std::string text) {
    if (good())
      why = std::move(text);
  }

  /// What is wrong; empty if nothing is.
  std::string why;

private:
  const braid_program &program;
  int64_t at;
};

/// No size, stride or offset is larger.
inline constexpr int64_t mostNumbers = int64_t(1) << 60;

/// Read the table of a call of their kind as the call itself does.
namespace tables {
#define CALL(NAME, WORD, FUNCTION) void FUNCTION(TableCheck &table);
#include "braid/Runtime/Calls.def"
} // namespace tables

} // namespace braid::rt

#endif
