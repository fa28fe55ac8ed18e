//===- MgpuLibrary.cpp - the mgpu interface as a shared library -----------===//
//
// Programs of MLIR's own GPU runner load this library in place of its CUDA runtime. What the tool
// takes as options comes from the environment: BRAID_EMULATOR_CHECK and BRAID_EMULATOR_SEED.
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
    if (const char *text = std::getenv("BRAID_EMULATOR_SEED"))
      options.seed = std::strtoull(text, nullptr, 10);
  }
} readEnvironment;
} // namespace
