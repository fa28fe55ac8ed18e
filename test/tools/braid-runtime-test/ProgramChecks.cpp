//===- ProgramChecks.cpp - walking programs, and refusing what is none ----===//

#include "Checks.h"
#include "braid/Runtime/ProgramCheck.h"
#include "braid/Runtime/Runner.h"
#include <cstring>

using namespace braid::test;
using namespace braid::rt;

namespace {

/// A program of launches of kernels of one argument, an external i32, and of loops.
struct Program {
  std::vector<braid_external> externals;
  std::vector<braid_call> calls;
  std::vector<braid_kernel> kernels;
  std::vector<int64_t> tables;
  std::string texts = std::string("name\0place:1:2\0", 16);

  void call(int32_t kind, std::vector<int64_t> table, int32_t kernel = -1) {
    calls.push_back({kind, kernel, 0, 5, int64_t(tables.size())});
    tables.insert(tables.end(), table.begin(), table.end());
  }
  void launch(braid_kernel kernel, int64_t external) {
    kernels.push_back(kernel);
    call(BRAID_CALL_LAUNCH, {BRAID_FIXED, 1, 0, 0, 1, BRAID_ARG_BUFFER, BRAID_EXTERNAL, external},
         int32_t(kernels.size()) - 1);
  }
  void external() { externals.push_back({0, BRAID_STATE, 1, 0, BRAID_I32, 0, 0}); }
  braid_program view() const {
    return {BRAID_ABI,
            "p",
            0,
            64,
            0,
            int64_t(externals.size()),
            int64_t(calls.size()),
            int64_t(kernels.size()),
            int64_t(tables.size()),
            int64_t(texts.size()),
            externals.data(),
            calls.data(),
            kernels.data(),
            tables.data(),
            texts.data()};
  }
};

int32_t &numberOf(void *const *args) { return *static_cast<int32_t *>(args[0]); }
void addOne(void *const *args, const int64_t *, int64_t begin, int64_t end, const braid_rows *, char *) {
  numberOf(args) += int32_t(end - begin);
}
void takeOne(void *const *args, const int64_t *, int64_t begin, int64_t end, const braid_rows *, char *) {
  numberOf(args) -= int32_t(end - begin);
}

/// n is a count, flag a flag, sum what the loops have done.
int32_t run(const Program &program, int32_t &n, int32_t &flag, int32_t &sum, std::string &message) {
  void *externals[] = {&n, &flag, &sum};
  Runner runner(1);
  braid_program view = program.view();
  int32_t code = runner.run(view, {1, AllRows(1, 1), 0, 0, externals});
  message = runner.context().message();
  return code;
}

void expectSum(const char *name, const Program &program, int32_t n, int32_t flag, int32_t want) {
  int32_t sum = 0;
  std::string message;
  int32_t code = run(program, n, flag, sum, message);
  report(std::string("program ") + name, code ? 1e9 : std::abs(sum - want), 0);
}

/// `damage` makes the program one that is refused with this text.
void expectRefused(const char *text, Program program, void (*damage)(braid_program &, Program &)) {
  braid_program view = program.view();
  damage(view, program);
  std::string problem = problemOf(view);
  bool good = problem.find(text) != std::string::npos;
  report(std::string("program refused: ") + text + (good ? "" : ", not: " + problem), good ? 0 : 1, 0);
}

} // namespace

