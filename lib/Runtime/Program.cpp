//===- Program.cpp - walking the calls of a program -----------------------===//

#include "Calls.h"
#include "TableReader.h"
#include <cstring>

using namespace braid::rt;

namespace {

class Walker {
public:
  Walker(braid_context *context, const braid_program &program) : context(context), program(program) {}
  /// Runs the calls from `first` to the end of the program, or to the END of the block that they are in, whose number
  /// it puts there.
  int32_t run(int64_t &first);

private:
  int32_t call(const braid_call &call);
  int32_t loop(int64_t &at);
  int32_t when(int64_t &at);
  int32_t number(const int64_t *place) const {
    int32_t value;
    std::memcpy(&value, addressOf(*context, place[0], place[1]), sizeof value);
    return value;
  }
  const int64_t *tableOf(int64_t at) const { return program.tables + program.calls[at].table; }
  /// The END of the block that begins at `at`.
  int64_t endOf(int64_t at) const;

  braid_context *context;
  const braid_program &program;
};

bool begins(const braid_call &call) { return call.kind == BRAID_CALL_LOOP || call.kind == BRAID_CALL_WHEN; }

} // namespace

int64_t Walker::endOf(int64_t at) const {
  for (int64_t depth = 0;; ++at) {
    depth += begins(program.calls[at]);
    if (program.calls[at].kind == BRAID_CALL_END && --depth == 0)
      return at;
  }
}

int32_t Walker::loop(int64_t &at) {
  const int64_t *table = tableOf(at);
  int64_t body = at + 1;
  for (int64_t left = number(table + 1); left > 0; --left) {
    if (table[0] == BRAID_LOOP_WHILE && !number(table + 3))
      break;
    int64_t next = body;
    if (int32_t code = run(next))
      return code;
  }
  at = endOf(at);
  return 0;
}

int32_t Walker::when(int64_t &at) {
  int64_t end = endOf(at), body = at + 1;
  int32_t code = number(tableOf(at)) ? run(body) : 0;
  at = end;
  return code;
}

int32_t Walker::call(const braid_call &call) {
  const char *name = program.texts + call.name;
  const int64_t *table = program.tables + call.table;
  switch (call.kind) {
  case BRAID_CALL_LAUNCH: return launch(context, program.kernels[call.kernel], name, table);
#define CALL(NAME, WORD, FUNCTION)                                                                                     \
  case BRAID_CALL_##NAME: return FUNCTION(context, name, table);
#include "braid/Runtime/Calls.def"
  default: return stateOf(context).fail("call of an unknown kind");
  }
}

int32_t Walker::run(int64_t &at) {
  for (; at < program.num_calls; ++at) {
    const braid_call &next = program.calls[at];
    if (next.kind == BRAID_CALL_END)
      return 0;
    int32_t code = next.kind == BRAID_CALL_LOOP ? loop(at) : next.kind == BRAID_CALL_WHEN ? when(at) : call(next);
    if (!code)
      continue;
    if (!begins(next))
      stateOf(context).addLocation(program.texts + next.place);
    return code;
  }
  return 0;
}

extern "C" int32_t braid_program_run(braid_context *context, const braid_program *program) {
  int64_t first = 0;
  return Walker(context, *program).run(first);
}
