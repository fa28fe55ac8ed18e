//===- C.cpp - running programs that were compiled ahead of time ----------===//

#include "braid/Runtime/C.h"
#include "braid/Runtime/Context.h"
#include <cstdlib>
#include <limits>
#include <new>

namespace {

/// Memory that grows and is kept, aligned as arenas are.
class Arena {
public:
  ~Arena() { std::free(data); }
  /// Null when there is no memory.
  char *get(int64_t bytes) {
    if (data && bytes <= capacity)
      return data;
    std::free(data);
    capacity = bytes / 64 * 64 + 64; // never empty
    data = static_cast<char *>(std::aligned_alloc(64, size_t(capacity)));
    return data;
  }

private:
  char *data = nullptr;
  int64_t capacity = 0;
};

} // namespace

struct braid_runtime {
  explicit braid_runtime(int threads) : context(threads) {}
  braid::rt::Context context;
  Arena tokens, fixed;
};

/// What the tables of the program demand.
static int32_t checkIds(braid::rt::Context &context, const braid_program *program, int64_t tokens,
                        void *const *external) {
  for (int64_t i = 0; i < program->num_externals; ++i) {
    const braid_external &described = program->externals[i];
    const int32_t *ids = static_cast<const int32_t *>(external[i]);
    for (int64_t t = 0, count = described.ids ? described.numbers * (described.per_token ? tokens : 1) : 0; t < count;
         ++t)
      if (ids[t] >= described.ids)
        return context.fail("`" + std::string(program->name) + "`: number " + std::to_string(t) + " of `" +
                            described.name + "` is " + std::to_string(ids[t]) + "; ids are below " +
                            std::to_string(described.ids));
  }
  return 0;
}

braid_runtime *braid_runtime_create(int32_t threads) { return new (std::nothrow) braid_runtime(threads); }
void braid_runtime_destroy(braid_runtime *runtime) { delete runtime; }
const char *braid_runtime_message(const braid_runtime *runtime) { return runtime->context.message().c_str(); }

int32_t braid_runtime_run(braid_runtime *runtime, const braid_program *program, int64_t batch, int64_t time,
                          uint64_t seed, int64_t step, void *const *external) {
  braid::rt::Context &context = runtime->context;
  context.clearMessage();
  std::string name = program->name;
  if (batch < 1 || time < 1 || batch > std::numeric_limits<int32_t>::max() / time)
    return context.fail("`" + name + "`: batch and time are at least 1, and their product is below 2^31");
  for (int64_t i = 0; i < program->num_externals; ++i)
    if (!external[i])
      return context.fail("`" + name + "` needs `" + program->externals[i].name + "`, external " + std::to_string(i) +
                          ", which is null");
  if (int32_t failed = context.checkTime(program->name, program->positions, time))
    return failed;
  if (int32_t failed = checkIds(context, program, batch * time, external))
    return failed;
  braid_context abi = context.contextFor(batch, time);
  abi.external = external;
  abi.seed = seed;
  abi.step = step;
  abi.token_arena = runtime->tokens.get(program->token_bytes * abi.padded_tokens);
  abi.fixed_arena = runtime->fixed.get(program->fixed_bytes);
  if (!abi.token_arena || !abi.fixed_arena)
    return context.fail("out of memory: `" + name + "` needs " + std::to_string(program->token_bytes) +
                        " bytes a token for " + std::to_string(abi.padded_tokens) + " tokens, and " +
                        std::to_string(program->fixed_bytes) + " bytes");
  return program->entry(&abi);
}
