//===- CrossEntropy.cpp - the oracle's own loss ---------------------------===//

#include "CrossEntropy.h"
#include <cmath>

using namespace braid::ref;

double braid::ref::defaultLossScale(const Tensor &targets) {
  int64_t counted = llvm::count_if(targets.data, [](double target) { return target >= 0; });
  return 1.0 / double(std::max<int64_t>(1, counted));
}

CrossEntropy braid::ref::crossEntropy(const Tensor &logits, const Tensor &targets, double scale) {
  CrossEntropy result;
  result.byLogits.resize(logits.data.size());
  size_t tokens = targets.data.size(), classes = logits.data.size() / std::max<size_t>(tokens, 1);
  for (size_t token = 0; token < tokens; ++token) {
    double target = targets.data[token];
    if (target < 0)
      continue;
    const double *x = logits.data.data() + token * classes;
    double *gradient = result.byLogits.data() + token * classes;
    double largest = *std::max_element(x, x + classes), total = 0;
    for (size_t i = 0; i < classes; ++i)
      total += std::exp(x[i] - largest);
    for (size_t i = 0; i < classes; ++i)
      gradient[i] = scale * std::exp(x[i] - largest) / total;
    // A target that is no class has the logit zero, like a gather past the end.
    double correct = 0;
    if (target < double(classes)) {
      correct = x[size_t(target)];
      gradient[size_t(target)] -= scale;
    }
    result.loss += scale * (largest + std::log(total) - correct);
  }
  return result;
}

double braid::ref::countedSum(const Tensor &scalar, const Tensor &targets, double scale, double *gradient) {
  double sum = 0;
  int64_t index = 0;
  Dims target = targets.dims();
  // A scalar that varies less than tokens do counts once per token.
  forEach(Nest<1>(target, {scalar.dims()}), [&](auto at) {
    if (targets.data[size_t(index++)] < 0)
      return;
    sum += scale * scalar.data[size_t(at[0])];
    if (gradient)
      gradient[at[0]] += scale;
  });
  return sum;
}
