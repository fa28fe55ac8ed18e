//===- Difference.cpp - how far two values are apart ----------------------===//
#include "lib/Driver/Difference.h"
#include <cmath>

namespace braid::driver {

double Difference::relative(double least) const {
  double against = std::max(scale, least);
  return finite ? largest / (against > 0 ? against : 1) : INFINITY;
}

Difference compare(const NamedValue &value, const NamedValue &measure) {
  Difference d;
  double squares = 0, total = 0;
  for (size_t i = 0; i < measure.data.size(); ++i) {
    double x = i < value.data.size() ? value.data[i] : NAN, y = measure.data[i], error = std::fabs(x - y);
    if (x == y || (std::isnan(x) && std::isnan(y)))
      error = 0; // equal infinities, too
    if (!std::isfinite(error)) {
      d.finite = false;
      d.at = i;
      return d;
    }
    if (error > d.largest) {
      d.largest = error;
      d.at = i;
    }
    if (std::isfinite(y)) {
      d.scale = std::max(d.scale, std::fabs(y));
      total += y * y;
    }
    squares += error * error;
  }
  d.rms = total > 0 ? std::sqrt(squares / total) : std::sqrt(squares);
  return d;
}

std::string indexText(const NamedValue &value, size_t flat) {
  std::string text;
  for (size_t i = value.shape.size(); i-- > 0;) {
    text = value.axes[i] + " " + std::to_string(flat % size_t(value.shape[i])) + (text.empty() ? "" : ", " + text);
    flat /= size_t(value.shape[i]);
  }
  return "[" + text + "]";
}

std::string shapeText(const NamedValue &value) {
  std::string text;
  for (size_t i = 0; i < value.shape.size(); ++i)
    text += (i ? ", " : "") + value.axes[i] + ": " + std::to_string(value.shape[i]);
  return "[" + text + "]";
}

} // namespace braid::driver
