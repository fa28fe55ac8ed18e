//===- C.cpp - running programs that were compiled ahead of time ----------===//

#include "braid/Runtime/C.h"
#include "braid/Runtime/ProgramCheck.h"
#include "braid/Runtime/State.h"
#include <new>

struct braid_runtime {
  explicit braid_runtime(int threads) : runner(threads) {}
  braid::rt::Runner runner;
};

struct braid_state {
  std::unique_ptr<braid::rt::State> state;
};

braid_runtime *braid_runtime_create(int32_t threads) { return new (std::nothrow) braid_runtime(threads); }
void braid_runtime_destroy(braid_runtime *runtime) { delete runtime; }
const char *braid_runtime_message(const braid_runtime *runtime) { return runtime->runner.context().message().c_str(); }

int32_t braid_runtime_run_3(braid_runtime *runtime, const braid_program *program, int64_t batch, int64_t time,
                            uint64_t seed, int64_t step, void *const *external) {
  bool countable = batch > 0 && time > 0 && batch <= INT32_MAX / time; // or else the runner says what is wrong
  braid::rt::AllRows rows(countable ? batch : 1, countable ? time : 0);
  return runtime->runner.run(*program, {batch, rows, seed, step, external});
}

static braid_state *wrap(std::unique_ptr<braid::rt::State> state) {
  return state ? new (std::nothrow) braid_state{std::move(state)} : nullptr;
}

braid_state *braid_state_create(const braid_program *program, int64_t batch) {
  if (!program || batch < 1 || batch > INT32_MAX || !braid::rt::problemOf(*program).empty())
    return nullptr;
  return wrap(std::make_unique<braid::rt::State>(*program, batch));
}
braid_state *braid_state_copy(const braid_state *state) { return wrap(state->state->copy()); }
void braid_state_destroy(braid_state *state) { delete state; }
int64_t braid_state_position(const braid_state *state, int64_t sequence) {
  return state->state->positions()[size_t(sequence)];
}
void braid_state_restart(braid_state *state, int64_t sequence) { state->state->restart(sequence); }
int64_t braid_state_size(const braid_state *state) { return state->state->savedBytes(); }
void braid_state_save(const braid_state *state, void *to) { state->state->save(static_cast<char *>(to)); }

int32_t braid_state_load(braid_runtime *runtime, braid_state *state, const void *from, int64_t size) {
  braid::rt::Context &context = runtime->runner.context();
  context.clearMessage();
  std::string problem = state->state->load(static_cast<const char *>(from), size);
  return problem.empty() ? 0 : context.fail(problem);
}

int32_t braid_runtime_extend(braid_runtime *runtime, const braid_program *program, braid_state *state, int64_t time,
                             const int64_t *count, uint64_t seed, int64_t step, void *const *external) {
  runtime->runner.context().clearMessage();
  if (!program || !state || !count)
    return runtime->runner.context().fail("a program, a state and numbers of tokens are needed, and one is null");
  int64_t batch = state->state->batch();
  return state->state->run(runtime->runner, *program, {batch, {time, nullptr, nullptr, count}, seed, step, external});
}

//===----------------------------------------------------------------------===//
// Earlier versions, whose objects link and are refused when they are run. Programs of version 1 were functions; those
// of version 2 say so themselves.
//===----------------------------------------------------------------------===//

extern "C" int32_t braid_runtime_run_2(braid_runtime *runtime, const braid_program *program, int64_t, int64_t, uint64_t,
                                       int64_t, void *const *) {
  braid::rt::Context &context = runtime->runner.context();
  context.clearMessage();
  return context.fail("the program was compiled for version " + std::to_string(program->abi) +
                      " of the runtime's interface, this is version " + std::to_string(BRAID_ABI) +
                      "; compile it anew");
}

#undef braid_runtime_run
extern "C" {
int32_t braid_runtime_run(braid_runtime *runtime, const void *, int64_t, int64_t, uint64_t, int64_t, void *const *) {
  braid::rt::Context &context = runtime->runner.context();
  context.clearMessage();
  return context.fail("the program was compiled for version 1 of the runtime's interface, this is version " +
                      std::to_string(BRAID_ABI) + "; compile it anew");
}
#define NEVER_CALLED(NAME)                                                                                             \
  int32_t NAME() { return 1; }
NEVER_CALLED(braid_launch)
NEVER_CALLED(braid_matmul)
NEVER_CALLED(braid_attend)
NEVER_CALLED(braid_attend_grad)
NEVER_CALLED(braid_scatter)
NEVER_CALLED(braid_failed_at)
}
