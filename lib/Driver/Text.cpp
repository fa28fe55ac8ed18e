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

static std::string scaled(double number, double base, const char *const *units, int count) {
  int unit = 0;
  while (std::fabs(number) >= base && unit + 1 < count) {
    number /= base;
    ++unit;
  }
  char text[64];
  int decimals = unit == 0 || number >= 100 ? 0 : number >= 10 ? 1 : 2;
  if (unit == 0 && number != std::floor(number))
    decimals = 2;
  std::snprintf(text, sizeof text, "%.*f %s", decimals, number, units[unit]);
  return text;
}

std::string bytesText(double bytes) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  return scaled(bytes, 1024, units, 5);
}

std::string siText(double number, llvm::StringRef unit) {
  static const char *const units[] = {"", "k", "M", "G", "T", "P"};
  std::string text = scaled(number, 1000, units, 6);
  return llvm::StringRef(text).rtrim().str() + (unit.empty() || text.back() != ' ' ? "" : " ") + unit.str();
}

std::string durationText(double seconds) {
  char text[64];
  if (seconds < 1)
    std::snprintf(text, sizeof text, seconds < 1e-3 ? "%.3g µs" : "%.3g ms", seconds * (seconds < 1e-3 ? 1e6 : 1e3));
  else if (seconds < 60)
    std::snprintf(text, sizeof text, "%.3g s", seconds);
  else if (seconds < 3600)
    std::snprintf(text, sizeof text, "%d min %02d s", int(seconds) / 60, int(seconds) % 60);
  else
    std::snprintf(text, sizeof text, "%d h %02d min", int(seconds) / 3600, int(seconds) / 60 % 60);
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
