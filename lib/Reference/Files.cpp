//===- Files.cpp - the oracle's values as stored tensors ------------------===//

#include "braid/Reference/Files.h"
#include "Loops.h"

using namespace mlir;
using namespace braid;
using namespace braid::ref;
using namespace braid::lang;

static llvm::Error errorOf(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message.str().c_str());
}

/// A stored tensor as a value of the given type; batch and time are the leading sizes.
static llvm::Expected<Tensor> convert(const std::string &name, const rt::StoredTensor &stored, ValueType type) {
  Dims space = spaceDims(type.getKind(), 0, 0), axes = axesOf(type);
  std::string declared;
  llvm::raw_string_ostream text(declared);
  for (const Dim &dim : space)
    text << dim.name << ' ';
  for (const Dim &dim : axes)
    text << dim.name << ':' << dim.size << ' ';
  bool fits = stored.shape.size() == space.size() + axes.size();
  for (size_t i = 0; fits && i < axes.size(); ++i)
    fits = stored.shape[space.size() + i] == axes[i].size;
  if (!fits) {
    std::string found;
    for (int64_t size : stored.shape)
      found += std::to_string(size) + " ";
    return errorOf("tensor `" + name + "` has the shape [ " + found + "] where [ " + declared + "] belongs");
  }
  Tensor tensor{type.getKind(), type.getElement(), axes, 1, 1, stored.toDoubles()};
  if (space.size() > 0)
    tensor.batch = stored.shape[0];
  if (space.size() > 1)
    tensor.time = stored.shape[1];
  return tensor;
}

llvm::Expected<TensorMap> braid::ref::parametersFrom(ModuleOp module, const rt::TensorFile &file) {
  TensorMap params;
  for (auto op : module.getOps<ParameterOp>()) {
    std::string name = op.getSymName().str();
    auto found = file.tensors.find(name);
    if (found == file.tensors.end())
      return errorOf("the file has no tensor for the parameter `" + name + "`");
    auto tensor = convert(name, found->second, cast<ValueType>(op.getType()));
    if (!tensor)
      return tensor.takeError();
    params[name] = std::move(*tensor);
  }
  return params;
}

llvm::Expected<TensorMap> braid::ref::inputsFrom(ModuleOp module, llvm::StringRef function,
                                                 const rt::TensorFile &file) {
  TensorMap inputs;
  auto take = [&](const std::string &name, ValueType type) -> llvm::Error {
    auto found = file.tensors.find(name);
    if (found == file.tensors.end() || inputs.count(name))
      return llvm::Error::success();
    auto tensor = convert(name, found->second, type);
    if (!tensor)
      return tensor.takeError();
    inputs[name] = std::move(*tensor);
    return llvm::Error::success();
  };
  if (auto func = module.lookupSymbol<FuncOp>(function))
    for (auto op : func.getBody().getOps<InputOp>())
      if (llvm::Error error = take(op.getName().str(), typeOf(op.getResult())))
        return error;
  // What the oracle's own loss reads, whether or not the function does.
  MLIRContext *context = module.getContext();
  if (llvm::Error error = take("targets", ValueType::get(context, Kind::Token, {}, Element::Id, 0)))
    return error;
  if (llvm::Error error = take("loss_scale", ValueType::get(context, Kind::Static, {})))
    return error;
  return inputs;
}

rt::TensorFile braid::ref::toFile(const TensorMap &tensors, bool single) {
  rt::TensorFile file;
  for (const auto &[name, tensor] : tensors) {
    std::vector<float> narrow;
    if (single)
      narrow.assign(tensor.data.begin(), tensor.data.end());
    file.tensors[name] = single ? rt::StoredTensor::of(tensor.shape(), narrow.data())
                                : rt::StoredTensor::of(tensor.shape(), tensor.data.data());
  }
  return file;
}

rt::TensorFile braid::ref::toFile(const std::map<std::string, InitialValue> &values) {
  rt::TensorFile file;
  for (const auto &[name, value] : values) {
    std::vector<int64_t> shape;
    for (const Dim &dim : value.axes)
      shape.push_back(dim.size);
    file.tensors[name] = rt::StoredTensor::of(shape, value.data.data());
  }
  return file;
}
