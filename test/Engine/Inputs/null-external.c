#include "model.h"
#include <stdio.h>

int main(void) {
  static void *none[1024];
  struct braid_runtime *runtime = braid_runtime_create(1);
  if (braid_runtime_run(runtime, &braid_grad_program, 1, 4, 0, 0, none))
    puts(braid_runtime_message(runtime));
  if (braid_runtime_run(runtime, &braid_grad_program, 0, 4, 0, 0, none))
    puts(braid_runtime_message(runtime));
  braid_runtime_destroy(runtime);
  return 0;
}
