//===- StateFile.cpp - what sequences remember, in a file -----------------===//
#include "StateFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <cmath>
#include <cstring>

namespace braid::driver {

static constexpr const char *positionName = "position", *programName = "braid.program";

std::string programOf(Compilation &compilation, const DeviceOptions &how, const std::string &function) {
  std::string text;
  llvm::raw_string_ostream os(text);
  compilation.module()->print(os);
  os << (how.bf16 ? "bf16" : "fp32") << (function == "extend" ? "logits" : function == "grad" ? "loss" : function);
  return llvm::utohexstr(llvm::xxh3_64bits(text));
}

static rt::DType dtypeOf(const rt::State::Part &part) {
  return part.dtype == BRAID_I32 ? rt::DType::I32 : part.dtype == BRAID_BF16 ? rt::DType::BF16 : rt::DType::F32;
}

static int64_t rowBytes(const rt::State::Part &part) { return part.numbers * braid_dtype_bytes(part.dtype); }

/// Rows of a part in the file: as many as one of the sequences has.
static int64_t rowsOf(const rt::State &state, const rt::State::Part &part) {
  int64_t most = 0;
  for (int64_t s = 0; s < state.batch(); ++s)
    most = std::max(most, state.kept(part, s));
  return most;
}

void putState(rt::TensorFile &file, const std::string &prefix, const rt::State &state) {
  file.tensors[prefix + positionName] = rt::StoredTensor::of({state.batch()}, state.positions().data());
  for (auto [i, part] : llvm::enumerate(state.parts())) {
    int64_t rows = rowsOf(state, part), row = rowBytes(part);
    rt::StoredTensor &tensor = file.tensors[prefix + part.path];
    tensor.dtype = dtypeOf(part);
    tensor.shape = {state.batch(), rows, part.numbers};
    tensor.bytes.resize(size_t(state.batch() * rows * row));
    for (int64_t s = 0; s < state.batch(); ++s)
      if (int64_t bytes = state.kept(part, s) * row)
        std::memcpy(tensor.bytes.data() + s * rows * row, state.rows(i, s), size_t(bytes));
  }
}

llvm::Error writeState(const std::string &path, const rt::State &state, const std::string &program) {
  rt::TensorFile file;
  file.metadata[programName] = program;
  putState(file, "", state);
  rt::Status status = rt::writeSafeTensors(path, file);
  return status ? llvm::Error::success() : makeError(status.message());
}

/// The positions of the file's sequences.
static llvm::Expected<std::vector<int64_t>> positionsOf(const rt::TensorFile &file, const std::string &prefix,
                                                        const std::string &path, int64_t batch) {
  auto found = file.tensors.find(prefix + positionName);
  if (found == file.tensors.end() || found->second.dtype != rt::DType::I64 ||
      found->second.shape != std::vector<int64_t>{batch})
    return makeError("`" + path + "`: `" + prefix + "position` must be " + llvm::Twine(batch) +
                     " integers (I64), one for each sequence");
  std::vector<int64_t> positions = *found->second.toIntegers();
  for (int64_t position : positions)
    if (position < 0 || position > INT32_MAX)
      return makeError("`" + path + "`: `" + prefix + "position` holds " + llvm::Twine(position) +
                       "; it counts the tokens of a sequence, fewer than 2^31");
  return positions;
}

static llvm::Error checkNumbers(const rt::StoredTensor &tensor, const std::string &name, const std::string &path) {
  if (!rt::isReal(tensor.dtype))
    return llvm::Error::success();
  for (float value : tensor.toFloats())
    if (!std::isfinite(value))
      return makeError("`" + path + "`: `" + name + "` holds a number that is not finite");
  return llvm::Error::success();
}

llvm::Error takeState(const rt::TensorFile &file, const std::string &prefix, const std::string &path,
                      rt::State &state) {
  auto positions = positionsOf(file, prefix, path, state.batch());
  if (!positions)
    return positions.takeError();
  int64_t others = 0;
  for (const auto &[name, tensor] : file.tensors)
    others += llvm::StringRef(name).starts_with(prefix);
  if (others != int64_t(state.parts().size()) + 1)
    return makeError("`" + path + "` has " + llvm::Twine(others - 1) + " tensors beside `" + prefix +
                     "position`; the program remembers " + llvm::Twine(state.parts().size()));
  // Shapes are checked before there is memory for them.
  for (const rt::State::Part &part : state.parts()) {
    auto found = file.tensors.find(prefix + part.path);
    int64_t rows = 0;
    for (int64_t position : *positions)
      rows = std::max(rows, rt::State::rowsKept(part.past, position));
    if (found == file.tensors.end() || found->second.dtype != dtypeOf(part) ||
        found->second.shape != std::vector<int64_t>{state.batch(), rows, part.numbers})
      return makeError("`" + path + "`: `" + prefix + part.path + "` must be " + rt::nameOf(dtypeOf(part)) + " [" +
                       llvm::Twine(state.batch()) + ", " + llvm::Twine(rows) + ", " + llvm::Twine(part.numbers) +
                       "] after so many tokens");
    if (llvm::Error error = checkNumbers(found->second, prefix + part.path, path))
      return error;
  }
  if (!state.restore(*positions))
    return makeError("no memory for the state in `" + path + "`");
  for (auto [i, part] : llvm::enumerate(state.parts())) {
    const rt::StoredTensor &tensor = file.tensors.at(prefix + part.path);
    int64_t rows = tensor.shape[1], row = rowBytes(part);
    for (int64_t s = 0; s < state.batch(); ++s)
      if (int64_t bytes = state.kept(part, s) * row)
        std::memcpy(state.rows(i, s), tensor.bytes.data() + s * rows * row, size_t(bytes));
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<rt::State>> readState(const std::string &path, const Session &session,
                                                     const std::string &function, int64_t batch,
                                                     const std::string &program) {
  rt::Result<rt::TensorFile> file = rt::readSafeTensors(path);
  if (!file)
    return makeError(file.message());
  auto known = file->metadata.find(programName);
  if (known == file->metadata.end())
    return makeError("`" + path + "` is no state of a run: it does not say of which program");
  if (known->second != program)
    return makeError("`" + path +
                     "` is the state of another program (or of another `--function`, `--dtype` or `--set`)");
  std::unique_ptr<rt::State> state = session.makeState(function, batch);
  if (llvm::Error error = takeState(*file, "", path, *state))
    return std::move(error);
  return std::move(state);
}

} // namespace braid::driver
