//===- Trainer.h - one training run ---------------------------------------===//
//
// Owns a compiled session and the data, and knows what one optimiser step, one
// evaluation and one checkpoint are. The loop around them is in TrainLoop.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_TRAINER_H
#define BRAID_LIB_DRIVER_TRAIN_TRAINER_H

#include "Interrupt.h"
#include "Metrics.h"
#include "Streams.h"
#include "braid/Data/Dataset.h"
#include "braid/Driver/Session.h"
#include "braid/Driver/TrainingFolder.h"

namespace braid::driver {

class Trainer {
public:
  /// Compiles the model, opens and checks the data, draws initial parameters.
  static llvm::Expected<std::unique_ptr<Trainer>> create(Compilation &compilation, const TrainOptions &options);

  /// Steps done.
  int64_t step() const { return done; }
  int64_t tokensPerStep() const { return options.batch * options.tokens * options.accumulate; }
  /// Tokens of the steps done, left out ones too, also where earlier runs took other batches. None after the checkpoint
  /// of a version that did not note them.
  std::optional<int64_t> tokensDone() const { return tokens; }
  void setTokensDone(int64_t number) { tokens = number; }
  /// FLOPs of the products and attentions of one step.
  double flopsPerStep() const;
  Session &session() { return *compiled; }
  bool evaluates() const { return bool(validation); }
  const rt::TokenFile &file() const { return data->file(); }
  const rt::TokenFile &validationFile() const { return validation->file(); }

  /// One optimiser step. Where the loss or the gradient is not finite, nothing is changed and `finite` is false.
  struct StepResult {
    double loss = 0, gradNorm = 0, lr = 0;
    bool finite = true;
    bool halted = false; ///< no further step is taken: as many as may be have been left out in a row, or
    bool lost = false;   ///< a parameter or a moment is not finite after the step
    std::string culprit; ///< what is not finite
  };
  llvm::Expected<StepResult> train();
  /// Texts that go on from step to step; null where windows lie anywhere.
  const Streams *going() const { return streams.get(); }
  /// Leaves out the step that has just been found not finite.
  void skip() { count(); }
  /// Mean loss over the validation windows that are looked at.
  llvm::Expected<double> evaluate();
  llvm::Error save();
  /// Takes over a checkpoint; fails where it does not fit the model.
  llvm::Error restore(const rt::Checkpoint &checkpoint);

private:
  Trainer(const TrainOptions &options) : options(options) {}
  /// Fills in the tokens and targets of one batch, the `micro`-th of its step.
  llvm::Error draw(int64_t micro, int32_t *tokens, int32_t *targets) const;
  /// Targets of the step under way that are counted.
  llvm::Expected<int64_t> countedTargets() const;
  /// Loss and gradients of that batch.
  llvm::Error gradients(int64_t micro, double scale);
  /// The first parameter whose buffer of this role holds a number that is not finite; null if none does.
  const ParameterInfo *notFinite(braid_role role);
  Handle input(llvm::StringRef path) const { return *compiled->find(BRAID_INPUT, path); }
  /// Of the optimiser: steps taken and left out (Optimiser.h).
  Handle state() const { return *compiled->find(BRAID_STATE, "step"); }
  /// What is not finite, after a step that @step found fault with.
  std::string culprit(const StepResult &result);

  /// A step is done. The tokens of earlier runs are what a file says.
  void count() {
    ++done;
    int64_t sum = 0;
    tokens = __builtin_add_overflow(tokens.value_or(0), tokensPerStep(), &sum) ? INT64_MAX : sum;
  }

  TrainOptions options;
  std::unique_ptr<Session> compiled;
  std::optional<rt::Dataset> data, validation;
  std::unique_ptr<Streams> streams;
  int64_t done = 0;
  std::optional<int64_t> tokens = 0;
};

/// Settings, parameters and memory, before the first step. The bytes that the run needs.
int64_t printRun(Trainer &trainer, const TrainOptions &options, double peakFlops, Console &console);

/// The steps, with reports, evaluations and checkpoints, until the end, the time limit or a signal.
int trainLoop(Trainer &trainer, const TrainOptions &options, double peakFlops, Interrupt &interrupt, Console &console);

} // namespace braid::driver

#endif
