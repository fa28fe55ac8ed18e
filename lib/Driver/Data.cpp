//===- Data.cpp - braid data: text as tokens ------------------------------===//
#include "braid/Driver/Commands.h"
#include "braid/Driver/Text.h"
#include "braid/Runtime/Dataset.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace braid::driver {

static int write(const std::string &file, llvm::StringRef text, Console &console) {
  rt::Status status = rt::writeTokenFile(file, rt::encodeBytes(std::string_view(text.data(), text.size())));
  if (!status)
    return fail(console, makeError(status.message()));
  console.err << file << ": " << grouped(int64_t(text.size())) << " tokens\n";
  return Success;
}

int data(const DataOptions &options, Console &console) {
  std::string text;
  for (const std::string &input : options.inputs) {
    if (llvm::sys::fs::is_directory(input))
      return fail(console, makeError("`" + input + "` is a folder"));
    auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(input);
    if (!buffer)
      return fail(console, makeError("cannot read `" + input + "`: " + buffer.getError().message()));
    text += (*buffer)->getBuffer();
  }
  if (text.empty())
    return fail(console, makeError("there is no text in the input"));
  std::string train = options.output, validation = options.validationOutput;
  if (llvm::sys::path::extension(options.output) != ".bin") {
    if (!validation.empty())
      return fail(console, makeError("`--validation-output` goes with a file (.bin) as the output"));
    if (std::error_code code = llvm::sys::fs::create_directories(options.output, true, llvm::sys::fs::all_all))
      return fail(console, makeError("cannot make the folder `" + options.output + "`: " + code.message()));
    train = options.output + "/train.bin";
    validation = options.output + "/val.bin";
  }
  size_t rest = validation.empty() ? 0 : size_t(double(text.size()) * options.validation);
  if (int code = write(train, llvm::StringRef(text).drop_back(rest), console))
    return code;
  // A folder's old second file would hold text that is now in the first.
  if (!rest && !validation.empty() && llvm::sys::fs::exists(validation)) {
    if (std::error_code code = llvm::sys::fs::remove(validation))
      return fail(console, makeError("cannot remove the old `" + validation + "`: " + code.message()));
    console.err << validation << ": removed, as no text is left for it\n";
  }
  return rest ? write(validation, llvm::StringRef(text).take_back(rest), console) : int(Success);
}

} // namespace braid::driver
