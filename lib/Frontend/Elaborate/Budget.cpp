//===- Budget.cpp - what a program may cost at compile time ---------------===//
//
// Every expression, iteration, call and op takes steps of one budget, so that each
// program ends in bounded time and memory, and says where it went.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

static std::string grouped(unsigned __int128 n) {
  std::string digits;
  for (size_t i = 0; n != 0 || i == 0; n /= 10, ++i)
    digits.insert(
        0, (i && i % 3 == 0 ? std::string(1, char('0' + int(n % 10))) + "," : std::string(1, char('0' + int(n % 10)))));
  return digits;
}

bool Elaborator::spend(unsigned count, Range range) {
  if (exhausted)
    return false;
  steps += count;
  if (steps <= options.maxSteps)
    return true;
  // The innermost loop or call that took most of them.
  for (const Spender &s : llvm::reverse(spenders))
    if (steps - s.before > options.maxSteps / 2) {
      range = s.range;
      break;
    }
  Diagnostic &d = error(Diag::TooMuchWork, range, {grouped(options.maxSteps)});
  for (const Spender &s : llvm::reverse(spenders))
    if (s.range.file == mainRange.file && s.range.begin != range.begin && d.notes.empty())
      d.notes.push_back({s.range, "reached from here"});
  exhausted = true;
  return false;
}

bool Elaborator::tooNested(Range range) {
  if (nesting < maxNesting)
    return false;
  if (!std::exchange(nestedTooDeep, true))
    error(Diag::TooNested, range, {std::to_string(maxNesting)});
  return true;
}

bool Elaborator::checkNumbers(ArrayRef<AxisAttr> axes, Range range, StringRef what) {
  unsigned __int128 numbers = 1;
  bool known = true;
  for (AxisAttr axis : axes) {
    known &= numbers < (static_cast<unsigned __int128>(1) << 80);
    if (known)
      numbers *= uint64_t(axis.getSize());
  }
  if (known && numbers <= uint64_t(maxNumbers))
    return true;
  error(Diag::TooManyNumbers, range, {what.str(), known ? grouped(numbers * 4) : "more than 10^24"})
      .notes.push_back({range, "it has the axes " + showSizes(axes)});
  return false;
}

} // namespace braid::elab
