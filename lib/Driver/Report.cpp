//===- Report.cpp - what was measured, for people and for programs --------===//
#include "Report.h"
#include "braid/Runtime/SafeTensors.h"

int braid::driver::report(Console &console, const std::string &json, const std::string &file, llvm::function_ref<void()> print) {
  if (file == "-") {
    console.out << json;
    return Success;
  }
  print();
  if (!file.empty())
    if (rt::Status status = rt::writeFileAtomically(file, {json}); !status)
      return fail(console, makeError(status.message()));
  return Success;
}
