//===- CompileCache.h - compiled kernels, kept between runs ---------------===//
//
// Files in one folder, each named after the hash of everything that its content depends
// on. A file is a line of JSON (what it is, its length, its checksum) and the content.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DEVICE_COMPILECACHE_H
#define BRAID_DEVICE_COMPILECACHE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace braid::dev {

class CompileCache {
public:
  /// Keeps nothing.
  CompileCache() = default;
  /// Keeps files in this folder, which is made when something is written.
  explicit CompileCache(std::string folder) : path(std::move(folder)) {}
  /// The user's: $BRAID_CACHE, else $XDG_CACHE_HOME/braid, else ~/.cache/braid; none if BRAID_CACHE is `off` or there
  /// is no home.
  static CompileCache standard();

  bool isEnabled() const { return !path.empty(); }
  const std::string &folder() const { return path; }

  /// What an entry is, for people.
  struct Description {
    std::string kind;    ///< `ptx` or `cubin`
    std::string program; ///< the file it was compiled from
    std::string target;
    std::string tools; ///< versions
  };
  /// The content kept under a key, or nothing. Fails on an entry that is damaged, saying which file and what was found
  /// there.
  llvm::Expected<std::optional<std::string>> find(llvm::StringRef key) const;
  /// Keeps a content: all of it or nothing. Fails where it cannot be written; nothing depends on it.
  llvm::Error store(llvm::StringRef key, const Description &what, llvm::StringRef content) const;

  struct Entry {
    Description what;
    std::string file;
    int64_t bytes = 0; ///< of the content
    std::time_t date = 0;
    std::string damage; ///< not empty: what is wrong with it
  };
  /// Every entry, the newest first. Contents are read and checked.
  llvm::Expected<std::vector<Entry>> list() const;
  /// Removes every entry; the number of them. Other files in the folder stay.
  llvm::Expected<size_t> clear() const;
  /// Fails, with the reason, if nothing can be written to the folder.
  llvm::Error checkWritable() const;

  /// SHA-256 of the parts and where they end.
  static std::string key(llvm::ArrayRef<llvm::StringRef> parts);

private:
  std::string fileOf(llvm::StringRef key) const;
  std::string path;
};

} // namespace braid::dev

#endif
