//===- Distance.h - how far two values are apart --------------------------===//
#ifndef BRAID_LIB_DRIVER_INSPECT_DISTANCE_H
#define BRAID_LIB_DRIVER_INSPECT_DISTANCE_H

#include "braid/Driver/Results.h"

namespace braid::driver {

/// Another order of summation, polynomials for elementary functions: so many times the oracle's
/// error in fp32 is no error of a device.
inline constexpr double fp32Allowance = 32;

/// Of a value from the same value, which is the measure.
struct Distance {
  double largest = 0; ///< absolute, of one number
  double rms = 0;     ///< of all numbers, relative to theirs
  double scale = 0;   ///< the largest number of the measure
  size_t at = 0;      ///< where the error is largest, or the first that is not a number on one side only
  bool finite = true; ///< false: NaN, or an infinity, is on one side only; the figures above are of the other numbers

  /// The largest error by the largest number, or by `least` if that is more.
  double relative(double least = 0) const;
};

/// Numbers that `value` lacks count as NaN. Equal infinities and two NaN are no difference, nor is an infinity where
/// the other number is at the edge of the range of fp32 and bf16. A number beyond that range counts as infinite.
Distance compare(const NamedValue &value, const NamedValue &measure);

/// What rounding to fp32 does to a value.
struct Rounding {
  double largest = 0;     ///< error of a number
  std::vector<bool> lost; ///< numbers that were not finite: nothing is said of them

  /// One more point: the value as the oracle has it when it rounds, and exactly.
  void add(const NamedValue &rounded, const NamedValue &exact);
  /// Whether it explains what `value` differs from `measure` by, up to fp32Allowance: a number that has no digit left
  /// lies no further from its measure than twice the value's largest number.
  bool explains(const NamedValue &value, const NamedValue &measure) const;
};
/// `[batch 1, time 3, dim 4]`.
std::string indexText(const NamedValue &value, size_t flat);
/// `[batch: 2, time: 16, dim: 64]`.
std::string shapeText(const NamedValue &value);

} // namespace braid::driver

#endif
