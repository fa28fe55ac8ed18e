//===- Interpreter.cpp - the oracle ---------------------------------------===//

#include "braid/Reference/Interpreter.h"
#include "CrossEntropy.h"
#include "Evaluator.h"
#include "Tape.h"

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

Interpreter::Interpreter(ModuleOp module, Options options) : module(module), settings(std::move(options)) {}

Interpreter Interpreter::inTraining() const {
  Interpreter other(module, settings);
  other.settings.training = true;
  return other;
}

static llvm::Error errorOf(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message.str().c_str());
}

static llvm::Expected<FuncOp> find(ModuleOp module, llvm::StringRef name) {
  if (auto func = module.lookupSymbol<FuncOp>(name))
    return func;
  return errorOf("the module has no function `" + name + "`");
}

/// Batch and time of the inputs that vary with them, which must agree.
static llvm::Error findShape(const TensorMap &inputs, int64_t &batch, int64_t &time) {
  const std::string *setBatch = nullptr, *setTime = nullptr;
  auto agree = [](const std::string &name, const std::string *&before, int64_t &known, int64_t size,
                  const char *what) -> llvm::Error {
    if (before && known != size)
      return errorOf("input `" + name + "` has " + what + " " + llvm::Twine(size) + ", but `" + *before + "` has " +
                     llvm::Twine(known));
    before = &name;
    known = size;
    return llvm::Error::success();
  };
  for (const auto &[name, tensor] : inputs) {
    if (tensor.kind != Kind::Static)
      if (llvm::Error error = agree(name, setBatch, batch, tensor.batch, "batch"))
        return error;
    if (tensor.kind == Kind::Token)
      if (llvm::Error error = agree(name, setTime, time, tensor.time, "time"))
        return error;
  }
  return llvm::Error::success();
}

namespace {

/// What the runs below share: inputs completed by the scale of the loss, and an evaluator.
struct Run {
  TensorMap inputs;
  Evaluator eval;
  Run(const Options &options, TensorMap given, const TensorMap &params, bool keep)
      : inputs(std::move(given)), eval(options, inputs, params, keep) {
    auto targets = inputs.find("targets");
    if (targets != inputs.end() && !inputs.count("loss_scale"))
      inputs["loss_scale"] = Tensor::scalar(defaultLossScale(targets->second));
  }
  llvm::Error evaluate(FuncOp func) {
    if (llvm::Error error = findShape(inputs, eval.batch, eval.time))
      return error;
    return eval.evaluate(func.getBody().front());
  }
};

} // namespace

/// The value of the output `name` of a function.
static Value findOutput(FuncOp func, llvm::StringRef name) {
  for (auto op : func.getBody().getOps<OutputOp>())
    if (op.getName() == name)
      return op.getValue();
  return nullptr;
}

/// Runs the tape and collects the gradient of every parameter of the module (zero if unused).
static llvm::Error collect(ModuleOp module, FuncOp func, const Evaluator &eval, Tape &tape, TensorMap &outputs) {
  if (llvm::Error error = tape.backward(func.getBody().front()))
    return error;
  for (auto parameter : module.getOps<ParameterOp>())
    outputs["grad:" + parameter.getSymName().str()] =
        Tensor::zeros(cast<ValueType>(parameter.getType()), eval.batch, eval.time);
  for (auto op : func.getBody().getOps<ParamOp>())
    if (const double *from = tape.gradient(op.getResult())) {
      Tensor &to = outputs["grad:" + op.getParameter().str()];
      for (double &number : to.data)
        number += *from++;
    }
  return llvm::Error::success();
}

llvm::Expected<TensorMap> Interpreter::run(llvm::StringRef function, const TensorMap &inputs,
                                           const TensorMap &params) const {
  if (function == "grad" && !settings.training)
    return inTraining().run(function, inputs, params);
  auto func = find(module, function);
  if (!func)
    return func.takeError();
  Run run(settings, inputs, params, /*keep=*/false);
  if (llvm::Error error = run.evaluate(*func))
    return error;
  return std::move(run.eval.outputs);
}

