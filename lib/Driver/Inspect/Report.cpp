//===- Report.cpp - what was measured, for people and for programs --------===//
#include "Report.h"
#include "braid/IO/OutputFile.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

/// A number that is not finite becomes null, wherever it stands.
static void removeNonFinite(llvm::json::Value &value) {
  if (auto *object = value.getAsObject())
    for (auto &member : *object)
      removeNonFinite(member.second);
  else if (auto *array = value.getAsArray())
    for (llvm::json::Value &element : *array)
      removeNonFinite(element);
  else if (auto number = value.getAsNumber(); number && !std::isfinite(*number))
    value = nullptr;
}

std::string braid::driver::jsonText(llvm::json::Value value) {
  removeNonFinite(value);
  return llvm::formatv("{0:2}\n", value);
}

int braid::driver::report(Console &console, const std::string &json, const std::string &file,
                          llvm::function_ref<void()> print) {
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
