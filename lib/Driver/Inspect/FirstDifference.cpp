//===- FirstDifference.cpp - where two runs of a program part -------------===//
//
// The values of a program may be far more than memory holds. They are compared in
// stretches: what the first device computes is kept, and what the second one computes is
// compared as it comes.
//
// An error is judged by the value's largest number. That is unjust to what is left of
// sums that cancel (a score from which its maximum is taken, the gradient of a softmax
// over one entry): there fp32 has no more to give. So a suspect is computed by the oracle
// once more, rounding everything to fp32 (and elementwise results one unit off, so that
// nothing cancels by luck), and is let go if that explains its error, here or at one of a
// few points close by.
//
//===----------------------------------------------------------------------===//
#include "FirstDifference.h"
#include "braid/Driver/Nearby.h"
#include "braid/Driver/Text.h"
#include <cmath>
#include <map>

namespace braid::driver {

/// Of one number of a value: fp32 in the memory of the compiled program, and what is kept.
static constexpr int64_t bytesPerNumber = 12;

static Arithmetic arithmeticOf(const Side &side) {
  return side.device == "reference" ? Arithmetic::Double : Arithmetic::Compiled;
}

static std::string describe(const ComputedValue &value, size_t number, const std::string &function) {
  return "number " + std::to_string(number) + " of @" + function + (value.backward ? ", in the backward pass" : "") +
         ": `" + value.op + "`" + (value.path.empty() ? "" : " in `" + value.path + "`");
}

namespace {

/// A value that differs more than it should.
struct Suspect {
  Distance distance;
  NamedValue kept, measure; ///< of the first device and of the second one
  Rounding rounding = {};
};

/// A run of values that are compared at one time.
class Stretch {
public:
  Stretch(const Search &search, ProgramValues *programs, size_t begin, size_t end)
      : search(search), programs(programs), first(begin), last(end) {}

  /// Evaluates both devices; finds suspects.
  llvm::Error compareDevices();
  /// Lets those suspects go whose error the oracle makes, too, when it rounds to fp32.
  llvm::Error resolveSuspects();
  /// One after the last value that was compared: less than asked for where suspects took too much memory.
  size_t end() const { return last; }
  std::map<size_t, Suspect> suspects;

private:
  llvm::Error evaluate(int side, Arithmetic arithmetic, ProgramValues::Take take) {
    return programs[side].evaluate(arithmetic, first, last, *search.inputs, *search.params, take);
  }

