//===- ProgramValues.cpp - every value that a program computes ------------===//
#include "ProgramValues.h"
#include "braid/Reference/Files.h"
#include "braid/Reference/Interpreter.h"
#include "dialects/Braid/Transforms/ExposeValues.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include <map>

namespace braid::driver {

bool ComputedValue::isLike(const ComputedValue &other) const {
  return op == other.op && type.perToken == other.type.perToken &&
         std::equal(type.axes.begin(), type.axes.end(), other.type.axes.begin(), other.type.axes.end(),
                    [](const AxisInfo &a, const AxisInfo &b) { return a.name == b.name && a.size == b.size; });
}

int64_t ComputedValue::numbers(int64_t batch, int64_t time) const {
  int64_t count = 1;
  for (int64_t size : type.shape(batch, time))
    count *= size;
  return count;
}

static std::string nameOf(mlir::Operation *op) {
  if (auto map = mlir::dyn_cast<lang::MapOp>(op))
    return lang::stringifyFn(map.getFn()).str();
  std::string name = op->getName().stripDialect().str();
  if (auto reduce = mlir::dyn_cast<lang::ReduceOp>(op))
    name += " " + lang::stringifyReduceKind(reduce.getKind()).str();
  return name;
}

/// The front end puts the path of an instance beside the place (Elaborator::loc).
static std::string pathOf(mlir::Location location) {
  std::string path;
  location->walk([&](mlir::Location part) {
    auto fused = mlir::dyn_cast<mlir::FusedLoc>(part);
    auto text = fused ? mlir::dyn_cast_or_null<mlir::StringAttr>(fused.getMetadata()) : mlir::StringAttr();
    if (!text)
      return mlir::WalkResult::advance();
    path = text.str();
    return mlir::WalkResult::interrupt();
  });
  return path;
}

static mlir::Operation *lossOf(lang::FuncOp func) {
  for (auto output : func.getBody().getOps<lang::OutputOp>())
    if (output.getName() == "loss")
      return output.getValue().getDefiningOp();
  return nullptr;
}

llvm::Expected<ProgramValues> ProgramValues::create(Compilation &compilation, const std::string &function,
                                                    const DeviceOptions &how) {
  ProgramValues result(compilation, function, how);
  if (compilation.stage() == Stage::Braid && (function != "logits" || how.bf16)) {
    PipelineOptions pipeline;
    pipeline.bf16 = how.bf16;
    // A model is described by its @logits, which has to stay.
    pipeline.functions = {"logits"};
    if (function != "logits")
      pipeline.functions.push_back(function);
    auto derived = compilation.lower(Stage::Derived, pipeline);
    if (!derived)
      return derived.takeError();
    result.module = std::move(*derived);
  } else {
    result.module = compilation.module().clone();
  }
  auto func = result.module->lookupSymbol<lang::FuncOp>(function);
  if (!func)
    return makeError("the module has no braid.func @" + function);
  mlir::Operation *loss = lossOf(func);
  for (mlir::Value value : lang::computedValues(func)) {
    mlir::Operation *op = value.getDefiningOp();
    ComputedValue computed{nameOf(op), pathOf(op->getLoc()), op->getLoc(), {}, false};
    computed.type.perToken = lang::typeOf(value).isToken();
    for (lang::AxisAttr axis : lang::typeOf(value).getAxes())
      computed.type.axes.push_back({axis.getName().str(), axis.getSize()});
    mlir::Operation *outer = op->getParentOp() == func ? op : op->getParentOp();
    computed.backward = loss && loss->isBeforeInBlock(outer);
    result.values.push_back(std::move(computed));
  }
  return std::move(result);
}

NamedValue ProgramValues::describe(size_t number, const Inputs &inputs) const {
  const ComputedValue &value = values[number];
  NamedValue result{std::to_string(number), value.type.shape(inputs.batch, inputs.time), {}, {}};
  if (value.type.perToken)
    result.axes = {"batch", "time"};
  for (const AxisInfo &axis : value.type.axes)
    result.axes.push_back(axis.name);
  return result;
}

/// The place in the program, without the instance.
static mlir::Location withoutPath(mlir::Location place) {
  mlir::AttrTypeReplacer replacer;
  replacer.addReplacement([](mlir::FusedLoc fused) -> std::optional<mlir::Attribute> {
    if (!mlir::isa_and_nonnull<mlir::StringAttr>(fused.getMetadata()))
      return std::nullopt;
    return mlir::FusedLoc::get(fused.getLocations(), nullptr, fused.getContext());
  });
  return mlir::cast<mlir::LocationAttr>(replacer.replace(mlir::LocationAttr(place)));
}

std::vector<std::vector<int64_t>> ProgramValues::batches(size_t begin, size_t end) const {
  // So many results of one kernel leave room for its other arguments, of which there are at most 256.
  constexpr size_t atOnce = 128;
  // What one place computes in every instance of a layer (the blocks of a model) is stored at one time: so the kernels
  // of the instances stay equal and are compiled once, and each has no more results than a batch has places.
  using Place = std::pair<std::string, const void *>;
  std::map<std::pair<Place, std::string>, size_t> counts;
  std::map<std::pair<Place, size_t>, size_t> slots; // the first, second … value of a place in its instance
  std::vector<std::vector<int64_t>> result;
  for (size_t i = begin; i < end; ++i) {
    Place place(values[i].op, withoutPath(values[i].place).getAsOpaquePointer());
    size_t number = counts[{place, values[i].path}]++;
    size_t batch = slots.try_emplace({place, number}, slots.size()).first->second / atOnce;
    result.resize(std::max(result.size(), batch + 1));
    result[batch].push_back(int64_t(i));
  }
  return result;
}

llvm::Error ProgramValues::compiled(llvm::ArrayRef<int64_t> numbers, const Inputs &inputs, const rt::TensorFile &params,
                                    Take take) {
  mlir::OwningOpRef<mlir::ModuleOp> copy(module->clone());
  lang::exposeValues(copy->lookupSymbol<lang::FuncOp>(function), numbers);
  PipelineOptions pipeline;
  pipeline.functions = {function};
  pipeline.bf16 = how.bf16;
  EngineOptions engine;
  engine.threads = how.threads;
  mlir::OwningOpRef<mlir::ModuleOp> own = compilation->exchange(std::move(copy));
  auto session = Session::create(*compilation, pipeline, engine);
  compilation->exchange(std::move(own));
  llvm::Error failed = !session ? session.takeError() : [&]() -> llvm::Error {
    if (llvm::Error error = bindParameters(**session, params, "the parameters"))
      return error;
    if (llvm::Error error = bindInputs(**session, inputs))
      return error;
    return (*session)->run(function, inputs.batch, inputs.time, how.seed, how.step);
  }();
  if (failed && numbers.size() > 1) {
    // There was no room for so many results after all.
    llvm::consumeError(std::move(failed));
    size_t half = numbers.size() / 2;
    if (llvm::Error error = compiled(numbers.take_front(half), inputs, params, take))
      return error;
    return compiled(numbers.drop_front(half), inputs, params, take);
  }
  if (failed)
    return failed;
  for (int64_t i : numbers) {
    std::optional<Handle> output = (*session)->find(BRAID_OUTPUT, "value:" + std::to_string(i));
    if (!output)
      return makeError("the compiled program does not store its value " + std::to_string(i));
    std::vector<float> stored = (*session)->floats(*output, values[size_t(i)].numbers(inputs.batch, inputs.time));
    std::vector<double> data(stored.begin(), stored.end());
    take(size_t(i), data);
  }
  return llvm::Error::success();
}

llvm::Error ProgramValues::interpreted(bool single, size_t begin, size_t end, const Inputs &inputs,
                                       const rt::TensorFile &params, Take take) {
  auto model = driver::describe(*module);
  if (!model)
    return model.takeError();
  auto parameters = ref::parametersFrom(*module, params);
  if (!parameters)
    return parameters.takeError();
  llvm::DenseMap<mlir::Value, size_t> numbers;
  llvm::SmallVector<mlir::Value> all = lang::computedValues(module->lookupSymbol<lang::FuncOp>(function));
  for (size_t i = begin; i < end; ++i)
    numbers[all[i]] = i;
  ref::Options options;
  options.seed = how.seed;
  options.step = uint32_t(how.step);
  options.batch = inputs.batch;
  options.time = inputs.time;
  options.single = options.jitter = single;
  options.trace = [&](mlir::Value value, const ref::Tensor &tensor) {
    if (auto found = numbers.find(value); found != numbers.end()) {
      std::vector<double> data = tensor.data;
      take(found->second, data);
    }
  };
  ref::Interpreter oracle(*module, options);
  return oracle.run(function, referenceInputs(*model, inputs), *parameters).takeError();
}

llvm::Error ProgramValues::evaluate(Arithmetic arithmetic, size_t begin, size_t end, const Inputs &inputs,
                                    const rt::TensorFile &params, Take take) {
  if (arithmetic != Arithmetic::Compiled)
    return interpreted(arithmetic == Arithmetic::Single, begin, end, inputs, params, take);
  for (const std::vector<int64_t> &numbers : batches(begin, end))
    if (llvm::Error error = compiled(numbers, inputs, params, take))
      return error;
  return llvm::Error::success();
}

} // namespace braid::driver
