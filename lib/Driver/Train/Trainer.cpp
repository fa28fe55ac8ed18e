//===- Trainer.cpp - one optimiser step, one evaluation, one checkpoint ---===//
//
// Everything that a step depends on is a function of the step's number and of what a
// checkpoint holds, so that a resumed run makes the same bits.
//
//===----------------------------------------------------------------------===//
#include "Trainer.h"
#include "LearningRate.h"
#include "TokenData.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/Evaluate/Documents.h"
#include "lib/Driver/Evaluate/Stream.h"
#include "lib/Driver/Evaluate/Windows.h"
#include <cmath>
#include <cstring>

namespace braid::driver {

static llvm::Expected<rt::Dataset> openData(const ModelInfo &model, const std::string &path,
                                            const TrainOptions &options) {
  auto file = openTokens(model, path, options.tokenWidth);
  if (!file)
    return file.takeError();
  auto data = rt::Dataset::create(*file, options.tokens, options.how.seed);
  if (!data)
    return makeError(data.message());
  return std::move(*data);
}

llvm::Expected<std::unique_ptr<Trainer>> Trainer::create(Compilation &compilation, const TrainOptions &options) {
  std::unique_ptr<Trainer> trainer(new Trainer(options));
  // Wrong data should be said before a long compilation.
  auto model = describe(compilation.module());
  if (!model)
    return model.takeError();
  if (llvm::Error error = checkTokenInputs(*model, options.separator, options.tokens))
    return std::move(error);
  if (llvm::Error error = checkHyperparameters(options, *model))
    return std::move(error);
  auto data = openData(*model, options.data, options);
  if (!data)
    return data.takeError();
  trainer->data.emplace(std::move(*data));
  bool goesOn = options.order == "stream";
  if (goesOn)
    if (llvm::Error error = Streams::create(*model, trainer->data->shared(), options).moveInto(trainer->streams))
      return std::move(error);
  PipelineOptions pipeline;
  pipeline.bf16 = options.how.bf16;
  pipeline.functions = {"grad", "step"};
  pipeline.state = goesOn;
  if (!options.validation.empty()) {
    auto validation = openData(*model, options.validation, options);
    if (!validation)
      return validation.takeError();
    if (llvm::Error error = checkTargets(*validation, options.batch, options.evalBatches, options.ignore))
      return std::move(error);
    trainer->validation.emplace(std::move(*validation));
    pipeline.functions.push_back("loss");
  }
  if (options.accumulate > 1)
    pipeline.functions.push_back("accumulate");
  EngineOptions engine;
  engine.threads = options.how.threads;
  auto session = Session::create(compilation, pipeline, engine);
  if (!session)
    return session.takeError();
  trainer->compiled = std::move(*session);
  if (llvm::Error error = initialiseParameters(*trainer->compiled, compilation, options.how.seed))
    return std::move(error);
  for (auto [role, path] : {std::pair(BRAID_INPUT, "tokens"),
                            {BRAID_INPUT, "targets"},
                            {BRAID_INPUT, "loss_scale"},
                            {BRAID_INPUT, "hyper"},
                            {BRAID_OUTPUT, "loss"},
                            {BRAID_OUTPUT, "status"},
                            {BRAID_STATE, "step"}})
    if (!trainer->compiled->find(role, path))
      return makeError(llvm::Twine("the compiled program has no `") + braid_role_word(role) + path + "`");
  if (options.accumulate > 1) {
    trainer->compiled->redirect("step", BRAID_OUTPUT, "loss", BRAID_ACCUMULATED, "loss");
    for (const ParameterInfo &parameter : trainer->compiled->model().parameters)
      trainer->compiled->redirect("step", BRAID_GRADIENT, parameter.path, BRAID_ACCUMULATED, parameter.path);
  }
  if (llvm::Error error = trainer->compiled->reserve(options.batch, options.tokens))
    return std::move(error);
  if (goesOn)
    if (llvm::Error error = trainer->streams->begin(*trainer->compiled))
      return std::move(error);
  return std::move(trainer);
}

double Trainer::flopsPerStep() const {
  for (const Cost &cost : compiled->costs())
    if (cost.function == "grad")
      return cost.flops(options.batch, options.tokens) * double(options.accumulate);
  return 0;
}

llvm::Error Trainer::draw(int64_t micro, int32_t *tokens, int32_t *targets) const {
  if (streams)
    return streams->draw(done, micro, tokens, targets);
  rt::Status status = data->batch((done * options.accumulate + micro) * options.batch, options.batch, tokens, targets);
  return status ? llvm::Error::success() : makeError(status.message());
}

llvm::Expected<int64_t> Trainer::countedTargets() const {
  // A window has a target at every token; only an ignored token is none.
  if (options.ignore < 0)
    return tokensPerStep();
  int64_t size = options.batch * options.tokens, counted = 0;
  std::vector<int32_t> tokens(size), targets(size);
  for (int64_t micro = 0; micro < options.accumulate; ++micro) {
    if (llvm::Error error = draw(micro, tokens.data(), targets.data()))
      return std::move(error);
    counted += countTargets(targets.data(), size, options.ignore);
  }
  return counted;
}

llvm::Error Trainer::gradients(int64_t micro, double scale) {
  // Sequences are numbered through the step, so that the parts of a step draw like one large batch.
  int64_t sequence = micro * options.batch;
  std::vector<int32_t> ids(size_t(options.batch * options.tokens)), targets(ids.size());
  if (llvm::Error error = draw(micro, ids.data(), targets.data()))
    return error;
  countTargets(targets.data(), options.batch * options.tokens, options.ignore);
  compiled->write<float>(input("loss_scale"), float(scale));
  compiled->write(input("tokens"), llvm::ArrayRef(ids));
  compiled->write(input("targets"), llvm::ArrayRef(targets));
  if (streams)
    return streams->gradients(*compiled, done, micro, ids);
  numberDocuments(*compiled, ids, options.separator, options.tokens);
  return compiled->run("grad", options.batch, options.tokens, options.how.seed, done, sequence);
}

const ParameterInfo *Trainer::notFinite(braid_role role) {
  for (const ParameterInfo &parameter : compiled->model().parameters) {
    std::optional<Handle> buffer = compiled->find(role, parameter.path);
    if (!buffer)
      continue;
    // x - x is 0 for every finite x, and NaN for others; the sum keeps the NaN.
    float sum = 0;
    for (float x : compiled->floats(*buffer, parameter.numbers))
      sum += x - x;
    if (sum != 0 || std::isnan(sum))
      return &parameter;
  }
  return nullptr;
}

std::string Trainer::culprit(const StepResult &result) {
  auto first = [&](const char *what, braid_role role) {
    const ParameterInfo *parameter = notFinite(role);
    return parameter ? what + (" `" + parameter->path + "`") : std::string();
  };
  std::string found;
  if (result.lost) {
    // Moments first: they make the parameter what it is.
    for (auto [what, role] :
         {std::pair("the first moment of", BRAID_MOMENT_1), std::pair("the second moment of", BRAID_MOMENT_2),
          std::pair("the parameter", BRAID_PARAMETER)})
      if (found.empty())
        found = first(what, role);
    return found;
  }
  if (!std::isfinite(result.loss))
    return "the loss";
  found = first("the gradient of", options.accumulate > 1 ? BRAID_ACCUMULATED : BRAID_GRADIENT);
  return found.empty() ? "the square of the gradient's norm, " + general(result.gradNorm) + "," : found;
}

llvm::Expected<Trainer::StepResult> Trainer::train() {
  StepResult result;
  result.lr = learningRate(options, done);
  // Of the whole step, so that its parts may count different numbers of targets. With none the step learns nothing.
  auto counted = countedTargets();
  if (!counted)
    return counted.takeError();
  double scale = *counted ? 1.0 / double(*counted) : 0.0;
  bool accumulates = options.accumulate > 1;
  if (accumulates) {
    compiled->zero(*compiled->find(BRAID_ACCUMULATED, "loss"));
    for (const ParameterInfo &parameter : compiled->model().parameters)
      if (std::optional<Handle> sum = compiled->find(BRAID_ACCUMULATED, parameter.path))
        compiled->zero(*sum);
  }
  for (int64_t micro = 0; micro < options.accumulate; ++micro) {
    if (llvm::Error error = gradients(micro, scale))
      return std::move(error);
    if (accumulates)
      if (llvm::Error error = compiled->run("accumulate", options.batch, options.tokens))
        return std::move(error);
  }
  auto hyper = hyperparameters(options, done);
  if (!hyper)
    return hyper.takeError();
  compiled->write(input("hyper"), llvm::ArrayRef<float>(*hyper));
  if (llvm::Error error = compiled->run("step", options.batch, options.tokens, options.how.seed, done))
    return std::move(error);
  std::vector<float> status = compiled->floats(*compiled->find(BRAID_OUTPUT, "status"), BRAID_STATUS_COUNT);
  result.loss = status[BRAID_STATUS_LOSS];
  result.gradNorm = status[BRAID_STATUS_NORM];
  result.finite = status[BRAID_STATUS_FINITE] != 0;
  int halted = int(status[BRAID_STATUS_HALTED]);
  result.halted = halted != BRAID_HALT_NONE;
  result.lost = halted == BRAID_HALT_LOST;
  if (!result.finite || result.lost) {
    result.culprit = culprit(result);
    // What has been remembered of this step may not be finite either.
    if (streams)
      streams->restart();
  } else {
    count();
  }
  return result;
}

llvm::Expected<double> Trainer::evaluate() {
  // A text that goes on is no longer than those that are trained on may be.
  int64_t windows = options.evalBatches * options.batch;
  for (int64_t most : {options.context, compiled->model().positions})
    if (most)
      windows = std::min(windows, std::max<int64_t>(1, most / options.tokens));
  auto result =
      streams ? evaluateStream(*compiled, *validation, options.separator, options.ignore, options.how.seed, windows)
              : evaluateWindows(*compiled, *validation, options.batch, options.evalBatches, options.separator,
                                options.ignore, options.how.seed);
  if (!result)
    return result.takeError();
  return result->loss;
}

llvm::Error Trainer::save() {
  rt::Checkpoint checkpoint;
  checkpoint.step = done;
  for (const ParameterInfo &parameter : compiled->model().parameters) {
    auto store = [&](rt::TensorFile &file, braid_role role, const std::string &name) {
      if (std::optional<Handle> buffer = compiled->find(role, parameter.path))
        file.tensors[name] =
            rt::StoredTensor::of(parameter.shape(), compiled->floats(*buffer, parameter.numbers).data());
    };
    store(checkpoint.params, BRAID_PARAMETER, parameter.path);
    store(checkpoint.optimizer, BRAID_MOMENT_1, "m:" + parameter.path);
    store(checkpoint.optimizer, BRAID_MOMENT_2, "v:" + parameter.path);
  }
  checkpoint.params.metadata = {{"model", compiled->model().name}, {"step", std::to_string(done)}};
  std::vector<float> state = compiled->floats(this->state(), BRAID_STATE_COUNT);
  checkpoint.state = {{"total_tokens", std::to_string(tokens.value_or(0))},
                      {"taken", std::to_string(int64_t(state[BRAID_STATE_TAKEN]))},
                      {"skipped", std::to_string(int64_t(state[BRAID_STATE_SKIPPED]))},
                      {"seed", std::to_string(options.how.seed)},
                      {"batch", std::to_string(options.batch)},
                      {"tokens", std::to_string(options.tokens)},
                      {"separator", std::to_string(options.separator)},
                      {"ignore", std::to_string(options.ignore)},
                      {"accumulate", std::to_string(options.accumulate)},
                      {"threads", std::to_string(compiled->program().threads())},
                      {"dtype", options.how.bf16 ? "bf16" : "fp32"},
                      {"order", options.order}};
  if (streams)
    streams->save(checkpoint.streams);
  if (rt::Status status = rt::saveCheckpoint(options.out, checkpoint, options.keep); !status)
    return makeError(status.message());
  return llvm::Error::success();
}

/// A number of steps that state.json has; `otherwise` where it has none.
static llvm::Expected<int64_t> stepsOf(const rt::Checkpoint &checkpoint, const char *name, int64_t otherwise,
                                       const std::string &where) {
  auto found = checkpoint.state.find(name);
  int64_t steps = otherwise;
  if (found != checkpoint.state.end() &&
      (llvm::StringRef(found->second).getAsInteger(10, steps) || steps < 0 || steps > checkpoint.step))
    return makeError("`" + where + "/state.json`: `" + name + "` is not a number of its " +
                     llvm::Twine(checkpoint.step) + " steps");
  return steps;
}

llvm::Error Trainer::restore(const rt::Checkpoint &checkpoint) {
  std::string where = rt::checkpointPath(options.out, checkpoint.step);
  // What is counted and numbered from the step on stays in 64 bits.
  if (checkpoint.step >= int64_t(1) << 40)
    return makeError("`" + where + "/state.json` is of more steps than a run can have");
  // Checkpoints from before steps that were left out were told apart say nothing of them: all were taken, as they were
  // counted then.
  auto taken = stepsOf(checkpoint, "taken", checkpoint.step, where);
  if (!taken)
    return taken.takeError();
  auto skipped = stepsOf(checkpoint, "skipped", 0, where);
  if (!skipped)
    return skipped.takeError();
  if (llvm::Error error = bindParameters(*compiled, checkpoint.params, where + "/params.safetensors"))
    return error;
  for (const ParameterInfo &parameter : compiled->model().parameters)
    for (auto [moment, role] : {std::pair("m:", BRAID_MOMENT_1), std::pair("v:", BRAID_MOMENT_2)}) {
      auto found = checkpoint.optimizer.tensors.find(moment + parameter.path);
      std::optional<Handle> buffer = compiled->find(role, parameter.path);
      if (found == checkpoint.optimizer.tensors.end() || found->second.shape != parameter.shape())
        return makeError("`" + where + "/optimizer.safetensors` has no `" + moment + parameter.path +
                         "` of the parameter's shape");
      if (buffer)
        compiled->write(*buffer, llvm::ArrayRef<float>(found->second.toFloats()));
    }
  std::vector<float> state = compiled->floats(this->state(), BRAID_STATE_COUNT);
  state[BRAID_STATE_TAKEN] = float(std::min<int64_t>(*taken, 1 << 24));
  state[BRAID_STATE_SKIPPED] = float(*skipped);
  state[BRAID_STATE_HALTED] = BRAID_HALT_NONE;
  compiled->write(this->state(), llvm::ArrayRef<float>(state));
  if (streams)
    if (llvm::Error error = streams->restore(checkpoint.streams, where + "/streams.safetensors", checkpoint.step))
      return error;
  tokens.reset();
  if (auto total = checkpoint.state.find("total_tokens"); total != checkpoint.state.end()) {
    int64_t number = -1;
    if (llvm::StringRef(total->second).getAsInteger(10, number) || number < 0)
      return makeError("`" + where + "/state.json`: `total_tokens` is no whole number from 0 up");
    tokens = number;
  }
  done = checkpoint.step;
  return llvm::Error::success();
}

} // namespace braid::driver
