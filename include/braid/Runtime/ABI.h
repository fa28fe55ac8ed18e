//===- ABI.h - the C interface between compiled programs and the runtime --===//
//
// Compiled host functions consist of calls of the functions below; compiled row
// kernels have the type braid_kernel. What a call works on is described by a
// constant table of 64-bit integers next to the code, so that a deep model costs
// data, not instructions. Batch and time are run-time values: a token buffer's
// address is `arena + offset * tokens`, so one compiled program serves every shape.
//
// Every function returns 0, or a non-zero code after having put a message into
// the context (braid_fail); compiled code stops at the first failure.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_RUNTIME_ABI_H
#define BRAID_RUNTIME_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Storage formats of buffers.
enum braid_dtype { BRAID_F32 = 0, BRAID_BF16 = 1, BRAID_I32 = 2 };
/// Bytes of one number.
static inline int64_t braid_dtype_bytes(int64_t dtype) { return dtype == BRAID_BF16 ? 2 : 4; }

/// Where a buffer lies. A buffer reference in a table is two integers: base, offset.
enum braid_base {
  BRAID_TOKEN_ARENA = 0, ///< address = token_arena + offset * tokens (offset: bytes a token; tokens padded, see below)
  BRAID_FIXED_ARENA = 1, ///< address = fixed_arena + offset
  BRAID_EXTERNAL = 2,    ///< address = external[offset]: parameters, gradients, inputs, outputs
  BRAID_ZERO = 3,        ///< a block of zeros at least as large as any row; for absent list entries
};

struct braid_context {
  int64_t batch, time;
  int64_t tokens;        ///< batch * time: rows of the token space
  int64_t padded_tokens; ///< tokens rounded up to a multiple of 16; token arena offsets are multiplied by this
  char *token_arena;     ///< 64-byte aligned
  char *fixed_arena;     ///< 64-byte aligned
  void *const *external;
  int64_t step; ///< optimiser step, for random draws
  uint64_t seed;
  void *state; ///< the runtime's own: pool, scratch, caches, message
};

/// One entry of a list argument (the entries of a history).
struct braid_entry {
  char *base;
  int64_t row_bytes; ///< from one row to the next; 0 for a value that all rows share
};

/// A row kernel runs its region for the rows begin … end-1 of its row space.
/// args: per kernel argument, in order: for a buffer, its base address (row 0); for a
/// list, a pointer to its braid_entry array; for a sum across rows, the address of
/// this thread's own fp32 partial, zeroed by the caller.
/// sizes: the sizes of the kernel's dynamic axes, in the order of its `dynamic` attribute, then the hashes of the
/// streams of random numbers from which it draws.
/// time: tokens of one sequence (a row's position is row % time).
/// scratch: this thread's own, 64-byte aligned, as many bytes as the launch table says.
typedef void (*braid_kernel)(void *const *args, const int64_t *sizes, int64_t begin, int64_t end, int64_t time,
                             char *scratch);

/// Row spaces of a launch.
enum braid_space {
  BRAID_TOKENS = 0, ///< one row a token
  BRAID_FIXED = 1   ///< a number of rows known to the compiler (static values)
};

/// Kinds of a launch argument.
enum braid_arg_kind {
  BRAID_ARG_BUFFER = 0, ///< base, offset
  BRAID_ARG_LIST = 1,   ///< count, then count × (base, offset, row_bytes)
  BRAID_ARG_SUM = 2,    ///< base, offset, numbers: an fp32 result summed over all rows in a fixed order; overwritten
};

/// Launch table: space, rows (fixed space), scratch bytes a thread = s0 + s1·(first dynamic size, or 0): s0, s1,
/// number of dynamic sizes and streams, the sizes, the streams, number of arguments, then each argument: kind and what
/// the kind needs.
int32_t braid_launch(struct braid_context *, braid_kernel kernel, const char *name, const int64_t *table);

/// C[b,m,n] = (accumulate ? C : 0) + sum over k of A[b,m,k] · B[b,k,n], strided, products accumulated in fp32.
/// Table: batch, m, n, k; then flags: bit 0 m is multiplied by the tokens, bit 1 k is, bit 2 batch is, bit 3
/// accumulate; then for A, B, C: dtype, base, offset, stride of batch, of rows (A: m, B: k, C: m), of columns (A: k, B:
/// n, C: n), in numbers.
int32_t braid_matmul(struct braid_context *, const char *name, const int64_t *table);

/// Masks of a source of attention.
enum braid_mask {
  BRAID_MASK_CAUSAL = 0,
  BRAID_MASK_STRICT = 1,
  BRAID_MASK_ALL = 2,
  BRAID_MASK_SEGMENT = 4, ///< added to one of the others: of those only the keys of the query's own segment
};

/// Attention, as braid.attend. Table: number of sources s; shared (batched) heads h; query group g (q's further axes,
/// flattened; query rows are [h][g][d]); d (contracted); e (value width); scale as the bits of a double;
/// then buffers (dtype, base, offset): q [tokens][h][g][d], output [tokens][h][g][e], lse (fp32) [tokens][h][g];
/// then for each source: kind (0 tokens of the sequence, 1 slots), mask (braid_mask), window (0: none; else the newest
/// so many of the keys that are left), number of slots, k (dtype, base, offset) [tokens or slots][h][d], v (dtype,
/// base, offset) [tokens or slots][h][e]; with BRAID_MASK_SEGMENT then segments (base, offset) i32 [tokens], any
/// integers in any order. A row that sees nothing has output 0 and lse -inf. No tokens × tokens matrix is formed.
int32_t braid_attend(struct braid_context *, const char *name, const int64_t *table);

/// Its gradient. The same table, then: output gradient (dtype, base, offset), query gradient (dtype, base, offset),
/// then for each source: key gradient and value gradient (dtype, base, offset each); those of slots are summed over all
/// tokens.
int32_t braid_attend_grad(struct braid_context *, const char *name, const int64_t *table);

/// Sums rows into a table: out[id[t]][j] += in[t][j] in the order of t, from zero. Ids outside 0…table_rows-1 are
/// skipped. Table: table rows, width, then buffers (dtype, base, offset): in [tokens][width], ids (i32) [tokens], out
/// (fp32) [table rows][width].
int32_t braid_scatter(struct braid_context *, const char *name, const int64_t *table);

/// Called by compiled code when a call has failed, with the program location of the call; adds it to the message.
void braid_failed_at(struct braid_context *, const char *location);

#ifdef __cplusplus
}
#endif

#endif
