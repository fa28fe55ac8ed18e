//===- Convert.cpp - braid convert: tensors in another format -------------===//
//
// Changes the storage format and the names of a file's tensors; shapes and the order
// of numbers stay. Rounding is to nearest, ties to even.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Commands.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/TensorOutput.h"
#include <cmath>
#include <cstring>

namespace braid::driver {

static uint16_t toBF16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  if (std::isnan(value))
    return uint16_t((bits >> 16) | 0x40);
  return uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static bool isReal(rt::DType dtype) {
  return dtype == rt::DType::F16 || dtype == rt::DType::BF16 || dtype == rt::DType::F32 || dtype == rt::DType::F64;
}

static rt::StoredTensor stored(const rt::StoredTensor &tensor, const std::string &dtype) {
  if (dtype == "fp64")
    return rt::StoredTensor::of(tensor.shape, tensor.toDoubles().data());
  std::vector<float> values = tensor.toFloats();
  if (dtype == "fp32")
    return rt::StoredTensor::of(tensor.shape, values.data());
  rt::StoredTensor result{rt::DType::BF16, tensor.shape, std::vector<uint8_t>(values.size() * 2)};
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t bits = toBF16(values[i]);
    std::memcpy(&result.bytes[2 * i], &bits, 2);
  }
  return result;
}

/// The first rule whose left side is the whole name, or its beginning up to a dot.
static std::string renamed(const std::string &name, const std::vector<std::pair<std::string, std::string>> &rules,
                           std::vector<bool> &used) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const auto &[from, to] = rules[i];
    llvm::StringRef rest(name);
    if (!rest.consume_front(from) || !(rest.empty() || rest.front() == '.' || llvm::StringRef(from).ends_with(".")))
      continue;
    used[i] = true;
    return to + (to.empty() ? rest.ltrim('.') : rest).str();
  }
  return name;
}

int convert(const ConvertOptions &options, Console &console) {
  rt::Result<rt::TensorFile> file = rt::readSafeTensors(options.input);
  if (!file)
    return fail(console, makeError(file.message()));
  rt::TensorFile result;
  result.metadata = file->metadata;
  int64_t numbers = 0;
  std::vector<bool> used(options.rename.size());
  for (const auto &[name, tensor] : file->tensors) {
    std::string now = renamed(name, options.rename, used);
    if (now.empty())
      return fail(console, makeError("`" + name + "` would have no name left"));
    bool changes = !options.dtype.empty() && isReal(tensor.dtype);
    if (!result.tensors.emplace(now, changes ? stored(tensor, options.dtype) : tensor).second)
      return fail(console, makeError("two tensors would be called `" + now + "`"));
    numbers += tensor.numElements();
  }
  for (size_t i = 0; i < used.size(); ++i)
    if (!used[i])
      return fail(console, makeError("`" + options.input + "` has no tensor for `--rename " + options.rename[i].first + "=" +
                                     options.rename[i].second + "`" + (file->tensors.empty() ? "" : "; it has, for example, `" + file->tensors.begin()->first + "`")));
  if (llvm::Error error = writeTensors(options.output, result, console))
    return fail(console, std::move(error));
  console.err << options.output << ": " << grouped(numbers) << " numbers in " << result.tensors.size() << " tensors\n";
  return Success;
}

} // namespace braid::driver
