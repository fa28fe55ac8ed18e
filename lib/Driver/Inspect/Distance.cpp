//===- Distance.cpp - how far two values are apart ------------------------===//
#include "Distance.h"
#include <cfloat>
#include <cmath>

namespace braid::driver {

double Distance::relative(double least) const {
  double against = std::max(scale, least);
  return finite ? largest / (against > 0 ? against : 1) : INFINITY;
}

/// What lies so close below the largest number may round to infinity, in bf16, too.
static constexpr double edge = double(FLT_MAX) * (1 - 1.0 / 128);

/// What a number is in fp32, as far as its range goes.
static double inRange(double x) { return std::fabs(x) > double(FLT_MAX) ? std::copysign(INFINITY, x) : x; }

/// Whether only one of two numbers is finite, and none lies where it makes no difference.
static bool isOneSided(double x, double y) {
  if (x == y || (std::isnan(x) && std::isnan(y)) || (std::isfinite(x) && std::isfinite(y)))
    return false;
  return std::isnan(x) || std::isnan(y) || std::signbit(x) != std::signbit(y) || std::fabs(x) < edge ||
         std::fabs(y) < edge;
}

static double numberOf(const NamedValue &value, size_t i) {
  return i < value.data.size() ? inRange(value.data[i]) : NAN;
}

Distance compare(const NamedValue &value, const NamedValue &measure) {
  Distance d;
  double squares = 0, total = 0;
  for (size_t i = 0; i < measure.data.size(); ++i) {
    double x = numberOf(value, i), y = numberOf(measure, i);
    if (isOneSided(x, y)) {
      d.at = d.finite ? i : d.at;
      d.finite = false;
    }
    if (std::isfinite(y)) {
      d.scale = std::max(d.scale, std::fabs(y));
      total += y * y;
    }
    double error = std::isfinite(x) && std::isfinite(y) ? std::fabs(x - y) : 0;
    if (error > d.largest) {
      d.largest = error;
      d.at = d.finite ? i : d.at;
    }
    squares += error * error;
  }
  d.rms = total > 0 ? std::sqrt(squares / total) : std::sqrt(squares);
  return d;
}

void Rounding::add(const NamedValue &rounded, const NamedValue &exact) {
  lost.resize(exact.data.size(), false);
  for (size_t i = 0; i < exact.data.size(); ++i)
    if (double x = numberOf(rounded, i), y = numberOf(exact, i); std::isfinite(x) && std::isfinite(y))
      largest = std::max(largest, std::fabs(x - y));
    else
      lost[i] = true;
}

bool Rounding::explains(const NamedValue &value, const NamedValue &measure) const {
  double scale = 0, error = 0;
  for (size_t i = 0; i < measure.data.size(); ++i) {
    double x = numberOf(value, i), y = numberOf(measure, i);
    if (std::isfinite(y))
      scale = std::max(scale, std::fabs(y));
    if (lost[i])
      continue;
    if (isOneSided(x, y))
      return false;
    if (std::isfinite(x) && std::isfinite(y))
      error = std::max(error, std::fabs(x - y));
  }
  return error <= std::min(fp32Allowance * largest, largest + 2 * scale);
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
