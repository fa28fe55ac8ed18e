//===- braid-translate.cpp - the steps of the front end, one at a time ----===//
//
// For tests: reads a program and prints what one step of the front end makes of
// it. Diagnostics go to standard error; the exit status is 1 if there is one.
//
//===----------------------------------------------------------------------===//
#include "braid/Frontend/ASTPrinter.h"
#include "braid/Frontend/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace {
enum class Step { Parse, Tree };
}

static cl::opt<Step> step(cl::desc("What to print:"), cl::init(Step::Parse),
                          cl::values(clEnumValN(Step::Parse, "parse", "the program, formatted"),
                                     clEnumValN(Step::Tree, "tree", "the syntax tree, fully parenthesised")));
static cl::opt<std::string> input(cl::Positional, cl::desc("FILE"), cl::init("-"));

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "the steps of Braid's front end\n");
  auto buffer = MemoryBuffer::getFileOrSTDIN(input);
  if (!buffer) {
    errs() << input << ": " << buffer.getError().message() << "\n";
    return 1;
  }
  braid::SourceManager sources;
  braid::DiagnosticEngine diagnostics(sources);
  uint32_t file = sources.add(input == "-" ? "<stdin>" : input.getValue(), (*buffer)->getBuffer().str());
  std::optional<braid::ast::File> tree = braid::parse(sources, file, diagnostics);
  if (tree)
    outs() << (step == Step::Tree ? braid::printTree(*tree, sources) : braid::print(*tree, sources));
  errs() << diagnostics.render();
  return diagnostics.hasErrors();
}
