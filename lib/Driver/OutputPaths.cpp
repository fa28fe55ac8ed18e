//===- OutputPaths.cpp - no output takes the place of another file --------===//
#include "lib/Driver/OutputPaths.h"
#include "braid/IO/OutputFile.h"
#include <filesystem>

namespace braid::driver {

namespace fs = std::filesystem;

/// The one name of a file; empty where it is no file.
static fs::path nameOf(const std::string &path) {
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_regular_file(status))
    return {};
  fs::path absolute = fs::absolute(rt::linkTarget(path), error);
  fs::path name = fs::weakly_canonical(absolute, error);
  return error ? absolute.lexically_normal() : name;
}

bool isSameFile(const std::string &path, const std::string &other) {
  fs::path name = nameOf(path);
  return !name.empty() && name == nameOf(other);
}

llvm::Error checkOutputs(llvm::ArrayRef<std::string> outputs, llvm::ArrayRef<std::string> inputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string &output = outputs[i];
    if (output.empty())
      continue;
    for (const std::string &other : outputs.take_front(i))
      if (output == "-" ? other == "-" : other != "-" && isSameFile(output, other))
        return makeError("`" + output + "` is to hold two results; give another name to one of them");
    for (const std::string &input : inputs)
      if (output != "-" && input != "-" && !input.empty() && isSameFile(output, input))
        return makeError("`" + output + "` is read, and what is written would take its place; give another name");
  }
  return llvm::Error::success();
}

} // namespace braid::driver
