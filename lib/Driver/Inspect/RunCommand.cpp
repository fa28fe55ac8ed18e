//===- RunCommand.cpp - braid run: one program, tensors in, tensors out ---===//
#include "braid/Driver/Results.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/Evaluate/StateFile.h"
#include "lib/Driver/OutputPaths.h"

namespace braid::driver {

namespace {
/// What a run leaves.
struct Outcome {
  std::vector<NamedValue> values;
  std::unique_ptr<rt::State> state; ///< of what goes on
  std::string program;              ///< whose state it is
};
} // namespace

static llvm::Expected<Outcome> outcomeOf(llvm::Expected<std::vector<NamedValue>> values) {
  if (!values)
    return values.takeError();
  return Outcome{std::move(*values), nullptr, ""};
}

static llvm::Expected<Outcome> evaluate(Compilation &compilation, const ModelInfo &model, const RunOptions &options,
                                        Console &console) {
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
    return outcomeOf(evaluateReference(compilation, options.function, *inputs, *params, options.how));
  PipelineOptions pipeline;
  pipeline.functions = {options.function};
  pipeline.bf16 = options.how.bf16;
  bool going = options.function == "extend" || !options.state.empty() || !options.stateOut.empty();
  pipeline.state = going;
  EngineOptions engine;
  engine.threads = options.how.threads;
  auto session = Session::create(compilation, pipeline, engine);
  if (!session)
    return session.takeError();
  if (llvm::Error error = bindParameters(**session, *params, options.params))
    return std::move(error);
  if (!going)
    return outcomeOf(evaluateCompiled(**session, options.function, *inputs, options.how));
  std::string program = programOf(compilation, options.how, options.function);
  std::unique_ptr<rt::State> state = (*session)->makeState(options.function, inputs->batch);
  if (!options.state.empty())
    if (llvm::Error error =
            readState(options.state, **session, options.function, inputs->batch, program).moveInto(state))
      return std::move(error);
  auto values = evaluateCompiled(**session, options.function, *inputs, options.how, state.get());
  if (!values)
    return values.takeError();
  return Outcome{std::move(*values), std::move(state), std::move(program)};
}

int run(const RunOptions &options, Console &console) {
  if (llvm::Error error =
          checkOutputs({options.output, options.stateOut}, {options.model.path, options.inputs, options.params}))
    return fail(console, std::move(error));
  if (llvm::Error error = checkOutputs(options.output, options.state)) // a state may take the place of the one before
    return fail(console, std::move(error));
  auto compilation = Compilation::load(options.model, &console);
  if (!compilation)
    return fail(console, compilation.takeError());
  auto model = describe((*compilation)->module());
  if (!model)
    return fail(console, model.takeError());
  auto outcome = evaluate(**compilation, *model, options, console);
  if (!outcome)
    return fail(console, outcome.takeError());
  rt::TensorFile file;
  bool exact = options.device == "reference";
  for (const NamedValue &value : outcome->values) {
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
  if (outcome->values.empty())
    return fail(console, makeError("the program `" + options.function + "` has no results"));
  if (rt::Status status = rt::writeSafeTensors(options.output, file); !status)
    return fail(console, makeError(status.message()));
  // Behind the results: should they have no room, the state before is still there.
  if (!options.stateOut.empty())
    if (llvm::Error error = writeState(options.stateOut, *outcome->state, outcome->program))
      return fail(console, std::move(error));
  return Success;
}

} // namespace braid::driver
