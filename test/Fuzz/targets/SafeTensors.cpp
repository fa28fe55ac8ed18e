//===- SafeTensors.cpp - any bytes as a file of tensors -------------------===//
#include "braid/IO/SafeTensors.h"
#include "Require.h"
#include "Scratch.h"

using namespace braid;
using fuzz::require;

static bool same(const rt::TensorFile &a, const rt::TensorFile &b) {
  return a.metadata == b.metadata && a.tensors.size() == b.tensors.size() &&
         std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), [](const auto &x, const auto &y) {
           return x.first == y.first && x.second.dtype == y.second.dtype && x.second.otherType == y.second.otherType &&
                  x.second.shape == y.second.shape && x.second.bytes == y.second.bytes;
         });
}

static void convert(const rt::StoredTensor &tensor) {
  if (tensor.dtype == rt::DType::Other)
    return;
  size_t numbers = size_t(tensor.numElements());
  require(tensor.toDoubles().size() == numbers, "there is a double for every element");
  require(tensor.toFloats().size() == numbers, "there is a float for every element");
  auto integers = tensor.toIntegers();
  require(integers.ok() != rt::isReal(tensor.dtype), "what is not real is integers");
  require(!integers || integers->size() == numbers, "there is an integer for every element");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto inMemory = rt::parseSafeTensors(data, size, "input");
  std::string path = fuzz::scratchFile("input.safetensors", fuzz::textOf(data, size));
  auto known = rt::readSafeTensors(path), any = rt::readSafeTensors(path, /*keepOthers=*/true);
  require(inMemory.ok() == known.ok(), "a file is read as its bytes are");
  require(!known.ok() || any.ok(), "types that are not known may be kept, and change nothing else");
  if (known)
    require(same(*inMemory, *known) && same(*known, *any), "a file is read as its bytes are");
  if (!any)
    return 0;
  for (const auto &[name, tensor] : any->tensors)
    convert(tensor);
  std::string copy = fuzz::scratchFolder() + "/copy.safetensors";
  auto written = rt::writeSafeTensors(copy, *any);
  require(written.ok(), "what was read can be written");
  auto again = rt::readSafeTensors(copy, /*keepOthers=*/true);
  require(again.ok() && same(*any, *again), "what was written is what was read");
  return 0;
}
