/* A model compiled ahead of time: its loss on a text, and every parameter's gradient.

     gradient PARAMETERS TEXT GRADIENTS

   PARAMETERS: the numbers of all parameters, fp32, in the order of model.h; GRADIENTS is written likewise.
   TEXT: each byte is a token, whose target is the next byte. docs/ahead-of-time.md says how to build this. */

#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what, const char *which) {
  fprintf(stderr, "gradient: %s %s\n", what, which);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 4)
    return fail("usage:", "gradient PARAMETERS TEXT GRADIENTS");
  static unsigned char text[1025];
  FILE *file = fopen(argv[2], "rb");
  int64_t tokens = file ? (int64_t)fread(text, 1, sizeof text, file) - 1 : 0;
  if (tokens < 1)
    return fail("cannot read two bytes of", argv[2]);
  fclose(file);
  FILE *parameters = fopen(argv[1], "rb");
  if (!parameters)
    return fail("cannot read", argv[1]);

  const struct braid_program *program = &braid_grad_program;
  void **external = calloc((size_t)program->num_externals, sizeof *external);
  for (int64_t i = 0; i < program->num_externals; ++i) {
    const struct braid_external *e = &program->externals[i];
    size_t bytes = (size_t)braid_external_bytes(e, tokens);
    external[i] = calloc(1, bytes);
    const char *path = braid_external_path(program, i);
    if (e->role == BRAID_PARAMETER) {
      if (fread(external[i], 1, bytes, parameters) != bytes)
        return fail("too few numbers for", path);
    } else if (e->role == BRAID_INPUT && (!strcmp(path, "tokens") || !strcmp(path, "targets"))) {
      for (int64_t t = 0; t < tokens; ++t)
        ((int32_t *)external[i])[t] = text[t + !strcmp(path, "targets")];
    } else if (e->role == BRAID_INPUT && !strcmp(path, "loss_scale")) {
      *(float *)external[i] = 1.0f / (float)tokens;
    } else if (e->role != BRAID_OUTPUT && e->role != BRAID_GRADIENT) {
      return fail("the model wants", path);
    }
  }
  if (fgetc(parameters) != EOF)
    return fail("too many numbers in", argv[1]);
  fclose(parameters);

  struct braid_runtime *runtime = braid_runtime_create(0);
  if (braid_runtime_run(runtime, program, 1, tokens, 0, 0, external))
    return fail("the model failed:", braid_runtime_message(runtime));

  FILE *gradients = fopen(argv[3], "wb");
  if (!gradients)
    return fail("cannot write", argv[3]);
  for (int64_t i = 0; i < program->num_externals; ++i) {
    const struct braid_external *e = &program->externals[i];
    if (e->role == BRAID_GRADIENT)
      fwrite(external[i], 1, (size_t)braid_external_bytes(e, tokens), gradients);
    else if (e->role == BRAID_OUTPUT && !strcmp(braid_external_path(program, i), "loss"))
      printf("loss = %.9g\n", *(float *)external[i]);
    free(external[i]);
  }
  if (fclose(gradients))
    return fail("cannot write", argv[3]);
  free(external);
  braid_runtime_destroy(runtime);
  return 0;
}
