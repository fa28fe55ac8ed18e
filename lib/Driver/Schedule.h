//===- Schedule.h - learning rate and hyperparameters of a step -----------===//
#ifndef BRAID_LIB_DRIVER_SCHEDULE_H
#define BRAID_LIB_DRIVER_SCHEDULE_H

#include "braid/Driver/Commands.h"
#include <array>

namespace braid::driver {

/// The learning rate of step `step` (from 0): linear to `lr` over `warmup` steps, then a cosine to
/// `lr * minLrRatio` at `maxSteps`; constant where the number of steps is not known.
double learningRate(const TrainOptions &options, int64_t step);

/// What @step takes as `in:hyper`: [lr, beta1, beta2, epsilon, weight decay, 1 - beta1^t, 1 - beta2^t, clip],
/// t = step + 1.
std::array<float, 8> hyperparameters(const TrainOptions &options, int64_t step);

} // namespace braid::driver

#endif
