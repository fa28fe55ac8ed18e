//===- Documents.cpp - several documents in one window --------------------===//
#include "Documents.h"
#include "braid/Driver/Console.h"
#include "braid/Driver/Inputs.h"

namespace braid::driver {

llvm::Error checkTokenInputs(const ModelInfo &model, int64_t separator, int64_t time) {
  for (const InputInfo &input : model.inputs)
    if ((input.name != "tokens" && input.name != "document") || !input.isId || !input.perToken || !input.axes.empty())
      return makeError("the model takes `" + input.name +
                       "`; a file of tokens gives only `tokens` and, with a separator, `document`");
  if (llvm::Error error = checkTime(model, time))
    return error;
  const InputInfo *document = model.findInput("document");
  if (separator < 0)
    return document ? makeError("the model takes `document`; say with `--separator ID` which token opens a document")
                    : llvm::Error::success();
  if (!document)
    return makeError("`--separator` goes with a model that takes `document`; this one takes only `tokens`");
  if (separator >= model.vocabulary())
    return makeError("`--separator` is " + llvm::Twine(separator) + ", outside the vocabulary of " +
                     llvm::Twine(model.vocabulary()));
  // Every token but the first may open a document.
  if (document->idSize && document->idSize < time)
    return makeError("`document` counts to " + llvm::Twine(document->idSize) + "; a sequence of " + llvm::Twine(time) +
                     " tokens may hold as many documents");
  return llvm::Error::success();
}

void numberDocuments(Session &session, int64_t separator, int64_t rows, int64_t time) {
  Buffer *tokens = session.find("in:tokens"), *document = session.find("in:document");
  if (!tokens || !document)
    return;
  for (int64_t row = 0; row < rows; ++row) {
    const int32_t *from = tokens->ints() + row * time;
    int32_t *to = document->ints() + row * time, number = 0;
    for (int64_t t = 0; t < time; ++t)
      to[t] = number += t > 0 && from[t] == separator;
  }
}

} // namespace braid::driver
