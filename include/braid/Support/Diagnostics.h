//===- Diagnostics.h - errors and warnings a user can read ----------------===//
//
// Every message of the front end is a row of Diagnostics.def: a stable code, a
// template and an explanation (`braid explain B0107`). A diagnostic has a primary
// place, an optional hint under the caret, and notes for second places. A warning
// says that a program, which means something, probably does not mean what was meant.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_SUPPORT_DIAGNOSTICS_H
#define BRAID_SUPPORT_DIAGNOSTICS_H

#include "braid/Support/Source.h"
#include <optional>
#include <string>
#include <vector>

namespace braid {

enum class Diag : uint16_t {
#define DIAG(CODE, NAME, TEMPLATE, EXPLANATION) NAME,
#define WARN(CODE, NAME, TEMPLATE, EXPLANATION) NAME,
#include "braid/Support/Diagnostics.def"
#undef DIAG
#undef WARN
};

struct Diagnostic {
  Diag id;
  SourceRange range;
  std::string message; ///< the template, filled in
  std::string hint;    ///< shown behind the caret
  struct Note {
    SourceRange range;
    std::string message;
  };
  std::vector<Note> notes;
  bool warning = false;
};

/// What becomes of warnings.
struct WarningPolicy {
  std::vector<std::string> silenced; ///< codes
  bool asErrors = false;
};

/// Collects diagnostics; all errors of a file are shown in one run.
class DiagnosticEngine {
public:
  explicit DiagnosticEngine(const SourceManager &sources) : sources(sources) {}
  /// Fills `{0}`, `{1}` … of the row's template. The reference is valid until
  /// the next report; use it to add a hint and notes.
  Diagnostic &report(Diag id, SourceRange range, std::vector<std::string> arguments = {});
  /// Adds all that another engine, of the same sources, has collected.
  void append(const DiagnosticEngine &other);
  /// Drops the warnings that the policy silences, or a comment of the program: `// no-warn B0502` on the warning's
  /// line, or alone on the line before. Makes errors of the others if the policy says so.
  void settleWarnings(const WarningPolicy &policy);
  bool hasErrors() const { return errors != 0; }
  const std::vector<Diagnostic> &all() const { return diagnostics; }
  /// All diagnostics as text, in the order of the source, each with the line, a
  /// caret under its range, the hint and the notes; identical ones once. Of very many
  /// the first ones and how many more there are.
  std::string render(bool color = false) const;

private:
  const SourceManager &sources;
  std::vector<Diagnostic> diagnostics;
  unsigned errors = 0;
};

/// What to do with several results, which the language does not have.
inline constexpr char severalValues[] =
    "a call has one value; several of the same axes go along one: `axis pair = (k, v)`, then `kv.k`";

/// `B0107`.
const char *diagnosticCode(Diag id);
/// The codes that are warnings'.
std::vector<std::string> warningCodes();
/// The message of a code, with … for what is filled in, and its explanation; nothing if there is no such code.
std::optional<std::string> explainDiagnostic(const std::string &code);
/// The nearest of `candidates` to `word` (edit distance at most a third of its length), or "".
std::string nearest(const std::string &word, const std::vector<std::string> &candidates);

} // namespace braid

#endif
