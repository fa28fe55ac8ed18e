//===- Parameters.cpp - initial values of parameters ----------------------===//

#include "Evaluator.h"
#include "braid/Support/Random.h"
#include "llvm/ADT/StringSet.h"
#include <algorithm>

using namespace mlir;
using namespace braid;
using namespace braid::ref;
using namespace braid::lang;

namespace {

class Initialiser {
public:
  Initialiser(ModuleOp module, uint64_t seed) : module(module) { options.seed = seed; }

  llvm::Error initialise(ParameterOp op) {
    std::string name = op.getSymName().str();
    if (values.count(name))
      return llvm::Error::success();
    if (!underWay.insert(name).second)
      return failureAt(op, "the initial value of `" + name + "` depends on itself");
    ValueType type = cast<ValueType>(op.getType());
    InitialValue value{axesOf(type), {}};
    value.data.resize(size_t(type.numElements()));
    if (fillDirectly(op, value)) {
      values[name] = std::move(value); // only what is finished is there
      return llvm::Error::success();
    }

    // A region reads other parameters as they will be stored: in single precision.
    TensorMap others;
    for (auto param : op.getInit().getOps<ParamOp>()) {
      auto other = module.lookupSymbol<ParameterOp>(param.getParameter());
      if (!other)
        return failureAt(param, "there is no parameter `" + param.getParameter() + "`");
      if (llvm::Error error = initialise(other))
        return error;
      const InitialValue &source = values[param.getParameter().str()];
      others[param.getParameter().str()] = Tensor::makeStatic(source.axes, {source.data.begin(), source.data.end()});
    }
    Evaluator eval(options, none, others, /*keep=*/false);
    if (llvm::Error error = eval.evaluate(op.getInit().front()))
      return error;
    const Tensor &result = eval.outputs["0"];
    if (result.data.size() != value.data.size())
      return failureAt(op, "the region yields a value of another size");
    llvm::copy(result.data, value.data.begin());
    values[name] = std::move(value);
    return llvm::Error::success();
  }

  std::map<std::string, InitialValue> values;

private:
  /// A region that is one draw, or one constant, needs no doubles.
  bool fillDirectly(ParameterOp op, InitialValue &value) {
    Operation *yield = op.getInit().front().getTerminator();
    if (yield->getNumOperands() != 1)
      return false;
    if (auto random = yield->getOperand(0).getDefiningOp<RandomOp>()) {
      float scale = float(random.getScale().convertToDouble());
      auto fill = [&](auto function) {
        function(value.data.data(), int64_t(value.data.size()), options.seed, random.getStream(), scale);
      };
      using Fill = void (*)(float *, int64_t, uint64_t, std::string_view, float);
      fill(Fill(random.getDistribution() == Distribution::Normal ? Fill(rt::fillNormal) : Fill(rt::fillUniform)));
      return true;
    }
    if (auto constant = yield->getOperand(0).getDefiningOp<ConstantOp>()) {
      std::ranges::fill(value.data, float(constant.getValue().convertToDouble()));
      return true;
    }
    return false;
  }

  ModuleOp module;
  Options options;
  const TensorMap none;
  llvm::StringSet<> underWay;
};

} // namespace

llvm::Expected<std::map<std::string, InitialValue>> braid::ref::initialParameters(ModuleOp module, uint64_t seed) {
  Initialiser initialiser(module, seed);
  for (auto op : module.getOps<ParameterOp>())
    if (llvm::Error error = initialiser.initialise(op))
      return error;
  return std::move(initialiser.values);
}

TensorMap braid::ref::toTensors(const std::map<std::string, InitialValue> &values) {
  TensorMap tensors;
  for (const auto &[name, value] : values)
    tensors[name] = Tensor::makeStatic(value.axes, {value.data.begin(), value.data.end()});
  return tensors;
}
