//===- Model.h - a trained model: its program and its parameters ----------===//
#ifndef BRAID_LIB_DRIVER_MODEL_H
#define BRAID_LIB_DRIVER_MODEL_H

#include "braid/Driver/Session.h"
#include "braid/Driver/TrainingFolder.h"

namespace braid::driver {

struct Model {
  std::unique_ptr<Compilation> compilation;
  ModelInfo info;
  rt::TensorFile params;
  std::string named; ///< where the parameters come from, for messages

  /// Reads the program, and the parameters of the file `params` or of the newest checkpoint of a training
  /// folder; fails where they do not fit each other.
  static llvm::Expected<Model> load(const ModelArgs &args, const std::string &params, Console &console);
  /// Compiles functions and gives them the parameters; with `state` they go on where earlier runs ended.
  llvm::Expected<std::unique_ptr<Session>> compile(std::vector<std::string> functions, const DeviceOptions &how,
                                                   bool state = false);
};

} // namespace braid::driver

#endif
