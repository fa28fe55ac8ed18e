/* extend LOGITS EXTEND, the parameters of each in its order: @extend in pieces, with copies and saved states of two sequences, against @logits of the whole. */
#include "model.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { batch = 2, tokens = 40 };

static int32_t text[batch * tokens];

/* Memory for each external: parameters from the file, the others zeros; those of a state need none. */
static void **memory(const struct braid_program *program, const char *path, int64_t rows) {
  void **external = calloc((size_t)program->num_externals + 1, sizeof *external);
  FILE *file = fopen(path, "rb");
  for (int64_t i = 0; i < program->num_externals; ++i) {
    const struct braid_external *e = &program->externals[i];
    size_t bytes = (size_t)braid_external_bytes(e, batch * rows);
    if (e->role == BRAID_PAST)
      continue;
    external[i] = calloc(1, bytes + 64);
    if (e->role == BRAID_PARAMETER && fread(external[i], 1, bytes, file) != bytes)
      exit(1);
  }
  fclose(file);
  return external;
}

static int64_t find(const struct braid_program *program, int64_t role) {
  for (int64_t i = 0; i < program->num_externals; ++i)
    if (program->externals[i].role == role)
      return i;
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 1;
  const struct braid_program *logits = &braid_logits_program, *extend = &braid_extend_program;
  struct braid_runtime *runtime = braid_runtime_create(2);
  void **whole = memory(logits, argv[1], tokens), **piece = memory(extend, argv[2], tokens);
  for (int i = 0; i < batch * tokens; ++i)
    text[i] = i * 7919 % 251;
  memcpy(whole[find(logits, BRAID_INPUT)], text, sizeof text);
  if (braid_runtime_run(runtime, logits, batch, tokens, 0, 0, whole))
    puts(braid_runtime_message(runtime));
  int64_t classes = logits->externals[find(logits, BRAID_OUTPUT)].numbers;
  const float *want = whole[find(logits, BRAID_OUTPUT)], *got = piece[find(extend, BRAID_OUTPUT)];

  struct braid_state *state = braid_state_create(extend, batch), *other = braid_state_create(extend, batch);
  const int64_t pieces[][2] = {{1, 13}, {12, 0}, {1, 1}, {20, 26}, {6, 0}};
  double worst = 0;
  for (size_t p = 0; p < sizeof pieces / sizeof *pieces; ++p) {
    int64_t time = pieces[p][0] > pieces[p][1] ? pieces[p][0] : pieces[p][1];
    int32_t *input = piece[find(extend, BRAID_INPUT)];
    for (int64_t s = 0; s < batch; ++s)
      memcpy(input + s * time, text + s * tokens + braid_state_position(state, s), (size_t)pieces[p][s] * 4);
    /* The copy goes first, what was saved then, the state itself last. */
    struct braid_state *copy = braid_state_copy(state);
    char *saved = malloc((size_t)braid_state_size(state));
    braid_state_save(state, saved);
    if (braid_state_load(runtime, other, saved, braid_state_size(state)))
      puts(braid_runtime_message(runtime));
    struct braid_state *all[] = {copy, other, state};
    for (int i = 0; i < 3; ++i) {
      if (braid_runtime_extend(runtime, extend, all[i], time, pieces[p], 0, 0, piece))
        puts(braid_runtime_message(runtime));
      for (int64_t s = 0; s < batch; ++s)
        for (int64_t x = 0; x < classes && pieces[p][s]; ++x) {
          int64_t newest = braid_state_position(all[i], s) - 1;
          double error = fabs(got[(s * time + pieces[p][s] - 1) * classes + x] - want[(s * tokens + newest) * classes + x]);
          worst = error > worst ? error : worst;
        }
    }
    braid_state_destroy(copy);
    free(saved);
  }
  puts(worst < 1e-4 ? "the pieces agree with the whole" : "the pieces differ from the whole");

  /* What is refused. */
  int64_t size = braid_state_size(state), many[] = {tokens + 1, 0};
  char *saved = malloc((size_t)size + 8);
  braid_state_save(state, saved);
  if (braid_state_load(runtime, state, saved, size - 1))
    puts(braid_runtime_message(runtime));
  if (braid_state_load(runtime, state, saved, size + 8))
    puts(braid_runtime_message(runtime));
  struct braid_state *one = braid_state_create(extend, 1);
  if (braid_state_load(runtime, one, saved, size))
    puts(braid_runtime_message(runtime));
  if (braid_runtime_extend(runtime, extend, state, tokens, many, 0, 0, piece))
    puts(braid_runtime_message(runtime));
  if (braid_runtime_extend(runtime, logits, state, tokens, pieces[0], 0, 0, whole))
    puts(braid_runtime_message(runtime));
  if (braid_runtime_run(runtime, extend, batch, tokens, 0, 0, piece))
    puts(braid_runtime_message(runtime));
  braid_state_restart(state, 1);
  printf("%d %d\n", (int)braid_state_position(state, 0), (int)braid_state_position(state, 1));
  struct braid_program old = *extend;
  old.abi = 2;
  printf("%s\n", braid_state_create(&old, 1) ? "a state of another version" : "no state of another version");
  braid_state_destroy(state);
  braid_state_destroy(other);
  braid_state_destroy(one);
  braid_runtime_destroy(runtime);
  return 0;
}
