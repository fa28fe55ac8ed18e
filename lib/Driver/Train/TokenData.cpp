//===- TokenData.cpp - a file of tokens that a model can read -------------===//
#include "TokenData.h"
#include "braid/Driver/Console.h"
#include "braid/Driver/Text.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

namespace braid::driver {

namespace fs = llvm::sys::fs;

/// A header of tokens has zeros, and so have tokens of 16 bits below 256: a text has none.
static bool looksLikeText(const std::string &path) {
  auto start = llvm::MemoryBuffer::getFileSlice(path, 256, 0);
  if (!start)
    return false;
  return llvm::all_of((*start)->getBuffer(), [](char c) { return llvm::isPrint(c) || llvm::isSpace(c) || (c & 0x80); });
}

static std::string hint(const std::string &path) {
  if (fs::is_directory(path))
    return fs::exists(path + "/train.bin") ? "; it is a folder, in which there is `" + path + "/train.bin`"
                                           : "; it is a folder";
  uint64_t size = 0;
  if (!fs::file_size(path, size) && size >= 256 && looksLikeText(path))
    return "; it looks like text, of which `braid data " + path + " -o DIR` makes tokens";
  return "";
}

/// Fails where a file that does not say how wide its tokens are seems to hold wider ones than are read.
static llvm::Error checkWidth(const rt::TokenFile &file) {
  auto width = file.seemingWidth();
  if (!width)
    return makeError(width.message());
  if (*width == file.width())
    return llvm::Error::success();
  std::string seems = file.path() + ": has no header, and its tokens seem to have " + std::to_string(8 * *width) +
                      " bits, not " + std::to_string(8 * file.width()) + "; ";
  if (*width > 4)
    return makeError(seems + "write them as uint16 or uint32, or say `--token-dtype uint16` if they are that");
  return makeError(seems + "say which with `--token-dtype uint32` or `--token-dtype uint16`");
}

llvm::Expected<std::shared_ptr<rt::TokenFile>> openTokens(const ModelInfo &model, const std::string &path, int width) {
  auto file = rt::TokenFile::open(path, width);
  if (!file)
    return makeError(file.message() + hint(path));
  if (!width && !(*file)->hasHeader())
    if (llvm::Error error = checkWidth(**file))
      return std::move(error);
  int64_t vocabulary = model.vocabulary();
  if (rt::Status status = (*file)->limitTo(vocabulary); !status)
    return makeError(status.message() + hint(path));
  // The next token is the target.
  if (rt::Status status = model.classes < vocabulary ? (*file)->limitTo(model.classes) : rt::Status::success(); !status)
    return makeError("the model returns " + llvm::Twine(model.classes) + " logits for a vocabulary of " +
                     llvm::Twine(vocabulary) + ", and every token is a target: " + status.message());
  return std::move(*file);
}

std::string describeTokens(const rt::TokenFile &file) {
  return grouped(file.size()) + " tokens (" + (file.width() == 2 ? "uint16" : "uint32") + ")";
}

} // namespace braid::driver
