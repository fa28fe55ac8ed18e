//===- ModelInfo.cpp - what a model takes and gives -----------------------===//
#include "braid/Driver/ModelInfo.h"
#include "braid/Driver/Console.h"
#include "dialects/Braid/Analysis/IdBounds.h"
#include "dialects/Braid/Analysis/Values.h"

namespace braid::driver {

std::vector<int64_t> ParameterInfo::shape() const {
  std::vector<int64_t> result;
  for (const AxisInfo &axis : axes)
    result.push_back(axis.size);
  return result;
}

std::string ParameterInfo::type() const {
  std::string result = "[";
  for (const AxisInfo &axis : axes)
    result += (result.size() > 1 ? ", " : "") + axis.name + ": " + std::to_string(axis.size);
  return result + "]";
}

int64_t ModelInfo::numbers() const {
  int64_t sum = 0;
  for (const ParameterInfo &parameter : parameters)
    sum += parameter.numbers;
  return sum;
}

const ParameterInfo *ModelInfo::find(llvm::StringRef path) const {
  for (const ParameterInfo &parameter : parameters)
    if (parameter.path == path)
      return &parameter;
  return nullptr;
}

const InputInfo *ModelInfo::findInput(llvm::StringRef name) const {
  for (const InputInfo &input : inputs)
    if (input.name == name)
      return &input;
  return nullptr;
}

int64_t ModelInfo::vocabulary() const {
  const InputInfo *tokens = findInput("tokens");
  return tokens && tokens->idSize ? tokens->idSize : classes;
}

static std::vector<AxisInfo> axesOf(lang::ValueType type) {
  std::vector<AxisInfo> axes;
  for (lang::AxisAttr axis : type.getAxes())
    axes.push_back({axis.getName().str(), axis.getSize()});
  return axes;
}

llvm::Expected<ModelInfo> describe(mlir::ModuleOp module) {
  ModelInfo info;
  if (auto name = module->getAttrOfType<mlir::StringAttr>("braid.model"))
    info.name = name.str();
  if (auto ignored = module->getAttrOfType<mlir::ArrayAttr>("braid.ignored_inputs"))
    for (auto name : ignored.getAsRange<mlir::StringAttr>())
      info.ignored.push_back(name.str());
  for (auto parameter : module.getOps<lang::ParameterOp>()) {
    auto type = mlir::cast<lang::ValueType>(parameter.getType());
    ParameterInfo p;
    p.path = parameter.getSymName().str();
    if (p.path == "loss" || p.path == "logits")
      return makeError("a parameter has the path `" + p.path + "`, which names a result of every model");
    p.axes = axesOf(type);
    p.numbers = type.numElements();
    p.decay = parameter.getDecay();
    if (parameter.getLr())
      p.lr = parameter.getLr()->convertToDouble();
    if (parameter.getGroup())
      p.group = parameter.getGroup()->str();
    info.parameters.push_back(std::move(p));
  }
  // Derived programs take what @logits takes, and a loss its targets, which are classes, and its scale.
  auto program = module.lookupSymbol<lang::FuncOp>("logits");
  bool derived = !program && !module.getOps<lang::FuncOp>().empty();
  if (derived)
    program = *module.getOps<lang::FuncOp>().begin();
  if (!program)
    return makeError("the module has no program over tokens any more; give an earlier stage, `braid` or `derived`, or "
                     "the model itself");
  lang::IdBounds bounds = lang::idBoundsOf(program);
  info.positions = bounds.positions;
  info.positionAxis = bounds.axis;
  program.walk([&](mlir::Operation *op) {
    info.looksAhead |= lang::seesLater(op);
    if (auto input = mlir::dyn_cast<lang::InputOp>(op)) {
      auto type = lang::typeOf(input.getResult());
      if (derived && input.getName() == "targets")
        info.classes = type.getIdSize();
      else if (!info.findInput(input.getName()) && !(derived && input.getName() == "loss_scale"))
        info.inputs.push_back(
            {input.getName().str(), type.isToken(), type.isId(), bounds.inputs.lookup(input.getName()), axesOf(type)});
    } else if (auto output = mlir::dyn_cast<lang::OutputOp>(op)) {
      if (output.getName() == "logits" && lang::typeOf(output.getValue()).getAxes().size() == 1)
        info.classes = lang::typeOf(output.getValue()).numElements();
    } else if (auto observe = mlir::dyn_cast<lang::ObserveOp>(op)) {
      info.observed.push_back(observe.getName().str());
    }
  });
  if (!info.classes)
    return makeError(derived ? "the program `" + program.getSymName() +
                                   "` says nothing of classes; give the stage `braid`, or the model itself"
                             : "the model returns no logits over one axis of classes");
  return info;
}

braid_role OutputInfo::role() const {
  return llvm::StringRef(name).starts_with("grad:") ? BRAID_GRADIENT : BRAID_OUTPUT;
}

std::string OutputInfo::path() const { return role() == BRAID_GRADIENT ? name.substr(strlen("grad:")) : name; }

std::string OutputInfo::shown() const {
  llvm::StringRef text(name);
  if (!text.consume_front("grad:"))
    text.consume_front("observe:");
  return text.str();
}

std::vector<int64_t> OutputInfo::shape(int64_t batch, int64_t time) const {
  std::vector<int64_t> result;
  if (perToken)
    result = newest ? std::vector<int64_t>{batch} : std::vector<int64_t>{batch, time};
  for (const AxisInfo &axis : axes)
    result.push_back(axis.size);
  return result;
}

std::map<std::string, std::vector<OutputInfo>> outputsOf(mlir::ModuleOp module) {
  std::map<std::string, std::vector<OutputInfo>> result;
  for (auto function : module.getOps<lang::FuncOp>())
    function.walk([&](lang::OutputOp output) {
      auto type = lang::typeOf(output.getValue());
      result[function.getSymName().str()].push_back(
          {output.getName().str(), type.isToken(), axesOf(type), output.getNewest()});
    });
  return result;
}

} // namespace braid::driver
