//===- LearningRate.cpp - learning rate and hyperparameters of a step -----===//
//
// A function of the step alone: a resumed run continues as if it had never stopped.
//
//===----------------------------------------------------------------------===//
#include "LearningRate.h"
#include "braid/Driver/Text.h"
#include <algorithm>
#include <cmath>
#include <set>

namespace braid::driver {

double learningRate(const TrainOptions &o, int64_t step) {
  if (step < o.warmup)
    return o.lr * double(step + 1) / double(o.warmup);
  if (o.maxSteps <= o.warmup)
    return o.lr;
  double part = std::min(1.0, double(step - o.warmup) / double(std::max<int64_t>(1, o.maxSteps - o.warmup)));
  return o.lr * (o.minLrRatio + (1 - o.minLrRatio) * 0.5 * (1 + std::cos(3.14159265358979323846 * part)));
}

/// `factor`: of a parameter, on the learning rate.
static llvm::Expected<std::array<float, BRAID_HYPER_COUNT>> hyperparameters(const TrainOptions &o, int64_t step,
                                                                            double factor) {
  braid_optimiser optimiser = {
      learningRate(o, step) * factor,           o.weightDecay, o.epsilon, o.clip, o.beta1, o.beta2,
      o.onNonFinite == "skip" ? mostSkipped : 0};
  std::array<float, BRAID_HYPER_COUNT> hyper;
  if (const char *rule = braid_hyper_of(&optimiser, hyper.data()))
    return makeError("AdamW in fp32: " + llvm::Twine(rule));
  return hyper;
}

llvm::Expected<std::array<float, BRAID_HYPER_COUNT>> hyperparameters(const TrainOptions &o, int64_t step) {
  return hyperparameters(o, step, 1);
}

llvm::Error checkHyperparameters(const TrainOptions &o, const ModelInfo &model) {
  std::set<double> factors = {1};
  for (const ParameterInfo &parameter : model.parameters)
    factors.insert(parameter.lr);
  for (double factor : factors)
    if (factor != 0 && !std::isnormal(float(factor)))
      return makeError("fp32 has no number for a parameter's `lr` of " + general(factor));
  // It rises to the end of the warm-up, and then falls.
  for (int64_t step : {int64_t(0), o.warmup, o.maxSteps - 1})
    for (double factor : factors)
      if (auto hyper = hyperparameters(o, std::max<int64_t>(step, 0), factor); !hyper)
        return makeError(llvm::toString(hyper.takeError()) +
                         (factor == 1 ? "" : ", also times a parameter's `lr` of " + general(factor)));
  return llvm::Error::success();
}

} // namespace braid::driver
