//===- MgpuLibrary.cpp - the mgpu interface as a shared library -----------===//
//
// Programs of MLIR's own GPU runner load this library in place of its CUDA runtime. What the tool
// takes as options comes from the environment: BRAID_EMULATOR_CHECK, _SEED, _JOBS and _LIMIT.
//
//===----------------------------------------------------------------------===//

#include "braid/Emulator/Mgpu.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace braid::emu;

namespace {
struct ReadEnvironment {
  ReadEnvironment() {
    Options &options = MgpuDevice::get().options;
    if (const char *text = std::getenv("BRAID_EMULATOR_CHECK")) {
      if (auto checks = parseChecks(text)) {
        options.checks = *checks;
      } else {
        llvm::errs() << "BRAID_EMULATOR_CHECK: " << toString(checks.takeError()) << "\n";
        std::_Exit(1);
      }
    }
    auto number = [](const char *name, auto &value) {
      if (const char *text = std::getenv(name); text && llvm::StringRef(text).getAsInteger(10, value)) {
        llvm::errs() << name << ": '" << text << "' is no number\n";
        std::_Exit(1);
      }
    };
    number("BRAID_EMULATOR_SEED", options.seed);
    number("BRAID_EMULATOR_JOBS", options.threads);
    number("BRAID_EMULATOR_LIMIT", options.limit);
  }
} readEnvironment;
} // namespace
