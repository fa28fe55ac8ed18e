//===- braid-runtime-test.cpp - the runtime against plain loops -----------===//
//
// braid-runtime-test matmul|attention|scatter|delay|launch|programs|rows|past… runs the checks named; the exit
// code is 1 when one of them fails. `data`, `files` and `threads FOLDER` work in a folder,
// which they empty; `measure` prints times.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include <cstdio>
#include <cstring>

using namespace braid::test;

int main(int argc, char **argv) {
  const struct {
    const char *name;
    void (*run)();
  } suites[] = {{"matmul", checkMatmul}, {"attention", checkAttention}, {"scatter", checkScatter},
                {"delay", checkDelay},   {"launch", checkLaunch},       {"programs", checkPrograms},
                {"rows", checkRows},     {"past", checkPast},           {"measure", measure}};
  const struct {
    const char *name;
    void (*run)(const std::string &folder);
  } inFolders[] = {{"data", checkData}, {"files", checkFiles}, {"threads", checkThreads}};
  if (argc < 2) {
    std::fprintf(stderr, "usage: braid-runtime-test matmul|attention|scatter|delay|launch|programs|rows|past|data "
                         "FOLDER|files FOLDER|threads "
                         "FOLDER|measure...\n");
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    bool found = false;
    for (auto &suite : inFolders)
      if (!found && i + 1 < argc && !std::strcmp(argv[i], suite.name)) {
        suite.run(argv[++i]);
        found = true;
      }
    if (found)
      continue;
    for (auto &suite : suites)
      if (!std::strcmp(argv[i], suite.name)) {
        suite.run();
        found = true;
      }
    if (!found) {
      std::fprintf(stderr, "unknown suite '%s'\n", argv[i]);
      return 2;
    }
  }
  std::printf("%d failed\n", failures());
  return failures() != 0;
}
