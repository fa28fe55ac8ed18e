//===- Tensor.cpp - the oracle's values -----------------------------------===//

#include "braid/Reference/Tensor.h"
#include "Loops.h"

using namespace braid::ref;
using braid::lang::Kind;

Dims braid::ref::spaceDims(Kind kind, int64_t batch, int64_t time) {
  Dims dims;
  if (kind != Kind::Static)
    dims.push_back({batchDim, batch});
  if (kind == Kind::Token)
    dims.push_back({timeDim, time});
  return dims;
}

Dims braid::ref::axesOf(lang::ValueType type) {
  Dims axes;
  for (lang::AxisAttr axis : type.getAxes())
    axes.push_back({axis.getName().str(), axis.getSize()});
  return axes;
}

int64_t braid::ref::countOf(const Dims &dims) {
  int64_t n = 1;
  for (const Dim &dim : dims)
    n *= dim.size;
  return n;
}

int64_t braid::ref::strideOf(const Dims &dims, llvm::StringRef name) {
  int64_t stride = 1;
  for (const Dim &dim : llvm::reverse(dims)) {
    if (dim.name == name)
      return stride;
    stride *= dim.size;
  }
  return 0;
}

bool braid::ref::hasDim(const Dims &dims, llvm::StringRef name) {
  return llvm::any_of(dims, [&](const Dim &dim) { return dim.name == name; });
}

Dims Tensor::dims() const {
  Dims dims = spaceDims(kind, batch, time);
  dims.append(axes.begin(), axes.end());
  return dims;
}

std::vector<int64_t> Tensor::shape() const {
  std::vector<int64_t> sizes;
  for (const Dim &dim : dims())
    sizes.push_back(dim.size);
  return sizes;
}

int64_t Tensor::numElements() const { return countOf(dims()); }

Tensor Tensor::zeros(lang::ValueType type, int64_t batch, int64_t time) {
  Tensor tensor{type.getKind(), type.getElement(), axesOf(type), batch, time, {}};
  tensor.data.resize(size_t(tensor.numElements()));
  return tensor;
}

Tensor Tensor::makeStatic(Dims axes, std::vector<double> data) {
  return {Kind::Static, lang::Element::Real, std::move(axes), 1, 1, std::move(data)};
}

Tensor Tensor::makeIds(int64_t batch, int64_t time, std::vector<double> ids) {
  return {Kind::Token, lang::Element::Id, {}, batch, time, std::move(ids)};
}
