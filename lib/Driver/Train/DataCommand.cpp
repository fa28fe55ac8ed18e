//===- DataCommand.cpp - braid data: text as tokens -----------------------===//
#include "braid/Data/Dataset.h"
#include "braid/Driver/Commands.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/InputText.h"
#include "lib/Driver/OutputPaths.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace braid::driver {

static int write(const std::string &file, llvm::StringRef text, Console &console) {
  rt::Status status = rt::writeTokenFile(file, rt::encodeBytes(std::string_view(text.data(), text.size())));
  if (!status)
    return fail(console, makeError(status.message()));
  console.err << file << ": " << grouped(int64_t(text.size())) << " tokens\n";
  return Success;
}

/// More than two files of tokens can say.
static constexpr size_t maxTextBytes = size_t(1) << 32;

/// Adds a text that stands in a file, or comes through a pipe.
static llvm::Error append(std::string &text, const std::string &input) {
  return readInputText(input, /*streams=*/true, "; name the files in it (`" + input + "/*.txt`)",
                       [&](llvm::StringRef part) -> llvm::Error {
                         if (text.size() + part.size() > maxTextBytes)
                           return makeError("`" + input + "`: more than " + llvm::Twine(maxTextBytes >> 20) +
                                            " MiB of text are more than a file of tokens holds");
                         text += part;
                         return llvm::Error::success();
                       });
}

int data(const DataOptions &options, Console &console) {
  std::string train = options.output, validation = options.validationOutput;
  bool isFolder = llvm::sys::path::extension(options.output) != ".bin";
  if (isFolder && !validation.empty())
    return fail(console, makeError("`--validation-output` goes with a file (.bin) as the output"));
  if (isFolder) {
    train = options.output + "/train.bin";
    validation = options.output + "/val.bin";
  }
  if (llvm::Error error = checkOutputs({train, validation}, options.inputs))
    return fail(console, std::move(error));
  std::string text;
  for (const std::string &input : options.inputs) {
    if (llvm::Error error = append(text, input))
      return fail(console, std::move(error));
  }
  if (text.empty())
    return fail(console, makeError("there is no text in the input"));
  if (isFolder)
    if (std::error_code code = llvm::sys::fs::create_directories(options.output, true, llvm::sys::fs::all_all))
      return fail(console, makeError("cannot make the folder `" + options.output + "`: " + code.message()));
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
