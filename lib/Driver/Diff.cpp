//===- Diff.cpp - braid diff: the first value in which two devices differ -===//
//
// Every value that both devices can show is compared, in the order of the program:
// what the model observes, its logits, its loss, the gradient of every parameter. A
// difference is relative to the largest number of the value, so that rounding of
// small elements is not taken for an error. A gradient that is nothing beside the
// model's largest one is what is left of sums that cancel: it is held against a
// ten-thousandth of that one.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Evaluate.h"
#include "braid/Driver/Text.h"
#include <cmath>

namespace braid::driver {

namespace {

struct Difference {
  double largest = 0, rms = 0, scale = 0; ///< absolute; of the second device's value
  size_t at = 0;
  bool finite = true;
  double relative(double least) const {
    double against = std::max(scale, least);
    return finite ? largest / (against > 0 ? against : 1) : INFINITY;
  }
};

double largestOf(const std::vector<NamedValue> &values) {
  double largest = 0;
  for (const NamedValue &value : values)
    for (double number : value.data)
      if (value.name != "loss" && std::isfinite(number))
        largest = std::max(largest, std::fabs(number));
  return largest;
}

Difference compare(const NamedValue &a, const NamedValue &b) {
  Difference d;
  double squares = 0, total = 0;
  for (size_t i = 0; i < b.data.size(); ++i) {
    double x = i < a.data.size() ? a.data[i] : NAN, y = b.data[i], error = std::fabs(x - y);
    if (x == y || (std::isnan(x) && std::isnan(y)))
      error = 0; // equal infinities, too
    if (!std::isfinite(error)) {
      d.finite = false;
      d.at = i;
      return d;
    }
    if (error > d.largest) {
      d.largest = error;
      d.at = i;
    }
    if (std::isfinite(y))
      d.scale = std::max(d.scale, std::fabs(y));
    squares += error * error;
    total += y * y;
  }
  d.rms = total > 0 ? std::sqrt(squares / total) : std::sqrt(squares);
  return d;
}

std::string indexText(const NamedValue &value, size_t flat) {
  std::string text;
  for (size_t i = value.shape.size(); i-- > 0;) {
    text = value.axes[i] + " " + std::to_string(flat % size_t(value.shape[i])) + (text.empty() ? "" : ", " + text);
    flat /= size_t(value.shape[i]);
  }
  return "[" + text + "]";
}

/// One device, ready to evaluate functions.
struct Device {
  std::string name;
  DeviceOptions how;
  std::unique_ptr<Session> session; ///< null for the oracle
};

} // namespace

static llvm::Expected<Device> open(Compilation &compilation, const std::string &name, const DiffOptions &options,
                                   const std::vector<std::string> &functions, const rt::TensorFile &params) {
  Device device{name, options.how, nullptr};
  if (name == "reference")
    return std::move(device);
  PipelineOptions pipeline;
  pipeline.functions = functions;
  pipeline.bf16 = options.how.bf16;
  EngineOptions engine;
  engine.threads = options.how.threads;
  auto session = Session::create(compilation, pipeline, engine);
  if (!session)
    return session.takeError();
  device.session = std::move(*session);
  if (llvm::Error error = bindParameters(*device.session, params, options.params))
    return std::move(error);
  return std::move(device);
}

static llvm::Expected<int> compareAll(const DiffOptions &options, Console &console) {
  auto loaded = Compilation::load(options.model, console.color);
  if (!loaded)
    return loaded.takeError();
  Compilation &compilation = **loaded;
  auto model = describe(compilation.module());
  if (!model)
    return model.takeError();
  auto params = loadParameters(compilation, *model, options.model, options.params, options.how.seed, console);
  if (!params)
    return params.takeError();
  llvm::Expected<Inputs> inputs = [&]() -> llvm::Expected<Inputs> {
    if (options.inputs.empty())
      return randomInputs(*model, options.batch, options.tokens, options.how.seed);
    rt::Result<rt::TensorFile> file = rt::readSafeTensors(options.inputs);
    if (!file)
      return makeError(file.message());
    return readInputs(*model, *file, true, options.inputs);
  }();
  if (!inputs)
    return inputs.takeError();

  std::vector<std::string> functions;
  if (!model->observed.empty())
    functions.push_back("observe");
  functions.insert(functions.end(), {"logits", "grad"});
  std::vector<Device> devices;
  for (const std::string &name : options.between) {
    auto device = open(compilation, name, options, functions, *params);
    if (!device)
      return device.takeError();
    devices.push_back(std::move(*device));
  }

  double tolerance = options.tolerance > 0 ? options.tolerance : options.how.bf16 ? 3e-2 : 1e-4;
  Table table({"value", "largest |" + devices[1].name + "|", "largest error", "relative", "rms", ""}, {1, 2, 3, 4});
  std::string first;
  int64_t differing = 0, compared = 0;
  for (const std::string &function : functions) {
    std::vector<NamedValue> results[2];
    for (int i = 0; i < 2; ++i) {
      auto values = devices[i].session
                        ? evaluateCompiled(*devices[i].session, function, *inputs, options.how)
                        : evaluateReference(compilation, function, *inputs, *params, options.how);
      if (!values)
        return values.takeError();
      results[i] = std::move(*values);
    }
    double least = function == "grad" ? 1e-4 * largestOf(results[1]) : 0;
    for (size_t v = 0; v < results[1].size() && v < results[0].size(); ++v) {
      const NamedValue &a = results[0][v], &b = results[1][v];
      Difference d = compare(a, b);
      bool differs = !(d.relative(least) <= tolerance);
      std::string name = (function == "grad" && b.name != "loss" ? "grad " : "") + b.name;
      table.add({name, general(d.scale, 4), general(d.largest, 3), d.finite ? general(d.relative(least), 3) : "not finite",
                 general(d.rms, 3), differs ? "differs" : ""});
      ++compared;
      differing += differs;
      if (differs && first.empty())
        first = "`" + name + "` at " + indexText(b, d.at) + ": " + devices[0].name + " " +
                general(d.at < a.data.size() ? a.data[d.at] : NAN, 9) + ", " + devices[1].name + " " +
                general(b.data[d.at], 9);
    }
  }
  table.print(console.out);
  if (!first.empty()) {
    console.out << "\nthe first value beyond " << general(tolerance) << " is " << first << " (" << differing << " of "
                << compared << " values differ)\n";
    return Failure;
  }
  console.out << "\n" << compared << " values agree to " << general(tolerance) << " of their largest number\n";
  return Success;
}

int diff(const DiffOptions &options, Console &console) {
  llvm::Expected<int> code = compareAll(options, console);
  return code ? *code : fail(console, code.takeError());
}

} // namespace braid::driver
