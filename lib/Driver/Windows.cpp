//===- Windows.cpp - the loss over the windows of a file ------------------===//
#include "lib/Driver/Documents.h"
#include "lib/Driver/Trainer.h"

namespace braid::driver {

int64_t countTargets(int32_t *targets, int64_t size, int64_t ignore) {
  if (ignore >= 0)
    std::replace(targets, targets + size, int32_t(ignore), -1);
  return std::count_if(targets, targets + size, [](int32_t id) { return id >= 0; });
}

llvm::Expected<EvaluationResult> evaluateWindows(Session &session, const rt::Dataset &data, int64_t batch, int64_t batches,
                                                 int64_t separator, int64_t ignore, uint64_t seed) {
  int64_t time = data.time(), windows = data.evaluationWindows();
  if (batches > 0)
    windows = std::min(windows, batches * batch);
  if (llvm::Error error = session.reserve(batch, time))
    return std::move(error);
  // Fetched after `reserve`, which may have moved them.
  int32_t *tokens = session.find("in:tokens")->ints(), *targets = session.find("in:targets")->ints();
  EvaluationResult result;
  double sum = 0;
  for (int64_t first = 0; first < windows; first += batch) {
    int64_t counted = 0;
    for (int64_t row = 0; row < batch; ++row) {
      int32_t *t = tokens + row * time, *y = targets + row * time;
      if (first + row < windows) {
        data.evaluationWindow(first + row, t, y);
      } else {
        std::fill_n(t, time, 0);
        std::fill_n(y, time, -1);
      }
      counted += countTargets(y, time, ignore);
    }
    if (!counted)
      continue;
    numberDocuments(session, separator, batch, time);
    session.find("in:loss_scale")->floats()[0] = float(1.0 / double(counted));
    if (llvm::Error error = session.run("loss", batch, time, seed, 0, first))
      return std::move(error);
    sum += double(session.find("out:loss")->floats()[0]) * double(counted);
    result.tokens += counted;
  }
  if (!result.tokens)
    return makeError("the file has no target to predict");
  result.loss = sum / double(result.tokens);
  return result;
}

} // namespace braid::driver
