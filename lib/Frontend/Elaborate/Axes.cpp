//===- Axes.cpp - what an axis name means ---------------------------------===//
//
// The axes of `config`, of `axis` and of the model's declarations are global;
// one introduced inside an instance is the instance's own. Every axis has its
// own name in the IR (`inner`, `inner.1`), so two axes are the same if and only
// if their attributes are.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

static std::string sizeText(double size) { return std::to_string(int64_t(size)); }

AxisAttr Elaborator::makeAxis(StringRef name, int64_t size, const std::vector<ast::Name> *labels) {
  unsigned &next = axisNames[name];
  std::string unique = name.str();
  if (next++ > 0) {
    do
      unique = name.str() + "." + std::to_string(next - 1);
    while (axisNames.count(unique) && next++);
    axisNames[unique] = 1;
  }
  AxisAttr axis = AxisAttr::get(&context, unique, size);
  axisInfo[axis] = {name.str(), labels};
  return axis;
}

AxisAttr Elaborator::makeGlobalAxis(StringRef name, int64_t size, Range range, const std::vector<ast::Name> *labels) {
  AxisAttr &axis = globalAxes[name];
  if (!axis) {
    if (reservedAxes.erase(name))
      axisNames.erase(name);
    axis = makeAxis(name, size, labels);
  } else if (axis.getSize() != size) {
    error(Diag::AxisSizeConflict, range, {name.str(), std::to_string(size), std::to_string(axis.getSize())});
  }
  return axis;
}

/// An axis in scope, or null. A config number is an axis from its first mention.
AxisAttr Elaborator::findAxis(Frame &f, StringRef name) {
  if (name == tokenAxis)
    return {};
  for (auto &[bound, axis] : llvm::reverse(f.axes))
    if (bound == name)
      return axis;
  const Val *config = findConfig(name);
  if (auto it = globalAxes.find(name); it != globalAxes.end())
    return it->second;
  if (config && config->isInt && config->number > 0 && config->number <= double(maxNumbers))
    return makeGlobalAxis(name, int64_t(config->number), {});
  return {};
}

AxisAttr Elaborator::lookupAxis(Frame &f, const ast::Name &name) {
  if (AxisAttr axis = findAxis(f, name.text))
    return axis;
  if (refusesTime(name))
    return {};
  if (!reportedAxis(f, name))
    hint(error(Diag::UnknownAxis, name.range, {name.text}), name.text, axesInScope(f));
  return {};
}

/// The axis of the tokens is no axis of a value.
bool Elaborator::refusesTime(const ast::Name &name) {
  if (name.text != tokenAxis)
    return false;
  error(Diag::AxisTime, name.range);
  return true;
}

/// A name without its axis: `depth` of a history without entries, or an axis whose size was found wrong where it
/// is introduced. Who names it says nothing new.
bool Elaborator::isPoisoned(Frame &f, StringRef name) const {
  auto has = [&](const Frame &frame) {
    return llvm::any_of(frame.axes, [&](auto &bound) { return bound.first == name && !bound.second; });
  };
  return has(f) || has(globalFrame);
}

bool Elaborator::reportedAxis(Frame &f, const ast::Name &name) {
  if (isPoisoned(f, name.text))
    return true;
  auto it = globals.find(name.text);
  if (it == globals.end())
    return false;
  const Val &v = it->second;
  if (v.isPoison())
    return true;
  std::string what = v.isBool  ? "a truth value"
                     : v.isInt ? sizeText(v.number)
                               : "the real number " + showNumber(v.number);
  Diagnostic &d = error(Diag::ConfigNotASize, configRanges.lookup(name.text), {name.text, what});
  for (const auto &[set, text] : options.overrides)
    if (set == name.text)
      d.hint = "`--set " + set + "=" + text + "`";
  d.notes.push_back({name.range, "an axis here"});
  return true;
}

