//===- Results.cpp - a program's results on some device -------------------===//
#include "braid/Driver/Results.h"
#include "braid/Driver/TrainingFolder.h"
#include "braid/Reference/Files.h"
#include "braid/Reference/Interpreter.h"
#include "llvm/Support/FileSystem.h"
#include <cstring>

namespace braid::driver {

llvm::Error bindInputs(Session &session, const Inputs &inputs) {
  if (llvm::Error error = session.reserve(inputs.batch, inputs.time))
    return error;
  for (const auto &[name, values] : inputs.ids)
    if (std::optional<Handle> input = session.find(BRAID_INPUT, name))
      session.write(*input, llvm::ArrayRef(values));
  for (const auto &[name, values] : inputs.reals)
    if (std::optional<Handle> input = session.find(BRAID_INPUT, name))
      session.write(*input, llvm::ArrayRef(values));
  if (std::optional<Handle> scale = session.find(BRAID_INPUT, "loss_scale"))
    session.write<float>(*scale, inputs.counted ? 1.0f / float(inputs.counted) : 0.0f);
  return llvm::Error::success();
}

static std::vector<std::string> axisNames(const OutputInfo &output) {
  std::vector<std::string> names;
  if (output.perToken)
    names = output.newest ? std::vector<std::string>{"batch"} : std::vector<std::string>{"batch", "time"};
  for (const AxisInfo &axis : output.axes)
    names.push_back(axis.name);
  return names;
}

llvm::Expected<std::vector<NamedValue>> evaluateCompiled(Session &session, const std::string &function,
                                                         const Inputs &inputs, const DeviceOptions &how,
                                                         rt::State *state) {
  if (llvm::Error error = bindInputs(session, inputs))
    return std::move(error);
  std::vector<int64_t> counts(size_t(inputs.batch), inputs.time);
  if (llvm::Error error = state ? session.extend(function, *state, inputs.time, counts, how.seed, how.step)
                                : session.run(function, inputs.batch, inputs.time, how.seed, how.step))
    return std::move(error);
  std::vector<NamedValue> values;
  for (const OutputInfo &output : session.outputs(function)) {
    std::optional<Handle> result = session.find(output.role(), output.path());
    if (!result)
      return makeError("the compiled program has no result `" + output.name + "`");
    NamedValue value{output.shown(), output.shape(inputs.batch, inputs.time), {}, axisNames(output)};
    int64_t count = 1;
    for (int64_t size : value.shape)
      count *= size;
    int64_t width = count / inputs.batch;
    for (int64_t s = 0; output.newest && s < inputs.batch; ++s) {
      std::vector<float> row = session.floats(*result, width, ((s + 1) * inputs.time - 1) * width);
      value.data.insert(value.data.end(), row.begin(), row.end());
    }
    if (!output.newest) {
      std::vector<float> numbers = session.floats(*result, count);
      value.data.assign(numbers.begin(), numbers.end());
    }
    values.push_back(std::move(value));
  }
  return values;
}

ref::TensorMap referenceInputs(const ModelInfo &model, const Inputs &inputs) {
  ref::TensorMap result;
  for (const auto &[name, ids] : inputs.ids)
    result[name] = ref::Tensor::makeIds(inputs.batch, inputs.time, std::vector<double>(ids.begin(), ids.end()));
  for (const auto &[name, reals] : inputs.reals) {
    const InputInfo *info = model.findInput(name);
    ref::Tensor tensor;
    tensor.kind = info->perToken ? lang::Kind::Token : lang::Kind::Static;
    tensor.batch = inputs.batch;
    tensor.time = inputs.time;
    for (const AxisInfo &axis : info->axes)
      tensor.axes.push_back({axis.name, axis.size});
    tensor.data.assign(reals.begin(), reals.end());
    result[name] = std::move(tensor);
  }
  if (inputs.hasTargets)
    result["loss_scale"] = ref::Tensor::scalar(1.0 / double(inputs.counted));
  return result;
}

llvm::Expected<std::vector<NamedValue>> evaluateReference(Compilation &compilation, const std::string &function,
                                                          const Inputs &inputs, const rt::TensorFile &params,
                                                          const DeviceOptions &how, Oracle kind) {
  llvm::Expected<ModelInfo> model = describe(compilation.module());
  if (!model)
    return model.takeError();
  PipelineOptions pipeline;
  pipeline.functions = {function};
  pipeline.bf16 = how.bf16;
  auto derived = compilation.lower(Stage::Derived, pipeline);
  if (!derived)
    return derived.takeError();
  ref::Options options;
  options.seed = how.seed;
  options.step = uint32_t(how.step);
  options.batch = inputs.batch;
  options.time = inputs.time;
  options.single = options.jitter = kind == Oracle::Single;
  ref::TensorMap given = referenceInputs(*model, inputs);
  auto parameters = ref::parametersFrom(compilation.module(), params);
  if (!parameters)
    return parameters.takeError();
  // Loss and gradients come from the model itself and the oracle's tape, except where roundings are to be followed
  // or a derived program is all there is.
  bool own = kind == Oracle::Own && !how.bf16 && compilation.stage() == Stage::Braid &&
             (function == "loss" || function == "grad" || function == "logits");
  ref::Interpreter oracle(own ? compilation.module() : **derived, options);
  auto results = !own                 ? oracle.run(function, given, *parameters)
                 : function == "grad" ? oracle.lossGradients(given, *parameters)
                 : function == "loss" ? oracle.loss(given, *parameters)
                                      : oracle.run(function, given, *parameters);
  if (!results)
    return results.takeError();
  std::map<std::string, std::vector<OutputInfo>> produced = outputsOf(**derived);
  std::vector<NamedValue> values;
  for (const OutputInfo &output : produced[function]) {
    auto found = results->find(output.name);
    if (found == results->end())
      return makeError("the reference gives no `" + output.name + "`");
    values.push_back({output.shown(), output.shape(inputs.batch, inputs.time), found->second.data, axisNames(output)});
  }
  return values;
}

llvm::Expected<rt::TensorFile> loadParameters(Compilation &compilation, const ModelInfo &model, const ModelArgs &args,
                                              const std::string &path, uint64_t seed, Console &console) {
  bool folder = llvm::sys::fs::is_directory(args.path);
  if (path.empty() && !folder) {
    auto values = ref::initialParameters(compilation.module(), seed);
    if (!values)
      return values.takeError();
    return ref::toFile(*values);
  }
  llvm::Expected<rt::TensorFile> file = chooseParameters(args, path, console);
  if (!file)
    return file.takeError();
  if (llvm::Error error = checkParameters(model, *file, path.empty() ? args.path : path))
    return std::move(error);
  return file;
}

} // namespace braid::driver
