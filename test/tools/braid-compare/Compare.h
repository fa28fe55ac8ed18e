//===- Compare.h - one program on every device ----------------------------===//
#ifndef BRAID_TEST_TOOLS_BRAID_COMPARE_COMPARE_H
#define BRAID_TEST_TOOLS_BRAID_COMPARE_COMPARE_H

#include "Numbers.h"
#include "llvm/Support/JSON.h"

namespace braid::compare {

/// A program says how it is to be compared: `// compare: batch=2 tokens=7 seed=5 bf16 target=sm_80` in its first line.
struct Request {
  std::string file;
  int64_t batch = 2, tokens = 5;
  uint64_t seed = 0;                ///< of initial values, inputs and draws
  bool bf16 = false;                ///< the same in bf16 as well
  std::vector<std::string> targets; ///< GPUs for whose sake row kernels run on the emulator
  int plants = 0;                   ///< faults to put into the compiled gradient, one at a time
};

/// Reads the first line of a program; what it does not say stays as it is. Fails for a word that means nothing.
llvm::Error readRequest(llvm::StringRef text, Request &request);

/// What came of a program:
///   ok          every number agrees
///   rejected    the front end refused it; `text` has the diagnostics
///   failed      a later stage or a run refused it
///   differs     a number is wrong; `what` names it
///   not finite  nor is the oracle's number, or fp32 cannot hold it: nothing is said
struct Verdict {
  std::string kind, what, text;
  llvm::json::Object counts; ///< values compared, excused (held to what fp32 resolves), blind (hardly a digit of it)
};

Verdict compareProgram(const Request &request);
/// `ok` or `rejected`, by the front end alone.
Verdict readProgram(const Request &request);

} // namespace braid::compare

#endif