std::vector<std::string> Elaborator::axesInScope(Frame &f) {
  std::vector<std::string> names;
  for (auto &[bound, axis] : f.axes)
    names.push_back(bound.str());
  for (auto &entry : globalAxes)
    names.push_back(entry.getKey().str());
  for (auto &entry : globals)
    if (entry.getValue().isInt)
      names.push_back(entry.getKey().str());
  return names;
}

/// `[name: size]`: an axis of this instance, or a global one in the model.
/// The same name with the same size in one instance is the same axis.
AxisAttr Elaborator::declareAxis(Frame &f, const ast::Name &name, int64_t size) {
  if (refusesTime(name))
    return {};
  if (f.kind == Frame::Kind::Model) {
    if (auto it = globals.find(name.text);
        it != globals.end() && it->second.isInt && int64_t(it->second.number) != size) {
      error(Diag::AxisSizeConflict, name.range,
            {name.text, std::to_string(size), std::to_string(int64_t(it->second.number))});
      return {};
    }
    return makeGlobalAxis(name.text, size, name.range);
  }
  for (auto &[bound, axis] : f.axes)
    if (bound == name.text) {
      if (axis && axis.getSize() != size)
        error(Diag::AxisSizeConflict, name.range, {name.text, std::to_string(size), std::to_string(axis.getSize())});
      return axis;
    }
  AxisAttr axis;
  if (f.shared && f.kind != Frame::Kind::Function) {
    // The calls of one instance have the same axes.
    AxisAttr &shared = sharedAxes[f.path + ":" + name.text + ":" + std::to_string(size)];
    if (!shared)
      shared = makeAxis(name.text, size);
    axis = shared;
  } else {
    axis = makeAxis(name.text, size);
  }
  f.axes.push_back({name.text, axis});
  return axis;
}

/// The stand-in for an axis that a weight has twice: once for what it
/// contracts and once for what it makes.
AxisAttr Elaborator::twin(AxisAttr axis) {
  AxisAttr &result = twins[axis];
  if (!result) {
    AxisAttr made = makeAxis((axis.getName() + ".out").str(), axis.getSize());
    axisInfo[made].name = axisName(axis);
    twins[axis] = made;
    return made;
  }
  return result;
}

const Axes *Elaborator::findRest(Frame &f, StringRef name) {
  for (auto &[bound, axes] : llvm::reverse(f.rests))
    if (bound == name)
      return &axes;
  return nullptr;
}

/// The size written after an axis name; 0 after an error, and the name is poisoned if no axis has it.
int64_t Elaborator::axisSize(Frame &f, const ast::Expr &size, StringRef name) {
  int64_t n = sizeOrZero(f, size, name);
  if (!n && !globalAxes.count(name) && llvm::none_of(f.axes, [&](auto &bound) { return bound.first == name; }))
    f.axes.push_back({name, AxisAttr()});
  return n;
}

int64_t Elaborator::sizeOrZero(Frame &f, const ast::Expr &size, StringRef name) {
  Val v = number(f, size, "the size of an axis");
  if (!v.isNumber())
    return 0;
  if (v.isBool || v.number != std::floor(v.number)) {
    Diagnostic &d =
        error(Diag::NotAnInteger, size.range, {"the size of axis `" + name.str() + "`", showNumber(v.number)});
    if (size.kind == ast::Expr::Kind::Binary && size.text == "/")
      d.hint = "the division is not exact";
    return 0;
  }
  if (v.number < 1 || v.number > double(maxNumbers)) {
    error(Diag::BadAxisSize, size.range,
          {name.str(), std::fabs(v.number) <= maxInteger ? sizeText(v.number) : showNumber(v.number)});
    return 0;
  }
  return int64_t(v.number);
}

