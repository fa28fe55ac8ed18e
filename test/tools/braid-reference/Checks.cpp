//===- Checks.cpp - numeric checks of the oracle and with it --------------===//

#include "Checks.h"
#include "braid/Support/Random.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace braid;
using namespace braid::ref;

llvm::Expected<double> Differentiable::value(const TensorMap &inputs, const TensorMap &params) const {
  auto results = function.empty() ? interpreter.loss(inputs, params) : interpreter.run(function, inputs, params);
  if (!results)
    return results.takeError();
  double sum = 0;
  for (double number : (*results)[function.empty() ? "loss" : output].data)
    sum += number;
  return sum;
}

llvm::Expected<TensorMap> Differentiable::gradients(const TensorMap &inputs, const TensorMap &params) const {
  return function.empty() ? interpreter.lossGradients(inputs, params)
                          : interpreter.gradients(function, output, inputs, params);
}

/// Numbers for the choices made here; not for models.
static uint64_t choice(uint64_t seed, const std::string &what, uint64_t index) {
  rt::PhiloxBlock block = rt::philox(rt::streamKey(seed, what), uint32_t(index), uint32_t(index >> 32), 0, 0);
  return block.words[0] | uint64_t(block.words[1]) << 32;
}

llvm::Expected<bool> braid::ref::checkDifferences(const Differentiable &target, const TensorMap &inputs,
                                                  TensorMap params, int coordinates, double tolerance, uint64_t seed,
                                                  llvm::raw_ostream &out) {
  auto gradients = target.gradients(inputs, params);
  if (!gradients)
    return gradients.takeError();
  double worst = 0;
  for (auto &[name, param] : params) {
    const std::vector<double> &gradient = (*gradients)["grad:" + name].data;
    std::vector<size_t> touched;
    double squares = 0;
    for (size_t i = 0; i < gradient.size(); ++i) {
      squares += gradient[i] * gradient[i];
      if (gradient[i] != 0)
        touched.push_back(i);
    }
    double rms = std::sqrt(squares / double(std::max<size_t>(1, touched.size()))), worstHere = 0;
    for (int i = 0; i < coordinates; ++i) {
      uint64_t random = choice(seed, "coordinate of " + name, uint64_t(i));
      size_t at = i % 2 && !touched.empty() ? touched[random % touched.size()] : random % param.data.size();
      double old = param.data[at], h = 1e-5 * std::max(1.0, std::abs(old));
      param.data[at] = old + h;
      auto above = target.value(inputs, params);
      if (!above)
        return above.takeError();
      param.data[at] = old - h;
      auto below = target.value(inputs, params);
      if (!below)
        return below.takeError();
      param.data[at] = old;
      double estimate = (*above - *below) / (2 * h);
      double error = std::abs(estimate - gradient[at]) / std::max({std::abs(gradient[at]), rms, 1e-5});
      worstHere = std::isnan(error) ? INFINITY : std::max(worstHere, error);
    }
    worst = std::max(worst, worstHere);
    out << name << llvm::format(": gradient rms %.3g, max relative error %.1e", rms, worstHere)
        << (worstHere <= tolerance ? " PASS\n" : " FAIL\n");
  }
  out << llvm::format("max relative error %.1e", worst) << (worst <= tolerance ? " PASS\n" : " FAIL\n");
  return worst <= tolerance;
}

TensorMap braid::ref::makeInputs(ModuleOp module, llvm::StringRef function, int64_t batch, int64_t time,
                                 uint64_t seed) {
  TensorMap inputs;
  int64_t classes = 0;
  auto makeIds = [&](const std::string &name, int64_t size, bool someAbsent) {
    std::vector<double> ids(size_t(batch * time));
    for (size_t i = 0; i < ids.size(); ++i) {
      uint64_t random = choice(seed, "input " + name, i);
      ids[i] = someAbsent && random % 8 == 0 ? -1 : double((random >> 8) % uint64_t(std::max<int64_t>(1, size)));
    }
    inputs[name] = Tensor::makeIds(batch, time, std::move(ids));
  };
  auto func = module.lookupSymbol<lang::FuncOp>(function);
  if (!func)
    return inputs;
  for (Operation &op : func.getBody().getOps()) {
    if (auto output = dyn_cast<lang::OutputOp>(op); output && output.getName() == "logits")
      classes = lang::typeOf(output.getValue()).numElements();
    auto input = dyn_cast<lang::InputOp>(op);
    if (!input || input.getName() == "loss_scale")
      continue;
    std::string name = input.getName().str();
    lang::ValueType type = lang::typeOf(input.getResult());
    if (type.isId() && type.isToken() && type.getAxes().empty()) {
      makeIds(name, type.getIdSize(), name == "targets");
      continue;
    }
    Tensor tensor = Tensor::zeros(type, batch, time);
    rt::fillNormal(tensor.data.data(), int64_t(tensor.data.size()), seed, "input " + name, 1.0f);
    inputs[name] = std::move(tensor);
  }
  if (classes && !inputs.count("targets"))
    makeIds("targets", classes, true);
  return inputs;
}

bool braid::ref::compareTensors(const rt::TensorFile &expected, const rt::TensorFile &found, double tolerance,
                                llvm::raw_ostream &out) {
  auto family = [](const std::string &name) { return name.substr(0, name.find(':')); };
  std::map<std::string, double> squaresOf;
  for (const auto &[name, tensor] : expected.tensors)
    for (double number : tensor.toDoubles())
      if (std::isfinite(number))
        squaresOf[family(name)] += number * number;
  double worst = 0;
  std::string worstName;
  bool same = true;
  for (const auto &[name, tensor] : expected.tensors) {
    auto other = found.tensors.find(name);
    if (other == found.tensors.end() || other->second.shape != tensor.shape) {
      out << name << (other == found.tensors.end() ? ": missing" : ": another shape") << " FAIL\n";
      same = false;
      continue;
    }
    std::vector<double> a = tensor.toDoubles(), b = other->second.toDoubles();
    double difference = 0, norm = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i] == b[i])
        continue; // also equal infinities
      difference += (a[i] - b[i]) * (a[i] - b[i]);
    }
    for (double number : a)
      if (std::isfinite(number))
        norm += number * number;
    double floor = 1e-6 * std::sqrt(squaresOf[family(name)]);
    double error = difference == 0 ? 0 : std::sqrt(difference) / std::max({std::sqrt(norm), floor, 1e-300});
    if (std::isnan(error))
      error = INFINITY;
    if (error > tolerance)
      out << name << llvm::format(": relative difference %.3e FAIL\n", error);
    if (error >= worst)
      worst = error, worstName = name;
  }
  same &= worst <= tolerance;
  out << expected.tensors.size() << llvm::format(" tensors, worst relative difference %.3e", worst) << " (" << worstName
      << ")" << (same ? " PASS\n" : " FAIL\n");
  return same && !expected.tensors.empty();
}
