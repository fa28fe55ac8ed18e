//===- C.cpp - running programs that were compiled ahead of time ----------===//

#include "braid/Runtime/C.h"
#include "braid/Runtime/Runner.h"
#include <new>

struct braid_runtime {
  explicit braid_runtime(int threads) : runner(threads) {}
  braid::rt::Runner runner;
};

braid_runtime *braid_runtime_create(int32_t threads) { return new (std::nothrow) braid_runtime(threads); }
void braid_runtime_destroy(braid_runtime *runtime) { delete runtime; }
const char *braid_runtime_message(const braid_runtime *runtime) { return runtime->runner.context().message().c_str(); }

int32_t braid_runtime_run_2(braid_runtime *runtime, const braid_program *program, int64_t batch, int64_t time,
                            uint64_t seed, int64_t step, void *const *external) {
  bool countable = batch > 0 && time > 0 && batch <= INT32_MAX / time; // or else the runner says what is wrong
  braid::rt::AllRows rows(countable ? batch : 1, countable ? time : 0);
  return runtime->runner.run(*program, {batch, rows, seed, step, external});
}

//===----------------------------------------------------------------------===//
// Version 1, whose programs were functions: they link, and are refused when they are run.
//===----------------------------------------------------------------------===//

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
