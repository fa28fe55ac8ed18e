//===- Optimiser.h - what a training step is told, keeps and says ---------===//
//
// For C and C++. The numbers of `in:hyper`, `state:step` and `out:status`, which @step of every model takes and gives,
// in their order; docs/ahead-of-time.md says how they are used.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_RUNTIME_OPTIMISER_H
#define BRAID_RUNTIME_OPTIMISER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The numbers of `in:hyper`. A beta is the sum of two, for its own fp32 number has few digits of 1 - beta.
enum braid_hyper {
  BRAID_HYPER_RATE,  ///< learning rate of this step
  BRAID_HYPER_DECAY, ///< weight decay
  BRAID_HYPER_EPSILON,
  BRAID_HYPER_CLIP,         ///< largest norm of the gradient; 0: any
  BRAID_HYPER_MOST_SKIPPED, ///< steps that may be left out in a row; one more, and no step is taken any longer
  BRAID_HYPER_BETA1,        ///< from 0.5 on 1
  BRAID_HYPER_REST1,        ///< beta1 minus that number
  BRAID_HYPER_COMPLEMENT1,  ///< 1 - beta1
  BRAID_HYPER_LOG1,         ///< -log(beta1), at most 1000
  BRAID_HYPER_BETA2,
  BRAID_HYPER_REST2,
  BRAID_HYPER_COMPLEMENT2,
  BRAID_HYPER_LOG2,
  BRAID_HYPER_COUNT
};

/// The numbers of `state:step`, zeros before the first step. A step that was left out is not one that was taken.
enum braid_step_state {
  BRAID_STATE_TAKEN, ///< steps taken, which the bias correction counts; from 2^24 on it stays, where the correction is
                     ///< 1
  BRAID_STATE_SKIPPED, ///< steps left out since the last one that was taken
  BRAID_STATE_HALTED,  ///< enum braid_halt; if not 0, no step is taken any longer
  BRAID_STATE_COUNT
};

enum braid_halt {
  BRAID_HALT_NONE = 0,
  BRAID_HALT_SKIPPED = 1, ///< too many steps were left out; parameters and moments are those of the last one taken
  BRAID_HALT_LOST = 2     ///< a parameter or moment is not finite
};

/// The numbers of `out:status`, of the step just made.
enum braid_step_status {
  BRAID_STATUS_LOSS,
  BRAID_STATUS_NORM,   ///< of the gradient, before clipping; infinite only beyond fp32
  BRAID_STATUS_FINITE, ///< 1: loss, gradient and the square of the clipped gradient's norm are; if not, the step was
                       ///< left out
  BRAID_STATUS_SKIPPED,
  BRAID_STATUS_HALTED, ///< as in the state
  BRAID_STATUS_COUNT
};

/// The options of AdamW and of a step.
struct braid_optimiser {
  double learning_rate, weight_decay, epsilon, clip, beta1, beta2;
  int32_t most_skipped;
};

/// Fills `in:hyper` and returns null. Where fp32 cannot hold an option as it is meant, writes nothing and returns what
/// must hold of it.
const char *braid_hyper_of(const struct braid_optimiser *options, float hyper[BRAID_HYPER_COUNT]);

#ifdef __cplusplus
}
#endif

#endif
