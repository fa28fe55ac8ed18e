//===- ABI.h - programs as data, and the calls they consist of ------------===//
//
// A compiled program is a constant: what it is given, which kernels it has, and its calls
// in order. What a call works on is described by a table of 64-bit integers, so that a
// deep model costs data, not instructions. Batch, time and the rows at work are run-time values: a token
// buffer's address is `arena + offset * tokens`, so one compiled program serves every shape.
// Whoever runs programs walks their calls (braid_program_run); whoever wants to look at
// them first may. Only row kernels are machine code.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_RUNTIME_ABI_H
#define BRAID_RUNTIME_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of what stands here. A program of another one is refused.
#define BRAID_ABI 3

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

/// The rows at work: a run, or a pass of a loop over time, works on a range of tokens of every sequence. The others
/// keep what they have, and attention reads the rows before those at work. Arrays have a number for each sequence.
struct braid_rows {
  int64_t time;         ///< rows of a sequence in token buffers: row r is row r % time of the sequence r / time
  const int64_t *start; ///< the position of a sequence's row 0
  const int64_t *first; ///< the first row at work
  const int64_t *count; ///< how many are at work, first + count at most time; 0: the sequence rests
};

/// Rows of earlier runs: a buffer [sequences][rows] in which row r of the run is row before + r of its sequence, and
/// the rows before it are those that came before, the newest last.
struct braid_past {
  int64_t rows;          ///< of a sequence in the buffer; 2 of a carry
  const int64_t *before; ///< of each sequence, the rows before the run's row 0; of a carry, which row it was left
};

