//===- FormatCommand.cpp - braid fmt: programs in their one layout --------===//
#include "braid/Driver/Compilation.h"
#include "braid/Frontend/ASTPrinter.h"
#include "braid/IO/OutputFile.h"

namespace braid::driver {

/// Shows the first line in which two texts differ.
static void showDifference(const std::string &name, llvm::StringRef before, llvm::StringRef after, Console &console) {
  for (unsigned line = 1; !before.empty() || !after.empty(); ++line) {
    auto [a, restA] = before.split('\n');
    auto [b, restB] = after.split('\n');
    if (a != b) {
      console.out << name << ":" << line << ": not formatted\n- " << a << "\n+ " << b << "\n";
      return;
    }
    before = restA;
    after = restB;
  }
}

int format(const FormatOptions &options, Console &console) {
  int code = Success;
  for (const std::string &name : options.files) {
    auto parsed = Compilation::parseOnly(name, console.color);
    if (!parsed) {
      code = fail(console, parsed.takeError());
      continue;
    }
    std::string before((*parsed)->sources.text((*parsed)->file()->file));
    std::string after = braid::print(*(*parsed)->file(), (*parsed)->sources);
    if (options.check) {
      if (before != after) {
        showDifference(name, before, after, console);
        code = Failure;
      }
    } else if (options.inPlace && name != "-") {
      if (before != after)
        if (rt::Status status = rt::writeFileAtomically(name, {after}); !status)
          code = fail(console, makeError(status.message()));
    } else {
      console.out << after;
    }
  }
  return code;
}

} // namespace braid::driver