/// The axes of a written type or list; introduces those with a size.
bool Elaborator::evalAxes(Frame &f, const std::vector<ast::AxisItem> &items, Axes &out) {
  bool ok = true;
  Range range;
  for (const ast::AxisItem &item : items) {
    range = &item == &items.front() ? item.range : Range{range.file, range.begin, item.range.end};
    if (item.rest) {
      if (const Axes *rest = findRest(f, item.name.text))
        out.append(rest->begin(), rest->end());
      else
        ok = (error(Diag::UnknownAxis, item.range, {".." + item.name.text}), false);
      continue;
    }
    AxisAttr axis;
    if (item.size) {
      int64_t size = axisSize(f, *item.size, item.name.text);
      axis = size ? declareAxis(f, item.name, size) : AxisAttr();
    } else {
      axis = lookupAxis(f, item.name);
    }
    if (!axis)
      ok = false;
    else if (llvm::is_contained(out, axis))
      ok = (error(Diag::DuplicateAxis, item.range, {item.name.text}), false);
    else
      out.push_back(axis);
  }
  return ok && checkNumbers(out, range, "a value with these axes");
}

/// The axes named in the brackets of the op `word`, each of which every operand
/// must have. `depth` is found on the operand where the instance has no history
/// of its own.
bool Elaborator::operandAxes(Frame &f, const std::vector<ast::AxisItem> &items, ArrayRef<Val> operands,
                             ArrayRef<Range> ranges, StringRef word, Axes &out) {
  bool ok = true;
  auto check = [&](AxisAttr axis, StringRef name, Range range) {
    for (auto [operand, place] : llvm::zip(operands, ranges)) {
      if (!operand.isData())
        continue;
      Axes axes = axesOf(operand);
      AxisAttr found;
      if (axis && llvm::is_contained(axes, axis))
        found = axis;
      else if (name == "depth")
        for (AxisAttr candidate : axes)
          if (axisName(candidate) == "depth")
            found = candidate;
      if (found) {
        axis = found;
        continue;
      }
      if (!axis && name != "depth" && reportedAxis(f, {name.str(), range}))
        return AxisAttr();
      Diagnostic &d =
          error(Diag::MissingOperandAxis, range,
                {word.str(), word == "dot" || word == "attend" || word == "linear" ? "contracts" : "works over",
                 name.str(), sourceText(place)});
      std::vector<std::string> candidates;
      for (AxisAttr a : axes)
        candidates.push_back(axisName(a));
      hint(d, name, candidates);
      d.notes.push_back({place, "`" + sourceText(place) + "` has " +
                                    (axes.empty() ? std::string("no axes") : "the axes " + show(axes))});
      return AxisAttr();
    }
    return axis;
  };
  for (const ast::AxisItem &item : items) {
    if (item.rest) {
      const Axes *rest = findRest(f, item.name.text);
      if (!rest)
        error(Diag::UnknownAxis, item.range, {".." + item.name.text});
      ok &= rest != nullptr;
      if (rest)
        for (AxisAttr axis : *rest) {
          AxisAttr found = check(axis, axisName(axis), item.range);
          ok &= bool(found);
          out.push_back(found);
        }
      continue;
    }
    AxisAttr axis = check(findAxis(f, item.name.text), item.name.text, item.name.range);
    if (axis && llvm::is_contained(out, axis)) {
      error(Diag::DuplicateAxis, item.range, {item.name.text});
      axis = {};
    }
    ok &= bool(axis);
    if (axis)
      out.push_back(axis);
  }
  return ok;
}

Axes Elaborator::visible(lang::ValueType type) const {
  Axes axes;
  for (AxisAttr axis : type.getAxes())
    if (hidden.empty() || !isHidden(axis))
      axes.push_back(axis);
  return axes;
}

Axes Elaborator::axesOf(const Val &value) const {
  if (value.kind == Val::Kind::Tensor)
    return visible(lang::typeOf(value.tensor));
  if (value.kind == Val::Kind::Stack)
    return visible(value.stack->type);
  return {};
}

bool Elaborator::sameAxes(ArrayRef<AxisAttr> a, ArrayRef<AxisAttr> b) const {
  return a.size() == b.size() && llvm::all_of(a, [&](AxisAttr axis) { return llvm::is_contained(b, axis); });
}

} // namespace braid::elab