struct braid_context {
  int64_t batch;
  struct braid_rows rows;
  int64_t tokens;        ///< batch * rows.time: rows of the token space
  int64_t padded_tokens; ///< tokens rounded up to a multiple of 16; token arena offsets are multiplied by this
  char *token_arena;     ///< 64-byte aligned
  char *fixed_arena;     ///< 64-byte aligned
  void *const *external;
  const struct braid_past *past; ///< for each external, read where its role is BRAID_PAST; null in programs without one
  int64_t step;                  ///< optimiser step, for random draws
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
/// rows: those at work, begin … end-1 among them; a row's position is rows->start[row / time] + row % time.
/// scratch: this thread's own, 64-byte aligned, as many bytes as the launch table says.
typedef void (*braid_kernel)(void *const *args, const int64_t *sizes, int64_t begin, int64_t end,
                             const struct braid_rows *rows, char *scratch);

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

/// What an external is to the program; its path says which one.
enum braid_role {
  BRAID_PARAMETER = 0,   ///< of the model, by its path
  BRAID_GRADIENT = 1,    ///< of the loss, by the parameter's path
  BRAID_ACCUMULATED = 2, ///< the sum of several gradients
  BRAID_MOMENT_1 = 3,    ///< the optimiser's mean of gradients
  BRAID_MOMENT_2 = 4,    ///< and of their squares
  BRAID_INPUT = 5,
  BRAID_OUTPUT = 6,
  BRAID_DRAW = 7,  ///< the run's coordinates for random numbers: seed (low, high), step, first sequence
  BRAID_STATE = 8, ///< of the optimiser, kept from step to step
  BRAID_PAST = 9,  ///< what a sequence remembers of its tokens, for runs that go on where an earlier one ended
};

/// A buffer of the caller's. Role and path are its name: `param:<path>`, `in:<path>`, `out:<path>`, `grad:<path>`, ….
struct braid_external {
  int64_t path;      ///< an offset in the program's texts
  int64_t role;      ///< enum braid_role
  int64_t numbers;   ///< for each token, or in all
  int64_t per_token; ///< 1: for each token
  int64_t dtype;     ///< enum braid_dtype
  int64_t ids;       ///< the numbers index tables of at least so many rows (a negative one: no row); 0: they do not
  int64_t past;      ///< of BRAID_PAST: so many rows before a run's are read, BRAID_PAST_ALL: all that there were,
                     ///< BRAID_PAST_CARRY: what the last token left; else 0
};

/// Every row of the sequence is read.
#define BRAID_PAST_ALL (-1)
/// A carry: [sequences][2], of which `before` says which one the last run left (0 or 1). A run writes the other one.
#define BRAID_PAST_CARRY (-2)

/// What stands before the path in the name of an external; nothing before that of draws.
static inline const char *braid_role_word(int64_t role) {
  switch (role) {
  case BRAID_PARAMETER: return "param:";
  case BRAID_GRADIENT: return "grad:";
  case BRAID_ACCUMULATED: return "acc:";
  case BRAID_MOMENT_1: return "m:";
  case BRAID_MOMENT_2: return "v:";
  case BRAID_INPUT: return "in:";
  case BRAID_OUTPUT: return "out:";
  case BRAID_STATE: return "state:";
  case BRAID_PAST: return "past:";
  default: return "";
  }
}

/// Kinds of a call, and what its table holds. `Buffer` stands for dtype, base, offset.
enum braid_call_kind {
  /// space, rows (fixed space), scratch bytes of a thread, number of dynamic sizes and streams, the sizes, the streams,
  /// number of arguments, then each argument: enum braid_arg_kind and what the kind needs.
  BRAID_CALL_LAUNCH = 0,
  /// C[b,m,n] = (accumulate ? C : 0) + sum over k of A[b,m,k] · B[b,k,n], strided, products accumulated in fp32.
  /// batch, m, n, k; then flags: m (bit 0), k (bit 1) or batch (bit 2) is multiplied by the tokens at work, bit 3
  /// accumulate;
  /// then for A, B, C: Buffer, stride of batch, of rows (A: m, B: k, C: m), of columns (A: k, B: n, C: n), in numbers.
  BRAID_CALL_MATMUL = 1,
  /// Attention, as braid.attend. Number of sources s; shared (batched) heads h; query group g (q's further axes,
  /// flattened; query rows are [h][g][d]); d (contracted); e (value width); scale as the bits of a double;
  /// then Buffers: q [tokens][h][g][d], output [tokens][h][g][e], lse (fp32) [tokens][h][g];
  /// then for each source: kind (0 tokens of the sequence, 1 slots), mask (enum braid_mask), window (0: none; else the
  /// newest so many of the keys that are left), chunk (0: none; else only the keys in the query's own chunk of so many
  /// positions), span (of BRAID_MASK_EARLIER: positions of a chunk; else 0), number of slots, Buffers
  /// k [tokens or slots][h][d], v [tokens or slots][h][e]; with BRAID_MASK_SEGMENT then segments (base, offset) i32
  /// [tokens], any integers in any order; with BRAID_MASK_ONLY then marks (base, offset) fp32 [tokens], 0: none.
  /// A row that sees nothing has output 0 and lse -inf. No tokens × tokens matrix is formed. Of a sequence the rows up
  /// to the last one at work are there to be seen. Keys, values, segments and marks of a source may be externals of
  /// role
  /// BRAID_PAST, all of them then, and of one `past`: the rows before the run's are seen as well.
  BRAID_CALL_ATTEND = 2,
  /// Its gradient. The same, then 1 if gradients of keys and values are added to what is there, else 0, then Buffers:
  /// output gradient, query gradient, then for each source: key gradient and value gradient, from the queries at work;
  /// those of slots are summed over them. Rows behind the last one at work are left, and rows of earlier runs get none.
  BRAID_CALL_ATTEND_GRAD = 3,
  /// Sums the rows at work into a table: out[id[t]][j] += in[t][j] in the order of t, from zero. Ids outside
  /// 0…table_rows-1 are
  /// skipped.
  /// Table rows, width, then Buffers: in [tokens][width], ids (i32) [tokens], out (fp32) [table rows][width].
  BRAID_CALL_SCATTER = 4,
  /// The value at another token: out[row] = in[row - distance] for the rows at work. Where the sequence has no such
  /// row, or
  /// it lies behind the last one at work, what stands there is nothing: zeros, or -1 in a buffer of i32.
  /// Distance, numbers of a row, then Buffers: in, out, both [tokens][numbers]; real numbers are converted. `in` may be
  /// of role BRAID_PAST: then its rows before the run's are there, too.
  BRAID_CALL_DELAY = 5,
  /// Remembers the rows at work. Numbers of a row, then Buffers: in [tokens][numbers], out, of role BRAID_PAST, in the
  /// same format.
  BRAID_CALL_REMEMBER = 6,
  /// A row recurrence: row kernels over the tokens of every sequence in order, for each of the parts that a row
  /// consists of
  /// (the heads). Direction (1: from the last token to the first), tokens of a piece, parts; number of forward carries,
  /// then for each: numbers of a part, then three times 0 or 1 and (base, offset): its initial value [parts][numbers]
  /// fp32, an external of past BRAID_PAST_CARRY, its tape (at sequence s, from the first row at work on, what it was
  /// at the first token of each piece but the first, [pieces - 1][parts][numbers]; ⌈parts · numbers / piece⌉ numbers
  /// a token); number of reverse carries, then for each: numbers of a part, and 0 or 1 and (base, offset) of the sum of
  /// what
  /// sequences that begin in the run leave; number of wide values, then for each: numbers of a part. Then the kernel:
  /// its
  /// number in the program, scratch bytes, number of streams, the streams, number of arguments, each: BRAID_ARG_BUFFER
  /// or BRAID_ARG_SUM, base, offset, bytes from one part to the next (0: all have the same), of a sum its numbers; then
  /// 0 or 1 and a kernel that computes the wide values of a piece again, before the first one works on it.
  /// The kernels' first arguments are the carries (fp32, this thread's own), then wide values, then those in the table.
  BRAID_CALL_RECUR = 7,

