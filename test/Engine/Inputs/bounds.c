/* Ids and sequences that the tables of a program have no rows for are refused, and nothing is written. */
#include "model.h"
#include <stdio.h>

int main(void) {
  static float memory[8][4096];
  static int32_t tokens[64], targets[64];
  void *external[8];
  struct braid_runtime *runtime = braid_runtime_create(1);
  float *loss = 0, scale = 1;
  for (int64_t i = 0; i < braid_loss_program.num_externals; ++i) {
    const struct braid_external *e = &braid_loss_program.externals[i];
    const char *path = braid_external_path(&braid_loss_program, i);
    external[i] = memory[i];
    if (e->role == BRAID_INPUT)
      external[i] = path[0] == 'l' ? (void *)&scale : path[1] == 'o' ? (void *)tokens : (void *)targets;
    if (e->role == BRAID_OUTPUT)
      loss = memory[i];
  }
  struct { int32_t token, target; int64_t batch, time; } runs[] = {
      {15, 15, 3, 12}, {-1, -1, 1, 12}, {16, 3, 1, 12}, {3, 16, 1, 12}, {3, 3, 1, 13}};
  for (int i = 0; i < 5; ++i) {
    tokens[7] = runs[i].token;
    targets[9] = runs[i].target;
    *loss = -1;
    int32_t code = braid_runtime_run(runtime, &braid_loss_program, runs[i].batch, runs[i].time, 0, 0, external);
    puts(code ? braid_runtime_message(runtime) : *loss > 0 ? "a loss" : "no loss");
    if (code && *loss != -1)
      puts("written");
  }
  braid_runtime_destroy(runtime);
  return 0;
}
