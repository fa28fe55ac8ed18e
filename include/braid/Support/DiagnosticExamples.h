//===- DiagnosticExamples.h - a program for every error code --------------===//
#ifndef BRAID_SUPPORT_DIAGNOSTICEXAMPLES_H
#define BRAID_SUPPORT_DIAGNOSTICEXAMPLES_H

#include <optional>
#include <string>

namespace braid {

/// Whole programs: one that has the error and no other, and the same mended. `arguments` of a command go
/// with them where these are what is wrong. `right` is empty where nothing in the program can mend it.
struct DiagnosticExample {
  std::string wrong, right, wrongArguments, rightArguments;
};

/// The example of `B0107`, or nothing if there is no such code.
std::optional<DiagnosticExample> exampleOf(const std::string &code);

} // namespace braid

#endif
