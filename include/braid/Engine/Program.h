//===- Program.h - a compiled model, ready to run on the CPU --------------===//
//
// Takes a module of `row.kernel`s and planned `host.func`s, compiles it with ORC
// and runs its functions over buffers of the caller's. Knows nothing of topology.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_ENGINE_PROGRAM_H
#define BRAID_ENGINE_PROGRAM_H

#include "braid/Runtime/State.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace braid {

struct EngineOptions {
  int threads = 0;       ///< 0: as many as the machine offers
  unsigned optLevel = 3; ///< of LLVM
  std::string dumpDir;   ///< when not empty: llvm.mlir, .ll, .s of the module are written there
  std::string cpu;       ///< LLVM processor name; empty: the host's
};

/// A buffer that the caller binds: what it is to the program, and its path (ABI.h).
struct External {
  braid_role role;
  std::string path;
  bool perToken; ///< numbers for every token, else in all
  int64_t numbers;
  braid_dtype dtype;
  int64_t ids = 0;  ///< the numbers index tables of at least so many rows; 0: they do not
  int64_t past = 0; ///< rows of earlier runs that are read, BRAID_PAST_ALL: all; 0: none
  int64_t bytes(int64_t tokens) const { return numbers * braid_dtype_bytes(dtype) * (perToken ? tokens : 1); }
  /// For messages and files: `param:<path>`, `in:tokens`, `out:loss`, …
  std::string name() const { return braid_role_word(role) + path; }
};

/// What a run of a function needs and uses.
struct FunctionInfo {
  std::string name;
  int64_t tokenBytes = 0; ///< of the token arena, per token
  int64_t fixedBytes = 0; ///< of the fixed arena
  int64_t positions = 0;  ///< a sequence has at most so many tokens; 0: any number
  std::vector<External> externals;
};

/// One run of a function.
struct RunRequest {
  std::string function;
  int64_t batch = 1, time = 1;
  const braid_rows *rows = nullptr; ///< at work, of `time` each; null: all, from position 0
  /// What earlier runs have left, for functions that remember: then `rows` says how many rows are at work, from row 0.
  rt::State *state = nullptr;
  uint64_t seed = 0;
  int64_t step = 0;
  /// The memory of each external of the function, in their order; of those with a past the state's is taken.
  std::vector<void *> externals;
};

/// Seconds spent in the calls of one kind during the last run, when timing is on.
struct Timing {
  std::string name;
  double seconds = 0;
  int64_t calls = 0;
  double flops = 0; ///< of products and attention
};

class Program {
public:
  /// Compiles the module (which is consumed: lowered in place).
  static llvm::Expected<std::unique_ptr<Program>> compile(mlir::ModuleOp module, const EngineOptions &options);
  virtual ~Program() = default;
  virtual const std::vector<FunctionInfo> &functions() const = 0;
  const FunctionInfo *find(llvm::StringRef name) const;
  /// Runs a function; arenas are kept between runs and grow when needed. Fails, before anything is written, where
  /// the sequences are longer than the function's `positions` or an id has no row in a table.
  virtual llvm::Error run(const RunRequest &request) = 0;
  /// For sequences that have not begun; null where there is no such function.
  virtual std::unique_ptr<rt::State> makeState(llvm::StringRef function, int64_t batch) const = 0;
  /// Turns timing of every call on or off; `timings` are those of the runs since.
  virtual void setTiming(bool on) = 0;
  virtual std::vector<Timing> timings() const = 0;
  /// Seconds spent compiling: lowering, code generation.
  virtual double compileSeconds() const = 0;
  virtual int threads() const = 0;
};

/// Lowers like Program::compile and writes an object file with a constant `struct braid_program braid_<name>_program`
/// for each host.func, and a C header that declares them.
llvm::Error writeObject(mlir::ModuleOp module, const EngineOptions &options, llvm::StringRef objectPath,
                        llvm::StringRef headerPath);

} // namespace braid

#endif
