//===- ProgramCheck.cpp - is it a program at all --------------------------===//

#include "braid/Runtime/ProgramCheck.h"
#include "braid/Runtime/Context.h"
#include "braid/Runtime/MaskNumber.h"
#include <cstring>

using namespace braid::rt;

namespace {

/// Reads a table as its call would, and never beyond the numbers that there are.
class Reader {
public:
  Reader(const braid_program &program, int64_t at) : program(program), at(at) {}
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
  void place() {
    int64_t base = next(BRAID_TOKEN_ARENA, BRAID_ZERO, "the base of a buffer");
    int64_t limit = base == BRAID_EXTERNAL      ? program.num_externals - 1
                    : base == BRAID_TOKEN_ARENA ? program.token_bytes
                    : base == BRAID_FIXED_ARENA ? program.fixed_bytes
                                                : 0;
    next(0, limit, "the offset of a buffer");
  }
  void buffer() {
    next(BRAID_F32, BRAID_I32, "the format of a buffer");
    place();
  }
  void fail(std::string text) {
    if (good())
      why = std::move(text);
  }

  void launch();
  void matmul();
  /// Buffers of an attention, and of its gradient.
  void attend(bool backward);
  void scatter();
  void loop();

  std::string why;

private:
  const braid_program &program;
  int64_t at;
};

constexpr int64_t most = int64_t(1) << 60;

} // namespace

void Reader::launch() {
  next(BRAID_TOKENS, BRAID_FIXED, "the row space");
  next(0, most, "the number of rows");
  next(0, most, "the scratch of a thread");
  for (int64_t i = count("the number of sizes"); i > 0 && good(); --i)
    next();
  for (int64_t i = count("the number of arguments"); i > 0 && good(); --i) {
    int64_t kind = next(BRAID_ARG_BUFFER, BRAID_ARG_SUM, "the kind of an argument");
    if (kind != BRAID_ARG_LIST) {
      place();
      if (kind == BRAID_ARG_SUM)
        next(0, most, "the size of a sum");
      continue;
    }
    for (int64_t entry = count("the length of a list"); entry > 0 && good(); --entry) {
      place();
      next(0, most, "the size of a row");
    }
  }
}

void Reader::matmul() {
  for (int i = 0; i < 4; ++i)
    next(1, most, "a size of the product");
  int64_t flags = next(0, 15, "the flags of the product") & 7;
  if (good() && (flags & (flags - 1)))
    why = "two sizes of the product are of the tokens";
  for (int i = 0; i < 3; ++i) {
    buffer();
    for (int axis = 0; axis < 3; ++axis)
      next(0, most, "a stride");
  }
}

void Reader::attend(bool backward) {
  int64_t sources = count("the number of sources");
  for (int i = 0; i < 4; ++i)
    next(1, most, "a size of the attention");
  next(); // scale
  for (int i = 0; i < 3; ++i)
    buffer();
  for (int64_t i = 0; i < sources && good(); ++i) {
    int64_t kind = next(0, 1, "the kind of a source");
    auto mask = maskOf(next(), 0);
    if (good() && (!mask || (kind == 1 && mask->segments)))
      why = "a source has a mask that there is not";
    next(0, most, "the window of a source");
    next(0, most, "the number of slots");
    buffer();
    buffer();
    if (mask && mask->segments)
      place();
  }
  if (backward)
    next(0, 1, "whether gradients are added up");
  for (int64_t i = 0, more = backward ? 2 + 2 * sources : 0; i < more && good(); ++i)
    buffer();
}

void Reader::scatter() {
  next(1, most, "the number of rows");
  next(1, most, "the width of a row");
  for (int i = 0; i < 3; ++i)
    buffer();
}

void Reader::loop() {
  int64_t kind = next(BRAID_LOOP_COUNT, BRAID_LOOP_WHILE, "the kind of a loop");
  place();
  if (kind == BRAID_LOOP_WHILE)
    place();
}

/// What is wrong with one call.
static std::string problemOf(const braid_program &program, const braid_call &call) {
  auto isText = [&](int64_t offset) { return offset >= 0 && offset < program.num_texts; };
  if (!isText(call.name) || !isText(call.place))
    return "its name or place is no text of the program";
  if (call.table < 0 || call.table > program.num_tables)
    return "its table lies outside of the program's";
  Reader reader(program, call.table);
  switch (call.kind) {
  case BRAID_CALL_LAUNCH:
    if (call.kernel < 0 || call.kernel >= program.num_kernels)
      return "there is no kernel " + std::to_string(call.kernel);
    reader.launch();
    break;
  case BRAID_CALL_MATMUL: reader.matmul(); break;
  case BRAID_CALL_ATTEND: reader.attend(false); break;
  case BRAID_CALL_ATTEND_GRAD: reader.attend(true); break;
  case BRAID_CALL_SCATTER: reader.scatter(); break;
  case BRAID_CALL_LOOP: reader.loop(); break;
  case BRAID_CALL_WHEN: reader.place(); break;
  case BRAID_CALL_END: break;
  default: return "calls of kind " + std::to_string(call.kind) + " are unknown";
  }
  return reader.why;
}

std::string braid::rt::problemOf(const braid_program &program) {
  if (program.abi != BRAID_ABI)
    return "the program was compiled for version " + std::to_string(program.abi) +
           " of the runtime's interface, this is version " + std::to_string(BRAID_ABI) + "; compile it anew";
  for (int64_t count : {program.num_externals, program.num_calls, program.num_kernels, program.num_tables})
    if (count < 0)
      return "the program has a negative number of parts";
  if (program.num_texts < 1 || program.texts[program.num_texts - 1])
    return "the texts of the program do not end";
  if (program.token_bytes < 0 || program.token_bytes > most || program.fixed_bytes < 0 || program.fixed_bytes > most)
    return "the program's memory has no size that there is";
  for (int64_t i = 0; i < program.num_externals; ++i) {
    const braid_external &external = program.externals[i];
    if (external.path < 0 || external.path >= program.num_texts || external.numbers < 0 || external.numbers > most ||
        external.dtype < BRAID_F32 || external.dtype > BRAID_I32 || external.ids < 0)
      return "external " + std::to_string(i) + " of the program is damaged";
  }
  int64_t open = 0;
  for (int64_t i = 0; i < program.num_calls; ++i) {
    const braid_call &call = program.calls[i];
    std::string why = problemOf(program, call);
    open += call.kind == BRAID_CALL_LOOP || call.kind == BRAID_CALL_WHEN;
    if (why.empty() && call.kind == BRAID_CALL_END && --open < 0)
      why = "it ends what has not begun";
    if (!why.empty())
      return "call " + std::to_string(i) + " of the program: " + why;
  }
  if (open)
    return "a loop of the program has no end";
  for (int64_t i = 0; i < program.num_kernels; ++i)
    if (!program.kernels[i])
      return "kernel " + std::to_string(i) + " of the program has no code for this processor";
  return {};
}
