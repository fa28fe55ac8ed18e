//===- Text.h - numbers and tables for people -----------------------------===//
#ifndef BRAID_DRIVER_TEXT_H
#define BRAID_DRIVER_TEXT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <string>
#include <vector>

namespace braid::driver {

/// `1,234,567`.
std::string grouped(int64_t number);
/// Three significant digits and a unit: `1.53 MiB`.
std::string bytesText(double bytes);
/// With a decimal prefix: `12.4 G`; `unit` follows directly.
std::string siText(double number, llvm::StringRef unit = "");
/// `3.25 s`, `2 min 05 s`, `1 h 20 min`.
std::string durationText(double seconds);
/// printf's `%.*g`.
std::string general(double number, int digits = 6);

/// Rows of cells, padded to columns; a column named in `right` is right-aligned.
class Table {
public:
  explicit Table(std::vector<std::string> header = {}, std::vector<unsigned> right = {})
      : right(std::move(right)), hasHeader(!header.empty()) {
    if (hasHeader)
      rows.push_back(std::move(header));
  }
  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
  void print(llvm::raw_ostream &os, llvm::StringRef indent = "") const;

private:
  std::vector<std::vector<std::string>> rows;
  std::vector<unsigned> right;
  bool hasHeader;
};

} // namespace braid::driver

#endif
