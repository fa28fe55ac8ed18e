//===- Text.cpp - numbers and tables for people ---------------------------===//
#include "braid/Driver/Text.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <cstdio>

namespace braid::driver {

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number < 0 ? -number : number), result;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i && (digits.size() - i) % 3 == 0)
      result += ',';
    result += digits[i];
  }
  return (number < 0 ? "-" : "") + result;
}

std::string general(double number, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*g", digits, number);
  return text;
}

/// To three significant digits, but never fewer than the digits before the point.
static double roundedTo3(double number) {
  double unit = std::pow(10, std::floor(std::log10(std::fabs(number))) - 2);
  return number == 0 || !std::isfinite(number) || unit >= 1 ? std::round(number) : std::round(number / unit) * unit;
}

/// The unit is chosen by the number as it will be shown: 999.7 of one is 1.00 of the next.
static std::string scaled(double number, double base, const char *const *units, int count) {
  int unit = 0;
  double shown = number == std::floor(number) ? number : roundedTo3(number);
  while (std::fabs(shown) >= base && unit + 1 < count) {
    number /= base;
    shown = roundedTo3(number);
    ++unit;
  }
  double size = std::fabs(shown);
  bool isWhole = unit == 0 && shown == std::floor(shown);
  if (!std::isfinite(size) || size >= 1e15 || (size < 1 && !isWhole))
    return general(shown, 3) + " " + units[unit];
  char text[64];
  std::snprintf(text, sizeof text, "%.*f %s", isWhole || size >= 100 ? 0 : size >= 10 ? 1 : 2, shown, units[unit]);
  return text;
}

std::string bytesText(double bytes) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  return scaled(bytes, 1024, units, 7);
}

std::string siText(double number, llvm::StringRef unit) {
  static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
  std::string text = scaled(number, 1000, units, 7);
  return llvm::StringRef(text).rtrim().str() + (unit.empty() || text.back() != ' ' ? "" : " ") + unit.str();
}

std::string durationText(double seconds) {
  if (!std::isfinite(seconds))
    return general(seconds) + " s";
  if (seconds < 0)
    return "-" + durationText(-seconds);
  // As with `scaled`: what rounds to a second or a minute is one.
  static constexpr struct {
    double unit, limit;
    const char *name;
  } small[] = {{1e-6, 999.5e-6, "µs"}, {1e-3, 0.9995, "ms"}, {1, 59.95, "s"}};
  for (const auto &[unit, limit, name] : small)
    if (seconds < limit)
      return general(seconds / unit, 3) + " " + name;
  char text[64];
  if (seconds < 3599.5)
    std::snprintf(text, sizeof text, "%.0f min %02.0f s", std::floor(std::round(seconds) / 60),
                  std::fmod(std::round(seconds), 60));
  else if (double minutes = std::round(seconds / 60); minutes < 60e6)
    std::snprintf(text, sizeof text, "%.0f h %02.0f min", std::floor(minutes / 60), std::fmod(minutes, 60));
  else
    std::snprintf(text, sizeof text, "%.3g h", seconds / 3600);
  return text;
}

/// Characters shown, not bytes.
static size_t width(llvm::StringRef text) {
  return llvm::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

void Table::print(llvm::raw_ostream &os, llvm::StringRef indent) const {
  std::vector<size_t> widths;
  for (const auto &row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], width(row[i]));
    }
  for (size_t r = 0; r < rows.size(); ++r) {
    std::string line = indent.str();
    for (size_t i = 0; i < rows[r].size(); ++i) {
      std::string pad(widths[i] - width(rows[r][i]), ' ');
      line += (i ? "  " : "") + (llvm::is_contained(right, i) ? pad + rows[r][i] : rows[r][i] + pad);
    }
    os << llvm::StringRef(line).rtrim() << "\n";
    if (r == 0 && hasHeader) {
      size_t total = widths.empty() ? 0 : 2 * (widths.size() - 1);
      for (size_t w : widths)
        total += w;
      os << indent << std::string(total, '-') << "\n";
    }
  }
}

} // namespace braid::driver
