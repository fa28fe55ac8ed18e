//===- braid-translate.cpp - the steps of the front end, one at a time ----===//
//
// For tests: reads a program and prints what one step of the front end makes of
// it. Diagnostics go to standard error; the exit status is 1 if there is one.
//
//===----------------------------------------------------------------------===//
#include "braid/Frontend/ASTPrinter.h"
#include "braid/Frontend/Elaborate.h"
#include "braid/Frontend/Parser.h"
#include "dialects/Braid/IR/Braid.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <deque>

using namespace llvm;

namespace {
enum class Step { Parse, Tree, Elaborate };
}

static cl::opt<Step> step(cl::desc("What to print:"), cl::init(Step::Parse),
                          cl::values(clEnumValN(Step::Parse, "parse", "the program, formatted"),
                                     clEnumValN(Step::Tree, "tree", "the syntax tree, fully parenthesised"),
                                     clEnumValN(Step::Elaborate, "elaborate", "the module in the braid dialect")));
static cl::opt<std::string> input(cl::Positional, cl::desc("FILE"), cl::init("-"));
static cl::opt<std::string> library("std", cl::desc("The folder of the standard library; empty: none"),
                                    cl::init(BRAID_STD_DIR));
static cl::list<std::string> overrides("set", cl::desc("name=value: replaces a config value"));
static cl::opt<bool> locations("locations", cl::desc("Print locations"));

static braid::SourceManager sources;
static braid::DiagnosticEngine diagnostics(sources);
static std::deque<braid::ast::File> trees;

static const braid::ast::File *parseFile(StringRef name) {
  auto buffer = MemoryBuffer::getFileOrSTDIN(name);
  if (!buffer) {
    errs() << name << ": " << buffer.getError().message() << "\n";
    return nullptr;
  }
  uint32_t file = sources.add(name == "-" ? "<stdin>" : name.str(), (*buffer)->getBuffer().str());
  std::optional<braid::ast::File> tree = braid::parse(sources, file, diagnostics);
  return tree ? &trees.emplace_back(std::move(*tree)) : nullptr;
}

/// The library, then what the program imports.
static std::vector<const braid::ast::File *> parseImports(const braid::ast::File &program) {
  std::vector<std::string> names;
  std::error_code error;
  if (!library.empty())
    for (sys::fs::directory_iterator i(library, error), end; i != end && !error; i.increment(error))
      if (StringRef(i->path()).ends_with(".braid"))
        names.push_back(i->path());
  sort(names);
  size_t inLibrary = names.size();
  for (const braid::ast::Decl &decl : program.decls)
    if (decl.kind == braid::ast::Decl::Kind::Import) {
      SmallString<128> path(sys::path::parent_path(input));
      sys::path::append(path, decl.path);
      names.push_back(path.str().str());
    }
  std::vector<const braid::ast::File *> imports;
  for (const auto &[i, name] : enumerate(names))
    if (const braid::ast::File *tree = parseFile(name)) {
      imports.push_back(tree);
      trees.back().library = i < inLibrary;
    }
  return imports;
}

static void elaborateProgram(const braid::ast::File &program) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<braid::lang::BraidDialect>();
  braid::ElaborateOptions options;
  for (const std::string &text : overrides) {
    auto [name, value] = StringRef(text).split('=');
    options.overrides.push_back({name.str(), value.str()});
  }
  auto module = braid::elaborate(context, sources, program, parseImports(program), diagnostics, options);
  if (!module)
    return;
  mlir::OpPrintingFlags flags;
  module->print(outs(), locations ? flags.enableDebugInfo(true, true) : flags);
  outs() << "\n";
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "the steps of Braid's front end\n");
  const braid::ast::File *tree = parseFile(input);
  if (tree && step == Step::Elaborate)
    elaborateProgram(*tree);
  else if (tree)
    outs() << (step == Step::Tree ? braid::printTree(*tree, sources) : braid::print(*tree, sources));
  diagnostics.settleWarnings({});
  errs() << diagnostics.render();
  return !tree || diagnostics.hasErrors();
}
