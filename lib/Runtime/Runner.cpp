//===- Runner.cpp - runs programs on the CPU ------------------------------===//

#include "braid/Runtime/Runner.h"
#include "braid/Runtime/ProgramCheck.h"
#include <cstdlib>
#include <limits>
#include <sys/mman.h>

using namespace braid::rt;

static constexpr size_t hugePage = size_t(2) << 20;

Arena::~Arena() { std::free(data); }

char *Arena::get(size_t bytes) {
  if (data && bytes <= capacity)
    return data;
  std::free(data);
  size_t alignment = bytes >= hugePage ? hugePage : 64;
  capacity = (bytes + alignment) / alignment * alignment; // never empty
  data = static_cast<char *>(std::aligned_alloc(alignment, capacity));
  if (!data)
    capacity = 0;
  else if (alignment == hugePage)
    madvise(data, capacity, MADV_HUGEPAGE); // a wish; failure changes speed only
  return data;
}

int32_t Runner::check(const braid_program &program, const Run &run) {
  if (!checked.count(&program)) {
    if (std::string problem = problemOf(program); !problem.empty())
      return state.fail(problem);
    checked.insert(&program);
  }
  std::string name = "`" + std::string(program.name) + "`";
  if (run.batch < 1 || run.time < 1 || run.batch > std::numeric_limits<int32_t>::max() / run.time)
    return state.fail(name + ": batch and time are at least 1, and their product is below 2^31");
  auto nameOf = [&](int64_t i) {
    const braid_external &external = program.externals[i];
    return "`" + std::string(braid_role_word(external.role)) + (program.texts + external.path) + "`";
  };
  for (int64_t i = 0; i < program.num_externals; ++i)
    if (!run.external[i])
      return state.fail(name + " needs " + nameOf(i) + ", external " + std::to_string(i) + ", which is null");
  if (program.positions && run.time > program.positions)
    return state.fail(name + ": sequences of " + std::to_string(run.time) + " tokens; a table by position has " +
                      std::to_string(program.positions) + " rows");
  for (int64_t i = 0; i < program.num_externals; ++i) {
    const braid_external &external = program.externals[i];
    const int32_t *ids = static_cast<const int32_t *>(run.external[i]);
    int64_t count = external.ids ? external.numbers * (external.per_token ? run.batch * run.time : 1) : 0;
    for (int64_t t = 0; t < count; ++t)
      if (ids[t] >= external.ids)
        return state.fail(name + ": number " + std::to_string(t) + " of " + nameOf(i) + " is " +
                          std::to_string(ids[t]) + "; ids are below " + std::to_string(external.ids));
  }
  return 0;
}

int32_t Runner::run(const braid_program &program, const Run &run) {
  state.clearMessage();
  if (int32_t failed = check(program, run))
    return failed;
  braid_context context = state.contextFor(run.batch, run.time);
  context.external = run.external;
  context.seed = run.seed;
  context.step = run.step;
  int64_t bytes = 0;
  if (!__builtin_mul_overflow(program.token_bytes, context.padded_tokens, &bytes)) {
    context.token_arena = tokens.get(size_t(bytes));
    context.fixed_arena = fixed.get(size_t(program.fixed_bytes));
  }
  if (!context.token_arena || !context.fixed_arena)
    return state.fail("out of memory: `" + std::string(program.name) + "` needs " +
                      std::to_string(program.token_bytes) + " bytes a token for " +
                      std::to_string(context.padded_tokens) + " tokens, and " + std::to_string(program.fixed_bytes) +
                      " bytes");
  return braid_program_run(&context, &program);
}
