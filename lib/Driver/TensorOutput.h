//===- TensorOutput.h - tensors to a file or to standard output -----------===//
#ifndef BRAID_LIB_DRIVER_TENSOROUTPUT_H
#define BRAID_LIB_DRIVER_TENSOROUTPUT_H

#include "braid/Driver/Console.h"
#include "braid/IO/SafeTensors.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

namespace braid::driver {

/// Writes `file` as safetensors to `path`, all or nothing; `-` is standard output, if it is no terminal.
inline llvm::Error writeTensors(const std::string &path, const rt::TensorFile &file, Console &console) {
  if (path != "-") {
    rt::Status status = rt::writeSafeTensors(path, file);
    return status ? llvm::Error::success() : makeError(status.message());
  }
  if (console.outIsTerminal)
    return makeError("tensors are not shown on a terminal; give a file, or redirect standard output");
  llvm::SmallString<128> temporary;
  if (std::error_code code = llvm::sys::fs::createTemporaryFile("braid", "safetensors", temporary))
    return makeError("cannot make a temporary file: " + code.message());
  auto remove = llvm::make_scope_exit([&] { llvm::sys::fs::remove(temporary); });
  if (rt::Status status = rt::writeSafeTensors(temporary.str().str(), file); !status)
    return makeError(status.message());
  auto written = llvm::MemoryBuffer::getFile(temporary);
  if (!written)
    return makeError("cannot read `" + temporary + "`: " + written.getError().message());
  console.out << (*written)->getBuffer();
  return llvm::Error::success();
}

} // namespace braid::driver

#endif
