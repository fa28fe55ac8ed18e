//===- Compilation.h - from a MODEL argument to a module ------------------===//
//
// Reads a program (with the standard library and its imports) or a module of any
// stage, and takes it to a later stage. Diagnostics of the front end and of passes
// come back as one rendered error, with lines of the program under them.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DRIVER_COMPILATION_H
#define BRAID_DRIVER_COMPILATION_H

#include "braid/Driver/Commands.h"
#include "braid/Frontend/AST.h"
#include "braid/Pipelines/Pipelines.h"
#include "braid/Support/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <deque>
#include <memory>

namespace braid::driver {

class Compilation {
public:
  /// Reads and elaborates `model.path`: a `.braid` file, a `.mlir` file of any stage, a training folder (its
  /// saved program), or `-` (a program on standard input, or a module if it begins like one). Warnings go to
  /// the console, which also says how they and errors look; without one they go nowhere.
  static llvm::Expected<std::unique_ptr<Compilation>> load(const ModelArgs &model, Console *console = nullptr);
  /// Reads and parses only; `file()` is then the tree.
  static llvm::Expected<std::unique_ptr<Compilation>> parseOnly(const std::string &path, bool color = false);

  mlir::MLIRContext &context() { return *mlirContext; }
  mlir::ModuleOp module() { return *loaded; }
  Stage stage() { return stageOf(*loaded); }
  /// Null for a model read as a module.
  const ast::File *file() const { return mainFile; }
  /// The program's text in one file, imports put in place; empty for a module.
  std::string flattened() const;

  /// A copy of the module, taken to `to`. Fails with rendered diagnostics. `seen` as for braid::lowerTo.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> lower(Stage to, const PipelineOptions &options,
                                                          std::function<void(Stage, mlir::ModuleOp)> seen = {});
  /// Puts another module in the place of this one, which it returns.
  mlir::OwningOpRef<mlir::ModuleOp> exchange(mlir::OwningOpRef<mlir::ModuleOp> other) {
    std::swap(loaded, other);
    return other;
  }
  /// A message with the line of the program and a caret, as diagnostics have it. `severity`: `note`, …
  std::string render(mlir::Location location, const char *severity, const std::string &message) const;
  /// Calls `work`, which reports through MLIR's diagnostics; fails with what it reported, rendered.
  llvm::Error withDiagnostics(llvm::function_ref<llvm::LogicalResult()> work);

  /// Warnings about the program.
  const std::vector<Diagnostic> &warnings() const { return diagnostics.all(); }

  SourceManager sources;
  /// The config values replaced, those saved in a training folder included.
  std::vector<std::pair<std::string, std::string>> overrides;

private:
  explicit Compilation(bool color);
  /// The text of a regular file of bounded size; of `-` and pipes, too, if it is the `main` one.
  llvm::Expected<std::string> readText(const std::string &path, bool main = true);
  llvm::Error readModule(const std::string &name, const std::string &text);
  /// Parses `text`; keeps the tree. Imports are followed, each file once, before the file that names it.
  const ast::File *parseFile(const std::string &name, std::string text, const std::string &path);
  bool followImports(const ast::File &file, const std::string &path);
  llvm::Error diagnosticsError();

  bool color;
  DiagnosticEngine diagnostics;
  std::unique_ptr<mlir::MLIRContext> mlirContext;
  mlir::OwningOpRef<mlir::ModuleOp> loaded;
  std::deque<ast::File> trees;
  std::vector<const ast::File *> library, imported;
  std::vector<std::string> seenPaths;
  const ast::File *mainFile = nullptr;
};

} // namespace braid::driver

#endif
