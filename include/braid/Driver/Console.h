//===- Console.h - where commands write, and how they fail ----------------===//
//
// A command gets its streams from the tool and returns the tool's exit code. What
// goes wrong travels as llvm::Error up to the command, which shows it once.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DRIVER_CONSOLE_H
#define BRAID_DRIVER_CONSOLE_H

#include "braid/Support/Diagnostics.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace braid::driver {

/// Exit codes: 0 done, 1 the program, the data or the machine is at fault, 2 the command line is.
enum ExitCode { Success = 0, Failure = 1, Usage = 2 };

struct Console {
  llvm::raw_ostream &out; ///< results
  llvm::raw_ostream &err; ///< messages, progress
  bool outIsTerminal = false, errIsTerminal = false;
  bool color = false;          ///< of messages on `err`
  WarningPolicy warnings = {}; ///< about programs
};

/// Diagnostics that are already rendered, place and all.
class RenderedError : public llvm::ErrorInfo<RenderedError> {
public:
  static char ID;
  explicit RenderedError(std::string text) : text(std::move(text)) {}
  void log(llvm::raw_ostream &os) const override { os << text; }
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }

private:
  std::string text;
};

/// An error of one sentence.
llvm::Error makeError(const llvm::Twine &message);
/// Shows an error (`braid: error: …`, or diagnostics as they are); returns Failure.
int fail(Console &console, llvm::Error error);
/// Shows a note that does not stop the command.
void warn(Console &console, const llvm::Twine &message);

} // namespace braid::driver

#endif
