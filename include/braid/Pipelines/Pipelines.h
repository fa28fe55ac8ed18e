//===- Pipelines.h - the stages of a model and the passes between them ----===//
//
// The stages of Stages.def that are modules. Programs are read by the front end; object code and
// PTX are the engine's and the GPU conversion's.
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
#define BRAID_STAGE(id, name, after, form, target, extension, sentence) id,
#include "braid/Pipelines/Stages.def"
};

/// One row of the table.
struct StageInfo {
  enum class Form { Program, Module, Text, Binary };
  enum class Target { Any, CPU, GPU };
  Stage stage;
  llvm::StringRef name;
  Stage after; ///< what it is made from; the first one: itself
  Form form;
  Target target;
  llvm::StringRef extension, sentence;
};

/// All stages: those of the CPU after those of every target, then those of GPUs.
llvm::ArrayRef<StageInfo> stages();
const StageInfo &infoOf(Stage stage);
/// The stage of this name.
std::optional<Stage> parseStage(llvm::StringRef name);
/// The stages passed on the way from one to another, both included; empty if it does not lead there.
std::vector<Stage> way(Stage from, Stage to);
/// The stage that a module is in, judged by what it holds.
Stage stageOf(mlir::ModuleOp module);
/// Checks what the stage promises; says what is wrong in diagnostics.
llvm::LogicalResult verifyStage(mlir::ModuleOp module, Stage stage);

struct PipelineOptions {
  /// Products' inputs, saved values and history entries in bf16; else all in fp32.
  bool bf16 = false;
  /// The programs wanted: any of "logits", "loss", "grad", "observe", "extend" (derived from @logits),
  /// "step" (clipping and AdamW) and "accumulate" (of gradients).
  std::vector<std::string> functions = {"logits"};
  /// False: everything that the backward pass needs is stored, nothing computed again.
  bool recompute = true;
  /// The programs go on where earlier runs ended, as "extend" always does. What those left is constant: it gets no
  /// gradients.
  bool state = false;
  /// The GPU that kernels are planned for from the stage `gpu` on. Empty: the default one; kernels that are planned
  /// already stay as they are.
  std::string target;
  /// Bytes of shared memory that a block may have; 0: the target's.
  int64_t sharedBytes = 0;
};

/// `braid` to `derived`: loss, gradients, observed values, roundings, recomputation.
void buildBraidPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);
/// `derived` to `row`: kernels and schedules; drops the braid.funcs, keeps the braid.parameters.
void buildRowPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);
/// `row` to `host`: the plan of memory.
void buildHostPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);
/// `host` to `loops`: programs become calls of the runtime, kernels loops; parameters are dropped.
void buildLoopsPipeline(mlir::OpPassManager &manager);
/// `loops` to `llvm`.
void buildLLVMPipeline(mlir::OpPassManager &manager);
/// `host` to `gpu`: kernels become functions of a gpu.module.
void buildGPUPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);
/// `gpu` to `nvvm`.
void buildNVVMPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);

/// Takes a module in any stage to `to`, checking each stage that it reaches. `seen` is called with the
/// module in each stage, the first one included. Fails with diagnostics, also where the module's stage
/// does not lead to `to`.
llvm::LogicalResult lowerTo(mlir::ModuleOp module, Stage to, const PipelineOptions &options,
                            std::function<void(Stage, mlir::ModuleOp)> seen = {});

/// Registers `braid-to-<stage>` for braid-opt, for every stage that is a module.
void registerPipelines();

} // namespace braid

#endif
