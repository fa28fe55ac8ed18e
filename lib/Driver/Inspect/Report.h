//===- Report.h - what was measured, for people and for programs ----------===//
#ifndef BRAID_LIB_DRIVER_INSPECT_REPORT_H
#define BRAID_LIB_DRIVER_INSPECT_REPORT_H

#include "braid/Driver/Console.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/JSON.h"

namespace braid::driver {

/// A report as text, with a newline at its end. JSON has no infinity and no NaN: in their place stands null.
std::string jsonText(llvm::json::Value value);

/// Shows it with `print`, and writes `json` to `file` if one is given, all or nothing; where that is `-`, standard
/// output gets `json` alone.
int report(Console &console, const std::string &json, const std::string &file, llvm::function_ref<void()> print);

} // namespace braid::driver

#endif
