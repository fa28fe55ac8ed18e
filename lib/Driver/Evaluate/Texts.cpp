//===- Texts.cpp - texts that go on ---------------------------------------===//
#include "Texts.h"

namespace braid::driver {

Texts::Texts(Session &session, int64_t count, const TextOptions &options)
    : session(session), options(options), texts(size_t(count)), state(session.makeState("extend", count)) {}

llvm::Error Texts::reserve(int64_t tokens) {
  return state->reserve(tokens) ? llvm::Error::success() : makeError("no memory for what is remembered of the texts");
}

/// Only what may still be looked at stays.
void Texts::restart(size_t number) {
  Text &text = texts[number];
  size_t kept = std::min(text.tokens.size(), size_t(std::max<int64_t>(1, options.context / 2)));
  text.tokens.erase(text.tokens.begin(), text.tokens.end() - long(kept));
  // Documents count from the first token that is seen.
  text.documents.assign(kept, 0);
  for (size_t i = 1; i < kept; ++i)
    text.documents[i] = text.documents[i - 1] + (text.tokens[i] == options.separator);
  text.done = 0;
  state->restart(int64_t(number));
  restarted = true;
}

void Texts::append(int64_t number, llvm::ArrayRef<uint32_t> tokens) {
  Text &text = texts[size_t(number)];
  for (uint32_t token : tokens) {
    bool opens = !text.tokens.empty() && int64_t(token) == options.separator;
    text.documents.push_back(text.documents.empty() ? 0 : text.documents.back() + opens);
    text.tokens.push_back(int32_t(token));
  }
  if (options.context && int64_t(text.tokens.size()) > options.context)
    restart(size_t(number));
}

llvm::Error Texts::run() {
  if (!options.state)
    for (size_t i = 0; i < texts.size(); ++i)
      if (texts[i].done < int64_t(texts[i].tokens.size())) {
        texts[i].done = 0;
        state->restart(int64_t(i));
      }
  while (llvm::any_of(texts, [](const Text &text) { return text.done < int64_t(text.tokens.size()); }))
    if (llvm::Error error = runPiece())
      return error;
  return llvm::Error::success();
}

llvm::Error Texts::runPiece() {
  std::vector<int64_t> counts;
  for (const Text &text : texts) {
    int64_t left = int64_t(text.tokens.size()) - text.done;
    counts.push_back(options.state ? std::min(left, options.piece) : left);
  }
  int64_t time = *std::max_element(counts.begin(), counts.end());
  if (llvm::Error error = session.reserve(int64_t(texts.size()), time))
    return error;
  auto give = [&](const char *name, std::vector<int32_t> Text::*numbers) {
    std::optional<Handle> input = session.find(BRAID_INPUT, name);
    for (size_t i = 0; input && i < texts.size(); ++i)
      session.write(*input, llvm::ArrayRef(texts[i].*numbers).slice(size_t(texts[i].done), size_t(counts[i])),
                    int64_t(i) * time);
  };
  give("tokens", &Text::tokens);
  give("document", &Text::documents);
  if (llvm::Error error = session.extend("extend", *state, time, counts, options.seed))
    return error;
  int64_t classes = session.model().classes;
  Handle logits = *session.find(BRAID_OUTPUT, "logits");
  for (size_t i = 0; i < texts.size(); ++i) {
    texts[i].done += counts[i];
    if (counts[i] && texts[i].done == int64_t(texts[i].tokens.size()))
      texts[i].logits = session.floats(logits, classes, (int64_t(i) * time + counts[i] - 1) * classes);
  }
  return llvm::Error::success();
}

static const std::vector<External> &externalsOf(const Program &program, llvm::StringRef function) {
  static const std::vector<External> none;
  const FunctionInfo *info = program.find(function);
  return info ? info->externals : none;
}

bool remembersBoundedly(const Program &program, llvm::StringRef function) {
  return llvm::none_of(externalsOf(program, function),
                       [](const External &external) { return external.past == BRAID_PAST_ALL; });
}

int64_t rememberedBytes(const Program &program, llvm::StringRef function, int64_t batch, int64_t tokens) {
  int64_t sum = 0;
  for (const External &external : externalsOf(program, function))
    if (external.past)
      sum += batch * external.bytes(1) *
             (external.past == BRAID_PAST_CARRY
                  ? 2
                  : rt::State::rowsKept(external.past == BRAID_PAST_ALL ? external.past : 2 * external.past, tokens));
  return sum;
}

} // namespace braid::driver
