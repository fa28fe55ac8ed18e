//===- Session.h - a compiled model with its memory -----------------------===//
//
// A Program and one buffer for each external name of its functions: parameters,
// gradients, moments, inputs and outputs. Functions that name the same external
// share its buffer, which is how @grad hands gradients to @step.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DRIVER_SESSION_H
#define BRAID_DRIVER_SESSION_H

#include "braid/Driver/Compilation.h"
#include "braid/Driver/ModelInfo.h"
#include "braid/Engine/Program.h"
#include "braid/IO/SafeTensors.h"
#include "braid/Pipelines/Explain.h"
#include <cstdlib>
#include <map>

namespace braid::driver {

/// Bytes at a multiple of 64, zeroed when made.
struct Buffer {
  std::unique_ptr<void, decltype(&std::free)> data{nullptr, &std::free};
  int64_t bytes = 0, numbers = 0; ///< numbers: as declared, of one token or in all
  bool perToken = false;
  braid_dtype dtype = BRAID_F32;

  float *floats() { return static_cast<float *>(data.get()); }
  const float *floats() const { return static_cast<const float *>(data.get()); }
  int32_t *ints() { return static_cast<int32_t *>(data.get()); }
  /// The first `count` numbers as floats, whatever they are stored as.
  std::vector<float> toFloats(int64_t count) const;
};

class Session {
public:
  /// Lowers and compiles the functions named by `pipeline`. `edit` may change the plan first.
  static llvm::Expected<std::unique_ptr<Session>> create(Compilation &compilation, const PipelineOptions &pipeline,
                                                         const EngineOptions &engine,
                                                         llvm::function_ref<void(mlir::ModuleOp)> edit = nullptr);
  const ModelInfo &model() const { return info; }
  Program &program() { return *compiled; }
  const std::vector<Cost> &costs() const { return stated; }
  /// The outputs of a function, in the order of the program.
  const std::vector<OutputInfo> &outputs(const std::string &function) { return produced[function]; }
  /// Seconds from the model's module to ready to launch.
  double compileSeconds = 0;

  /// Room for runs of this size; contents of per-token buffers are lost when they grow.
  llvm::Error reserve(int64_t batch, int64_t time);
  /// The buffer of an external, or null if no function has it.
  Buffer *find(llvm::StringRef name);
  /// Makes the name stand for another external's buffer in `function` (accumulated gradients).
  void redirect(const std::string &function, const std::string &name, const std::string &other);
  /// Seed, step and the number of the batch's first sequence are what random draws depend on.
  llvm::Error run(const std::string &function, int64_t batch, int64_t time, uint64_t seed = 0, int64_t step = 0,
                  int64_t firstSequence = 0);
  /// Bytes of all buffers whose name begins so.
  int64_t bytesOf(llvm::StringRef prefix) const;
  /// Bytes of the arenas of a run of this size.
  int64_t arenaBytes(int64_t batch, int64_t time) const;

private:
  ModelInfo info;
  std::unique_ptr<Program> compiled;
  std::vector<Cost> stated;
  std::map<std::string, std::vector<OutputInfo>> produced;
  std::map<std::string, Buffer> buffers;
  std::map<std::string, std::map<std::string, std::string>> redirected;
};

/// Every parameter of the model is in the file with its shape and holds real numbers, and nothing else is in it.
/// `what` names the file in messages.
llvm::Error checkParameters(const ModelInfo &model, const rt::TensorFile &file, const std::string &what);
/// Copies parameters (`param:<path>`) from a file's tensors, after checkParameters.
llvm::Error bindParameters(Session &session, const rt::TensorFile &file, const std::string &what);
/// Fills parameters with their initial values.
llvm::Error initialiseParameters(Session &session, Compilation &compilation, uint64_t seed);

} // namespace braid::driver

#endif
