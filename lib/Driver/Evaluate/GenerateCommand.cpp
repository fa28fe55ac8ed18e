//===- GenerateCommand.cpp - braid generate: a text goes on ---------------===//
//
// The program @next runs over the whole prefix for every token: the numbers of training, to
// rounding, at a cost that grows with the text. One compilation serves every length.
//
//===----------------------------------------------------------------------===//
#include "Documents.h"
#include "Prompt.h"
#include "Sampler.h"
#include "braid/Data/Dataset.h"
#include "lib/Driver/Model.h"

namespace braid::driver {

/// Text as it is, ids with commas between.
static void write(llvm::raw_ostream &os, llvm::ArrayRef<uint32_t> tokens, bool ids, bool first) {
  if (!ids)
    os << rt::decodeBytes(tokens.vec());
  else
    for (uint32_t token : tokens) {
      os << (first ? "" : ",") << token;
      first = false;
    }
  os.flush();
}

/// The logits after the last of the newest `time` tokens.
static llvm::Expected<std::vector<float>> logitsAfter(Session &session, llvm::ArrayRef<uint32_t> tokens, int64_t time,
                                                      int64_t separator, uint64_t seed) {
  std::vector<int32_t> newest(tokens.end() - time, tokens.end());
  if (std::optional<Handle> input = session.find(BRAID_INPUT, "tokens"))
    session.write(*input, llvm::ArrayRef(newest));
  numberDocuments(session, newest, separator, time);
  if (std::optional<Handle> input = session.find(BRAID_INPUT, "token.chosen")) {
    std::vector<int32_t> chosen(size_t(time), -1);
    chosen.back() = 0;
    session.write(*input, llvm::ArrayRef(chosen));
  }
  if (llvm::Error error = session.run("next", 1, time, seed))
    return std::move(error);
  return session.floats(*session.find(BRAID_OUTPUT, "logits"), session.model().classes);
}

static llvm::Error generateText(const GenerateOptions &options, Console &console) {
  auto model = Model::load(options.model, options.params, console);
  if (!model)
    return model.takeError();
  int64_t context = 0, separator = -1;
  if (llvm::Error error =
          settingOf(options.model.path, "tokens", 1, options.context, model->info.usualTime()).moveInto(context))
    return error;
  if (llvm::Error error = settingOf(options.model.path, "separator", -1, options.separator, -1).moveInto(separator))
    return error;
  if (llvm::Error error = checkTokenInputs(model->info, separator, context))
    return error;
  auto prompt = Prompt::make(model->info, options, separator);
  if (!prompt)
    return prompt.takeError();
  auto session = model->compile({"next"}, options.how);
  if (!session)
    return session.takeError();
  if (llvm::Error error = (*session)->reserve(1, context))
    return error;
  int64_t readable = std::min(model->info.classes, model->info.vocabulary());
  if (readable < model->info.classes)
    warn(console, "the model returns " + llvm::Twine(model->info.classes) + " logits and reads tokens below " +
                      llvm::Twine(readable) + "; others are not drawn");

  std::vector<uint32_t> &text = prompt->tokens;
  size_t begin = text.size();
  write(console.out, options.ids ? llvm::ArrayRef(text) : llvm::ArrayRef(text).take_back(options.prompt.size()),
        options.ids, true);
  for (int64_t i = 0; i < options.maxTokens && !prompt->stopped(llvm::ArrayRef(text).drop_front(begin)); ++i) {
    int64_t time = std::min<int64_t>(context, int64_t(text.size()));
    auto logits = logitsAfter(**session, text, time, separator, options.how.seed);
    if (!logits)
      return logits.takeError();
    auto next = sampleToken(*logits, readable, options, i);
    if (!next)
      return next.takeError();
    text.push_back(uint32_t(*next));
    write(console.out, text.back(), options.ids, false);
  }
  console.out << "\n";
  return llvm::Error::success();
}

int generate(const GenerateOptions &options, Console &console) {
  if (llvm::Error error = generateText(options, console))
    return fail(console, std::move(error));
  return Success;
}

} // namespace braid::driver
