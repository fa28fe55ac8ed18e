//===- InputText.cpp - text from files, pipes and standard input ----------===//
#include "InputText.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include <vector>

namespace fs = llvm::sys::fs;

llvm::Error braid::driver::readInputText(const std::string &file, bool streams, const llvm::Twine &folderHint,
                                         llvm::function_ref<llvm::Error(llvm::StringRef)> take) {
  auto unreadable = [&](std::error_code code) { return makeError("cannot read `" + file + "`: " + code.message()); };
  bool standard = streams && file == "-";
  fs::file_t handle = fs::getStdinHandle();
  if (!standard) {
    fs::file_status status;
    if (std::error_code code = fs::status(file, status))
      return unreadable(code);
    if (fs::is_directory(status))
      return makeError("`" + file + "` is a folder" + folderHint);
    if (!fs::is_regular_file(status) && !(streams && status.type() == fs::file_type::fifo_file))
      return makeError("`" + file + "` is no regular file");
    llvm::Expected<fs::file_t> opened = fs::openNativeFileForRead(file);
    if (!opened)
      return unreadable(llvm::errorToErrorCode(opened.takeError()));
    handle = *opened;
  }
  auto close = llvm::make_scope_exit([&] {
    if (!standard)
      fs::closeFile(handle);
  });
  std::vector<char> part(1 << 20);
  while (true) {
    llvm::Expected<size_t> count = fs::readNativeFile(handle, part);
    if (!count)
      return unreadable(llvm::errorToErrorCode(count.takeError()));
    if (*count == 0)
      return llvm::Error::success();
    if (llvm::Error error = take(llvm::StringRef(part.data(), *count)))
      return error;
  }
}
