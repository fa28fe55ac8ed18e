//===- Schedule.cpp - learning rate and hyperparameters of a step ---------===//
//
// A function of the step alone: a resumed run continues as if it had never stopped.
//
//===----------------------------------------------------------------------===//
#include "lib/Driver/Schedule.h"
#include <algorithm>
#include <cmath>

namespace braid::driver {

double learningRate(const TrainOptions &o, int64_t step) {
  if (step < o.warmup)
    return o.lr * double(step + 1) / double(o.warmup);
  if (o.maxSteps <= o.warmup)
    return o.lr;
  double part = std::min(1.0, double(step - o.warmup) / double(std::max<int64_t>(1, o.maxSteps - o.warmup)));
  return o.lr * (o.minLrRatio + (1 - o.minLrRatio) * 0.5 * (1 + std::cos(3.14159265358979323846 * part)));
}

std::array<float, 8> hyperparameters(const TrainOptions &o, int64_t step) {
  double t = double(step + 1);
  return {float(learningRate(o, step)), float(o.beta1), float(o.beta2), float(o.epsilon), float(o.weightDecay),
          float(1 - std::pow(o.beta1, t)), float(1 - std::pow(o.beta2, t)), float(o.clip)};
}

} // namespace braid::driver
