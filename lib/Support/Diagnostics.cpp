//===- Diagnostics.cpp - errors and warnings a user can read --------------===//
//
// The catalogue is Diagnostics.def. How text of a program is shown is in Printable.cpp.
//
//===----------------------------------------------------------------------===//
#include "braid/Support/Diagnostics.h"
#include "braid/Support/Printable.h"
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace braid {

namespace {

struct Row {
  const char *code, *text, *explanation;
  bool warning;
};

const Row rows[] = {
#define DIAG(CODE, NAME, TEMPLATE, EXPLANATION) {#CODE, TEMPLATE, EXPLANATION, false},
#define WARN(CODE, NAME, TEMPLATE, EXPLANATION) {#CODE, TEMPLATE, EXPLANATION, true},
#include "braid/Support/Diagnostics.def"
#undef DIAG
#undef WARN
};

/// Diagnostics that are shown.
constexpr size_t maxShown = 200;

/// Replaces `{0}`, `{1}` … by the arguments.
std::string fill(const char *text, const std::vector<std::string> &arguments) {
  std::string result;
  for (const char *c = text; *c; ++c) {
    unsigned index = unsigned(c[0] == '{' ? c[1] - '0' : 99);
    if (index < 10 && c[2] == '}' && index < arguments.size()) {
      result += printable(arguments[index]);
      c += 2;
      continue;
    }
    result += *c;
  }
  return result;
}

struct Palette {
  const char *bold = "", *error = "", *warning = "", *note = "", *caret = "", *off = "";
};

const Palette plain;
const Palette colored{"\033[1m", "\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1;32m", "\033[0m"};

} // namespace

Diagnostic &DiagnosticEngine::report(Diag id, SourceRange range, std::vector<std::string> arguments) {
  Diagnostic d;
  d.id = id;
  d.range = range;
  d.message = fill(rows[size_t(id)].text, arguments);
  d.warning = rows[size_t(id)].warning;
  errors += !d.warning;
  diagnostics.push_back(std::move(d));
  return diagnostics.back();
}

void DiagnosticEngine::append(const DiagnosticEngine &other) {
  diagnostics.insert(diagnostics.end(), other.diagnostics.begin(), other.diagnostics.end());
  errors += other.errors;
}

/// Whether the comment of a line, which stands alone on it if `alone`, silences a code.
static bool silences(std::string_view line, const char *code, bool alone) {
  size_t comment = line.find("//"), words = line.find("no-warn ", comment);
  if (comment == std::string_view::npos || words == std::string_view::npos)
    return false;
  return line.find(code, words) != std::string_view::npos && (!alone || line.find_first_not_of(" \t") == comment);
}

void DiagnosticEngine::settleWarnings(const WarningPolicy &policy) {
  auto silent = [&](const Diagnostic &d) {
    const char *code = diagnosticCode(d.id);
    uint32_t line = sources.locate(d.range.file, d.range.begin).line;
    return d.warning && (std::find(policy.silenced.begin(), policy.silenced.end(), code) != policy.silenced.end() ||
                         silences(sources.line(d.range.file, line), code, false) ||
                         (line > 1 && silences(sources.line(d.range.file, line - 1), code, true)));
  };
  diagnostics.erase(std::remove_if(diagnostics.begin(), diagnostics.end(), silent), diagnostics.end());
  for (Diagnostic &d : diagnostics)
    if (policy.asErrors && std::exchange(d.warning, false))
      ++errors;
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic &a, const Diagnostic &b) {
    return std::tie(a.range.file, a.range.begin) < std::tie(b.range.file, b.range.begin);
  });
}

/// `file:line:column: `, or just the file's name where there is no text.
static std::string place(const SourceManager &sources, SourceRange range) {
  LineColumn at = sources.locate(range.file, range.begin);
  return std::string(sources.name(range.file)) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

/// The source line and, under it, `^~~ hint`.
static std::string excerpt(const SourceManager &sources, SourceRange range, const std::string &hint,
                           const Palette &palette) {
  LineColumn at = sources.locate(range.file, range.begin);
  // A range over several lines is marked to the end of its first one.
  MarkedLine line = markedLine(sources.line(range.file, at.line), at.column - 1,
                               range.end > range.begin ? range.end - range.begin : 1);
  return line.text + "\n" + line.pad + palette.caret + line.mark + (hint.empty() ? "" : " " + hint) + palette.off +
         "\n";
}

std::string DiagnosticEngine::render(bool color) const {
  const Palette &palette = color ? colored : plain;
  std::vector<const Diagnostic *> order;
  for (const Diagnostic &d : diagnostics)
    order.push_back(&d);
  // The pointers are in the order of reporting, which decides between equal places.
  std::sort(order.begin(), order.end(), [](const Diagnostic *a, const Diagnostic *b) {
    return std::tie(a->range.file, a->range.begin, a) < std::tie(b->range.file, b->range.begin, b);
  });
  std::set<std::string> seen;
  std::string result;
  size_t shown = 0;
  for (const Diagnostic *d : order) {
    if (d->range.file >= sources.size())
      continue;
    if (shown == maxShown) {
      result += "and " + std::to_string(order.end() - std::find(order.begin(), order.end(), d)) +
                (d->warning ? " more warnings\n" : " more errors\n");
      break;
    }
    std::string text = palette.bold + place(sources, d->range) + palette.off +
                       (d->warning ? palette.warning : palette.error) + (d->warning ? "warning[" : "error[") +
                       diagnosticCode(d->id) + "]" + palette.off + ": " + palette.bold + d->message + palette.off +
                       "\n" + excerpt(sources, d->range, d->hint, palette);
    for (const Diagnostic::Note &note : d->notes)
      if (note.range.file < sources.size())
        text += palette.bold + place(sources, note.range) + palette.off + palette.note + "note" + palette.off + ": " +
                note.message + "\n";
    if (seen.insert(text).second) {
      result += text;
      ++shown;
    }
  }
  return result;
}

const char *diagnosticCode(Diag id) { return rows[size_t(id)].code; }

std::vector<std::string> warningCodes() {
  std::vector<std::string> codes;
  for (const Row &row : rows)
    if (row.warning)
      codes.push_back(row.code);
  return codes;
}

std::optional<std::string> explainDiagnostic(const std::string &code) {
  for (const Row &row : rows)
    if (code == row.code)
      return fill(row.text, std::vector<std::string>(9, "…")) + "\n\n" + row.explanation;
  return std::nullopt;
}

std::string nearest(const std::string &word, const std::vector<std::string> &candidates) {
  std::string best;
  size_t limit = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string &candidate : candidates) {
    // Damerau-Levenshtein (adjacent swaps count once), three rows.
    size_t n = candidate.size();
    std::vector<size_t> before(n + 1), previous(n + 1), current(n + 1);
    for (size_t j = 0; j <= n; ++j)
      previous[j] = j;
    for (size_t i = 1; i <= word.size(); ++i) {
      current[0] = i;
      for (size_t j = 1; j <= n; ++j) {
        size_t differs = word[i - 1] != candidate[j - 1];
        current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + differs});
        if (i > 1 && j > 1 && word[i - 1] == candidate[j - 2] && word[i - 2] == candidate[j - 1])
          current[j] = std::min(current[j], before[j - 2] + 1);
      }
      before = previous;
      previous = current;
    }
    if (previous[n] < limit && candidate != word) {
      limit = previous[n];
      best = candidate;
    }
  }
  return best;
}

} // namespace braid
