//===- Inputs.cpp - the inputs of a run, checked --------------------------===//
//
// A file of inputs comes from anywhere; what reaches compiled code has been checked
// against the model number by number.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Inputs.h"
#include "braid/Driver/Console.h"
#include "braid/Support/Random.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include <cmath>

namespace braid::driver {

namespace {

class Reader {
public:
  Reader(const rt::TensorFile &file, const std::string &what) : file(file), what(what) {}

  /// What is there instead, for a message.
  std::string names() const {
    std::string text;
    for (const auto &[name, tensor] : file.tensors) {
      if (text.size() > 200)
        return text + ", …";
      text += (text.empty() ? "; it has `" : ", `") + name + "`";
    }
    return text;
  }

  llvm::Error input(const InputInfo &input, int64_t limit, bool negative) {
    auto found = file.tensors.find(input.name);
    if (found == file.tensors.end())
      return makeError("`" + what + "` lacks the input `" + input.name + "`" + names());
    const rt::StoredTensor &tensor = found->second;
    if (llvm::Error error = shape(input, tensor))
      return error;
    return input.isId ? ids(input, tensor, limit, negative) : reals(input, tensor);
  }

  Inputs result;

private:
  llvm::Error bad(const InputInfo &input, const llvm::Twine &found) {
    return makeError("`" + what + "`: `" + input.name + "` " + found);
  }

  /// [batch, time, axes…] for what varies per token, else the axes alone.
  llvm::Error shape(const InputInfo &input, const rt::StoredTensor &tensor) {
    size_t lead = input.perToken ? 2 : 0;
    std::string expected = input.perToken ? "batch, time" : "", actual;
    for (const AxisInfo &axis : input.axes)
      expected += (expected.empty() ? "" : ", ") + axis.name + ": " + std::to_string(axis.size);
    for (int64_t size : tensor.shape)
      actual += (actual.empty() ? "" : ", ") + std::to_string(size);
    bool fits = tensor.shape.size() == lead + input.axes.size();
    for (size_t i = 0; fits && i < input.axes.size(); ++i)
      fits = tensor.shape[lead + i] == input.axes[i].size;
    if (!fits)
      return bad(input, "has the shape [" + actual + "], not [" + expected + "]");
    if (!input.perToken)
      return llvm::Error::success();
    int64_t batch = tensor.shape[0], time = tensor.shape[1];
    if (batch < 1 || time < 1)
      return bad(input, "has the shape [" + actual + "], which holds no token");
    if (result.batch && (batch != result.batch || time != result.time))
      return bad(input, "has the shape [" + actual + "]; `" + first + "` has [" + llvm::Twine(result.batch) + ", " +
                            llvm::Twine(result.time) + "]");
    if (!result.batch)
      first = input.name;
    result.batch = batch;
    result.time = time;
    return llvm::Error::success();
  }

  std::string place(int64_t index) const {
    return "[" + std::to_string(index / result.time) + ", " + std::to_string(index % result.time) + "]";
  }

  llvm::Error ids(const InputInfo &input, const rt::StoredTensor &tensor, int64_t limit, bool negative) {
    if (tensor.dtype != rt::DType::I32 && tensor.dtype != rt::DType::I64)
      return bad(input, llvm::Twine("holds ") + rt::nameOf(tensor.dtype) + "; ids are I32 or I64");
    auto values = tensor.toIntegers();
    if (!values)
      return bad(input, values.message());
    std::vector<int32_t> &out = result.ids[input.name];
    for (size_t i = 0; i < values->size(); ++i) {
      int64_t id = (*values)[i];
      if ((id < 0 && !negative) || (limit > 0 && id >= limit) || id > INT32_MAX)
        return makeError("`" + what + "`: `" + input.name + place(int64_t(i)) + "` is " + std::to_string(id) +
                         (id < 0      ? ", which is negative"
                          : limit > 0 ? ", outside the vocabulary of " + std::to_string(limit)
                                      : ", more than the largest id, " + std::to_string(INT32_MAX)));
      out.push_back(id < 0 ? -1 : int32_t(id));
    }
    return llvm::Error::success();
  }

