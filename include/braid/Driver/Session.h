//===- Session.h - a compiled model with its memory -----------------------===//
//
// A Program and one buffer for each external of its functions, by role and path: parameters,
// gradients, moments, inputs and outputs. Functions that have the same external
// share its buffer, which is how @grad hands gradients to @step. The memory is a device's, and is written and read by
// handle.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DRIVER_SESSION_H
#define BRAID_DRIVER_SESSION_H

#include "braid/Driver/Compilation.h"
#include "braid/Driver/ModelInfo.h"
#include "braid/Engine/Program.h"
#include "braid/IO/SafeTensors.h"
#include "braid/Pipelines/Explain.h"
#include "braid/Runtime/Device.h"
#include <map>
#include <optional>

namespace braid::driver {

/// Stands for a buffer of a session, whose memory is the session's.
class Handle {
  friend class Session;
  explicit Handle(size_t index) : index(index) {}
  size_t index;
};

class Session {
public:
  /// Lowers and compiles the functions named by `pipeline`. `edit` may change the plan first.
  static llvm::Expected<std::unique_ptr<Session>> create(Compilation &compilation, const PipelineOptions &pipeline,
                                                         const EngineOptions &engine,
                                                         llvm::function_ref<void(mlir::ModuleOp)> edit = nullptr);
  const ModelInfo &model() const { return info; }
  Program &program() { return *compiled; }
  const Program &program() const { return *compiled; }
  const std::vector<Cost> &costs() const { return stated; }
  /// The outputs of a function, in the order of the program.
  const std::vector<OutputInfo> &outputs(const std::string &function) { return produced[function]; }
  /// Seconds from the model's module to ready to launch.
  double compileSeconds = 0;

  /// Room for runs of this size; contents of per-token buffers are lost when they grow.
  llvm::Error reserve(int64_t batch, int64_t time);
  /// The buffer of an external, if a function has it.
  std::optional<Handle> find(braid_role role, llvm::StringRef path) const;
  /// Makes gradients, or outputs, of `function` stand for the buffers of another role (accumulated gradients). A path
  /// that the other role lacks fails when the function is run.
  void redirect(const std::string &function, braid_role role, llvm::StringRef path, braid_role other,
                llvm::StringRef otherPath);
  /// Numbers of fp32 or integers of 32 bits, as the buffer holds them, from number `first` on. They must fit.
  template <typename Number> void write(Handle to, llvm::ArrayRef<Number> numbers, int64_t first = 0) {
    static_assert(sizeof(Number) == 4);
    writeBytes(to, numbers.data(), first * 4, int64_t(numbers.size()) * 4);
  }
  /// `count` numbers from number `first` on as floats, whatever they are stored as.
  std::vector<float> floats(Handle from, int64_t count, int64_t first = 0) const;
  float first(Handle from) const { return floats(from, 1).front(); }
  void zero(Handle to);
  /// Seed, step and the number of the batch's first sequence are what random draws depend on.
  llvm::Error run(const std::string &function, int64_t batch, int64_t time, uint64_t seed = 0, int64_t step = 0,
                  int64_t firstSequence = 0);
  /// For `batch` sequences that have not begun, of a function that remembers.
  std::unique_ptr<rt::State> makeState(llvm::StringRef function, int64_t batch) const {
    return compiled->makeState(function, batch);
  }
  /// The same for the next tokens of sequences that go on: `counts[s]` of them in the first of the `time` rows of
  /// sequence s.
  llvm::Error extend(const std::string &function, rt::State &state, int64_t time, llvm::ArrayRef<int64_t> counts,
                     uint64_t seed = 0, int64_t step = 0, int64_t firstSequence = 0);
  /// Bytes of all buffers of a role.
  int64_t bytesOf(braid_role role) const;
  /// Bytes of the arenas of a run of this size.
  int64_t arenaBytes(int64_t batch, int64_t time) const;

  Session() = default;
  ~Session();
  Session(const Session &) = delete;

private:
  struct Buffer {
    External what;
    void *memory = nullptr;
    int64_t bytes = 0;
  };
  using Key = std::pair<braid_role, std::string>;
  llvm::Error allocate(Buffer &buffer, int64_t bytes);
  llvm::Error run(RunRequest request, int64_t firstSequence);
  void writeBytes(Handle to, const void *numbers, int64_t offset, int64_t bytes);

  ModelInfo info;
  std::unique_ptr<Program> compiled;
  std::vector<Cost> stated;
  std::map<std::string, std::vector<OutputInfo>> produced;
  std::unique_ptr<rt::Device> device = std::make_unique<rt::CpuDevice>();
  std::vector<Buffer> buffers;
  std::map<Key, size_t> places; ///< among the buffers
  std::map<std::string, std::map<Key, Key>> redirected;
};

/// Every parameter of the model is in the file with its shape and holds real numbers, and nothing else is in it.
/// `what` names the file in messages.
llvm::Error checkParameters(const ModelInfo &model, const rt::TensorFile &file, const std::string &what);
/// Copies parameters from a file's tensors, after checkParameters.
llvm::Error bindParameters(Session &session, const rt::TensorFile &file, const std::string &what);
/// Fills parameters with their initial values.
llvm::Error initialiseParameters(Session &session, Compilation &compilation, uint64_t seed);

} // namespace braid::driver

#endif
