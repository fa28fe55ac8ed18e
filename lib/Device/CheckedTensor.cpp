//===- CheckedTensor.cpp - an argument on a device and in the interpreter -===//

#include "CheckedTensor.h"
#include <cmath>
#include <cstring>

using namespace braid;
using namespace braid::dev;

double CheckedTensor::at(const std::vector<char> &data, int64_t i) const {
  if (storage == row::Storage::BF16) {
    uint16_t half;
    std::memcpy(&half, data.data() + 2 * i, 2);
    return llvm::bit_cast<float>(uint32_t(half) << 16);
  }
  uint32_t raw;
  std::memcpy(&raw, data.data() + 4 * i, 4);
  return storage == row::Storage::I32 ? double(int32_t(raw)) : double(llvm::bit_cast<float>(raw));
}

void CheckedTensor::set(int64_t i, float value) {
  uint32_t raw = storage == row::Storage::I32 ? uint32_t(int32_t(value)) : llvm::bit_cast<uint32_t>(value);
  if (storage == row::Storage::BF16)
    raw >>= 16;
  std::memcpy(expected.data() + i * width(), &raw, size_t(width()));
}

void CheckedTensor::randomise(std::mt19937_64 &random, bool isLong, float scale) {
  std::uniform_real_distribution<float> uniform(0.25f, 1.25f);
  for (int64_t i = 0; i < numbers; ++i) {
    float number = uniform(random), sign = !isLong ? 1.0f : random() % 2 ? -scale : scale;
    set(i, storage == row::Storage::I32 ? float(int64_t(random() % 6) - 1) : sign * number);
  }
}

void CheckedTensor::jiggle(std::mt19937_64 &random) {
  for (int64_t i = 0; i < numbers && storage == row::Storage::F32; ++i)
    set(i, float(at(expected, i)) * (random() % 2 ? 1 + 0x1p-23f : 1 - 0x1p-23f));
}

llvm::Expected<CheckedTensor::Difference> CheckedTensor::compare(double tolerance) const {
  double largest = 0.02, worst = 0; // of numbers around 1, differences may cancel
  for (int64_t i = 0; i < numbers; ++i)
    if (double x = at(expected, i); std::isfinite(x))
      largest = std::max(largest, std::fabs(x));
  for (int64_t i = 0; i < numbers; ++i) {
    double x = at(got, i), y = at(expected, i);
    if (std::isfinite(x) && std::isfinite(y))
      worst = std::max(worst, std::fabs(x - y) / largest);
    else if (!(x == y || (std::isnan(x) && std::isnan(y))))
      return llvm::createStringError(name + "[" + llvm::Twine(i) + "] is " + std::to_string(x) + ", expected " + std::to_string(y));
  }
  double bound = tolerance + 16 * sensitivity / largest;
  // A number on the edge between two bf16 numbers may fall on either side.
  if (storage == row::Storage::BF16)
    bound = std::max(bound, 1.0 / 128);
  return Difference{worst, bound};
}
