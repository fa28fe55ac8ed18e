//===- Runner.cpp - runs programs on the CPU ------------------------------===//

#include "braid/Runtime/Runner.h"
#include "Rows.h"
#include "braid/Runtime/ProgramCheck.h"
#include <algorithm>
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

/// What is wrong with the rows of earlier runs; empty if nothing is.
static std::string problemOfPasts(const braid_program &program, const Run &run) {
  for (int64_t i = 0; i < program.num_externals; ++i) {
    const braid_external &external = program.externals[i];
    if (!external.past)
      continue;
    std::string path = "`" + std::string(program.texts + external.path) + "`";
    if (!run.past || !run.past[i].before)
      return path + " has a past, and the run has none";
    const braid_past &past = run.past[i];
    if (external.past == BRAID_PAST_CARRY) {
      for (int64_t s = 0; s < run.batch; ++s)
        if (past.rows != 2 || past.before[s] < 0 || past.before[s] > 1)
          return path + " is a carry: of its 2 rows, sequence " + std::to_string(s) + " was left row " +
                 std::to_string(past.before[s]) + " of " + std::to_string(past.rows);
      continue;
    }
    const braid_past *known = nullptr; // of an external with the same `past`
    for (int64_t j = 0; j < i && !known; ++j)
      if (program.externals[j].past == external.past)
        known = &run.past[j];
    for (int64_t s = 0; s < run.batch; ++s) {
      int64_t before = past.before[s], start = run.rows.start[s];
      int64_t wanted = external.past == BRAID_PAST_ALL ? start : std::min(start, external.past);
      int64_t end = before + run.rows.first[s] + run.rows.count[s];
      if (before < wanted || before > start || end > past.rows || (known && known->before[s] != before))
        return path + " has " + std::to_string(before) + " rows before position " + std::to_string(start) +
               " of sequence " + std::to_string(s) + " and room for " + std::to_string(past.rows) + "; it needs " +
               std::to_string(wanted) + " rows, as many as others of its kind have, and room up to " +
               std::to_string(end);
    }
    if (known && known->rows != past.rows)
      return path + " has room for " + std::to_string(past.rows) + " rows, others of its kind for " +
             std::to_string(known->rows);
  }
  return {};
}

int32_t Runner::check(const braid_program &program, const Run &run) {
  if (!checked.count(&program)) {
    if (std::string problem = problemOf(program); !problem.empty())
      return state.fail(problem);
    checked.insert(&program);
  }
  std::string name = "`" + std::string(program.name) + "`";
  const braid_rows &rows = run.rows;
  if (run.batch < 1 || rows.time < 1 || run.batch > std::numeric_limits<int32_t>::max() / rows.time)
    return state.fail(name + ": batch and time are at least 1, and their product is below 2^31");
  int64_t end = 0; // of positions
  for (int64_t s = 0; s < run.batch; ++s) {
    if (rows.first[s] < 0 || rows.count[s] < 0 || rows.first[s] > rows.time - rows.count[s] || rows.start[s] < 0 ||
        rows.start[s] > std::numeric_limits<int32_t>::max() - rows.time)
      return state.fail(name + ": sequence " + std::to_string(s) + " has " + std::to_string(rows.count[s]) +
                        " rows at work from row " + std::to_string(rows.first[s]) + ", position " +
                        std::to_string(rows.start[s]) + " + " + std::to_string(rows.first[s]) + "; its rows are 0 to " +
                        std::to_string(rows.time - 1) + ", positions below 2^31");
    if (rows.count[s])
      end = std::max(end, rows.start[s] + rows.first[s] + rows.count[s]);
  }
  auto nameOf = [&](int64_t i) {
    const braid_external &external = program.externals[i];
    return "`" + std::string(braid_role_word(external.role)) + (program.texts + external.path) + "`";
  };
  for (int64_t i = 0; i < program.num_externals; ++i)
    if (!run.external[i] && !(program.externals[i].past && !run.past)) // that is said below
      return state.fail(name + " needs " + nameOf(i) + ", external " + std::to_string(i) + ", which is null");
  if (std::string problem = problemOfPasts(program, run); !problem.empty())
    return state.fail(name + ": " + problem);
  if (program.positions && end > program.positions)
    return state.fail(name + ": sequences of " + std::to_string(end) + " tokens; a table by position has " +
                      std::to_string(program.positions) + " rows");
  RowsAtWork work(state.contextFor(run.batch, rows));
  for (int64_t i = 0; i < program.num_externals; ++i) {
    const braid_external &external = program.externals[i];
    const int32_t *ids = static_cast<const int32_t *>(run.external[i]);
    int64_t bad = -1;
    auto look = [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end && bad < 0; ++t)
        if (ids[t] >= external.ids)
          bad = t;
    };
    if (!external.ids)
      continue;
    if (external.per_token)
      work.between(0, work.count(),
                   [&](int64_t begin, int64_t end) { look(begin * external.numbers, end * external.numbers); });
    else
      look(0, external.numbers);
    if (bad >= 0)
      return state.fail(name + ": number " + std::to_string(bad) + " of " + nameOf(i) + " is " +
                        std::to_string(ids[bad]) + "; ids are below " + std::to_string(external.ids));
  }
  return 0;
}

int32_t Runner::run(const braid_program &program, const Run &run) {
  state.clearMessage();
  if (int32_t failed = check(program, run))
    return failed;
  braid_context context = state.contextFor(run.batch, run.rows);
  context.external = run.external;
  context.past = run.past;
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
