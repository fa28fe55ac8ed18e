//===- C.h - running programs that were compiled ahead of time ------------===//
//
// For C and C++. `braid compile MODEL --emit obj -o model.o` writes an object file and model.h, which declares a
// `struct braid_program` for every program in it. Link the object with libbraid_runtime:
//
//   struct braid_runtime *runtime = braid_runtime_create(0);
//   void *external[…];   // what braid_loss_program.externals lists, in its order
//   if (braid_runtime_run(runtime, &braid_loss_program, batch, time, 0, 0, external))
//     puts(braid_runtime_message(runtime));
//   braid_runtime_destroy(runtime);
//
// docs/ahead-of-time.md has a whole program.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_RUNTIME_C_H
#define BRAID_RUNTIME_C_H

#include "braid/Runtime/ABI.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The path of an external; its role says the rest (docs/ahead-of-time.md).
static inline const char *braid_external_path(const struct braid_program *program, int64_t external) {
  return program->texts + program->externals[external].path;
}

/// Bytes of a buffer for a number of tokens (batch · time).
static inline int64_t braid_external_bytes(const struct braid_external *external, int64_t tokens) {
  return external->numbers * braid_dtype_bytes(external->dtype) * (external->per_token ? tokens : 1);
}

/// Threads, scratch memory and arenas, which grow and are kept. For one caller at a time.
struct braid_runtime;
/// `threads` 0: as many as OMP_NUM_THREADS says, or else as the process may use: its processors, and a container's
/// quota of their time. Results depend on this number alone, however few threads OpenMP gives to a run. Null when there
/// is no memory.
struct braid_runtime *braid_runtime_create(int32_t threads);
void braid_runtime_destroy(struct braid_runtime *runtime);

/* The name carries the version of the interface: who was compiled for another calls another, which refuses. */
#define braid_runtime_run braid_runtime_run_3
/// Runs a program on `batch` sequences of `time` tokens. `seed` and `step` are the coordinates of random draws.
/// `external`: an address for each of the program's externals, none null, aligned as its numbers are; results
/// are written there. Ids that no table has a row for, and sequences longer than the program's `positions`, are refused
/// before anything is written. Returns 0, or a non-zero code after having put a message into the runtime.
int32_t braid_runtime_run(struct braid_runtime *runtime, const struct braid_program *program, int64_t batch,
                          int64_t time, uint64_t seed, int64_t step, void *const *external);
/// What sequences remember from run to run of a program that goes on where an earlier run ended (`braid compile
/// --functions extend`). It is the program's own: its externals of role BRAID_PAST. For one caller at a time.
struct braid_state;
/// For `batch` sequences that have not begun. Null when there is no memory, or the program is none.
struct braid_state *braid_state_create(const struct braid_program *program, int64_t batch);
/// Another of the same contents. Null when there is no memory.
struct braid_state *braid_state_copy(const struct braid_state *state);
void braid_state_destroy(struct braid_state *state);
/// The tokens of a sequence so far.
int64_t braid_state_position(const struct braid_state *state, int64_t sequence);
/// The sequence begins anew.
void braid_state_restart(struct braid_state *state, int64_t sequence);
/// Bytes that `braid_state_save` writes.
int64_t braid_state_size(const struct braid_state *state);
void braid_state_save(const struct braid_state *state, void *to);
/// Takes what was saved of a state of the same program and as many sequences; another, or one that is damaged, is
/// refused with a message in the runtime, and the state is as it was.
int32_t braid_state_load(struct braid_runtime *runtime, struct braid_state *state, const void *from, int64_t size);
/// Runs a program on the next tokens of the state's sequences: `count[s]` of them in the first of the `time` rows of
/// sequence s; 0: it rests. Addresses of externals of role BRAID_PAST are not looked at. Results of the newest
/// token of a sequence that has some are in its row count[s] - 1. As `braid_runtime_run` else; on failure the state is
/// as it was.
int32_t braid_runtime_extend(struct braid_runtime *runtime, const struct braid_program *program,
                             struct braid_state *state, int64_t time, const int64_t *count, uint64_t seed, int64_t step,
                             void *const *external);

/// Why the last run failed, with its place in the model; empty when it did not. Valid until the next call.
const char *braid_runtime_message(const struct braid_runtime *runtime);

#ifdef __cplusplus
}
#endif

#endif
