//===- Inputs.h - the inputs of a run, checked ----------------------------===//
#ifndef BRAID_DRIVER_INPUTS_H
#define BRAID_DRIVER_INPUTS_H

#include "braid/Driver/ModelInfo.h"
#include "braid/IO/SafeTensors.h"
#include "braid/Reference/Tensor.h"
#include <map>

namespace braid::driver {

/// Inputs of one run: ids as int32, reals as float, [batch, time, axes…] row-major.
struct Inputs {
  int64_t batch = 0, time = 0;
  std::map<std::string, std::vector<int32_t>> ids;
  std::map<std::string, std::vector<float>> reals;
  int64_t counted = 0; ///< targets that are not negative
  bool hasTargets = false;
};

/// Takes the inputs of `model` (and `targets`, if `withTargets`) from a file's tensors. Fails, naming the file, the
/// tensor and the position, for a missing or surplus tensor, a wrong type or shape, shapes that disagree about
/// [batch, time], an id outside its vocabulary (`tokens[0, 3] is 300, …`; targets may be negative), and sequences
/// that are too long for the model.
llvm::Expected<Inputs> readInputs(const ModelInfo &model, const rt::TensorFile &file, bool withTargets,
                                  const std::string &what);
/// Fails unless there is a token, and fewer than 2^31, as programs compiled ahead of time demand too.
llvm::Error checkTokens(int64_t batch, int64_t time);
/// Fails where sequences of so many tokens are longer than a table that the model indexes by position.
llvm::Error checkTime(const ModelInfo &model, int64_t time);
/// Random ids and targets of a shape, for comparisons.
llvm::Expected<Inputs> randomInputs(const ModelInfo &model, int64_t batch, int64_t time, uint64_t seed);

} // namespace braid::driver

#endif
