//===- StoredTensor.cpp - the elements of a stored tensor -----------------===//

#include "braid/IO/SafeTensors.h"
#include <cmath>
#include <cstring>

using namespace braid::rt;

int64_t StoredTensor::numElements() const {
  int64_t n = 1;
  for (int64_t size : shape) {
    if (size == 0)
      return 0; // before the others can overflow
    n *= size;
  }
  return n;
}

static float halfToFloat(uint16_t bits) {
  int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  float value = exponent == 31 ? (mantissa ? NAN : INFINITY)
                : exponent     ? std::ldexp(float(1024 + mantissa), exponent - 25)
                               : std::ldexp(float(mantissa), -24);
  return bits & 0x8000 ? -value : value;
}

/// Four bits of exponent, no infinity, and NaN where all bits are set.
static float e4m3ToFloat(uint8_t bits) {
  int exponent = (bits >> 3) & 15, mantissa = bits & 7;
  float value = (bits & 127) == 127 ? NAN
                : exponent          ? std::ldexp(float(8 + mantissa), exponent - 10)
                                    : std::ldexp(float(mantissa), -9);
  return bits & 128 ? -value : value;
}

/// The upper half of an fp16 number.
static float e5m2ToFloat(uint8_t bits) { return halfToFloat(uint16_t(bits << 8)); }

static float bfloatToFloat(uint16_t bits) { return __builtin_bit_cast(float, uint32_t(bits) << 16); }

/// The elements, each of type `From`, as `To` through `convert`.
template <typename From, typename To, typename Convert>
static std::vector<To> convertAll(const StoredTensor &tensor, Convert convert) {
  std::vector<To> result(size_t(tensor.numElements()));
  for (size_t i = 0; i < result.size(); ++i) {
    From element;
    std::memcpy(&element, tensor.bytes.data() + i * sizeof(From), sizeof(From));
    result[i] = To(convert(element));
  }
  return result;
}

template <typename To> static std::vector<To> toNumbers(const StoredTensor &tensor) {
  auto plain = [](auto x) { return x; };
  switch (tensor.dtype) {
  case DType::Bool: return convertAll<uint8_t, To>(tensor, [](uint8_t x) { return x != 0; });
  case DType::U8: return convertAll<uint8_t, To>(tensor, plain);
  case DType::I8: return convertAll<int8_t, To>(tensor, plain);
  case DType::F8_E4M3: return convertAll<uint8_t, To>(tensor, e4m3ToFloat);
  case DType::F8_E5M2: return convertAll<uint8_t, To>(tensor, e5m2ToFloat);
  case DType::U16: return convertAll<uint16_t, To>(tensor, plain);
  case DType::I16: return convertAll<int16_t, To>(tensor, plain);
  case DType::F16: return convertAll<uint16_t, To>(tensor, halfToFloat);
  case DType::BF16: return convertAll<uint16_t, To>(tensor, bfloatToFloat);
  case DType::U32: return convertAll<uint32_t, To>(tensor, plain);
  case DType::I32: return convertAll<int32_t, To>(tensor, plain);
  case DType::F32: return convertAll<float, To>(tensor, plain);
  case DType::U64: return convertAll<uint64_t, To>(tensor, plain);
  case DType::I64: return convertAll<int64_t, To>(tensor, plain);
  case DType::F64: return convertAll<double, To>(tensor, plain);
  case DType::Other: break;
  }
  return {};
}

std::vector<double> StoredTensor::toDoubles() const { return toNumbers<double>(*this); }
std::vector<float> StoredTensor::toFloats() const { return toNumbers<float>(*this); }

Result<std::vector<int64_t>> StoredTensor::toIntegers() const {
  if (isReal(dtype) || dtype == DType::Other)
    return Status::failure(std::string("integers are needed where the type is ") + nameOf(dtype));
  return toNumbers<int64_t>(*this);
}

template <typename T> static StoredTensor store(DType dtype, std::vector<int64_t> shape, const T *data) {
  StoredTensor tensor{dtype, std::move(shape), {}, {}};
  tensor.bytes.resize(size_t(tensor.numElements()) * sizeof(T));
  if (!tensor.bytes.empty())
    std::memcpy(tensor.bytes.data(), data, tensor.bytes.size());
  return tensor;
}

StoredTensor StoredTensor::of(std::vector<int64_t> shape, const float *data) {
  return store(DType::F32, std::move(shape), data);
}
StoredTensor StoredTensor::of(std::vector<int64_t> shape, const double *data) {
  return store(DType::F64, std::move(shape), data);
}
StoredTensor StoredTensor::of(std::vector<int64_t> shape, const int32_t *data) {
  return store(DType::I32, std::move(shape), data);
}
StoredTensor StoredTensor::of(std::vector<int64_t> shape, const int64_t *data) {
  return store(DType::I64, std::move(shape), data);
}
