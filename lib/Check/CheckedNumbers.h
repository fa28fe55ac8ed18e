//===- CheckedNumbers.h - what a launch is given, and must give -----------===//
//
// Chooses numbers in which a check sees every input, and computes in double precision what a
// kernel makes of them, and how far plain fp32 arithmetic comes from that.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CHECK_CHECKEDNUMBERS_H
#define BRAID_LIB_CHECK_CHECKEDNUMBERS_H

#include "CheckedTensor.h"
#include "braid/Interpreter/RowInterpreter.h"
#include <optional>

namespace braid::dev {

class CheckedNumbers {
public:
  /// `time`: rows of a sequence.
  CheckedNumbers(row::KernelOp kernel, const CheckedLaunch &launch, int64_t rows, int64_t time, uint64_t seed);

  /// Fills the inputs. Those of both signs are around `scale`; what makes a result NaN if it is negative (a variance)
  /// is positive.
  void fill(float scale);
  /// Interprets the kernel, and samples what fp32 can do. Called again, it takes more samples. `hasPlain`: two of them
  /// are plain ones (RowInterpreter.h), which show where fp32 may come to another number that is not finite, or to a
  /// finite one, and what it makes of these very inputs.
  void expect(bool hasPlain = false);
  /// The inputs whose numbers could be others without any result moving by more than its bound. Looks at single rows,
  /// at some entries of long lists, and at as many inputs as there is time for.
  std::vector<CheckedTensor *> unseen(double tolerance);
  /// Fills and expects; makes inputs larger as long as the check does not see them, a few times. Returns those that it
  /// never sees.
  std::vector<CheckedTensor *> prepare(float scale, double tolerance);

  std::vector<CheckedTensor> tensors;

private:
  using Data = std::vector<CheckedTensor::Data>;
  Data initial() const;
  /// The same of one row alone, and of what has no rows.
  Data only(int64_t row) const;
  /// What the rows from `begin` to `end` make of the data, which begins with the row `first`: in double precision, or a
  /// sample of fp32.
  Data interpret(Data data, int64_t first, int64_t begin, int64_t end, std::optional<Fp32Sample> sample = std::nullopt);
  std::vector<CheckedTensor *> tellingInputs();
  int64_t notFinite();
  void chooseSigns(float scale);

  row::KernelOp kernel;
  const CheckedLaunch &launch;
  int64_t rows, time;
  std::mt19937_64 random;
  llvm::SmallVector<int64_t> lengths; ///< of the axes that ids may name
};

} // namespace braid::dev

#endif
