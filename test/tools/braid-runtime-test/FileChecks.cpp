//===- FileChecks.cpp - what is left when a file has been written ---------===//
//
// braid-runtime-test files FOLDER works in FOLDER, which it makes anew.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "braid/IO/OutputFile.h"
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace braid;
using namespace braid::test;
namespace fs = std::filesystem;

static void expect(const char *what, bool good) { report(what, good ? 0 : 1, 0); }

static std::string textOf(const std::string &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

static mode_t modeOf(const std::string &path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

static bool write(const std::string &path, const std::string &text) {
  return rt::writeFileAtomically(path, {text}).ok();
}

static void checkModes(const std::string &folder) {
  std::string path = folder + "/mode";
  mode_t mask = umask(027);
  expect("a new file has the mode of a plain open", write(path, "a") && modeOf(path) == 0640);
  umask(mask);
  for (mode_t mode : {0600, 0755, 0664}) {
    chmod(path.c_str(), mode);
    expect("a file keeps its mode", write(path, "b") && modeOf(path) == mode && textOf(path) == "b");
  }
}

static void checkLinks(const std::string &folder) {
  fs::create_directory(folder + "/far");
  fs::create_symlink("far/target", folder + "/link");
  fs::create_symlink("link", folder + "/links");
  expect("a link to nothing yet gets its file", write(folder + "/links", "1") && textOf(folder + "/far/target") == "1");
  expect("a link stays one", write(folder + "/links", "2") && fs::is_symlink(folder + "/links") &&
                                 fs::is_symlink(folder + "/link") && textOf(folder + "/far/target") == "2");
  fs::create_hard_link(folder + "/far/target", folder + "/hard");
  expect("a hard link keeps what it has", write(folder + "/links", "3") && textOf(folder + "/hard") == "2");
  fs::create_symlink("loop", folder + "/loop");
  expect("a loop of links is refused", !write(folder + "/loop", "x"));
  expect("a folder is refused", !write(folder + "/far", "x") && fs::is_directory(folder + "/far"));
}

static void checkUnfinished(const std::string &folder) {
  std::string left = folder + "/.a.txt.braid-Xy1z2W", busy = folder + "/.b.txt.braid-Xy1z2W",
              other = folder + "/.c.txt.braid-long";
  for (const std::string &path : {left, busy, other})
    std::ofstream(path) << "half";
  FILE *writer = fopen(busy.c_str(), "r");
  flock(fileno(writer), LOCK_EX);
  expect("what a killed writer has left goes", write(folder + "/c.txt", "c") && !fs::exists(left));
  expect("what is being written stays", fs::exists(busy));
  expect("other names stay", fs::exists(other));
  fclose(writer);
  rt::removeUnfinished(folder);
  expect("and goes when its writer is gone", !fs::exists(busy));
  std::string name(255, 'n');
  expect("the longest name is written", write(folder + "/" + name, "n") && textOf(folder + "/" + name) == "n");
  expect("a failure leaves nothing", !write(folder + "/absent/x", "x") && !write(folder + "/" + name + "n", "x"));
  int hidden = 0;
  for (const auto &entry : fs::directory_iterator(folder))
    hidden += entry.path().filename().string()[0] == '.';
  expect("nothing unfinished is there", hidden == 1);
}

void braid::test::checkFiles(const std::string &folder) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  checkModes(folder);
  checkLinks(folder);
  checkUnfinished(folder);
}
