//===- Program.cpp - walking the calls of a program -----------------------===//

#include "Calls.h"
#include "TableReader.h"
#include <cstring>
#include <vector>

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
  void newest();
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
  std::vector<int64_t> first, count; ///< of the newest rows
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

void Walker::newest() {
  braid_rows &rows = context->rows;
  first.resize(size_t(context->batch)), count.resize(first.size());
  for (size_t s = 0; s < first.size(); ++s) {
    bool works = rows.count[s] > 0;
    first[s] = works ? rows.first[s] + rows.count[s] - 1 : rows.first[s];
    count[s] = works;
  }
  rows.first = first.data(), rows.count = count.data();
}

int32_t Walker::call(const braid_call &call) {
  const char *name = program.texts + call.name;
  const int64_t *table = program.tables + call.table;
  switch (call.kind) {
  case BRAID_CALL_LAUNCH: return launch(context, program.kernels[call.kernel], name, table);
#define CALL(NAME, WORD, FUNCTION)                                                                                     \
  case BRAID_CALL_##NAME: return FUNCTION(context, name, table);
#define CALL_OF_KERNELS(NAME, WORD, FUNCTION)                                                                          \
  case BRAID_CALL_##NAME: return FUNCTION(context, program.kernels, name, table);
#include "braid/Runtime/Calls.def"
  default: return stateOf(context).fail("call of an unknown kind");
  }
}

int32_t Walker::run(int64_t &at) {
  for (; at < program.num_calls; ++at) {
    const braid_call &next = program.calls[at];
    if (next.kind == BRAID_CALL_END)
      return 0;
    if (next.kind == BRAID_CALL_NEWEST) {
      newest();
      continue;
    }
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
  braid_context own = *context; // rows at work change on the way
  return Walker(&own, *program).run(first);
}
