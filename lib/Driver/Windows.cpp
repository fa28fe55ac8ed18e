//===- Windows.cpp - the loss over the windows of a file ------------------===//
#include "lib/Driver/Documents.h"
#include "lib/Driver/Trainer.h"

namespace braid::driver {

int64_t countTargets(int32_t *targets, int64_t size, int64_t ignore) {
  if (ignore >= 0)
    std::replace(targets, targets + size, int32_t(ignore), -1);
  return std::count_if(targets, targets + size, [](int32_t id) { return id >= 0; });
}

/// How many windows are looked at.
static int64_t windowsOf(const rt::Dataset &data, int64_t batch, int64_t batches) {
  int64_t windows = data.evaluationWindows();
  return batches > 0 && batches < (windows + batch - 1) / batch ? batches * batch : windows;
}

llvm::Error checkTargets(const rt::Dataset &data, int64_t batch, int64_t batches, int64_t ignore) {
  std::vector<int32_t> tokens(size_t(data.time())), targets(size_t(data.time()));
  for (int64_t window = 0, count = windowsOf(data, batch, batches); window < count; ++window) {
    data.evaluationWindow(window, tokens.data(), targets.data());
    if (countTargets(targets.data(), data.time(), ignore))
      return llvm::Error::success();
  }
  return makeError(data.file().path() + ": has no target to predict in the windows that are evaluated");
}

llvm::Expected<EvaluationResult> evaluateWindows(Session &session, const rt::Dataset &data, int64_t batch, int64_t batches,
                                                 int64_t separator, int64_t ignore, uint64_t seed) {
  int64_t time = data.time(), windows = windowsOf(data, batch, batches);
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
