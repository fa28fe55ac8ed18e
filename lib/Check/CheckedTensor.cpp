//===- CheckedTensor.cpp - an operand on a device and in the interpreter --===//

#include "CheckedTensor.h"
#include <algorithm>
#include <cmath>
#include <cstring>

using namespace braid;
using namespace braid::dev;

double CheckedTensor::at(const Data &data, int64_t i) const {
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
  std::memcpy(initial.data() + i * width(), &raw, size_t(width()));
}

void CheckedTensor::fill(std::mt19937_64 &random, float scale, llvm::ArrayRef<int64_t> lengths) {
  initial.assign(size_t(bytes()), char(0xff));
  if (!isInput)
    return;
  if (isReal()) {
    for (int64_t i = 0; i < numbers(); ++i) {
      // Between 1/4 and 5/4. (The standard's distributions take a logarithm for each number.)
      float number = boost * (0.25f + float(random() >> 40) * 0x1p-24f), sign = isPositive     ? 1.0f
                                                                                : random() % 2 ? -scale
                                                                                               : scale;
      set(i, sign * number);
    }
    return;
  }
  std::vector<int64_t> telling = {-1, 0};
  for (int64_t length : lengths)
    telling.insert(telling.end(), {length - 1, length});
  std::shuffle(telling.begin(), telling.end(), random);
  for (int64_t i = 0; i < numbers(); ++i) {
    int64_t below = lengths.empty() ? 5 : lengths[random() % lengths.size()];
    bool isSmall = random() % 2; // equal ids are frequent
    set(i, i < int64_t(telling.size()) ? float(telling[size_t(i)])
                                       : float(random() % uint64_t(isSmall ? std::min<int64_t>(below, 5) : below)));
  }
}

CheckedTensor::Data CheckedTensor::jiggled(std::mt19937_64 &random) const {
  Data moved = initial;
  for (int64_t i = 0; isInput && storage == row::Storage::F32 && i < numbers(); ++i) {
    float number = float(at(initial, i)) * (random() % 2 ? 1 + 0x1p-23f : 1 - 0x1p-23f);
    std::memcpy(moved.data() + 4 * i, &number, 4);
  }
  return moved;
}

double CheckedTensor::largestIn(int64_t row) const {
  if (largest.empty()) {
    largest.assign(size_t(rows), 0);
    for (int64_t i = 0; i < numbers(); ++i)
      if (double x = std::fabs(at(expected, i)); std::isfinite(x))
        largest[size_t(i / inRow)] = std::max(largest[size_t(i / inRow)], x);
  }
  return largest[size_t(row)];
}

void CheckedTensor::allow(const Data &exact, const Data &rounded) {
  deviations.resize(size_t(rows), 0);
  lost.resize(size_t(numbers()), false);
  largest.clear();
  for (int64_t i = 0; isOutput && i < numbers(); ++i) {
    double x = at(exact, i), y = at(rounded, i);
    if (std::isfinite(x) && std::isfinite(y))
      deviations[size_t(i / inRow)] = std::max(deviations[size_t(i / inRow)], std::fabs(x - y));
    else if (!(x == y || (std::isnan(x) && std::isnan(y))))
      lost[size_t(i)] = true;
    // At the edge of the range the order of a sum decides whether it leaves it.
    if (std::isfinite(x) && std::fabs(x) > 1e36)
      lost[size_t(i)] = true;
  }
  std::vector<double> sorted = deviations;
  auto middle = sorted.begin() + (rows - 1) / 2;
  std::nth_element(sorted.begin(), middle, sorted.end());
  usual = *middle;
}

double CheckedTensor::boundOf(int64_t i, double tolerance) const {
  int64_t row = i / inRow;
  // The rows are filled alike: what half of them lose, any may, though its few samples agree (on a branch, or on the
  // largest of several numbers, that digits decide which fp32 has not).
  double number = std::fabs(at(expected, i)),
         deviation = deviations.empty() ? 0 : std::max(deviations[size_t(row)], usual),
         bound = tolerance * number + 16 * deviation + 0x1p-21 * largestIn(row);
  // A number on the edge between two bf16 numbers may fall on either side.
  return storage == row::Storage::BF16 ? bound + number / 128 : bound;
}

llvm::Expected<CheckedTensor::Difference> CheckedTensor::compare(double tolerance) const {
  Difference worst;
  if (!isOutput) {
    if (got != initial)
      return llvm::createStringError(name + " is only read, and has other bytes after the launch");
    return worst;
  }
  for (int64_t i = 0; i < numbers(); ++i) {
    double x = at(got, i), y = at(expected, i);
    if (!isTelling(i))
      continue;
    if (std::isfinite(x) && std::isfinite(y)) {
      double largest = std::max(largestIn(i / inRow), 1e-30), error = std::fabs(x - y) / largest,
             bound = std::max(boundOf(i, tolerance) / largest, 1e-30);
      if (error / bound >= worst.error / worst.bound)
        worst = {error, bound};
    } else if (bool isZero = std::isnan(y) && x == 0; !(isZero || x == y || (std::isnan(x) && std::isnan(y)))) {
      // A slope that is 0 in fp32, and not quite in the interpreter (of a tanh that is nearly 1), takes a NaN away
      // (`mulz`).
      return llvm::createStringError(name + "[" + llvm::Twine(i) + "] is " + std::to_string(x) + ", expected " +
                                     std::to_string(y));
    }
  }
  return worst;
}
