//===- Prompt.cpp - what is continued, and what ends it -------------------===//
#include "Prompt.h"
#include "braid/Data/Dataset.h"
#include "llvm/ADT/STLExtras.h"

namespace braid::driver {

static llvm::Error checkIds(const ModelInfo &model, llvm::ArrayRef<uint32_t> ids, const char *what) {
  for (auto [i, id] : llvm::enumerate(ids))
    if (int64_t(id) >= model.vocabulary())
      return makeError("token " + llvm::Twine(i) + " of " + what + " is " + llvm::Twine(id) +
                       ", outside the vocabulary of " + llvm::Twine(model.vocabulary()));
  return llvm::Error::success();
}

llvm::Expected<Prompt> Prompt::make(const ModelInfo &model, const GenerateOptions &options, int64_t separator) {
  bool bytes = model.vocabulary() == 256;
  auto noText = [&](const char *flag, const char *other) {
    return makeError("`" + llvm::Twine(flag) + "` is text, and a vocabulary of " + llvm::Twine(model.vocabulary()) +
                     " is not one of bytes; give ids with `" + other + "`");
  };
  Prompt prompt;
  if (!options.ids && !bytes)
    return noText("--prompt", "--prompt-tokens 464,3290");
  prompt.tokens = options.ids ? options.promptTokens : rt::encodeBytes(options.prompt);
  if (llvm::Error error = checkIds(model, prompt.tokens, "the prompt"))
    return std::move(error);
  // A model has to see something before it can go on.
  if (prompt.tokens.empty())
    prompt.tokens.push_back(separator >= 0 ? uint32_t(separator) : '\n');
  if (!options.stops.empty() && !bytes)
    return noText("--stop", "--stop-tokens 50256");
  for (const std::string &text : options.stops)
    prompt.stops.push_back(rt::encodeBytes(text));
  for (const std::vector<uint32_t> &ids : options.stopTokens) {
    if (llvm::Error error = checkIds(model, ids, "`--stop-tokens`"))
      return std::move(error);
    prompt.stops.push_back(ids);
  }
  return std::move(prompt);
}

bool Prompt::stopped(llvm::ArrayRef<uint32_t> generated) const {
  return llvm::any_of(stops, [&](llvm::ArrayRef<uint32_t> stop) {
    return stop.size() <= generated.size() && generated.take_back(stop.size()) == stop;
  });
}

} // namespace braid::driver
