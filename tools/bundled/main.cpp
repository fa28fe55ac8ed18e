//===- main.cpp - the tools of a bundle in one program --------------------===//
//
// Which of them runs is said by the name it is called by: one copy of the compiler serves all.
//
//===----------------------------------------------------------------------===//
#include <cstring>

int braidMain(int argc, char **argv);
int braidEmulateMain(int argc, char **argv);

int main(int argc, char **argv) {
  const char *slash = argc ? std::strrchr(argv[0], '/') : nullptr;
  const char *name = slash ? slash + 1 : argc ? argv[0] : "";
  return std::strcmp(name, "braid-emulate") == 0 ? braidEmulateMain(argc, argv) : braidMain(argc, argv);
}
