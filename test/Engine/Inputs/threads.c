/* Runs @grad with two threads asked for, as OpenMP is at first, and then as callers may have set it up: the same bits each time. */
#include "model.h"
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { tokens = 96 };

/* Results of one run, one after another. */
static size_t run(char *results) {
  const struct braid_program *program = &braid_grad_program;
  void **external = calloc((size_t)program->num_externals, sizeof *external);
  unsigned state = 1;
  for (int64_t i = 0; i < program->num_externals; ++i) {
    const struct braid_external *e = &program->externals[i];
    int64_t bytes = braid_external_bytes(e, tokens);
    external[i] = calloc(1, (size_t)bytes);
    for (int64_t j = 0; j < bytes / 4; ++j) {
      state = state * 1664525u + 1013904223u;
      if (e->role == BRAID_PARAMETER)
        ((float *)external[i])[j] = (float)(state >> 8) / 16777216.0f * 0.2f - 0.1f;
      else if (e->role == BRAID_INPUT && *braid_external_path(program, i) == 't') /* tokens, targets */
        ((int32_t *)external[i])[j] = (int32_t)(state >> 24);
      else if (e->role == BRAID_INPUT)
        ((float *)external[i])[j] = 1.0f / tokens;
    }
  }
  struct braid_runtime *runtime = braid_runtime_create(2);
  if (braid_runtime_run(runtime, program, 1, tokens, 0, 0, external))
    puts(braid_runtime_message(runtime));
  braid_runtime_destroy(runtime);
  size_t size = 0;
  for (int64_t i = 0; i < program->num_externals; ++i) {
    const struct braid_external *e = &program->externals[i];
    size_t bytes = (size_t)braid_external_bytes(e, tokens);
    if (e->role == BRAID_OUTPUT || e->role == BRAID_GRADIENT) {
      memcpy(results + size, external[i], bytes);
      size += bytes;
    }
    free(external[i]);
  }
  free(external);
  return size;
}

static char wanted[1 << 24], found[2][1 << 24];

static void check(const char *how) {
  size_t size = run(found[0]);
  printf("%s: %s\n", how, memcmp(wanted, found[0], size) ? "differs" : "the same");
}

int main(void) {
  int before = omp_get_max_threads();
  size_t size = run(wanted);
  FILE *file = fopen("results.bin", "wb");
  fwrite(wanted, 1, size, file);
  fclose(file);
  printf("the caller's threads: %s\n", omp_get_max_threads() == before ? "the same" : "changed");
  omp_set_dynamic(1);
  check("dynamic");
  omp_set_dynamic(0);
#pragma omp parallel num_threads(2)
  run(found[omp_get_thread_num()]);
  printf("in a region: %s\n", memcmp(wanted, found[0], size) ? "differs" : "the same");
  omp_set_num_threads(1);
  check("one thread");
  omp_set_max_active_levels(0);
  check("no regions");
  return 0;
}
