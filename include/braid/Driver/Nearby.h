//===- Nearby.h - parameters that differ in the seventh digit -------------===//
//
// What rounding to fp32 does to a value is measured at several points close to each other,
// since at one of them much may cancel by luck (docs/decisions/0009-cancelling-gradients.md).
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DRIVER_NEARBY_H
#define BRAID_DRIVER_NEARBY_H

#include "braid/IO/SafeTensors.h"
#include "braid/Support/Random.h"

namespace braid::driver {

inline constexpr int nearPoints = 4;

/// Multiplies each number of a parameter by 1 ± 1e-6 at most, and rounds it to fp32; point 0 moves nothing.
template <typename Numbers> void moveNear(Numbers &numbers, const std::string &name, int point) {
  if (point == 0)
    return;
  std::vector<float> by(numbers.size());
  rt::fillUniform(by.data(), int64_t(by.size()), uint64_t(point), "near:" + name, 1e-6f);
  for (size_t i = 0; i < by.size(); ++i)
    numbers[i] = float(numbers[i] * (1 + double(by[i])));
}

/// All parameters of a model, those of them that are real.
inline rt::TensorFile nearby(const rt::TensorFile &params, int point) {
  rt::TensorFile moved = params;
  for (auto &[name, tensor] : moved.tensors)
    if (point && rt::isReal(tensor.dtype)) {
      std::vector<double> numbers = tensor.toDoubles();
      moveNear(numbers, name, point);
      tensor = rt::StoredTensor::of(tensor.shape, numbers.data());
    }
  return moved;
}

} // namespace braid::driver

#endif
