//===- Metrics.h - metrics.jsonl and the loss curve -----------------------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_METRICS_H
#define BRAID_LIB_DRIVER_TRAIN_METRICS_H

#include "llvm/Support/Error.h"
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace braid::driver {

/// One optimiser step.
struct StepMetrics {
  int64_t step = 0; ///< steps done, this one included
  double loss = 0, lr = 0;
  double gradNorm = NAN, tokensPerSecond = NAN, mfu = NAN; ///< NaN: not known, `null` in the file
  double seconds = 0; ///< of all steps and evaluations so far, those of earlier runs in the folder included
  int64_t tokens = 0; ///< of all steps so far
  bool skipped = false;
};

/// Lines of JSON, one a step or an evaluation; a run that goes on continues the file.
class Metrics {
public:
  /// Opens DIR/metrics.jsonl and drops what is later than `step` (and a line cut short by a crash).
  static llvm::Expected<Metrics> open(const std::string &folder, int64_t step);
  llvm::Error add(const StepMetrics &metrics);
  llvm::Error addEvaluation(int64_t step, double loss, double bitsPerByte);
  /// The step of the newest one with a loss; -1: none.
  int64_t lastEvaluation() const { return evaluations.empty() ? -1 : evaluations.back().first; }
  /// What the newest line of a step says; 0: there is none.
  double lastSeconds() const { return seconds; }
  int64_t lastTokens() const { return tokens; }
  /// DIR/loss.svg: the loss of every step, smoothed, and of every evaluation.
  llvm::Error drawCurve() const;

private:
  llvm::Error append(const std::string &line);
  std::string folder, file;
  std::vector<std::pair<int64_t, double>> losses, evaluations;
  double seconds = 0;
  int64_t tokens = 0;
};

} // namespace braid::driver

#endif
