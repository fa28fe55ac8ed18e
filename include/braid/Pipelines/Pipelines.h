//===- Pipelines.h - from a model to a planned program --------------------===//
//
// The stages of Stages.def up to `host` and the passes between them. What follows
// (`llvm`, object code) is the engine's.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_PIPELINES_PIPELINES_H
#define BRAID_PIPELINES_PIPELINES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace braid {

enum class Stage {
#define BRAID_STAGE(id, name, extension, sentence) id,
#include "braid/Pipelines/Stages.def"
};

/// One row of the table.
struct StageInfo {
  Stage stage;
  llvm::StringRef name, extension, sentence;
};

/// All stages, in order.
llvm::ArrayRef<StageInfo> stages();
/// The stage of this name.
std::optional<Stage> parseStage(llvm::StringRef name);
/// The stage that a module is in, judged by what it holds.
Stage stageOf(mlir::ModuleOp module);
/// Checks what the stage promises; says what is wrong in diagnostics.
llvm::LogicalResult verifyStage(mlir::ModuleOp module, Stage stage);

struct PipelineOptions {
  /// Products' inputs, saved values and history entries in bf16; else all in fp32.
  bool bf16 = false;
  /// The programs wanted: any of "logits", "loss", "grad", "observe" (derived from @logits),
  /// "step" (clipping and AdamW) and "accumulate" (of gradients).
  std::vector<std::string> functions = {"logits"};
  /// False: everything that the backward pass needs is stored, nothing computed again.
  bool recompute = true;
};

/// `braid` to `derived`: loss, gradients, observed values, roundings, recomputation.
void buildBraidPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);
/// `derived` to `row`: kernels and schedules; drops the braid.funcs, keeps the braid.parameters.
void buildRowPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);
/// `row` to `host`: the plan of memory.
void buildHostPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);

/// Takes a module in any stage up to and including `to` (at most `host`), checking each stage that it
/// reaches. `seen` is called with the module in each stage, the first one included. Fails with diagnostics.
llvm::LogicalResult lowerTo(mlir::ModuleOp module, Stage to, const PipelineOptions &options,
                            std::function<void(Stage, mlir::ModuleOp)> seen = {});
/// `lowerTo(module, Stage::Host, options)`.
llvm::LogicalResult lowerToHost(mlir::ModuleOp module, const PipelineOptions &options);

/// Registers `braid-to-derived`, `braid-to-row`, `braid-to-host` for braid-opt.
void registerPipelines();

} // namespace braid

#endif
