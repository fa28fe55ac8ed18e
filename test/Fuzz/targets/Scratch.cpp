//===- Scratch.cpp - files for readers of files ---------------------------===//
#include "Scratch.h"
#include "Require.h"
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace fs = std::filesystem;

namespace braid::fuzz {

namespace {
struct Folder {
  std::string path;
  Folder() {
    const char *base = std::getenv("TMPDIR");
    path = std::string(base && *base ? base : "/tmp") + "/braid-fuzz-XXXXXX";
    require(mkdtemp(path.data()), "a folder for files can be made");
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
};
} // namespace

const std::string &scratchFolder() {
  static Folder folder;
  return folder.path;
}

std::string scratchFile(const std::string &name, std::string_view text) {
  std::string path = scratchFolder() + "/" + name;
  std::FILE *file = std::fopen(path.c_str(), "wb");
  if (!file) {
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    file = std::fopen(path.c_str(), "wb");
  }
  require(file, "a file can be made");
  require(std::fwrite(text.data(), 1, text.size(), file) == text.size(), "a file can be written");
  require(std::fclose(file) == 0, "a file can be written");
  return path;
}

} // namespace braid::fuzz
