//===- Streams.cpp - a file in parts that go on from step to step ---------===//
#include "Streams.h"
#include "braid/Driver/Inputs.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/Evaluate/StateFile.h"
#include "lib/Driver/Evaluate/Texts.h"

namespace braid::driver {

llvm::Expected<std::unique_ptr<Streams>> Streams::create(const ModelInfo &model, std::shared_ptr<rt::TokenFile> file,
                                                         const TrainOptions &options) {
  if (model.looksAhead)
    return makeError("tokens of the model see later ones (`all`): a text of it does not go on from step to step");
  std::unique_ptr<Streams> streams(new Streams(options));
  streams->partTokens = (file->size() - 1) / streams->parts();
  streams->perPart = streams->partTokens / options.tokens;
  if (!streams->perPart)
    return makeError(file->path() + ": has " + grouped(file->size()) + " tokens; in " + llvm::Twine(streams->parts()) +
                     " parts (`--batch` x `--accumulate`) they are shorter than a window of " +
                     llvm::Twine(options.tokens) + " (`--tokens`)");
  int64_t length = streams->perPart * options.tokens;
  if (llvm::Error error = checkTime(model, length))
    return std::move(error);
  if (options.context && length > options.context)
    return makeError("a part of the data has " + grouped(length) + " tokens, more than `--context`, " +
                     grouped(options.context) + "; a larger `--batch` or `--accumulate` makes shorter parts");
  streams->documents.assign(size_t(streams->parts()), 0);
  streams->file = std::move(file);
  return std::move(streams);
}

llvm::Error Streams::begin(const Session &session) {
  if (!options.context && !remembersBoundedly(session.program(), "grad"))
    return makeError("what the model remembers of a text grows with it: each of the " +
                     grouped(perPart * options.tokens) +
                     " tokens of a part would look at all before it; say with `--context N` that texts of at most N "
                     "tokens are meant");
  for (int64_t micro = 0; micro < options.accumulate; ++micro)
    states.push_back(session.makeState("grad", options.batch));
  return llvm::Error::success();
}

int64_t Streams::bytes(const Program &program) const {
  return rememberedBytes(program, "grad", parts(), perPart * options.tokens);
}

llvm::Error Streams::draw(int64_t step, int64_t micro, int32_t *tokens, int32_t *targets) const {
  std::vector<uint32_t> read(size_t(options.tokens + 1));
  for (int64_t row = 0; row < options.batch; ++row) {
    if (rt::Status status = file->read(startOf(step, micro * options.batch + row), options.tokens + 1, read.data());
        !status)
      return makeError(status.message());
    for (int64_t i = 0; i < options.tokens; ++i) {
      *tokens++ = int32_t(read[size_t(i)]);
      *targets++ = int32_t(read[size_t(i + 1)]);
    }
  }
  return llvm::Error::success();
}

llvm::Error Streams::gradients(Session &session, int64_t step, int64_t micro, llvm::ArrayRef<int32_t> tokens) {
  rt::State &state = *states[size_t(micro)];
  if (step % perPart == 0)
    for (int64_t row = 0; row < options.batch; ++row)
      state.restart(row);
  std::vector<int32_t> numbers;
  for (int64_t row = 0; row < options.batch; ++row) {
    int32_t &number = documents[size_t(micro * options.batch + row)];
    bool begins = state.positions()[size_t(row)] == 0;
    for (int64_t i = 0; i < options.tokens; ++i) {
      bool first = begins && i == 0;
      number = first ? 0 : number + (tokens[size_t(row * options.tokens + i)] == options.separator);
      numbers.push_back(number);
    }
  }
  if (std::optional<Handle> document = session.find(BRAID_INPUT, "document"))
    session.write(*document, llvm::ArrayRef(numbers));
  std::vector<int64_t> counts(size_t(options.batch), options.tokens);
  // Sequences are numbered through the step, so that the parts of a step draw like one large batch.
  return session.extend("grad", state, options.tokens, counts, options.how.seed, step, micro * options.batch);
}

void Streams::restart() {
  for (std::unique_ptr<rt::State> &state : states)
    for (int64_t row = 0; row < options.batch; ++row)
      state->restart(row);
}

static std::string prefixOf(size_t micro) { return std::to_string(micro) + ":"; }

void Streams::save(rt::TensorFile &file) const {
  for (size_t micro = 0; micro < states.size(); ++micro)
    putState(file, prefixOf(micro), *states[micro]);
  file.tensors["documents"] = rt::StoredTensor::of({int64_t(documents.size())}, documents.data());
}

llvm::Error Streams::restore(const rt::TensorFile &from, const std::string &path, int64_t step) {
  if (from.tensors.empty())
    return makeError("`" + path + "` is not there: the checkpoint is of a run with `--order windows`");
  auto numbers = from.tensors.find("documents");
  if (numbers == from.tensors.end() || numbers->second.dtype != rt::DType::I32 ||
      numbers->second.shape != std::vector<int64_t>{parts()})
    return makeError("`" + path + "`: is of another number of parts than " + llvm::Twine(parts()) +
                     ", `--batch` x `--accumulate`");
  std::vector<int64_t> known = *numbers->second.toIntegers();
  documents.assign(known.begin(), known.end());
  size_t taken = 1;
  for (size_t micro = 0; micro < states.size(); ++micro) {
    if (llvm::Error error = takeState(from, prefixOf(micro), path, *states[micro]))
      return error;
    taken += states[micro]->parts().size() + 1;
    // Behind a step that was left out texts are shorter.
    int64_t most = step % perPart ? step % perPart * options.tokens : perPart * options.tokens;
    for (int64_t position : states[micro]->positions())
      if (position > most || position % options.tokens)
        return makeError("`" + path + "` is of texts of " + llvm::Twine(position) +
                         " tokens; with this `--tokens`, `--batch`, "
                         "`--accumulate` and data they would be " +
                         llvm::Twine(most) + " long before step " + llvm::Twine(step + 1));
  }
  if (taken != from.tensors.size())
    return makeError("`" + path + "`: is of another number of gradients in a step than " +
                     llvm::Twine(options.accumulate) + ", `--accumulate`");
  return llvm::Error::success();
}

} // namespace braid::driver
