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

void numberDocuments(Session &session, llvm::ArrayRef<int32_t> tokens, int64_t separator, int64_t time) {
  std::optional<Handle> document = session.find(BRAID_INPUT, "document");
  if (!document)
    return;
  std::vector<int32_t> numbers(tokens.size());
  int32_t number = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    bool first = i % size_t(time) == 0;
    number = first ? 0 : number + (tokens[i] == separator);
    numbers[i] = number;
  }
  session.write(*document, llvm::ArrayRef(numbers));
}

} // namespace braid::driver
