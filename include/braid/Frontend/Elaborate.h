//===- Elaborate.h - from syntax trees to the braid dialect ---------------===//
//
// Semantic analysis and IR generation in one walk: compile-time values are
// evaluated, every function, layer and connection instance is inlined, every
// `for` is unrolled, and what is left is straight-line `braid` code.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_FRONTEND_ELABORATE_H
#define BRAID_FRONTEND_ELABORATE_H

#include "braid/Frontend/AST.h"
#include "braid/Support/Diagnostics.h"
#include "braid/Support/Source.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <string>
#include <utility>
#include <vector>

namespace braid {

struct ElaborateOptions {
  /// `--set name=value`: replaces a config value of the program.
  std::vector<std::pair<std::string, std::string>> overrides;
  /// What a program may cost at compile time. Calls are inlined and loops unrolled, so a short text can
  /// stand for any amount of work. The models of examples/ with 1536 layers take at most 65 million, most of them ten.
  uint64_t maxSteps = 200'000'000;
};

/// Elaborates the one model of `main`. `imports` are the standard library (marked so) and
/// the files that `main` imports, in order; a later declaration of a name of
/// the library replaces the earlier one, `main` comes last. Returns a module
/// with the attribute `braid.model`, one `braid.parameter` for each parameter
/// and `braid.func @logits`; nothing if there were errors, which are then in
/// `diagnostics`. The files must outlive the call, not the module.
mlir::OwningOpRef<mlir::ModuleOp> elaborate(mlir::MLIRContext &context, SourceManager &sources, const ast::File &main,
                                            const std::vector<const ast::File *> &imports,
                                            DiagnosticEngine &diagnostics, const ElaborateOptions &options = {});

} // namespace braid

#endif
