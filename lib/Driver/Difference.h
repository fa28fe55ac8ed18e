//===- Difference.h - how far two values are apart ------------------------===//
#ifndef BRAID_LIB_DRIVER_DIFFERENCE_H
#define BRAID_LIB_DRIVER_DIFFERENCE_H

#include "braid/Driver/Evaluate.h"

namespace braid::driver {

/// Of a value from the same value, which is the measure.
struct Difference {
  double largest = 0; ///< absolute, of one number
  double rms = 0;     ///< of all numbers, relative to theirs
  double scale = 0;   ///< the largest number of the measure
  size_t at = 0;      ///< where the error is largest, or first not finite
  bool finite = true;

  /// The largest error by the largest number, or by `least` if that is more.
  double relative(double least = 0) const;
};

/// Numbers that `value` lacks count as NaN. Equal infinities and two NaN are no difference.
Difference compare(const NamedValue &value, const NamedValue &measure);
/// `[batch 1, time 3, dim 4]`.
std::string indexText(const NamedValue &value, size_t flat);
/// `[batch: 2, time: 16, dim: 64]`.
std::string shapeText(const NamedValue &value);

} // namespace braid::driver

#endif
