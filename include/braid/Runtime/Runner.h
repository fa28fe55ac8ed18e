//===- Runner.h - runs programs on the CPU --------------------------------===//
#ifndef BRAID_RUNTIME_RUNNER_H
#define BRAID_RUNTIME_RUNNER_H

#include "braid/Runtime/Context.h"
#include <set>

namespace braid::rt {

/// Memory that grows and is kept, 64-byte aligned; in huge pages where it is large.
class Arena {
public:
  Arena() = default;
  ~Arena();
  Arena(const Arena &) = delete;
  Arena &operator=(const Arena &) = delete;
  /// At least so many bytes; contents are lost when it grows. Null when there is no memory.
  char *get(size_t bytes);

private:
  char *data = nullptr;
  size_t capacity = 0;
};

/// One run of a program.
struct Run {
  int64_t batch = 1;
  braid_rows rows = {}; ///< its arrays have `batch` numbers
  uint64_t seed = 0;
  int64_t step = 0;
  void *const *external = nullptr;  ///< an address for each of the program's externals
  const braid_past *past = nullptr; ///< for each external, of those that have one; see State.h
};

/// A context and the arenas of what runs in it: the one way to run a program, compiled in this process or ahead of
/// time. For one caller at a time.
class Runner {
public:
  explicit Runner(int threads) : state(threads) {}
  Context &context() { return state; }
  const Context &context() const { return state; }

  /// Checks program and run, then runs. Programs that no version or index speaks for, batches that 31 bits do not
  /// count, rows at work that are none of a sequence's, externals that are null, pasts that lack rows or
  /// room, positions beyond the program's `positions` and ids at work that no table has a row for are refused before
  /// anything is written. Returns 0, or another code with a message in the context. A program is checked once: it stays
  /// where it is, unchanged, for as long as the runner lives.
  int32_t run(const braid_program &program, const Run &run);

private:
  int32_t check(const braid_program &program, const Run &run);

  Context state;
  Arena tokens, fixed;
  std::set<const braid_program *> checked;
};

} // namespace braid::rt

#endif
