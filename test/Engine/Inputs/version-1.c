/* What objects and headers of version 1 of the interface come to: a function, which calls the runtime, and its description. */
#include <stdint.h>
#include <stdio.h>

struct braid_context;
struct braid_external;
struct braid_program {
  const char *name;
  int32_t (*entry)(struct braid_context *);
  int64_t token_bytes, fixed_bytes, num_externals;
  const struct braid_external *externals;
  int64_t positions;
};
struct braid_runtime;
struct braid_runtime *braid_runtime_create(int32_t threads);
void braid_runtime_destroy(struct braid_runtime *runtime);
int32_t braid_runtime_run(struct braid_runtime *runtime, const struct braid_program *program, int64_t batch,
                          int64_t time, uint64_t seed, int64_t step, void *const *external);
const char *braid_runtime_message(const struct braid_runtime *runtime);

int32_t braid_matmul(struct braid_context *context, const char *name, const int64_t *table);
static const int64_t table[] = {1, 1, 1, 1};
static int32_t braid_f(struct braid_context *context) { return braid_matmul(context, "product", table); }
static const struct braid_program braid_f_program = {"f", braid_f, 0, 0, 0, 0, 0};

int main(void) {
  struct braid_runtime *runtime = braid_runtime_create(1);
  if (braid_runtime_run(runtime, &braid_f_program, 1, 4, 0, 0, 0))
    puts(braid_runtime_message(runtime));
  braid_runtime_destroy(runtime);
  return 0;
}