  /// The calls up to the matching BRAID_CALL_END, again and again: enum braid_loop_kind and what the kind needs.
  BRAID_CALL_LOOP = 16,
  /// The calls up to the matching BRAID_CALL_END, if the number (i32) at base, offset is not 0.
  BRAID_CALL_WHEN = 17,
  /// An empty table.
  BRAID_CALL_END = 18,
  /// An empty table. For the calls behind it the last row at work of each sequence is the only one at work. It stands
  /// in no loop.
  BRAID_CALL_NEWEST = 19,
};

enum braid_loop_kind {
  /// base, offset of an i32: as many times as it says, not at all where it is negative.
  BRAID_LOOP_COUNT = 0,
  /// The same, then base, offset of another: before each time, the loop ends where that one is 0.
  BRAID_LOOP_WHILE = 1,
};

/// Row spaces of a launch.
enum braid_space {
  BRAID_TOKENS = 0, ///< one row a token, those at work
  BRAID_FIXED = 1   ///< a number of rows known to the compiler (static values)
};

/// Kinds of a launch argument.
enum braid_arg_kind {
  BRAID_ARG_BUFFER = 0, ///< base, offset
  BRAID_ARG_LIST = 1,   ///< count, then count × (base, offset, row_bytes)
  BRAID_ARG_SUM = 2,    ///< base, offset, numbers: an fp32 result summed over the rows in a fixed order; overwritten
};

/// Masks of a source of attention.
enum braid_mask {
  BRAID_MASK_CAUSAL = 0,
  BRAID_MASK_STRICT = 1,
  BRAID_MASK_ALL = 2,
  BRAID_MASK_EARLIER = 3, ///< the chunks before the query's own
  BRAID_MASK_SEGMENT = 4, ///< added to one of the others: of those only the keys of the query's own segment
  BRAID_MASK_ONLY = 8,    ///< added to one of the others: of those only the keys that are marked
};

/// Offsets, of texts in `texts` and of the table in `tables`.
struct braid_call {
  int32_t kind;   ///< enum braid_call_kind
  int32_t kernel; ///< of a launch: which of the program's kernels; -1 for others
  int32_t name;   ///< under which the call is timed and reported
  int32_t place;  ///< in the model's text: `file:line:column`; may be empty
  int64_t table;
};

/// A compiled program: constant data, but for the addresses of its kernels.
struct braid_program {
  int64_t abi; ///< BRAID_ABI
  const char *name;
  int64_t token_bytes, fixed_bytes; ///< of its arenas: for each padded token, and in all
  int64_t positions;                ///< a sequence has at most so many tokens; 0: any number
  int64_t num_externals, num_calls, num_kernels, num_tables, num_texts;
  const struct braid_external *externals;
  const struct braid_call *calls;
  const braid_kernel *kernels;
  const int64_t *tables; ///< num_tables numbers
  const char *texts;     ///< num_texts bytes, the last of them 0
};

/// Runs the calls of a program in order. Returns 0, or a non-zero code after having put a message into the context,
/// with the place of the call that failed; the calls behind it are not run. The program has been checked (see C.h).
int32_t braid_program_run(struct braid_context *, const struct braid_program *);

#ifdef __cplusplus
}
#endif

#endif