  const Search &search;
  ProgramValues *programs;
  size_t first, last;
};

} // namespace

llvm::Error Stretch::compareDevices() {
  std::vector<std::vector<float>> single(last - first);
  std::vector<std::vector<double>> exact(last - first);
  size_t begin = first;
  bool isCompiled = arithmeticOf(search.sides[0]) == Arithmetic::Compiled;
  if (llvm::Error error = evaluate(0, arithmeticOf(search.sides[0]), [&](size_t number, std::vector<double> &data) {
        if (isCompiled)
          single[number - begin].assign(data.begin(), data.end());
        else
          exact[number - begin] = std::move(data);
      }))
    return error;
  int64_t room = search.memory;
  size_t limit = last;
  if (llvm::Error error = evaluate(1, arithmeticOf(search.sides[1]), [&](size_t number, std::vector<double> &data) {
        if (number >= limit)
          return;
        NamedValue kept = programs[0].describe(number, *search.inputs),
                   measure = programs[1].describe(number, *search.inputs);
        kept.data = std::move(exact[number - begin]);
        if (isCompiled)
          kept.data.assign(single[number - begin].begin(), single[number - begin].end());
        single[number - begin] = {};
        measure.data = std::move(data);
        Distance distance = compare(kept, measure);
        if (distance.relative() <= search.tolerance)
          return;
        room -= int64_t(16 * measure.data.size());
        if (room < 0 && !suspects.empty())
          limit = number;
        else
          suspects[number] = {distance, std::move(kept), std::move(measure)};
      }))
    return error;
  last = limit;
  suspects.erase(suspects.lower_bound(limit), suspects.end());
  return llvm::Error::success();
}

llvm::Error Stretch::resolveSuspects() {
  for (int point = 0; point < nearPoints && !suspects.empty(); ++point) {
    rt::TensorFile params = nearby(*search.params, point);
    std::map<size_t, std::vector<double>> exact;
    auto isMeasured = point == 0 && arithmeticOf(search.sides[1]) == Arithmetic::Double;
    auto keep = [&](size_t number, std::vector<double> &data) {
      if (suspects.count(number))
        exact[number] = std::move(data);
    };
    if (!isMeasured)
      if (llvm::Error error = programs[1].evaluate(Arithmetic::Double, first, last, *search.inputs, params, keep))
        return error;
    auto judge = [&](size_t number, std::vector<double> &data) {
      auto found = suspects.find(number);
      if (found == suspects.end())
        return;
      Suspect &suspect = found->second;
      NamedValue rounded = programs[1].describe(number, *search.inputs), at = suspect.measure;
      rounded.data = std::move(data);
      if (!isMeasured)
        at.data = std::move(exact[number]);
      suspect.rounding.add(rounded, at);
      if (suspect.rounding.explains(suspect.kept, suspect.measure))
        suspects.erase(found);
    };
    if (llvm::Error error = programs[1].evaluate(Arithmetic::Single, first, last, *search.inputs, params, judge))
      return error;
  }
  return llvm::Error::success();
}

static std::string report(const Search &search, const std::string &function, const ProgramValues *programs,
                          size_t number, const Suspect &suspect) {
  const ComputedValue &value = programs[0].list()[number];
  const Distance &d = suspect.distance;
  const std::vector<double> &kept = suspect.kept.data;
  std::string text = "the first value that differs is " + describe(value, number, function) + " " +
                     shapeText(suspect.measure) + "\n  at " + indexText(suspect.measure, d.at) + ": " +
                     search.sides[0].device + " " + general(d.at < kept.size() ? kept[d.at] : NAN, 9) + ", " +
                     search.sides[1].device + " " + general(suspect.measure.data[d.at], 9) + "\n  ";
  if (d.finite)
    text += "largest error " + general(d.largest, 3) + ", by the largest number " + general(d.relative(), 3) +
            ", rms " + general(d.rms, 3) +
            (search.resolve ? "; rounding to fp32 explains " + general(suspect.rounding.largest, 3) : "") + "\n";
  else
    text += "one is not finite\n";
  text += search.sides[0].compilation->render(value.place, "note", "computed here");
  if (search.sides[1].compilation != search.sides[0].compilation)
    text += search.sides[1].compilation->render(programs[1].list()[number].place, "note",
                                                "and here, in the second program");
  return text;
}

llvm::Expected<SearchResult> firstDifference(const Search &search, const std::string &function, Part part) {
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
    result.remark = "from value number " + std::to_string(alike) + " of @" + function +
                    " on, the programs compute different things\n";
    for (int i = 0; i < 2; ++i)
      if (alike < programs[i].list().size())
        result.remark += search.sides[i].compilation->render(programs[i].list()[alike].place, "note",
                                                             "`" + programs[i].list()[alike].op + "` here");
  }
  size_t split = 0;
  while (split < alike && !first[split].backward)
    ++split;
  size_t begin = part == Part::Backward ? split : 0, last = part == Part::Forward ? split : alike;
  size_t compared = 0;
  while (begin < last) {
    size_t end = begin;
    int64_t room = search.memory / bytesPerNumber;
    while (end < last && (end == begin || room >= first[end].numbers(search.inputs->batch, search.inputs->time))) {
      room -= first[end].numbers(search.inputs->batch, search.inputs->time);
      ++end;
    }
    Stretch stretch(search, programs.data(), begin, end);
    if (llvm::Error error = stretch.compareDevices())
      return std::move(error);
    if (search.resolve)
      if (llvm::Error error = stretch.resolveSuspects())
        return std::move(error);
    if (!stretch.suspects.empty()) {
      const auto &[number, suspect] = *stretch.suspects.begin();
      result.finding = report(search, function, programs.data(), number, suspect);
      result.compared = compared + number + 1 - begin;
      return result;
    }
    compared += stretch.end() - begin;
    begin = stretch.end();
  }
  result.compared = compared;
  return result;
}

} // namespace braid::driver
