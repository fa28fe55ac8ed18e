//===- Progress.h - how far a run is --------------------------------------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_PROGRESS_H
#define BRAID_LIB_DRIVER_TRAIN_PROGRESS_H

#include "Metrics.h"
#include "braid/Driver/Console.h"

namespace braid::driver {

/// On a terminal a bar that rewrites itself, with what is left; lines for a log everywhere.
class Progress {
public:
  Progress(Console &console, int64_t firstStep, int64_t maxSteps, double maxSeconds)
      : console(console), firstStep(firstStep), maxSteps(maxSteps), maxSeconds(maxSeconds) {}
  /// After a step, `elapsed` seconds after the first began; `line`: also print a line.
  void step(const StepMetrics &metrics, double elapsed, bool line);
  /// A line that stays.
  void say(const std::string &text);
  /// Removes the bar.
  void clear();

private:
  Console &console;
  int64_t firstStep, maxSteps;
  double maxSeconds;
  bool shown = false;
  double drawn = 0;
};

} // namespace braid::driver

#endif
