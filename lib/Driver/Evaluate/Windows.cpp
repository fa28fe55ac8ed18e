//===- Windows.cpp - the loss over the windows of a file ------------------===//
#include "Windows.h"
#include "Documents.h"

namespace braid::driver {

int64_t countTargets(int32_t *targets, int64_t size, int64_t ignore) {
  if (ignore >= 0)
    std::replace(targets, targets + size, int32_t(ignore), -1);
  return std::count_if(targets, targets + size, [](int32_t id) { return id >= 0; });
}

namespace {
/// The windows that are looked at: all, or as many as told, as evenly over the file as they can lie.
class Windows {
public:
  Windows(const rt::Dataset &data, int64_t batch, int64_t batches) : data(data), all(data.evaluationWindows()) {
    looked = batches > 0 && batches < (all + batch - 1) / batch ? batches * batch : all;
  }
  int64_t size() const { return looked; }
  rt::Status get(int64_t index, int32_t *tokens, int32_t *targets) const {
    return data.evaluationWindow(int64_t(static_cast<__int128>(index) * all / looked), tokens, targets);
  }

private:
  const rt::Dataset &data;
  int64_t all, looked;
};
} // namespace

llvm::Error checkTargets(const rt::Dataset &data, int64_t batch, int64_t batches, int64_t ignore) {
  std::vector<int32_t> tokens(size_t(data.time())), targets(size_t(data.time()));
  Windows windows(data, batch, batches);
  for (int64_t window = 0; window < windows.size(); ++window) {
    if (rt::Status status = windows.get(window, tokens.data(), targets.data()); !status)
      return makeError(status.message());
    if (countTargets(targets.data(), data.time(), ignore))
      return llvm::Error::success();
  }
  return makeError(data.file().path() + ": has no target to predict in the windows that are evaluated");
}

llvm::Expected<EvaluationResult>
evaluateWindows(Session &session, const rt::Dataset &data, int64_t batch, int64_t batches, int64_t separator,
                int64_t ignore, uint64_t seed,
                llvm::function_ref<llvm::Error(int64_t first, llvm::ArrayRef<int32_t> targets)> also) {
  int64_t time = data.time();
  Windows windows(data, batch, batches);
  if (llvm::Error error = session.reserve(batch, time))
    return std::move(error);
  std::optional<Handle> tokensInput = session.find(BRAID_INPUT, "tokens"),
                        targetsInput = session.find(BRAID_INPUT, "targets");
  if (!tokensInput || !targetsInput)
    return makeError("the model's loss does not depend on its tokens");
  EvaluationResult result;
  double sum = 0;
  std::vector<int32_t> tokens(size_t(batch * time)), targets(tokens.size());
  for (int64_t first = 0; first < windows.size(); first += batch) {
    int64_t counted = 0;
    for (int64_t row = 0; row < batch; ++row) {
      int32_t *t = tokens.data() + row * time, *y = targets.data() + row * time;
      if (first + row < windows.size()) {
        if (rt::Status status = windows.get(first + row, t, y); !status)
          return makeError(status.message());
      } else {
        std::fill_n(t, time, 0);
        std::fill_n(y, time, -1);
      }
      counted += countTargets(y, time, ignore);
    }
    if (!counted)
      continue;
    session.write(*tokensInput, llvm::ArrayRef(tokens));
    session.write(*targetsInput, llvm::ArrayRef(targets));
    numberDocuments(session, tokens, separator, time);
    session.write<float>(*session.find(BRAID_INPUT, "loss_scale"), float(1.0 / double(counted)));
    if (llvm::Error error = session.run("loss", batch, time, seed, 0, first))
      return std::move(error);
    sum += double(session.first(*session.find(BRAID_OUTPUT, "loss"))) * double(counted);
    result.tokens += counted;
    if (also)
      if (llvm::Error error = also(first, targets))
        return std::move(error);
  }
  if (!result.tokens)
    return makeError("the file has no target to predict");
  result.loss = sum / double(result.tokens);
  return result;
}

} // namespace braid::driver
