//===- Results.h - a program's results on some device ---------------------===//
#ifndef BRAID_DRIVER_RESULTS_H
#define BRAID_DRIVER_RESULTS_H

#include "braid/Driver/Inputs.h"
#include "braid/Driver/Session.h"

namespace braid::driver {

/// A result under the name that files give it, row-major.
struct NamedValue {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<double> data;
  std::vector<std::string> axes; ///< names of the dimensions
};

/// Puts inputs (and `loss_scale`) into the buffers of the functions compiled.
llvm::Error bindInputs(Session &session, const Inputs &inputs);

/// The same as the oracle takes them, ids and reals as its tensors.
std::map<std::string, ref::Tensor> referenceInputs(const ModelInfo &model, const Inputs &inputs);

/// Results of a derived program by compiled code, in the order of the program. With a state it goes on.
llvm::Expected<std::vector<NamedValue>> evaluateCompiled(Session &session, const std::string &function,
                                                         const Inputs &inputs, const DeviceOptions &how,
                                                         rt::State *state = nullptr);

/// How the oracle comes to its results.
enum class Oracle {
  Own,     ///< in double precision, with gradients of its own; with `how.bf16` as Derived
  Derived, ///< in double precision, but following the derived program: its gradients and its roundings
  Single   ///< so, with every result and partial sum rounded to fp32, not always to the nearest: what fp32 can resolve
};

/// The same by the oracle.
llvm::Expected<std::vector<NamedValue>> evaluateReference(Compilation &compilation, const std::string &function,
                                                          const Inputs &inputs, const rt::TensorFile &params,
                                                          const DeviceOptions &how, Oracle oracle = Oracle::Own);

/// The parameters of the file `path`, checked against the model. If it is empty: those of the newest checkpoint of
/// a training folder, or initial values drawn with `seed`.
llvm::Expected<rt::TensorFile> loadParameters(Compilation &compilation, const ModelInfo &model, const ModelArgs &args,
                                              const std::string &path, uint64_t seed, Console &console);

} // namespace braid::driver

#endif
