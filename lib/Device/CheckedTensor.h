//===- CheckedTensor.h - an argument on a device and in the interpreter ---===//
#ifndef BRAID_LIB_DEVICE_CHECKEDTENSOR_H
#define BRAID_LIB_DEVICE_CHECKEDTENSOR_H

#include "dialects/Row/IR/Row.h"
#include "llvm/Support/Error.h"
#include <random>
#include <string>
#include <vector>

namespace braid::dev {

/// Numbers of one argument, or of one entry of a list.
class CheckedTensor {
public:
  /// `isOutput`: it is only written. Inputs are random.
  CheckedTensor(std::string name, row::Storage storage, int64_t numbers, bool isOutput) : name(std::move(name)), storage(storage), numbers(numbers), isOutput(isOutput) {
    expected.assign(size_t(bytes()), char(0xff));
  }
  /// Fills in random numbers around one. Those of long rows have both signs, so that sums stay small, and are around `scale`; others
  /// are positive, as norms and weights are.
  void randomise(std::mt19937_64 &random, bool isLong, float scale);
  /// Moves every number by a unit of its last place.
  void jiggle(std::mt19937_64 &random);

  int64_t width() const { return storage == row::Storage::BF16 ? 2 : 4; }
  int64_t bytes() const { return numbers * width(); }
  double at(const std::vector<char> &data, int64_t i) const;

  struct Difference {
    double error = 0, bound = 0; ///< relative to the largest number
  };
  /// Of `got` and `expected`. Fails where one of two numbers is not finite and the other is.
  llvm::Expected<Difference> compare(double tolerance) const;

  std::string name;
  row::Storage storage;
  int64_t numbers;
  bool isOutput;
  std::vector<char> expected, got; ///< of the interpreter (before it: the inputs); of the device
  double sensitivity = 0;          ///< how far the result moves when the inputs are jiggled

private:
  void set(int64_t i, float value);
};

} // namespace braid::dev

#endif