llvm::Expected<TensorMap> Interpreter::gradients(llvm::StringRef function, llvm::StringRef output,
                                                 const TensorMap &inputs, const TensorMap &params) const {
  auto func = find(module, function);
  if (!func)
    return func.takeError();
  Value value = findOutput(*func, output);
  if (!value)
    return errorOf("function `" + function + "` has no output `" + output + "`");
  Run run(settings, inputs, params, /*keep=*/true);
  if (llvm::Error error = run.evaluate(*func))
    return error;
  Tape tape(run.eval);
  if (double *seed = tape.sink(value))
    std::fill_n(seed, countOf(run.eval.dimsOf(value)), 1.0);
  TensorMap result;
  result[output.str()] = run.eval[value];
  if (llvm::Error error = collect(module, *func, run.eval, tape, result))
    return error;
  return result;
}

/// Evaluates `@logits` and the loss of what it yields; `tape`, if not null, is seeded.
static llvm::Expected<double> lossOfLogits(FuncOp func, Run &run, Tape *tape) {
  if (llvm::Error error = run.evaluate(func))
    return error;
  Value value = findOutput(func, "logits");
  if (!value || !typeOf(value).isToken() || typeOf(value).getAxes().size() != 1)
    return errorOf("`@logits` has no output `logits` with one axis, that of the classes");
  auto targets = run.inputs.find("targets");
  if (targets == run.inputs.end())
    return errorOf("a loss needs the input `targets`");
  const Tensor &ids = targets->second;
  if (ids.kind != Kind::Token || !ids.axes.empty() || ids.batch != run.eval.batch || ids.time != run.eval.time ||
      int64_t(ids.data.size()) != ids.numElements())
    return errorOf("`targets` must be one id a token");
  const Tensor &scale = run.inputs["loss_scale"];
  if (scale.data.size() != 1)
    return errorOf("`loss_scale` must be one number");
  CrossEntropy entropy = crossEntropy(run.eval.outputs["logits"], ids, scale.data[0]);
  auto seed = [&](Value at) { return tape ? tape->sink(at) : nullptr; };
  if (double *sink = seed(value))
    for (double number : entropy.byLogits)
      *sink++ += number;
  double loss = entropy.loss;
  for (auto &[at, tensor] : run.eval.auxLosses)
    loss += countedSum(*tensor, ids, scale.data[0], seed(at));
  return loss;
}

static bool usesFunction(ModuleOp module, LossFrom from) {
  return from == LossFrom::Function || (from == LossFrom::Auto && module.lookupSymbol<FuncOp>("loss"));
}

llvm::Expected<TensorMap> Interpreter::loss(const TensorMap &inputs, const TensorMap &params) const {
  if (usesFunction(module, settings.lossFrom))
    return run("loss", inputs, params);
  auto func = find(module, "logits");
  if (!func)
    return func.takeError();
  Run run(settings, inputs, params, /*keep=*/false);
  auto value = lossOfLogits(*func, run, nullptr);
  if (!value)
    return value.takeError();
  return TensorMap{{"loss", Tensor::scalar(*value)}};
}

llvm::Expected<TensorMap> Interpreter::lossGradients(const TensorMap &inputs, const TensorMap &params) const {
  if (!settings.training)
    return inTraining().lossGradients(inputs, params);
  if (usesFunction(module, settings.lossFrom))
    return gradients("loss", "loss", inputs, params);
  auto func = find(module, "logits");
  if (!func)
    return func.takeError();
  Run run(settings, inputs, params, /*keep=*/true);
  Tape tape(run.eval);
  auto value = lossOfLogits(*func, run, &tape);
  if (!value)
    return value.takeError();
  TensorMap result{{"loss", Tensor::scalar(*value)}};
  if (llvm::Error error = collect(module, *func, run.eval, tape, result))
    return error;
  return result;
}
