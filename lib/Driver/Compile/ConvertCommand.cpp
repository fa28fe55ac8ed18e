//===- ConvertCommand.cpp - braid convert: tensors in another format ------===//
//
// Changes the storage format and the names of a file's tensors; shapes and the order
// of numbers stay. Rounding is to nearest, ties to even.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Commands.h"
#include "braid/Driver/Text.h"
#include "braid/Support/Printable.h"
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

static rt::StoredTensor stored(const rt::StoredTensor &tensor, const std::string &dtype) {
  if (dtype == "fp64")
    return rt::StoredTensor::of(tensor.shape, tensor.toDoubles().data());
  std::vector<float> values = tensor.toFloats();
  if (dtype == "fp32")
    return rt::StoredTensor::of(tensor.shape, values.data());
  rt::StoredTensor result{rt::DType::BF16, tensor.shape, std::vector<uint8_t>(values.size() * 2), {}};
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t bits = toBF16(values[i]);
    std::memcpy(&result.bytes[2 * i], &bits, 2);
  }
  return result;
}

/// What is left of a tensor's name behind `beginning`, if that is the whole name or its beginning up to a dot.
static std::optional<llvm::StringRef> behind(llvm::StringRef name, llvm::StringRef beginning) {
  if (!name.consume_front(beginning) || !(name.empty() || name.front() == '.' || beginning.ends_with(".")))
    return std::nullopt;
  return name;
}

/// The first rule whose left side is the whole name, or its beginning up to a dot.
static std::string renamed(const std::string &name, const std::vector<std::pair<std::string, std::string>> &rules,
                           std::vector<bool> &used) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const auto &[from, to] = rules[i];
    auto rest = behind(name, from);
    if (!rest)
      continue;
    used[i] = true;
    return to + (to.empty() ? rest->ltrim('.') : *rest).str();
  }
  return name;
}

/// Fails where a rule of a flag fits no tensor of the file.
static llvm::Error checkUsed(const std::vector<bool> &used, const rt::TensorFile &file, const std::string &input,
                             llvm::function_ref<std::string(size_t)> rule) {
  for (size_t i = 0; i < used.size(); ++i)
    if (!used[i])
      return makeError("`" + input + "` has no tensor for `" + rule(i) + "`" +
                       (file.tensors.empty() ? "" : "; it has, for example, `" + file.tensors.begin()->first + "`"));
  return llvm::Error::success();
}

int convert(const ConvertOptions &options, Console &console) {
  rt::Result<rt::TensorFile> file = rt::readSafeTensors(options.input, /*keepOthers=*/true);
  if (!file)
    return fail(console, makeError(file.message()));
  rt::TensorFile result;
  result.metadata = file->metadata;
  int64_t numbers = 0;
  std::vector<bool> renames(options.rename.size()), drops(options.drop.size());
  for (const auto &[name, tensor] : file->tensors) {
    bool dropped = false;
    for (size_t i = 0; i < drops.size(); ++i)
      if (behind(name, options.drop[i]))
        drops[i] = dropped = true;
    if (dropped)
      continue;
    std::string now = renamed(name, options.rename, renames);
    if (now.empty())
      return fail(console, makeError("`" + name + "` would have no name left"));
    bool changes = !options.dtype.empty() && rt::isReal(tensor.dtype);
    if (!result.tensors.emplace(now, changes ? stored(tensor, options.dtype) : tensor).second)
      return fail(console, makeError("two tensors would be called `" + now + "`"));
    if (tensor.dtype == rt::DType::Other)
      warn(console, "`" + name + "` is of the type " + printable(tensor.otherType) +
                        ", which is not known here; its bytes are passed on as they are");
    numbers += tensor.numElements();
  }
  if (llvm::Error error = checkUsed(drops, *file, options.input, [&](size_t i) { return "--drop " + options.drop[i]; }))
    return fail(console, std::move(error));
  if (llvm::Error error = checkUsed(renames, *file, options.input, [&](size_t i) {
        return "--rename " + options.rename[i].first + "=" + options.rename[i].second;
      }))
    return fail(console, std::move(error));
  if (llvm::Error error = writeTensors(options.output, result, console))
    return fail(console, std::move(error));
  console.err << options.output << ": " << grouped(numbers) << " numbers in " << result.tensors.size() << " tensors\n";
  return Success;
}

} // namespace braid::driver
