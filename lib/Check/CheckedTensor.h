//===- CheckedTensor.h - an operand on a device and in the interpreter ----===//
#ifndef BRAID_LIB_CHECK_CHECKEDTENSOR_H
#define BRAID_LIB_CHECK_CHECKEDTENSOR_H

#include "CheckedLaunch.h"

namespace braid::dev {

/// The numbers of one memory of a launch.
class CheckedTensor {
public:
  CheckedTensor(const CheckedLaunch::Memory &memory, int64_t rows)
      : name(memory.name), storage(memory.storage), rows(memory.hasRows ? rows : 1), inRow(memory.numbers),
        isInput(memory.isInput), isOutput(memory.isOutput) {}
  using Data = std::vector<char>;

  int64_t width() const { return formatBytes(storage); }
  int64_t numbers() const { return rows * inRow; }
  int64_t bytes() const { return numbers() * width(); }
  bool isReal() const { return storage != row::Storage::I32; }
  double at(const Data &data, int64_t i) const;

  /// Inputs are random: real numbers around one, or around `scale` if they have both signs, which they have unless
  /// `isPositive`; ids are both ends of every axis of `lengths`, what lies just outside of them, and others within.
  /// What the kernel does not read is bytes that nothing writes.
  void fill(std::mt19937_64 &random, float scale, llvm::ArrayRef<int64_t> lengths);
  /// The same data with every real number moved by a unit of its last place.
  Data jiggled(std::mt19937_64 &random) const;

  /// Notes how far fp32 arithmetic comes from the exact result; forgets it again.
  void allow(const Data &exact, const Data &rounded);
  void forget() { deviations.clear(), lost.clear(), largest.clear(), usual = 0; }
  struct Difference {
    double error = 0, bound = 1; ///< where they are nearest, relative to the row's largest number
  };
  /// Of `got` from what is expected, number by number. Fails where one of two numbers is not finite and the other is,
  /// and where an input has changed.
  llvm::Expected<Difference> compare(double tolerance) const;
  /// What the number may be off by.
  double boundOf(int64_t i, double tolerance) const;
  /// Whether fp32 keeps a digit of the number at all.
  bool isTelling(int64_t i) const { return lost.empty() || !lost[size_t(i)]; }

  std::string name;
  row::Storage storage;
  int64_t rows, inRow;
  bool isInput, isOutput;
  bool isPositive = false;
  float boost = 1; ///< of numbers whose influence is too small to be seen
  Data initial, expected, got;

private:
  void set(int64_t i, float value);
  double largestIn(int64_t row) const;
  std::vector<double> deviations;      ///< by row: the largest
  double usual = 0;                    ///< what half of the rows deviate by, or more
  mutable std::vector<double> largest; ///< by row, of what is expected
  std::vector<bool> lost;
};

} // namespace braid::dev

#endif
