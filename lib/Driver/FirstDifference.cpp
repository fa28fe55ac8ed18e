//===- FirstDifference.cpp - where two runs of a program part -------------===//
//
// The values of a program may be far more than memory holds. They are compared in
// stretches; each is a compilation of its own that stores these values only.
//
// An error is judged by the value's largest number. That is unjust to what is left of
// sums that cancel (a score from which its maximum is taken, the gradient of a softmax
// over one entry): there fp32 has no more to give. So a suspect is computed by the oracle
// once more, rounding everything to fp32 (and elementwise results one unit off, so that
// nothing cancels by luck), and is let go if that explains its error.
//
//===----------------------------------------------------------------------===//
#include "lib/Driver/FirstDifference.h"
#include "braid/Driver/Text.h"

namespace braid::driver {

/// Of one number of a value: fp32 from the device, double from both sides.
static constexpr int64_t bytesPerNumber = 24;

static Arithmetic arithmeticOf(const Side &side) {
  return side.device == "reference" ? Arithmetic::Double : Arithmetic::Compiled;
}

static std::string describe(const ComputedValue &value, size_t number, const std::string &function) {
  return "number " + std::to_string(number) + " of @" + function + (value.backward ? ", in the backward pass" : "") + ": `" +
         value.op + "`" + (value.path.empty() ? "" : " in `" + value.path + "`");
}

static std::string report(const Search &search, const std::string &function, const ProgramValues *programs, size_t number,
                          const NamedValue &a, const NamedValue &b, const Difference &d, double resolved) {
  const ComputedValue &value = programs[0].list()[number];
  std::string text = "the first value that differs is " + describe(value, number, function) + " " + shapeText(b) + "\n  at " +
                     indexText(b, d.at) + ": " + search.sides[0].device + " " +
                     general(d.at < a.data.size() ? a.data[d.at] : NAN, 9) + ", " + search.sides[1].device + " " +
                     general(b.data[d.at], 9) + "\n  ";
  if (d.finite)
    text += "largest error " + general(d.largest, 3) + ", by the largest number " + general(d.relative(), 3) + ", rms " +
            general(d.rms, 3) + (search.resolve ? "; rounding to fp32 explains " + general(resolved, 3) : "") + "\n";
  else
    text += "one is not finite\n";
  text += search.sides[0].compilation->render(value.place, "note", "computed here");
  if (search.sides[1].compilation != search.sides[0].compilation)
    text += search.sides[1].compilation->render(programs[1].list()[number].place, "note", "and here, in the second program");
  return text;
}

llvm::Expected<SearchResult> firstDifference(const Search &search, const std::string &function) {
  std::vector<ProgramValues> programs;
  for (const Side &side : search.sides) {
    auto program = ProgramValues::create(*side.compilation, function, search.how);
    if (!program)
      return program.takeError();
    programs.push_back(std::move(*program));
  }
  SearchResult result;
  const std::vector<ComputedValue> &first = programs[0].list(), &second = programs[1].list();
  size_t alike = 0;
  while (alike < first.size() && alike < second.size() && first[alike].isLike(second[alike]))
    ++alike;
  if (alike < std::max(first.size(), second.size())) {
    result.remark = "from value number " + std::to_string(alike) + " of @" + function + " on, the programs compute different things\n";
    for (int i = 0; i < 2; ++i)
      if (alike < programs[i].list().size())
        result.remark += search.sides[i].compilation->render(programs[i].list()[alike].place, "note",
                                                             "`" + programs[i].list()[alike].op + "` here");
  }
  for (size_t begin = 0; begin < alike;) {
    size_t end = begin;
    int64_t room = search.memory / bytesPerNumber;
    while (end < alike && (end == begin || room >= first[end].numbers(search.inputs->batch, search.inputs->time))) {
      room -= first[end].numbers(search.inputs->batch, search.inputs->time);
      ++end;
    }
    std::vector<NamedValue> values[2], rounded;
    for (int i = 0; i < 2; ++i) {
      auto evaluated = programs[i].evaluate(arithmeticOf(search.sides[i]), begin, end - begin, *search.inputs, *search.params);
      if (!evaluated)
        return evaluated.takeError();
      values[i] = std::move(*evaluated);
    }
    for (size_t i = 0; i < end - begin; ++i) {
      const NamedValue &a = values[0][i], &b = values[1][i];
      Difference d = compare(a, b);
      if (d.relative() <= search.tolerance)
        continue;
      double resolved = 0;
      if (search.resolve && d.finite) {
        if (rounded.empty()) {
          auto again = programs[1].evaluate(Arithmetic::Single, begin, end - begin, *search.inputs, *search.params);
          if (!again)
            return again.takeError();
          rounded = std::move(*again);
        }
        Difference inherent = compare(rounded[i], b);
        resolved = inherent.largest;
        if (!inherent.finite || d.largest <= fp32Allowance * resolved)
          continue;
      }
      result.finding = report(search, function, programs.data(), begin + i, a, b, d, resolved);
      result.compared = begin + i + 1;
      return result;
    }
    begin = end;
  }
  result.compared = alike;
  return result;
}

} // namespace braid::driver
