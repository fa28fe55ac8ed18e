//===- Generate.cpp - braid generate: a text goes on ----------------------===//
//
// The program @logits runs over the whole prefix for every token: the same numbers as
// in training, at a cost that grows with the text. One compilation serves every length.
//
//===----------------------------------------------------------------------===//
#include "braid/Runtime/Dataset.h"
#include "lib/Driver/Documents.h"
#include "lib/Driver/Model.h"
#include "lib/Driver/Sampler.h"
#include "llvm/Support/FileSystem.h"
#include <cstring>

namespace braid::driver {

/// The prompt's bytes, if the model knows all of them.
static llvm::Expected<std::vector<uint32_t>> encode(const ModelInfo &model, const std::string &prompt) {
  const InputInfo *tokens = model.findInput("tokens");
  int64_t vocabulary = tokens && tokens->idSize ? tokens->idSize : model.classes;
  std::vector<uint32_t> ids = rt::encodeBytes(prompt);
  for (size_t i = 0; i < ids.size(); ++i)
    if (int64_t(ids[i]) >= vocabulary)
      return makeError("byte " + llvm::Twine(i) + " of the prompt is " + llvm::Twine(ids[i]) + ", outside the vocabulary of " +
                       llvm::Twine(vocabulary));
  // A model has to see something before it can go on.
  if (ids.empty())
    ids.push_back('\n');
  return ids;
}

static llvm::Error generateText(const GenerateOptions &options, Console &console) {
  auto model = Model::load(options.model, options.params, console);
  if (!model)
    return model.takeError();
  int64_t context = 0, separator = -1;
  if (llvm::Error error = settingOf(options.model.path, "tokens", 1, options.context, 256).moveInto(context))
    return error;
  if (llvm::Error error = settingOf(options.model.path, "separator", -1, options.separator, -1).moveInto(separator))
    return error;
  if (llvm::Error error = checkTokenInputs(model->info, separator, context))
    return error;
  auto text = encode(model->info, options.prompt);
  if (!text)
    return text.takeError();
  auto session = model->compile({"logits"}, options.how);
  if (!session)
    return session.takeError();

  if (llvm::Error error = (*session)->reserve(1, context))
    return error;
  int32_t *tokens = (*session)->find("in:tokens")->ints();
  const Buffer *logits = (*session)->find("out:logits");
  console.out << options.prompt;
  for (int64_t i = 0; i < options.maxTokens; ++i) {
    int64_t time = std::min<int64_t>(context, int64_t(text->size()));
    for (int64_t t = 0; t < time; ++t)
      tokens[t] = int32_t((*text)[text->size() - size_t(time) + size_t(t)]);
    numberDocuments(**session, separator, 1, time);
    if (llvm::Error error = (*session)->run("logits", 1, time, options.how.seed))
      return error;
    std::vector<float> last = logits->toFloats(time * model->info.classes);
    int64_t next = sampleToken(last.data() + (time - 1) * model->info.classes, model->info.classes, options, i);
    if (next < 0)
      return makeError("the model's logits are not finite");
    text->push_back(uint32_t(next));
    console.out << (next < 256 ? std::string(1, char(next)) : rt::decodeBytes({uint32_t(next)}));
    console.out.flush();
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
