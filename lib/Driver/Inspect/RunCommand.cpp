//===- RunCommand.cpp - braid run: one program, tensors in, tensors out ---===//
#include "braid/Driver/Results.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/OutputPaths.h"

namespace braid::driver {

static llvm::Expected<std::vector<NamedValue>> evaluate(Compilation &compilation, const ModelInfo &model,
                                                        const RunOptions &options, Console &console) {
  rt::Result<rt::TensorFile> given = rt::readSafeTensors(options.inputs);
  if (!given)
    return makeError(given.message());
  bool targets = options.function == "loss" || options.function == "grad";
  llvm::Expected<Inputs> inputs = readInputs(model, *given, targets, options.inputs);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<rt::TensorFile> params =
      loadParameters(compilation, model, options.model, options.params, options.how.seed, console);
  if (!params)
    return params.takeError();
  if (options.device == "reference")
    return evaluateReference(compilation, options.function, *inputs, *params, options.how);
  PipelineOptions pipeline;
  pipeline.functions = {options.function};
  pipeline.bf16 = options.how.bf16;
  EngineOptions engine;
  engine.threads = options.how.threads;
  auto session = Session::create(compilation, pipeline, engine);
  if (!session)
    return session.takeError();
  if (llvm::Error error = bindParameters(**session, *params, options.params))
    return std::move(error);
  return evaluateCompiled(**session, options.function, *inputs, options.how);
}

int run(const RunOptions &options, Console &console) {
  if (llvm::Error error = checkOutputs(options.output, {options.model.path, options.inputs, options.params}))
    return fail(console, std::move(error));
  auto compilation = Compilation::load(options.model, &console);
  if (!compilation)
    return fail(console, compilation.takeError());
  auto model = describe((*compilation)->module());
  if (!model)
    return fail(console, model.takeError());
  auto values = evaluate(**compilation, *model, options, console);
  if (!values)
    return fail(console, values.takeError());
  rt::TensorFile file;
  bool exact = options.device == "reference";
  for (const NamedValue &value : *values) {
    std::vector<float> single(value.data.begin(), value.data.end());
    file.tensors[value.name] =
        exact ? rt::StoredTensor::of(value.shape, value.data.data()) : rt::StoredTensor::of(value.shape, single.data());
    std::string axes;
    for (const std::string &axis : value.axes)
      axes += (axes.empty() ? "" : ",") + axis;
    file.metadata["axes:" + value.name] = axes;
    if (value.data.size() == 1)
      console.out << value.name << " = " << general(value.data[0], 9) << "\n";
  }
  if (values->empty())
    return fail(console, makeError("the program `" + options.function + "` has no results"));
  if (rt::Status status = rt::writeSafeTensors(options.output, file); !status)
    return fail(console, makeError(status.message()));
  return Success;
}

} // namespace braid::driver
