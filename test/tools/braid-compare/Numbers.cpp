//===- Numbers.cpp - results of programs, and how far they may be apart ---===//
#include "Numbers.h"
#include "braid/Driver/Nearby.h"
#include <cmath>

namespace braid::compare {

double norm(const std::vector<double> &values) {
  double squares = 0;
  for (double x : values)
    squares += x * x;
  return std::sqrt(squares);
}

double distance(const std::vector<double> &a, const std::vector<double> &b) {
  if (a.size() != b.size())
    return NAN;
  double squares = 0;
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i])
      squares += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(squares);
}

bool allInRange(const Numbers &numbers) {
  for (const auto &[name, values] : numbers)
    for (double x : values)
      if (!(std::fabs(x) < 1e30))
        return false;
  return true;
}

std::map<std::string, double> bounds(const Numbers &exact, double relative, double least) {
  double squares = 0;
  auto isGradient = [](const std::string &name) { return llvm::StringRef(name).starts_with("grad "); };
  for (const auto &[name, values] : exact)
    if (isGradient(name))
      squares += norm(values) * norm(values);
  std::map<std::string, double> result;
  for (const auto &[name, values] : exact)
    result[name] = relative * std::max(norm(values), isGradient(name) ? least * std::sqrt(squares) : least);
  return result;
}

Oracle::Oracle(mlir::ModuleOp derived, ref::TensorMap inputs, ref::TensorMap params, ref::Options options)
    : derived(derived), inputs(std::move(inputs)), params(std::move(params)), options(std::move(options)) {
  for (const auto &[function, outputs] : driver::outputsOf(derived))
    functions.push_back(function);
}

llvm::Expected<Numbers> Oracle::runAt(const ref::TensorMap &at, bool single, bool jitter) const {
  ref::Options how = options;
  how.single = single;
  how.jitter = jitter;
  Numbers numbers;
  ref::Interpreter interpreter(derived, how);
  for (const auto &[function, outputs] : driver::outputsOf(derived)) {
    auto results = interpreter.run(function, inputs, at);
    if (!results)
      return results.takeError();
    for (const driver::OutputInfo &output : outputs)
      numbers[function + " " + output.shown()] = std::move((*results)[output.name].data);
  }
  return numbers;
}

llvm::Expected<Numbers> Oracle::runNear(int point, bool single) const {
  ref::TensorMap moved = params;
  for (auto &[name, tensor] : moved)
    driver::moveNear(tensor.data, name, point);
  // With elementwise results a unit off, so that nothing cancels by luck.
  return runAt(moved, single, /*jitter=*/single);
}

llvm::Expected<std::map<std::string, double>> noise(const Oracle &exact, const Oracle &inexact, bool single) {
  std::map<std::string, double> result;
  for (int point = 0; point < driver::nearPoints; ++point) {
    auto a = exact.runNear(point);
    if (!a)
      return a.takeError();
    auto b = inexact.runNear(point, single);
    if (!b)
      return b.takeError();
    for (const auto &[name, values] : *a) {
      double error = distance(values, (*b)[name]);
      result[name] += error * error / driver::nearPoints;
    }
  }
  for (auto &[name, squares] : result)
    squares = std::sqrt(squares);
  return result;
}

} // namespace braid::compare
