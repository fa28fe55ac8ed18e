//===- DiffCommand.cpp - braid diff: the first value in which two devices differ -===//
//
// First the values that the programs compute on the way, in the order of the program
// (FirstDifference.cpp); then what they return: observed values, logits, loss, the
// gradient of every parameter. A gradient that is nothing beside the model's largest one
// is what is left of sums that cancel: it is held against a ten-thousandth of that one.
//
//===----------------------------------------------------------------------===//
#include "FirstDifference.h"
#include "braid/Driver/Nearby.h"
#include "braid/Driver/Text.h"
#include <cmath>

namespace braid::driver {

namespace {

/// One of the two, ready to evaluate functions.
struct Device {
  Side side;
  std::unique_ptr<Session> session; ///< null for the oracle
};

/// How the results compare.
struct Results {
  Table table;
  int64_t compared = 0, differing = 0, explained = 0; ///< explained: beyond the tolerance, by rounding
  std::string first = {};                             ///< the first that differs
};

} // namespace

static double largestOf(const std::vector<NamedValue> &values) {
  double largest = 0;
  for (const NamedValue &value : values)
    for (double number : value.data)
      if (value.name != "loss" && std::isfinite(number))
        largest = std::max(largest, std::fabs(number));
  return largest;
}

static llvm::Expected<Device> open(const Side &side, const DiffOptions &options,
                                   const std::vector<std::string> &functions, const rt::TensorFile &params) {
  Device device{side, nullptr};
  if (side.device == "reference")
    return std::move(device);
  PipelineOptions pipeline;
  pipeline.functions = functions;
  pipeline.bf16 = options.how.bf16;
  EngineOptions engine;
  engine.threads = options.how.threads;
  auto session = Session::create(*side.compilation, pipeline, engine);
  if (!session)
    return session.takeError();
  device.session = std::move(*session);
  if (llvm::Error error = bindParameters(*device.session, params, options.params))
    return std::move(error);
  return std::move(device);
}

static llvm::Error compareResults(Device *devices, const std::string &function, const Search &search,
                                  Results &results) {
  const Inputs &inputs = *search.inputs;
  const rt::TensorFile &params = *search.params;
  // The error of a result that rounding to fp32 makes, as far as the derived program goes, at each of the points needed
  // so far.
  struct Point {
    std::vector<NamedValue> exact, rounded;
  };
  std::vector<Point> points;
  auto evaluate = [&](int point, Oracle oracle) {
    return evaluateReference(*devices[1].side.compilation, function, inputs, nearby(params, point), search.how, oracle);
  };
  auto explained = [&](const NamedValue &value, const NamedValue &measure, size_t number) -> llvm::Expected<bool> {
    Rounding rounding;
    for (int point = 0; point < nearPoints; ++point) {
      if (size_t(point) == points.size()) {
        auto exact = evaluate(point, Oracle::Derived);
        if (!exact)
          return exact.takeError();
        auto rounded = evaluate(point, Oracle::Single);
        if (!rounded)
          return rounded.takeError();
        points.push_back({std::move(*exact), std::move(*rounded)});
      }
      rounding.add(points[size_t(point)].rounded[number], points[size_t(point)].exact[number]);
      if (rounding.explains(value, measure))
        return true;
    }
    return false;
  };
  std::vector<NamedValue> given[2];
  for (int i = 0; i < 2; ++i) {
    auto values = devices[i].session
                      ? evaluateCompiled(*devices[i].session, function, inputs, search.how)
                      : evaluateReference(*devices[i].side.compilation, function, inputs, params, search.how);
    if (!values)
      return values.takeError();
    given[i] = std::move(*values);
  }
  double least = function == "grad" ? 1e-4 * largestOf(given[1]) : 0;
  for (size_t v = 0; v < given[1].size() && v < given[0].size(); ++v) {
    const NamedValue &a = given[0][v], &b = given[1][v];
    Distance d = compare(a, b);
    bool beyond = !(d.relative(least) <= search.tolerance), differs = beyond;
    if (differs && search.resolve) {
      auto isRounding = explained(a, b, v);
      if (!isRounding)
        return isRounding.takeError();
      differs = !*isRounding;
      results.explained += *isRounding;
    }
    std::string name = (function == "grad" && b.name != "loss" ? "grad " : "") + b.name;
    results.table.add({name, general(d.scale, 4), general(d.largest, 3),
                       d.finite ? general(d.relative(least), 3) : "not finite", general(d.rms, 3),
                       differs  ? "differs"
                       : beyond ? "rounding"
                                : ""});
    ++results.compared;
    results.differing += differs;
    if (differs && results.first.empty())
      results.first = "`" + name + "` at " + indexText(b, d.at) + ": " + devices[0].side.device + " " +
                      general(d.at < a.data.size() ? a.data[d.at] : NAN, 9) + ", " + devices[1].side.device + " " +
                      general(b.data[d.at], 9);
  }
  return llvm::Error::success();
}

/// The other program takes what the model takes, and gives what it gives.
static llvm::Error checkSame(const ModelInfo &model, const ModelInfo &other, const rt::TensorFile &params,
                             const DiffOptions &options) {
  if (llvm::Error error = checkParameters(other, params, options.params.empty() ? options.model.path : options.params))
    return error;
  auto fails = [&](const std::string &what) {
    return makeError("`" + options.other + "` " + what + " `" + options.model.path + "`");
  };
  if (model.inputs.size() != other.inputs.size() ||
      llvm::any_of(model.inputs, [&](const InputInfo &input) { return !other.findInput(input.name); }))
    return fails("takes other inputs than");
  if (model.classes != other.classes)
    return fails("has another number of classes than");
  return llvm::Error::success();
}

/// Inputs for both: what either has no row for is not drawn, and refused.
static void narrow(ModelInfo &model, const ModelInfo &other) {
  auto lower = [](int64_t &bound, int64_t size) { bound = bound && size ? std::min(bound, size) : bound + size; };
  for (InputInfo &input : model.inputs)
    lower(input.idSize, other.findInput(input.name)->idSize);
  if (other.positions && (!model.positions || other.positions < model.positions))
    model.positionAxis = other.positionAxis;
  lower(model.positions, other.positions);
}

static llvm::Expected<int> compareAll(const DiffOptions &options, Console &console) {
  auto loaded = Compilation::load(options.model, &console);
  if (!loaded)
    return loaded.takeError();
  auto model = describe((*loaded)->module());
  if (!model)
    return model.takeError();
  auto params = loadParameters(**loaded, *model, options.model, options.params, options.how.seed, console);
  if (!params)
    return params.takeError();
  std::unique_ptr<Compilation> second;
  bool observes = !model->observed.empty();
  if (!options.other.empty()) {
    auto other = Compilation::load({options.other, options.model.overrides}, &console);
    if (!other)
      return other.takeError();
    auto described = describe((*other)->module());
    if (!described)
      return described.takeError();
    if (llvm::Error error = checkSame(*model, *described, *params, options))
      return std::move(error);
    narrow(*model, *described);
    second = std::move(*other);
    observes &= described->observed == model->observed;
  }
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

  Search search{{{options.between[0], loaded->get()}, {options.between[1], second ? second.get() : loaded->get()}},
                &*inputs,
                &*params,
                options.how};
  search.resolve = options.tolerance <= 0;
  search.tolerance = options.tolerance > 0 ? options.tolerance : options.how.bf16 ? 3e-2 : 1e-4;
  search.memory = options.memory << 20;
  std::vector<std::string> programs = {"logits"}, functions;
  if (options.function == "grad")
    programs.push_back("grad");
  std::string finding, remarks;
  size_t computed = 0;
  for (const std::string &program : programs) {
    if (options.resultsOnly || !finding.empty())
      break;
    // The forward pass of @grad is that of @logits.
    auto searched = firstDifference(search, program, program == "grad" ? Part::Backward : Part::All);
    if (!searched)
      return searched.takeError();
    computed += searched->compared;
    finding = searched->finding;
    if (finding.empty())
      remarks += searched->remark;
  }

  if (observes)
    functions.push_back("observe");
  functions.insert(functions.end(), programs.begin(), programs.end());
  std::vector<Device> devices;
  for (const Side &side : search.sides) {
    auto device = open(side, options, functions, *params);
    if (!device)
      return device.takeError();
    devices.push_back(std::move(*device));
  }
  Results results{Table({"value", "largest |" + devices[1].side.device + "|", "largest error", "relative", "rms", ""},
                        {1, 2, 3, 4})};
  for (const std::string &function : functions)
    if (llvm::Error error = compareResults(devices.data(), function, search, results))
      return std::move(error);
  // Unless it is not, after all.
  if (!results.first.empty() && finding.empty() && !options.resultsOnly && options.function == "grad" &&
      remarks.empty()) {
    auto searched = firstDifference(search, "grad", Part::Forward);
    if (!searched)
      return searched.takeError();
    computed += searched->compared;
    finding = searched->finding;
  }
  results.table.print(console.out);
  console.out << "\n";
  if (!results.first.empty())
    console.out << "the first result beyond " << general(search.tolerance) << " is " << results.first << " ("
                << results.differing << " of " << results.compared << " differ)\n";
  else
    console.out << results.compared << " results agree to " << general(search.tolerance) << " of their largest number"
                << (results.explained
                        ? ", but for " + std::to_string(results.explained) + " whose error is that of rounding to fp32"
                        : "")
                << "\n";
  console.out << remarks;
  if (!finding.empty())
    console.out << finding;
  else if (!options.resultsOnly)
    console.out << "all " << grouped(int64_t(computed)) << " values computed on the way agree\n";
  if (!results.first.empty() && finding.empty() && !options.resultsOnly && remarks.empty())
    console.out << "what differs is made in one piece that is right when its values are stored, or (gradients on the "
                   "reference, which\n"
                   "has a way of its own to them) by reverse mode: try `--memory 1`, which stores fewer at a time\n";
  return finding.empty() && results.first.empty() ? Success : Failure;
}

int diff(const DiffOptions &options, Console &console) {
  llvm::Expected<int> code = compareAll(options, console);
  return code ? *code : fail(console, code.takeError());
}

} // namespace braid::driver
