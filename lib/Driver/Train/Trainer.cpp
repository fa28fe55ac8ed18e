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
  PipelineOptions pipeline;
  pipeline.bf16 = options.how.bf16;
  pipeline.functions = {"grad", "step"};
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
  for (const char *name :
       {"in:tokens", "in:targets", "in:loss_scale", "in:hyper", "out:loss", "out:status", "state:step"})
    if (!trainer->compiled->find(name))
      return makeError(llvm::Twine("the compiled program has no `") + name + "`");
  if (options.accumulate > 1) {
    trainer->compiled->redirect("step", "out:loss", "acc:loss");
    for (const ParameterInfo &parameter : trainer->compiled->model().parameters)
      trainer->compiled->redirect("step", "grad:" + parameter.path, "acc:" + parameter.path);
  }
  if (llvm::Error error = trainer->compiled->reserve(options.batch, options.tokens))
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
  int32_t *targets = compiled->find("in:targets")->ints();
  compiled->find("in:loss_scale")->floats()[0] = float(scale);
  if (llvm::Error error = draw(micro, compiled->find("in:tokens")->ints(), targets))
    return error;
  countTargets(targets, options.batch * options.tokens, options.ignore);
  numberDocuments(*compiled, options.separator, options.batch, options.tokens);
  return compiled->run("grad", options.batch, options.tokens, options.how.seed, done, sequence);
}

const ParameterInfo *Trainer::notFinite(const std::string &prefix) {
  for (const ParameterInfo &parameter : compiled->model().parameters) {
    const Buffer *buffer = compiled->find(prefix + parameter.path);
    // x - x is 0 for every finite x, and NaN for others; the sum keeps the NaN.
    float sum = 0;
    for (int64_t i = 0; buffer && i < parameter.numbers; ++i)
      sum += buffer->floats()[i] - buffer->floats()[i];
    if (sum != 0 || std::isnan(sum))
      return &parameter;
  }
  return nullptr;
}

std::string Trainer::culprit(const StepResult &result) {
  auto first = [&](const char *what, const std::string &prefix) {
    const ParameterInfo *parameter = notFinite(prefix);
    return parameter ? what + (" `" + parameter->path + "`") : std::string();
  };
  std::string found;
  if (result.lost) {
    // Moments first: they make the parameter what it is.
    for (auto [what, prefix] : {std::pair("the first moment of", "m:"), std::pair("the second moment of", "v:"),
                                std::pair("the parameter", "param:")})
      if (found.empty())
        found = first(what, prefix);
    return found;
  }
  if (!std::isfinite(result.loss))
    return "the loss";
  found = first("the gradient of", options.accumulate > 1 ? "acc:" : "grad:");
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
    compiled->find("acc:loss")->floats()[0] = 0;
    for (const ParameterInfo &parameter : compiled->model().parameters)
      if (Buffer *buffer = compiled->find("acc:" + parameter.path))
        std::memset(buffer->data.get(), 0, size_t(buffer->bytes));
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
  std::copy(hyper->begin(), hyper->end(), compiled->find("in:hyper")->floats());
  if (llvm::Error error = compiled->run("step", options.batch, options.tokens, options.how.seed, done))
    return std::move(error);
  const float *status = compiled->find("out:status")->floats();
  result.loss = status[BRAID_STATUS_LOSS];
  result.gradNorm = status[BRAID_STATUS_NORM];
  result.finite = status[BRAID_STATUS_FINITE] != 0;
  int halted = int(status[BRAID_STATUS_HALTED]);
  result.halted = halted != BRAID_HALT_NONE;
  result.lost = halted == BRAID_HALT_LOST;
  if (!result.finite || result.lost)
    result.culprit = culprit(result);
  else
    count();
  return result;
}

llvm::Expected<double> Trainer::evaluate() {
  auto result = evaluateWindows(*compiled, *validation, options.batch, options.evalBatches, options.separator,
                                options.ignore, options.how.seed);
  if (!result)
    return result.takeError();
  return result->loss;
}

llvm::Error Trainer::save() {
  rt::Checkpoint checkpoint;
  checkpoint.step = done;
  for (const ParameterInfo &parameter : compiled->model().parameters) {
    auto store = [&](rt::TensorFile &file, const std::string &external, const std::string &name) {
      if (const Buffer *buffer = compiled->find(external))
        file.tensors[name] = rt::StoredTensor::of(parameter.shape(), buffer->floats());
    };
    store(checkpoint.params, "param:" + parameter.path, parameter.path);
    store(checkpoint.optimizer, "m:" + parameter.path, "m:" + parameter.path);
    store(checkpoint.optimizer, "v:" + parameter.path, "v:" + parameter.path);
  }
  checkpoint.params.metadata = {{"model", compiled->model().name}, {"step", std::to_string(done)}};
  const float *state = compiled->find("state:step")->floats();
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
                      {"dtype", options.how.bf16 ? "bf16" : "fp32"}};
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
    for (const char *moment : {"m:", "v:"}) {
      auto found = checkpoint.optimizer.tensors.find(moment + parameter.path);
      Buffer *buffer = compiled->find(moment + parameter.path);
      if (found == checkpoint.optimizer.tensors.end() || found->second.shape != parameter.shape())
        return makeError("`" + where + "/optimizer.safetensors` has no `" + moment + parameter.path +
                         "` of the parameter's shape");
      std::vector<float> values = found->second.toFloats();
      if (buffer)
        std::memcpy(buffer->data.get(), values.data(), values.size() * 4);
    }
  float *state = compiled->find("state:step")->floats();
  state[BRAID_STATE_TAKEN] = float(std::min<int64_t>(*taken, 1 << 24));
  state[BRAID_STATE_SKIPPED] = float(*skipped);
  state[BRAID_STATE_HALTED] = BRAID_HALT_NONE;
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