  llvm::Error reals(const InputInfo &input, const rt::StoredTensor &tensor) {
    if (!rt::isReal(tensor.dtype))
      return bad(input, llvm::Twine("holds ") + rt::nameOf(tensor.dtype) + ", not real numbers");
    result.reals[input.name] = tensor.toFloats();
    for (float value : result.reals[input.name])
      if (!std::isfinite(value))
        return bad(input, "holds a number that is not finite");
    return llvm::Error::success();
  }

  const rt::TensorFile &file;
  const std::string &what;
  std::string first;
};

InputInfo targetsOf(const ModelInfo &model) {
  InputInfo targets;
  targets.name = "targets";
  targets.idSize = model.classes;
  return targets;
}

void count(Inputs &inputs) {
  inputs.hasTargets = true;
  inputs.counted = 0;
  for (int32_t target : inputs.ids["targets"])
    inputs.counted += target >= 0;
}

} // namespace

llvm::Expected<Inputs> readInputs(const ModelInfo &model, const rt::TensorFile &file, bool withTargets,
                                  const std::string &what) {
  Reader reader(file, what);
  for (const InputInfo &input : model.inputs)
    if (llvm::Error error = reader.input(input, input.idSize, false))
      return std::move(error);
  if (withTargets) {
    if (llvm::Error error = reader.input(targetsOf(model), model.classes, true))
      return std::move(error);
    count(reader.result);
    if (!reader.result.counted)
      return makeError("`" + what + "`: every target is negative, so that there is no loss");
  }
  // What the model declares and does not use is looked at all the same, and gives the shape where nothing else does.
  for (const std::string &name : model.ignored)
    if (file.tensors.count(name)) {
      InputInfo input;
      input.name = name;
      if (llvm::Error error = reader.input(input, 0, false))
        return std::move(error);
      reader.result.ids.erase(name);
    }
  if (!reader.result.batch)
    return makeError("`" + what + "` holds no input with a batch and a time" +
                     (model.ignored.empty()
                          ? ""
                          : "; `" + model.ignored.front() + "`, though unused, says how many tokens there are"));
  if (llvm::Error error = checkTime(model, reader.result.time))
    return std::move(error);
  for (const auto &[name, tensor] : file.tensors)
    if (!model.findInput(name) && !llvm::is_contained(model.ignored, name) && name != "targets")
      return makeError("`" + what + "` has a tensor `" + name + "`, which is no input of the model");
  return std::move(reader.result);
}

llvm::Error checkTokens(int64_t batch, int64_t time) {
  if (batch < 1 || time < 1 || batch > INT32_MAX / time)
    return makeError("a batch of " + llvm::Twine(batch) + " sequences of " + llvm::Twine(time) +
                     " tokens: there are at most 2^31 tokens in a batch");
  return llvm::Error::success();
}

llvm::Error checkTime(const ModelInfo &model, int64_t time) {
  if (!model.positions || time <= model.positions)
    return llvm::Error::success();
  return makeError("a sequence of " + llvm::Twine(time) + " tokens is too long: `position` indexes `" +
                   model.positionAxis + "`, which has " + llvm::Twine(model.positions) + " entries");
}

llvm::Expected<Inputs> randomInputs(const ModelInfo &model, int64_t batch, int64_t time, uint64_t seed) {
  if (llvm::Error error = checkTokens(batch, time))
    return std::move(error);
  if (llvm::Error error = checkTime(model, time))
    return std::move(error);
  Inputs inputs;
  inputs.batch = batch;
  inputs.time = time;
  auto fill = [&](const InputInfo &input) {
    std::vector<float> draws(batch * time);
    rt::fillUniform(draws.data(), batch * time, seed, "input:" + input.name, 1);
    int64_t size = input.idSize ? input.idSize : 2;
    for (float draw : draws)
      inputs.ids[input.name].push_back(int32_t(std::min<int64_t>(size - 1, int64_t((draw + 1) / 2 * float(size)))));
  };
  for (const InputInfo &input : model.inputs) {
    if (!input.isId || !input.perToken || !input.axes.empty())
      return makeError("the model's input `" + input.name + "` is not a token id; give inputs with `--inputs`");
    fill(input);
  }
  fill(targetsOf(model));
  count(inputs);
  return inputs;
}

} // namespace braid::driver
