//===- Frontend.cpp - any text as a program -------------------------------===//
//
// Parsed, printed in its one layout, elaborated, and, where it is a small program, taken
// to the plan of its memory. A program that means more work than a fraction of a second's
// is refused, as larger ones are by the tools.
//
//===----------------------------------------------------------------------===//
#include "Require.h"
#include "Scratch.h"
#include "TakeOn.h"
#include "braid/Driver/Embedded.h"
#include "braid/Frontend/ASTPrinter.h"
#include "braid/Frontend/Elaborate.h"
#include "braid/Frontend/Parser.h"
#include "braid/Pipelines/Dialects.h"
#include "dialects/Braid/IR/Braid.h"
#include "mlir/IR/Verifier.h"

using namespace braid;
using fuzz::require;

/// Of elaboration.
static constexpr uint64_t maxSteps = 200'000;

namespace {
/// The standard library, parsed once.
struct Library {
  SourceManager sources;
  std::vector<ast::File> trees;
  std::vector<const ast::File *> files;

  Library() {
    DiagnosticEngine diagnostics(sources);
    for (const driver::EmbeddedFile &file : driver::standardLibrary()) {
      auto tree = parse(sources, sources.add(std::string("<std>/") + file.name, file.text), diagnostics);
      require(tree.has_value(), "the standard library is a program");
      tree->library = true;
      trees.push_back(std::move(*tree));
    }
    for (const ast::File &tree : trees)
      files.push_back(&tree);
  }
};
} // namespace

/// The tree printed is the same tree, and its text already printed.
static void layOut(SourceManager &sources, const ast::File &file) {
  std::string once = print(file, sources);
  DiagnosticEngine diagnostics(sources);
  auto again = parse(sources, sources.add("printed", once), diagnostics);
  require(again.has_value(), "a printed program can be parsed");
  require(print(*again, sources) == once, "a printed program is in its one layout");
  require(printTree(file, sources) == printTree(*again, sources), "a printed program is the same program");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const Library library;
  SourceManager sources = library.sources;
  DiagnosticEngine diagnostics(sources);
  auto tree = parse(sources, sources.add("input.braid", std::string(fuzz::textOf(data, size))), diagnostics);
  require(tree.has_value() != diagnostics.hasErrors(), "there is a tree or an error");
  if (tree) {
    layOut(sources, *tree);
    mlir::DialectRegistry registry;
    registerStageDialects(registry);
    mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
    context.loadDialect<lang::BraidDialect>();
    mlir::ScopedDiagnosticHandler quiet(&context, [](mlir::Diagnostic &) { return mlir::success(); });
    ElaborateOptions options;
    options.maxSteps = maxSteps;
    auto module = elaborate(context, sources, *tree, library.files, diagnostics, options);
    require(bool(module) != diagnostics.hasErrors(), "there is a module or an error");
    if (module) {
      require(mlir::succeeded(mlir::verify(*module)), "what the front end makes is valid");
      fuzz::takeOn(*module, Stage::Host);
    }
  }
  diagnostics.settleWarnings({});
  (void)diagnostics.render(/*color=*/true);
  return 0;
}
