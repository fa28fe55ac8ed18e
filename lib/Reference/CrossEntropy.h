//===- CrossEntropy.h - the oracle's own loss -----------------------------===//
#ifndef BRAID_LIB_REFERENCE_CROSSENTROPY_H
#define BRAID_LIB_REFERENCE_CROSSENTROPY_H

#include "Evaluator.h"

namespace braid::ref {

/// One over the number of targets that count (are not negative); 1 if none does.
double defaultLossScale(const Tensor &targets);

/// A loss and its gradient by the logits, [batch, time, classes].
struct CrossEntropy {
  double loss = 0;
  std::vector<double> byLogits;
};

/// The sum over counted positions of -log softmax(logits)[target], times `scale`.
CrossEntropy crossEntropy(const Tensor &logits, const Tensor &targets, double scale);

/// The sum of a scalar over counted positions, times `scale`; `gradient`, if not null, receives
/// the derivative by the scalar's elements.
double countedSum(const Tensor &scalar, const Tensor &targets, double scale, double *gradient);

} // namespace braid::ref

#endif
