//===- Sampler.cpp - the next token from logits ---------------------------===//
#include "Sampler.h"
#include "braid/Support/Random.h"
#include <algorithm>
#include <cmath>
#include <string>

namespace braid::driver {

llvm::Expected<int64_t> sampleToken(llvm::ArrayRef<float> logits, int64_t readable, const GenerateOptions &o,
                                    uint64_t seed, int64_t index) {
  std::vector<std::pair<double, int64_t>> order;
  for (auto [token, logit] : llvm::enumerate(logits)) {
    if (std::isnan(logit) || logit == INFINITY)
      return makeError("the logit of token " + llvm::Twine(token) + " is " + (std::isnan(logit) ? "NaN" : "infinite") +
                       ": parameters hold, or lead to, numbers that are not finite");
    if (logit > -INFINITY && int64_t(token) < readable)
      order.emplace_back(logit, int64_t(token));
  }
  if (order.empty())
    return makeError("no token is possible: the logits of all that the model can read are -inf");
  std::sort(order.begin(), order.end(),
            [](const auto &a, const auto &b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  if (o.temperature == 0)
    return order[0].second;
  if (o.topK > 0 && size_t(o.topK) < order.size())
    order.resize(size_t(o.topK));
  double largest = order[0].first, sum = 0;
  for (auto &[value, token] : order)
    sum += value = std::exp((value - largest) / o.temperature);
  double kept = 0;
  size_t n = 0;
  while (n < order.size() && (n == 0 || kept < o.topP * sum))
    kept += order[n++].first;
  float draw;
  rt::fillUniform(&draw, 1, seed, "sample:" + std::to_string(index), 1);
  double left = (double(draw) + 1) / 2 * kept;
  for (size_t i = 0; i + 1 < n; ++i)
    if ((left -= order[i].first) < 0)
      return order[i].second;
  return order[n - 1].second;
}

} // namespace braid::driver