void braid::test::checkPrograms() {
  Program loops;
  for (int i = 0; i < 3; ++i)
    loops.external();
  constexpr int64_t n = 0, flag = 1, sum = 2;
  loops.launch(addOne, sum);
  loops.call(BRAID_CALL_LOOP, {BRAID_LOOP_COUNT, BRAID_EXTERNAL, n});
  loops.launch(addOne, sum);
  loops.call(BRAID_CALL_WHEN, {BRAID_EXTERNAL, flag});
  loops.call(BRAID_CALL_LOOP, {BRAID_LOOP_WHILE, BRAID_EXTERNAL, n, BRAID_EXTERNAL, flag});
  loops.launch(addOne, sum);
  loops.launch(takeOne, flag);
  loops.call(BRAID_CALL_END, {});
  loops.call(BRAID_CALL_END, {});
  loops.call(BRAID_CALL_END, {});
  loops.launch(addOne, sum);
  expectSum("without a round", loops, 0, 1, 2);
  expectSum("with a negative count", loops, -3, 1, 2);
  expectSum("five rounds, nothing inside", loops, 5, 0, 7);
  expectSum("five rounds, the flag falls", loops, 5, 3, 10);
  expectSum("the inner loop's count ends it", loops, 2, 100, 8);

  Program fails;
  fails.launch(addOne, 0);
  fails.external();
  fails.tables[0] = BRAID_TOKENS;
  // A row of an absent entry that is larger than any.
  fails.calls.clear(), fails.tables.clear();
  fails.call(BRAID_CALL_LAUNCH, {BRAID_FIXED, 1, 0, 0, 1, BRAID_ARG_LIST, 1, BRAID_ZERO, 0, int64_t(1) << 40}, 0);
  int32_t number = 0;
  std::string message;
  int32_t code = run(fails, number, number, number, message);
  bool said = code && message == "place:1:2: a row of an absent entry is larger than the block of zeros";
  report("program: a failure has its place", said ? 0 : 1, 0);

  expectRefused("compiled for version 1 of the runtime's interface, this is version 3", loops,
                [](braid_program &p, Program &) { p.abi = 1; });
  expectRefused("a loop of the program has no end", loops, [](braid_program &p, Program &) { p.num_calls = 6; });
  expectRefused("it ends what has not begun", loops,
                [](braid_program &, Program &d) { d.calls[1].kind = BRAID_CALL_END; });
  expectRefused("there is no kernel 9", loops, [](braid_program &, Program &d) { d.calls[0].kernel = 9; });
  expectRefused("the offset of a buffer is 3", loops, [](braid_program &, Program &d) { d.tables[7] = 3; });
  expectRefused("the base of a buffer is 7", loops, [](braid_program &, Program &d) { d.tables[6] = 7; });
  expectRefused("its table ends too early", loops, [](braid_program &p, Program &) { p.num_tables = 4; });
  expectRefused("its table lies outside", loops, [](braid_program &, Program &d) { d.calls[0].table = 1000; });
  expectRefused("calls of kind 77 are unknown", loops, [](braid_program &, Program &d) { d.calls[0].kind = 77; });
  expectRefused("is no text", loops, [](braid_program &, Program &d) { d.calls[0].name = 400; });
  expectRefused("do not end", loops, [](braid_program &p, Program &) { p.num_texts = 6; });
  expectRefused("external 1 of the program is damaged", loops,
                [](braid_program &, Program &d) { d.externals[1].dtype = 12; });
  expectRefused("kernel 0 of the program has no code", loops,
                [](braid_program &, Program &d) { d.kernels[0] = nullptr; });

  // One source: heads, group, d, e, scale; q, output, lse; kind, mask, window, chunk, span, slots; k, v; what it picks.
  Program attention;
  attention.external();
  attention.call(BRAID_CALL_ATTEND, {1,          1, 1, 4, 4, 0, 0, 2, 0, 0, 2, 0, 0, 2, 0, /*kind*/ 0,
                                     /*mask*/ 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0, 2, 0, 2, 0});
  braid_program sound = attention.view();
  report("program: attention is one", problemOf(sound).empty() ? 0 : 1, 0);
  constexpr const char *noMask = "a source has a mask that there is not";
  constexpr int kind = 15, mask = 16, window = 17, chunk = 18, span = 19;
  expectRefused(noMask, attention, [](braid_program &, Program &d) { d.tables[mask] = 16; });
  expectRefused(noMask, attention, [](braid_program &, Program &d) { d.tables[mask] = -1; });
  expectRefused(noMask, attention, [](braid_program &, Program &d) { d.tables[window] = -1; });
  expectRefused(noMask, attention, [](braid_program &, Program &d) { d.tables[chunk] = int64_t(1) << 60; });
  // Chunks of nothing, and of a mask that has none.
  expectRefused(noMask, attention, [](braid_program &, Program &d) { d.tables[mask] = BRAID_MASK_EARLIER; });
  expectRefused(noMask, attention, [](braid_program &, Program &d) { d.tables[span] = 4; });
  Program delay;
  delay.external();
  delay.call(BRAID_CALL_DELAY, {1, 4, BRAID_F32, 2, 0, BRAID_BF16, 2, 0});
  report("program: a delay is one", problemOf(delay.view()).empty() ? 0 : 1, 0);
  expectRefused("a delay makes no ids of numbers", delay, [](braid_program &, Program &d) { d.tables[5] = BRAID_I32; });
  // Direction, piece, parts; one carry of four numbers without initial value, past or tape; no reverse one, nothing
  // wide; kernel, scratch, streams, one argument; no replay.
  Program recurrence;
  recurrence.external();
  recurrence.kernels.push_back(addOne);
  recurrence.call(BRAID_CALL_RECUR,
                  {0, 8, 2, 1, 4, 0, 0, 0, 0, 0, /*kernel*/ 0, 0, 0, 1, /*argument*/ 0, 2, 0, 16, /*replay*/ 0});
  report("program: a recurrence is one", problemOf(recurrence.view()).empty() ? 0 : 1, 0);
  expectRefused("the number of parts is 0", recurrence, [](braid_program &, Program &d) { d.tables[2] = 0; });
  expectRefused("the length of a piece is 0", recurrence, [](braid_program &, Program &d) { d.tables[1] = 0; });
  expectRefused("the size of a carry is -4", recurrence, [](braid_program &, Program &d) { d.tables[4] = -4; });
  expectRefused("the size of a carry is 1125899906842624", recurrence,
                [](braid_program &, Program &d) { d.tables[4] = int64_t(1) << 50; });
  expectRefused("whether there is a buffer is 2", recurrence, [](braid_program &, Program &d) { d.tables[5] = 2; });
  expectRefused("the number of a kernel is 1", recurrence, [](braid_program &, Program &d) { d.tables[10] = 1; });
  expectRefused("a recurrence has no lists", recurrence,
                [](braid_program &, Program &d) { d.tables[14] = BRAID_ARG_LIST; });
  expectRefused("whether there is a replay is 7", recurrence, [](braid_program &, Program &d) { d.tables[18] = 7; });
  Program left = recurrence;
  left.tables[6] = 1;
  left.tables.insert(left.tables.begin() + 7, {BRAID_EXTERNAL, 0});
  expectRefused("what a carry was left is no past of a carry", left, [](braid_program &, Program &) {});
  left.external();
  left.tables[18] = 1;
  left.externals[0] = {0, BRAID_PAST, 8, 1, BRAID_F32, 0, BRAID_PAST_CARRY};
  report("program: a carry that is remembered is one", problemOf(left.view()).empty() ? 0 : 1, 0);
  // Slots have no segments, marks or chunks.
  for (int what : {int(BRAID_MASK_SEGMENT), int(BRAID_MASK_ONLY), 0}) {
    Program slots = attention;
    slots.tables[kind] = 1;
    slots.tables[mask] = BRAID_MASK_ALL + what;
    slots.tables[chunk] = what ? 0 : 4;
    expectRefused(noMask, slots, [](braid_program &, Program &) {});
  }
}
