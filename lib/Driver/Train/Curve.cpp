//===- Curve.cpp - a picture of losses over steps -------------------------===//
#include "Curve.h"
#include "braid/Driver/Text.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace braid::driver {

namespace {

constexpr double width = 720, height = 420, left = 60, right = 20, top = 20, bottom = 40;

struct Frame {
  double x0, x1, y0, y1;
  double x(double step) const { return left + (step - x0) / (x1 - x0) * (width - left - right); }
  double y(double loss) const { return top + (y1 - loss) / (y1 - y0) * (height - top - bottom); }
};

std::string text(const char *format, double a, double b, double c = 0, double d = 0) {
  char buffer[256];
  std::snprintf(buffer, sizeof buffer, format, a, b, c, d);
  return buffer;
}

/// 1, 2 or 5 times a power of ten: about `count` of them in a range.
double spacing(double range, int count) {
  double raw = range / count, power = std::pow(10, std::floor(std::log10(raw)));
  double digit = raw / power;
  return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

/// Round numbers of a range. Counted, since the spacing may be lost beside large numbers.
std::vector<double> ticks(double least, double most) {
  double step = spacing(most - least, 6), first = std::ceil(least / step) * step;
  std::vector<double> result;
  for (int i = 0; i < 20 && first + i * step <= most; ++i)
    result.push_back(first + i * step);
  return result;
}

} // namespace

std::string drawLossCurve(const std::vector<Curve> &curves) {
  Frame f{0, 1, INFINITY, -INFINITY};
  for (const Curve &curve : curves)
    for (const auto &[step, loss] : curve.points) {
      f.x1 = std::max(f.x1, double(step));
      f.y0 = std::min(f.y0, loss);
      f.y1 = std::max(f.y1, loss);
    }
  if (!(f.y0 <= f.y1))
    f.y0 = 0, f.y1 = 1;
  double room = std::max(f.y1 - f.y0, 1e-3) * 0.05;
  f.y0 -= room;
  f.y1 += room;

  std::string svg = text("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                         "font-family=\"sans-serif\" font-size=\"12\">\n"
                         "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                         width, height);
  for (double y : ticks(f.y0, f.y1))
    svg += text("<path d=\"M%.1f %.1fH%.1f\" stroke=\"#ddd\"/>", left, f.y(y), width - right) +
           text("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", left - 6, f.y(y) + 4) + general(y, 4) + "</text>\n";
  for (double x : ticks(f.x0, f.x1))
    svg += text("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", f.x(x), height - bottom + 18) + general(x) +
           "</text>\n";
  svg +=
      text("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">step</text>\n", (left + width - right) / 2, height - 6);

  double legend = top + 16;
  for (const Curve &curve : curves) {
    if (curve.points.empty())
      continue;
    size_t stride = std::max<size_t>(1, curve.points.size() / 2000);
    svg += "<polyline fill=\"none\" stroke=\"" + curve.color + "\" stroke-width=\"" + general(curve.width) +
           "\" points=\"";
    for (size_t i = 0; i < curve.points.size(); i += stride)
      svg += text("%.1f,%.1f ", f.x(double(curve.points[i].first)), f.y(curve.points[i].second));
    svg += "\"/>\n<text fill=\"" + curve.color +
           text("\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", width - right - 8, legend) + curve.name + "</text>\n";
    legend += 16;
  }
  return svg + "</svg>\n";
}

} // namespace braid::driver
