//===- Stream.cpp - the loss over a file that is one text -----------------===//
#include "Stream.h"
#include "Texts.h"
#include "braid/Driver/Inputs.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/Text.h"

namespace braid::driver {

/// Whether the text has room.
static llvm::Error checkRoom(const Session &session, int64_t tokens) {
  if (llvm::Error error = checkTime(session.model(), tokens))
    return error;
  int64_t bytes = rememberedBytes(session.program(), "loss", 1, tokens);
  if (int64_t machine = describeMachine().virtualBytes; machine > 0 && bytes > machine)
    return makeError("what is remembered of " + llvm::Twine(tokens) + " tokens takes " + bytesText(double(bytes)) +
                     ", and this machine has " + bytesText(double(machine)) + " with its swap");
  return llvm::Error::success();
}

llvm::Expected<EvaluationResult> evaluateStream(Session &session, const rt::Dataset &data, int64_t separator,
                                                int64_t ignore, uint64_t seed, int64_t windows) {
  int64_t time = data.time(), all = data.file().size() - 1;
  if (windows > 0)
    all = std::min(all, windows * time);
  if (llvm::Error error = checkRoom(session, all))
    return std::move(error);
  if (llvm::Error error = session.reserve(1, time))
    return std::move(error);
  std::optional<Handle> tokensInput = session.find(BRAID_INPUT, "tokens"),
                        targetsInput = session.find(BRAID_INPUT, "targets"),
                        document = session.find(BRAID_INPUT, "document");
  if (!tokensInput || !targetsInput)
    return makeError("the model's loss does not depend on its tokens");
  EvaluationResult result;
  double sum = 0;
  std::vector<int32_t> tokens(static_cast<size_t>(time)), targets(tokens.size()), documents(tokens.size());
  std::unique_ptr<rt::State> state = session.makeState("loss", 1);
  int32_t number = 0;
  for (int64_t window = 0; window * time < all; ++window) {
    if (rt::Status status = data.evaluationWindow(window, tokens.data(), targets.data()); !status)
      return makeError(status.message());
    int64_t rows = std::min(time, all - window * time);
    for (int64_t i = 0; i < rows; ++i)
      documents[size_t(i)] = number += tokens[size_t(i)] == separator && (window || i);
    int64_t counted = countTargets(targets.data(), rows, ignore);
    session.write(*tokensInput, llvm::ArrayRef(tokens));
    session.write(*targetsInput, llvm::ArrayRef(targets));
    if (document)
      session.write(*document, llvm::ArrayRef(documents));
    // A window of which nothing counts is remembered all the same.
    session.write<float>(*session.find(BRAID_INPUT, "loss_scale"), counted ? float(1.0 / double(counted)) : 0.0f);
    if (llvm::Error error = session.extend("loss", *state, time, rows, seed))
      return std::move(error);
    if (counted)
      sum += double(session.first(*session.find(BRAID_OUTPUT, "loss"))) * double(counted);
    result.tokens += counted;
  }
  if (!result.tokens)
    return makeError("the file has no target to predict");
  result.loss = sum / double(result.tokens);
  return result;
}

} // namespace braid::driver
