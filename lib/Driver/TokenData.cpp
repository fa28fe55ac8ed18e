//===- TokenData.cpp - a file of tokens that a model can read -------------===//
#include "lib/Driver/TokenData.h"
#include "braid/Driver/Console.h"
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
    return fs::exists(path + "/train.bin") ? "; it is a folder, in which there is `" + path + "/train.bin`" : "; it is a folder";
  uint64_t size = 0;
  if (!fs::file_size(path, size) && size >= 256 && looksLikeText(path))
    return "; it looks like text, of which `braid data " + path + " -o DIR` makes tokens";
  return "";
}

llvm::Expected<std::shared_ptr<rt::TokenFile>> openTokens(const ModelInfo &model, const std::string &path) {
  auto file = rt::TokenFile::open(path);
  if (!file)
    return makeError(file.message() + hint(path));
  int64_t vocabulary = model.vocabulary();
  if (rt::Status status = (*file)->checkVocabulary(vocabulary); !status)
    return makeError(status.message() + hint(path));
  // The next token is the target.
  if (rt::Status status = model.classes < vocabulary ? (*file)->checkVocabulary(model.classes) : rt::Status::success(); !status)
    return makeError("the model returns " + llvm::Twine(model.classes) + " logits for a vocabulary of " + llvm::Twine(vocabulary) +
                     ", and every token is a target: " + status.message());
  return std::move(*file);
}

} // namespace braid::driver
