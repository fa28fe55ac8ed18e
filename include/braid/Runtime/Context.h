//===- Context.h - what lives across calls of the runtime -----------------===//
//
// The calls of a program (Calls.h) get a `braid_context`, whose
// `state` is a Context: the number of threads, scratch memory, a cache of matrix
// product primitives, the message of a failure, and times.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_RUNTIME_CONTEXT_H
#define BRAID_RUNTIME_CONTEXT_H

#include "braid/Runtime/ABI.h"
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace braid::rt {

class MatmulCache;

/// What the calls of one kind and name took since timing was switched on.
struct CallTime {
  const char *kind = ""; ///< "launch", "matmul", "attend", "attend_grad" or "scatter"
  std::string name;      ///< as the compiled program names the call
  double seconds = 0;
  double flops = 0; ///< of matrix products and attention; visible pairs only
  int64_t calls = 0;
};

/// All rows of `batch` sequences of `time` tokens, from position 0.
class AllRows {
public:
  AllRows(int64_t batch, int64_t time) : zeros(size_t(batch)), counts(size_t(batch), time), time(time) {}
  operator braid_rows() const { return {time, zeros.data(), zeros.data(), counts.data()}; }

private:
  std::vector<int64_t> zeros, counts;
  int64_t time;
};

/// One caller's state. Not for use by two threads at a time; several braid_contexts may share one.
class Context {
public:
  /// `threads` 0: as many as OMP_NUM_THREADS says, or else as this process can keep busy (Processors.h).
  explicit Context(int threads = 0);
  ~Context();
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  /// Into so many pieces work is cut. Results depend on it, not on how many threads do the pieces.
  int threads() const { return numThreads; }

  /// A braid_context for `batch` sequences: fills in the counts and `state`. The arrays of `rows` are kept.
  braid_context contextFor(int64_t batch, const braid_rows &rows);

  /// Why the last call failed, with the program's location; empty when none did.
  const std::string &message() const { return text; }
  void clearMessage() { text.clear(); }
  /// Keeps the first message; returns the code that calls return on failure.
  int32_t fail(std::string message);
  void addLocation(const char *location);

  /// Switching timing on forgets earlier times.
  void setTiming(bool on);
  bool timing() const { return timed; }
  std::vector<CallTime> times() const;
  void addTime(const char *kind, const char *name, double seconds, double flops);

  // What follows is for the runtime's own files.

  /// 64-byte aligned memory of piece `piece` (0 … threads()-1; threads(): shared by all), whose contents
  /// do not outlive the call. Grows and is kept. Null when there is no memory.
  char *scratch(int piece, size_t bytes);
  /// Zeros, `zeroBytes` of them, never written.
  const char *zeros() const { return zeroBlock; }
  static constexpr size_t zeroBytes = size_t(1) << 28;
  /// Entries of the list arguments of the launch under way.
  std::vector<braid_entry> entries;
  std::unique_ptr<MatmulCache> matmulCache;

private:
  struct Block {
    char *data = nullptr;
    size_t bytes = 0;
  };
  int numThreads;
  std::vector<Block> blocks;
  char *zeroBlock;
  std::string text;
  bool timed = false;
  std::map<std::pair<const void *, std::string>, CallTime> record;
};

/// How many threads OpenMP gives now to who asks for so many; fewer under OMP_DYNAMIC, OMP_THREAD_LIMIT, in nested
/// regions, ….
int workingThreads(int asked);

/// The Context of a braid_context.
inline Context &stateOf(const braid_context *context) { return *static_cast<Context *>(context->state); }

/// Adds the time until its end to the record, when timing is on.
class CallTimer {
public:
  CallTimer(Context &context, const char *kind, const char *name);
  ~CallTimer();
  double flops = 0;

private:
  Context &context;
  const char *kind, *name;
  double start;
};

} // namespace braid::rt

#endif
