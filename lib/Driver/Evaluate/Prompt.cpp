//===- Prompt.cpp - what is continued, and what ends it -------------------===//
#include "Prompt.h"
#include "braid/Data/Dataset.h"
#include "braid/IO/InputFile.h"
#include "llvm/ADT/STLExtras.h"

namespace braid::driver {

static llvm::Error checkIds(const ModelInfo &model, llvm::ArrayRef<uint32_t> ids, const char *what) {
  for (auto [i, id] : llvm::enumerate(ids))
    if (int64_t(id) >= model.vocabulary())
      return makeError("token " + llvm::Twine(i) + " of " + what + " is " + llvm::Twine(id) +
                       ", outside the vocabulary of " + llvm::Twine(model.vocabulary()));
  return llvm::Error::success();
}

static llvm::Error noText(const ModelInfo &model, const char *flag, const char *other) {
  return makeError("`" + llvm::Twine(flag) + "` is text, and a vocabulary of " + llvm::Twine(model.vocabulary()) +
                   " is not one of bytes; give ids with `" + other + "`");
}

/// What ends texts, and what follows prompts.
static llvm::Error addEnds(Prompt &prompt, const ModelInfo &model, const GenerateOptions &options) {
  if (!options.stops.empty() && model.vocabulary() != 256)
    return noText(model, "--stop", "--stop-tokens 50256");
  for (const std::string &text : options.stops)
    prompt.stops.push_back(rt::encodeBytes(text));
  for (const std::vector<uint32_t> &ids : options.stopTokens) {
    if (llvm::Error error = checkIds(model, ids, "`--stop-tokens`"))
      return error;
    prompt.stops.push_back(ids);
  }
  if (llvm::Error error = checkIds(model, options.then, "`--then`"))
    return error;
  prompt.tokens.insert(prompt.tokens.end(), options.then.begin(), options.then.end());
  return llvm::Error::success();
}

llvm::Expected<Prompt> Prompt::make(const ModelInfo &model, const GenerateOptions &options, int64_t separator) {
  Prompt prompt;
  if (!options.ids && model.vocabulary() != 256)
    return noText(model, "--prompt", "--prompt-tokens 464,3290");
  prompt.text = options.ids ? "" : options.prompt;
  prompt.tokens = options.ids ? options.promptTokens : rt::encodeBytes(options.prompt);
  if (llvm::Error error = checkIds(model, prompt.tokens, "the prompt"))
    return std::move(error);
  // A model has to see something before it can go on.
  if (prompt.tokens.empty())
    prompt.tokens.push_back(separator >= 0 ? uint32_t(separator) : '\n');
  if (llvm::Error error = addEnds(prompt, model, options))
    return std::move(error);
  return std::move(prompt);
}

/// The ids of a line; false where it holds none.
static bool readIds(llvm::StringRef line, std::vector<uint32_t> &ids) {
  llvm::SmallVector<llvm::StringRef> words;
  line.split(words, ',');
  for (llvm::StringRef word : words)
    if (word.trim().getAsInteger(10, ids.emplace_back()) || ids.back() > uint32_t(INT32_MAX))
      return false;
  return true;
}

llvm::Expected<std::vector<Prompt>> Prompt::read(const ModelInfo &model, const GenerateOptions &options,
                                                 int64_t separator) {
  auto content = rt::readInput(options.prompts, uint64_t(1) << 30);
  if (!content)
    return makeError(content.message());
  if (!*content)
    return makeError("there is no file `" + options.prompts + "`");
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef rest = **content;
  if (rest.empty())
    return makeError("`" + options.prompts + "` holds no prompt");
  rest.consume_back("\n");
  rest.split(lines, '\n');
  std::vector<Prompt> prompts;
  for (auto [i, line] : llvm::enumerate(lines)) {
    line.consume_back("\r");
    std::string place = options.prompts + ":" + std::to_string(i + 1);
    Prompt prompt;
    if (line.empty()) {
      if (separator < 0)
        return makeError(place + ": the line is empty" +
                         (model.findInput("document") ? "; with `--separator` it would begin a document" : ""));
      prompt.tokens = {uint32_t(separator)};
    } else if (model.vocabulary() == 256) {
      prompt.text = line.str();
      prompt.tokens = rt::encodeBytes(prompt.text);
    } else if (!readIds(line, prompt.tokens)) {
      return makeError(place + ": is no list of ids such as 464,3290, which tokens of a vocabulary of " +
                       llvm::Twine(model.vocabulary()) + " are given as");
    }
    if (llvm::Error error = checkIds(model, prompt.tokens, place.c_str()))
      return std::move(error);
    if (llvm::Error error = addEnds(prompt, model, options))
      return std::move(error);
    prompts.push_back(std::move(prompt));
  }
  return std::move(prompts);
}

bool Prompt::stopped(llvm::ArrayRef<uint32_t> generated) const {
  return llvm::any_of(stops, [&](llvm::ArrayRef<uint32_t> stop) {
    return stop.size() <= generated.size() && generated.take_back(stop.size()) == stop;
  });
}

} // namespace braid::driver
