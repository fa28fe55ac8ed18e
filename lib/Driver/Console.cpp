//===- Console.cpp - how commands show what went wrong --------------------===//
#include "braid/Driver/Console.h"

namespace braid::driver {

char RenderedError::ID;

llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

static void label(Console &console, const char *word, const char *colour) {
  console.err << "braid: ";
  if (console.color)
    console.err << colour << word << "\033[0m: ";
  else
    console.err << word << ": ";
}

int fail(Console &console, llvm::Error error) {
  console.out.flush();
  llvm::handleAllErrors(
      std::move(error), [&](const RenderedError &e) { e.log(console.err); },
      [&](const llvm::ErrorInfoBase &e) {
        label(console, "error", "\033[1;31m");
        console.err << e.message() << "\n";
      });
  console.err.flush();
  return Failure;
}

void warn(Console &console, const llvm::Twine &message) {
  console.out.flush();
  label(console, "warning", "\033[1;35m");
  console.err << message << "\n";
}

} // namespace braid::driver
