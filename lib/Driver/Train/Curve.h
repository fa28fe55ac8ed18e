//===- Curve.h - a picture of losses over steps ---------------------------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_CURVE_H
#define BRAID_LIB_DRIVER_TRAIN_CURVE_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace braid::driver {

struct Curve {
  std::string name, color;
  double width;
  std::vector<std::pair<int64_t, double>> points;
};

/// An SVG of the curves over common axes, with a grid and a legend; thinned to a few points a pixel.
std::string drawLossCurve(const std::vector<Curve> &curves);

} // namespace braid::driver

#endif
