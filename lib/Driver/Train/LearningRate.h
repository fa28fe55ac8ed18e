//===- LearningRate.h - learning rate and hyperparameters of a step -------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_LEARNINGRATE_H
#define BRAID_LIB_DRIVER_TRAIN_LEARNINGRATE_H

#include "braid/Driver/Commands.h"
#include "braid/Driver/ModelInfo.h"
#include "braid/Runtime/Optimiser.h"
#include <array>

namespace braid::driver {

/// The learning rate of step `step` (from 0): linear to `lr` over `warmup` steps, then a cosine to
/// `lr * minLrRatio` at `maxSteps`; constant where the number of steps is not known.
double learningRate(const TrainOptions &options, int64_t step);

/// Steps that `--on-non-finite skip` leaves out in a row.
constexpr int32_t mostSkipped = 20;

/// What @step takes as `in:hyper` in step `step`. Fails where fp32 cannot hold an option.
llvm::Expected<std::array<float, BRAID_HYPER_COUNT>> hyperparameters(const TrainOptions &options, int64_t step);

/// Fails where fp32 cannot hold an option in some step of the run, for some parameter.
llvm::Error checkHyperparameters(const TrainOptions &options, const ModelInfo &model);

} // namespace braid::driver

#endif
