//===- Messages.cpp - errors of the elaborator, and words in them ---------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

static std::string keyOf(Range r) {
  return std::to_string(r.file) + ':' + std::to_string(r.begin) + ':' + std::to_string(r.end) + ' ';
}

/// Reports once for each call of the user's: an error inside a loop would come
/// once a step, one in a function of the library once a call by the library. In a body
/// that was called, notes say from where.
Diagnostic &Elaborator::error(Diag id, Range range, std::vector<std::string> arguments) {
  if (silent || exhausted) {
    discarded = Diagnostic{};
    return discarded;
  }
  std::string key = std::to_string(int(id)) + ' ' + keyOf(range);
  SmallVector<Diagnostic::Note> notes;
  bool inBody = current && current->decl && inside(range, current->decl->range);
  for (Frame *g = current; inBody && g; g = g->caller)
    if (g->called) {
      // What is wrong in a connection of the program's own is wrong at each of its sites: once is enough.
      if (g->callRange.file == mainRange.file && !(g->use && range.file == mainRange.file))
        key += keyOf(g->callRange);
      if (notes.empty() || (notes.back().range.file != mainRange.file && notes.size() < 4))
        notes.push_back({g->callRange, std::string(g->use ? "at this site of `" : "in this call of `") +
                                           (g->decl ? g->decl->name.text : "") + "`"});
    }
  if (!reported.insert(key).second) {
    discarded = Diagnostic{};
    return discarded;
  }
  Diagnostic &diagnostic = diagnostics.report(id, range, std::move(arguments));
  diagnostic.notes.insert(diagnostic.notes.end(), notes.begin(), notes.end());
  return diagnostic;
}

/// Reports once for each place, and none of the library's.
Diagnostic &Elaborator::warning(Diag id, Range range, std::vector<std::string> arguments) {
  if (libraryFiles.contains(range.file) || !reported.insert(std::to_string(int(id)) + ' ' + keyOf(range)).second) {
    discarded = Diagnostic{};
    return discarded;
  }
  return diagnostics.report(id, range, std::move(arguments));
}

void Elaborator::hint(Diagnostic &diagnostic, StringRef word, ArrayRef<std::string> candidates) {
  std::string best = nearest(word.str(), candidates.vec());
  if (!best.empty() && best != word)
    diagnostic.hint = "did you mean `" + best + "`?";
}

std::string Elaborator::axisName(AxisAttr axis) const {
  auto it = axisInfo.find(axis);
  return it == axisInfo.end() ? axis.getName().str() : it->second.name;
}

std::string Elaborator::show(ArrayRef<AxisAttr> axes) const {
  std::string text = "[";
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (i)
      text += ", ";
    text += axisName(axis);
    // Two axes of one name are told apart by their size, and else by a number.
    for (AxisAttr other : axes)
      if (other != axis && axisName(other) == axisName(axis)) {
        text += ": " + std::to_string(axis.getSize());
        break;
      }
  }
  return text + "]";
}

std::string Elaborator::show(const Val &value) const {
  switch (value.kind) {
  case Val::Kind::Poison: return "an erroneous value";
  case Val::Kind::None: return "none";
  case Val::Kind::Number: return value.isBool ? "a truth value" : "the number " + showNumber(value.number);
  case Val::Kind::Tensor: {
    lang::ValueType type = lang::typeOf(value.tensor);
    if (type.isId())
      return value.idAxis ? "an id" : "an id of no axis";
    return (type.isBool() ? "truth values " : "a value ") + show(visible(type));
  }
  case Val::Kind::Stack: return "a history " + show(visible(value.stack->type));
  case Val::Kind::Stream: return "the stream `" + value.stream->name.str() + "`";
  case Val::Kind::Axes: return "a list of axes";
  case Val::Kind::Callable: return "something to call";
  case Val::Kind::Deferred: return "an initialiser";
  }
  return "";
}

/// With the sizes, where they are what differs.
std::string Elaborator::showSizes(ArrayRef<AxisAttr> axes) const {
  std::string text;
  for (AxisAttr axis : axes)
    text += (text.empty() ? "" : ", ") + axisName(axis) + ": " + std::to_string(axis.getSize());
  return "[" + text + "]";
}

std::string Elaborator::showNumber(double number) {
  char text[32];
  snprintf(text, sizeof text, "%g", number);
  return text;
}

std::string Elaborator::sourceText(Range range, size_t limit) const {
  std::string_view text = sources.text(range.file);
  if (range.begin >= text.size())
    return "";
  std::string result;
  for (char c : text.substr(range.begin, range.end - range.begin)) {
    if (isspace(c))
      c = ' ';
    if (c == ' ' && !result.empty() && result.back() == ' ')
      continue;
    result += c;
  }
  while (!result.empty() && result.back() == ' ')
    result.pop_back();
  return result.size() > limit ? result.substr(0, limit - 1) + "…" : result;
}

Location Elaborator::fileLoc(Range range) {
  uint64_t key = (uint64_t(range.file) << 32) | range.begin;
  auto it = locations.find(key);
  if (it != locations.end())
    return it->second;
  LineColumn at = sources.locate(range.file, range.begin);
  std::string_view name = sources.name(range.file);
  Location result = FileLineColLoc::get(&context, StringRef(name.data(), name.size()), at.line, at.column);
  locations.insert({key, result});
  return result;
}

/// The call that made an instance, called from where the one around it was called; null for the model.
LocationAttr Elaborator::callersOf(Frame *g) {
  while (g && !g->called)
    g = g->caller;
  if (!g)
    return {};
  if (!g->callers) {
    Location call = fileLoc(g->callRange);
    LocationAttr further = callersOf(g->caller);
    g->callers = further ? LocationAttr(CallSiteLoc::get(call, further)) : LocationAttr(call);
  }
  return g->callers;
}

/// The place, the calls that led there, and the path of the instance (as the metadata of a
/// fused location): one line of the library serves many sites.
Location Elaborator::loc(Range range) {
  Location place = fileLoc(range);
  if (!current)
    return place;
  if (LocationAttr callers = callersOf(current))
    place = CallSiteLoc::get(place, callers);
  return current->path.empty()
             ? place
             : FusedLoc::get(ArrayRef<Location>(place), builder.getStringAttr(current->path), &context);
}

} // namespace braid::elab
